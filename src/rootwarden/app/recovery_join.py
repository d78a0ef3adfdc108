"""Removing the root credentials of accounts that joined, where the configuration says so, by a plan within its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.removal import ApplyChoice, Applying
from rootwarden.app.removal_plan import PlanChoice, PlannedRemoval, plan_from, record_plan
from rootwarden.errors import Interrupted, LedgerError, RootwardenError
from rootwarden.model.audit import Audit
from rootwarden.model.credential_item import all_items
from rootwarden.model.reason import reason_of
from rootwarden.model.sweep import SweepRow, SweepWord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rootwarden.app.recovery_ground import Ground
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason
    from rootwarden.model.removal import KeptItem
    from rootwarden.model.removal_outcome import AccountOutcome


class JoinedRemoval:
    """The removal in accounts that joined since the last sweep; nothing where the configuration does not ask for it."""

    def __init__(self, on: Ground, joined: Sequence[AuditRow]) -> None:
        """Plans, and changes nothing. Raises LedgerError."""
        self._on = on
        self._planned: PlannedRemoval | None = None
        holding = tuple(row for row in joined if all_items(row.credentials))
        if on.app.settings.recovery.remove_on_join and holding:
            audit = Audit(on.organization.id, on.clients.endpoint, on.app.clock(), holding)
            self._planned = plan_from(on.app, audit, PlanChoice(), keep=False)

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        """The accounts in which something goes."""
        return tuple(one.account for one in self._planned.plan.accounts) if self._planned else ()

    @property
    def pending(self) -> bool:
        """Whether anything goes."""
        return bool(self.accounts)

    def carry_out(
        self, rows: Mapping[AccountId, SweepRow], say: Callable[[str], None]
    ) -> dict[AccountId, SweepRow]:
        """Removes; the lines of the accounts it was about. A limit that refuses it all is the reason of each. Raises LedgerError."""
        if self._planned is None:
            return {}
        kept = {one.account: tuple(each for each in one.kept) for one in self._planned.plan.left_out}
        lines = {account: self._kept_row(rows[account], items) for account, items in kept.items() if items}
        if not self.pending:
            return lines
        try:
            outcomes = self._apply(say)
        except (LedgerError, Interrupted):
            raise
        except RootwardenError as error:
            return lines | {
                one: _not_removed(rows[one], error.message, reason_of(error)) for one in self.accounts
            }
        return lines | {one.account: self._row(rows[one.account], one) for one in outcomes}

    def _apply(self, say: Callable[[str], None]) -> tuple[AccountOutcome, ...]:
        assert self._planned is not None  # noqa: S101 - asked before
        record_plan(self._on.app, self._planned)
        applying = Applying(self._on.app, self._planned, ApplyChoice(self._on.command))
        _, code = applying.carry_out(
            ask=None, progress=lambda one: say(f"{one.account} {one.name}: {one.verification.value}")
        )
        if code == Interrupted.exit_code:
            raise Interrupted(
                "interrupted while credentials of accounts that joined were removed",
                advice="Give the same command again: it looks first.",
            )
        return applying.outcomes

    def _row(self, row: SweepRow, outcome: AccountOutcome) -> SweepRow:
        assert self._planned is not None  # noqa: S101 - as above
        if not outcome.complete:
            return _not_removed(row, "joined, and not all of it was removed", outcome.reason)
        kept = next(one.kept for one in self._planned.plan.accounts if one.account == outcome.account)
        count = len(outcome.items)
        done = f"joined since the last sweep: {count} root credential{'' if count == 1 else 's'} removed, and seen to be gone"
        if kept:
            line = self._kept_row(row, kept)
            return SweepRow(
                line.account,
                line.name,
                line.word,
                f"{done}; {line.text}",
                items=line.items,
                joined=True,
                reason=line.reason,
            )
        return SweepRow(row.account, row.name, SweepWord.REMOVED, done, joined=True)

    def _kept_row(self, row: SweepRow, kept: Sequence[KeptItem]) -> SweepRow:
        """A line for what a rule keeps: a stray, unless a waiver explains it."""
        refused = [one for one in kept if one.refused]
        items = tuple(one.item.name for one in refused or kept)
        reason = (refused or list(kept))[0].reason
        word = SweepWord.STRAY if refused else SweepWord.EXCEPTED
        return SweepRow(
            row.account,
            row.name,
            word,
            f"joined; stays: {reason.text}",
            items=items,
            joined=True,
            reason=reason,
        )


def _not_removed(row: SweepRow, text: str, reason: Reason | None) -> SweepRow:
    return SweepRow(
        row.account, row.name, SweepWord.NOT_REMOVED, text, items=row.items, joined=True, reason=reason
    )
