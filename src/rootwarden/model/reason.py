"""Why something came out as it did: AWS's own words, or ours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rootwarden.errors import AwsError, RootwardenError


class Source(StrEnum):
    """Who gave the reason."""

    AWS = "aws"
    """AWS's answer, code and text as received."""
    NETWORK = "network"
    """No answer came."""
    LOCAL = "local"
    """A rule or a finding of this program."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason object of the command contract."""

    source: Source
    code: str
    text: str
    request_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract's four keys."""
        return {**asdict(self), "source": self.source.value}


def local(code: str, text: str) -> Reason:
    """A reason of our own."""
    return Reason(Source.LOCAL, code, text)


def reason_of(error: RootwardenError) -> Reason:
    """The reason an error carries: AWS's code and text where it has them."""
    if isinstance(error, AwsError):
        return Reason(Source(error.source), error.code, error.text, error.request_id)
    return local(type(error).__name__, error.message)
