"""What explains root credentials that an audit saw: a waiver or an exception, in force or over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rootwarden.model.canonical import rfc3339


class ExplanationKind(StrEnum):
    """Where it comes from."""

    WAIVER = "waiver"
    EXCEPTION = "exception"


class Standing(StrEnum):
    """Whether it counts."""

    OPEN = "open"
    EXPIRED = "expired"
    """A waiver past its end; it explains nothing any more."""
    OVERDUE = "overdue"
    """An exception past its end and not closed; it explains nothing any more."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One waiver or exception of an account, as far as it is about something that exposes the account."""

    kind: ExplanationKind
    id: str
    owner: str
    until: datetime
    standing: Standing
    why: str
    """The reason given for it; for an exception its task."""
    items: tuple[str, ...]
    """The exposing credentials it covers, ``KIND:IDENTIFIER``."""

    @property
    def in_words(self) -> str:
        """``waiver w-abc of Billing until 2026-12-31T23:59:59Z (legacy tool)``."""
        when = {
            Standing.OPEN: "until",
            Standing.EXPIRED: "explains nothing since it expired at",
            Standing.OVERDUE: "explains nothing since it is overdue, from",
        }[self.standing]
        return f"{self.kind.value} {self.id} of {self.owner} {when} {rfc3339(self.until)} ({self.why})"

    def as_json(self) -> dict[str, Any]:
        """The explanation in a row's document."""
        return {
            "kind": self.kind.value,
            "id": self.id,
            "owner": self.owner,
            "until": rfc3339(self.until),
            "standing": self.standing.value,
            "items": list(self.items),
        }
