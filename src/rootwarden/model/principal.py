"""An IAM user or role and the documents of its policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Document = str | Mapping[str, object]
"""As the SDK gives it: taken apart, or the text where that is no JSON."""


@dataclass(frozen=True, slots=True)
class PrincipalDetails:
    """What GetUser or GetRole says."""

    arn: str
    """With the path, which a session's ARN lacks."""
    boundary: str | None
    """The ARN of the permissions boundary."""
    tags: Mapping[str, str]
