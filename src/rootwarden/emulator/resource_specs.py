"""Buckets and queues of an organization file."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

RegionText = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]


class _Spec(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True, serialize_by_alias=True
    )


class ContactSpec(_Spec):
    """One alternate contact of an account."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "On call"
    """Who."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=50)] = "Team"
    """Their title."""
    email_address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] = "on-call@example.com"
    """Where to write."""
    phone_number: Annotated[str, StringConstraints(pattern=r"^[\s0-9()+-]{1,25}$")] = "+1 555 0100"
    """Where to call."""


class BucketSpec(_Spec):
    """One S3 bucket."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """Its name, which no other bucket of any account has."""
    region: RegionText = "us-east-1"
    """The Region it is in."""
    policy: dict[str, JsonValue] | None = None
    """Its policy, as S3 takes it; left out: it has none."""
    created: AwareDatetime | None = None
    """Left out: long ago."""


class QueueSpec(_Spec):
    """One SQS queue."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,75}(\.fifo|[A-Za-z0-9_-]{0,5})$")]
    """Its name; one that ends in ``.fifo`` is a FIFO queue's."""
    region: RegionText = "us-east-1"
    """The Region it is in."""
    policy: dict[str, JsonValue] | None = None
    """Its policy, as SQS takes it; left out: it has none."""
    visibility_timeout: Annotated[int, Field(ge=0, le=43_200)] = 30
    """Seconds for which a message that was received is hidden from others."""
