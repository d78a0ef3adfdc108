"""How CloudTrail records: where AWS's own behaviour varies or is not known, the organization file decides."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class RecordsSpec(BaseModel):
    """What CloudTrail does with events, beyond the trails."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True, serialize_by_alias=True
    )

    assumed_root_on: Literal["caller", "member", "both", "neither"] = "caller"
    """Whose events say ``assumedRoot``: AWS's published sample has it on the caller's AssumeRoot, real events of members
    have had it as well."""
    assume_root_in_member: bool = False
    """Whether the member account gets an AssumeRoot event of its own, with the same sharedEventID. Not seen in AWS."""
    lookup_delay_seconds: Annotated[float, Field(ge=0, le=86_400)] = 0
    """How long an event takes to show in LookupEvents. AWS: minutes, sometimes more than an hour."""
    delivery_delay_seconds: Annotated[float, Field(ge=0, le=86_400)] = 0
    """How long an event takes to reach a trail's bucket. AWS: five minutes on average."""
    duplicate_share: Annotated[float, Field(ge=0, le=1)] = 0
    """Which share of the events in a trail's bucket comes twice, with the same eventID."""
    seed: int = 0
    """Decides which events come twice, and the names of log files."""
    keep_events: Annotated[int, Field(ge=1)] = 50_000
    """How many events the history keeps, of all accounts together; the oldest go first."""
    keep_files: Annotated[int, Field(ge=1)] = 20_000
    """How many log files stay in the buckets; the oldest go first."""
