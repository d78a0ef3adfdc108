"""Which exposed accounts a waiver or an open exception explains. Pure."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.credential_item import exposing_items
from rootwarden.model.explanation import Explanation, ExplanationKind, Standing
from rootwarden.model.reason import Reason, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from rootwarden.model.credential_item import ItemName
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Explanations:
    """The waivers that were not ended and the exceptions that were not closed, by account."""

    waivers: Mapping[AccountId, Sequence[Waiver]] = field(default_factory=dict)
    exceptions: Mapping[AccountId, Sequence[RecoveryException]] = field(default_factory=dict)

    def explain(self, row: AuditRow, now: datetime) -> AuditRow:
        """The row, ``excepted`` where everything that exposes the account is explained; otherwise as it was, with what is not.

        A row that was not wholly read stays exposed: what was not seen might be explained by nothing.
        """
        if row.outcome is not AuditOutcome.EXPOSED:
            return row
        exposing = tuple(exposing_items(row.credentials))
        found = tuple(self._about(row.account.id, exposing, now))
        if not found:
            return row
        row = dataclasses.replace(row, explanations=found)
        covered = {name for one in found if one.standing is Standing.OPEN for name in one.items}
        unexplained = [str(item) for item in exposing if str(item) not in covered]
        if unexplained or not row.credentials.all_read:
            reason = row.reason or _why_exposed(found, unexplained)
            return dataclasses.replace(row, reason=reason)
        reason = row.reason or local("excepted", _in_words(found))
        return dataclasses.replace(row, outcome=AuditOutcome.EXCEPTED, reason=reason)

    def _about(
        self, account: AccountId, exposing: Sequence[ItemName], now: datetime
    ) -> Iterable[Explanation]:
        for exception in self.exceptions.get(account, ()):
            items = tuple(str(item) for item in exposing if exception.covers(item))
            if items and exception.closed is None:
                yield Explanation(
                    ExplanationKind.EXCEPTION,
                    exception.id,
                    exception.owner,
                    exception.until,
                    Standing.OPEN if exception.is_open(now) else Standing.OVERDUE,
                    exception.task,
                    items,
                )
        for waiver in self.waivers.get(account, ()):
            items = tuple(str(item) for item in exposing if waiver.covers(item))
            if items and waiver.ended is None:
                yield Explanation(
                    ExplanationKind.WAIVER,
                    waiver.id,
                    waiver.owner,
                    waiver.until,
                    Standing.OPEN if waiver.is_current(now) else Standing.EXPIRED,
                    waiver.reason,
                    items,
                )


def explanations_of(waivers: Iterable[Waiver], exceptions: Iterable[RecoveryException]) -> Explanations:
    """The registers by account, without what is over for good."""
    by_waiver: dict[AccountId, list[Waiver]] = defaultdict(list)
    by_exception: dict[AccountId, list[RecoveryException]] = defaultdict(list)
    for waiver in waivers:
        if waiver.ended is None:
            by_waiver[waiver.account].append(waiver)
    for exception in exceptions:
        if exception.closed is None:
            by_exception[exception.account].append(exception)
    return Explanations(dict(by_waiver), dict(by_exception))


def _why_exposed(found: Sequence[Explanation], unexplained: Sequence[str]) -> Reason:
    text = _in_words(found)
    if not unexplained:
        return local("partly_read", f"not wholly read, so something may be unexplained; {text}")
    if any(one.standing is Standing.OPEN for one in found):
        return local("partly_excepted", f"nothing explains {', '.join(unexplained)}; {text}")
    overdue = any(one.standing is Standing.OVERDUE for one in found)
    return local("exception_overdue" if overdue else "waiver_expired", text)


def _in_words(found: Sequence[Explanation]) -> str:
    """Those in force first; those over only say that they are."""
    ordered = sorted(found, key=lambda one: one.standing is not Standing.OPEN)
    return "; ".join(one.in_words for one in ordered)
