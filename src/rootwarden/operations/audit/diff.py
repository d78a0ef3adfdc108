"""What changed between a saved audit and a later one. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.audit_change import Change, Difference
from rootwarden.operations.audit.diff_items import changes_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from rootwarden.model.ids import AccountId
    from rootwarden.operations.audit.saved import SavedAudit


_NOT_SEEN = frozenset({AuditOutcome.UNREACHABLE, AuditOutcome.SKIPPED})


@dataclass(slots=True)
class Comparison:
    """Takes the rows of the later audit one by one."""

    old: SavedAudit
    counts: Counter[str] = field(default_factory=Counter)
    _seen: set[AccountId] = field(default_factory=set)

    def see(self, row: AuditRow) -> Difference | None:
        """How the account differs; None where it does not, or cannot be compared."""
        self._seen.add(row.account.id)
        before = self.old.rows.get(row.account.id)
        if before is None:
            if not self._told_of_all:
                self.counts["not_compared"] += 1
                return None
            self.counts[Change.JOINED.value] += 1
            return _difference(row, Change.JOINED, None, row.outcome)
        if before.broken_off or row.broken_off:
            self.counts["not_compared"] += 1
            return None
        found = _between(before, row)
        self.counts[found.change.value if found else "unchanged"] += 1
        return found

    def left(self, present: Container[AccountId] | None) -> tuple[Difference, ...]:
        """Accounts of the earlier audit that are not in the organization now.

        ``present`` are those that are, None where the organization was not listed: then nobody is said to have left.
        """
        gone = []
        for account, row in self.old.rows.items():
            if account in self._seen:
                continue
            if present is None or account in present:
                self.counts["not_compared"] += 1
                continue
            gone.append(_difference(row, Change.LEFT, row.outcome, None))
            self.counts[Change.LEFT.value] += 1
        return tuple(gone)

    @property
    def summary(self) -> Mapping[str, int]:
        """Counts by change, and of accounts that are as before or could not be compared."""
        names = [*(change.value for change in Change), "unchanged", "not_compared"]
        return {name: self.counts[name] for name in names}

    @property
    def _told_of_all(self) -> bool:
        return self.old.complete and self.old.header.selection.whole_organization


def _difference(
    row: AuditRow,
    change: Change,
    before: AuditOutcome | None,
    after: AuditOutcome | None,
    what: tuple[str, ...] = (),
) -> Difference:
    return Difference(row.account.id, row.account.name, change, before, after, what)


def _between(before: AuditRow, after: AuditRow) -> Difference | None:
    what = tuple(changes_of(before.credentials, after.credentials))
    now, then = after.outcome, before.outcome
    if now is AuditOutcome.UNREACHABLE and then not in _NOT_SEEN:
        change = Change.NO_LONGER_READABLE
    elif now is AuditOutcome.EXPOSED and then is not AuditOutcome.EXPOSED:
        change = Change.NEWLY_EXPOSED
    elif now is AuditOutcome.CLEAN and then not in {AuditOutcome.CLEAN, *_NOT_SEEN}:
        change = Change.NEWLY_CLEAN
    elif now is not then or what:
        change = Change.CHANGED
    else:
        return None
    return _difference(after, change, then, now, what)
