"""What every table of the file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the file: frozen, and any key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
