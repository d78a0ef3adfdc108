"""What changed since an earlier audit, in words and as documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.model.audit_change import Change, Difference
from rootwarden.model.canonical import rfc3339
from rootwarden.reports.report import Cell, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rootwarden.model.ids import AccountId

_TONES = {
    Change.NEWLY_EXPOSED: Tone.BAD,
    Change.NO_LONGER_READABLE: Tone.WARN,
    Change.JOINED: Tone.WARN,
    Change.CHANGED: Tone.PLAIN,
    Change.NEWLY_CLEAN: Tone.GOOD,
    Change.LEFT: Tone.FAINT,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """How an audit differs from an earlier one."""

    file: str
    since: datetime
    differences: Mapping[AccountId, Difference]
    """By account, those that left the organization included."""
    counts: Mapping[str, int]

    @property
    def left(self) -> list[Difference]:
        """The accounts that left."""
        return [one for one in self.differences.values() if one.change is Change.LEFT]

    @property
    def in_words(self) -> str:
        """``since 2026-03-01T09:30:00Z: 1 newly exposed, 2 joined, 40 unchanged``."""
        counts = [f"{count} {name.replace('_', ' ')}" for name, count in self.counts.items() if count]
        return f"since {rfc3339(self.since)} ({self.file}): {', '.join(counts) or 'nothing to compare'}"

    def as_json(self) -> dict[str, Any]:
        """The member ``diff`` of the document."""
        order = list(Change)
        changes = sorted(self.differences.values(), key=lambda one: (order.index(one.change), one.account))
        return {
            "file": self.file,
            "since": rfc3339(self.since),
            "changes": [
                {"id": one.account, "name": one.name, **(change_document(one) or {})} for one in changes
            ],
            "summary": dict(self.counts),
        }


def change_document(one: Difference | None) -> dict[str, Any] | None:
    """The member ``change`` of a row; null where nothing changed, or nothing can be said."""
    if one is None:
        return None
    return {
        "change": one.change.value,
        "before": one.before.value if one.before else None,
        "after": one.after.value if one.after else None,
        "what": list(one.what),
    }


def left_document(one: Difference) -> dict[str, Any]:
    """The row of an account that left the organization; nothing is known of how it is now."""
    return {"id": one.account, "name": one.name, "outcome": None, "change": change_document(one)}


def change_cell(one: Difference | None) -> Cell:
    """``newly exposed (was clean): password added``."""
    if one is None:
        return cell("")
    was = f" (was {one.before.value})" if one.before else ""
    what = f": {', '.join(one.what)}" if one.what else ""
    return cell(f"{one.change.value.replace('_', ' ')}{was}{what}", _TONES[one.change])
