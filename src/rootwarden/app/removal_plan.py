"""Composing ``remove plan``: an audit, fresh or saved, and the plan of what goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.app.files import read_text, write_private
from rootwarden.app.protection import protection_now
from rootwarden.app.removal_audit import fresh_audit, saved_audit
from rootwarden.model.audit import Audit
from rootwarden.model.purpose import PurposeName
from rootwarden.operations.removal.gate import Overrides
from rootwarden.operations.removal.plan import ALL_KINDS, Wishes, plan_removal
from rootwarden.operations.removal.plan_file import from_text, hash_of, to_text
from rootwarden.reports.removal_plan_report import removal_plan_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rootwarden.app.context import App
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.credentials import CredentialKind
    from rootwarden.model.removal import RemovalPlan
    from rootwarden.model.selection import Selection
    from rootwarden.reports.report import Report

_INCOMPLETE = 6
PLAN_NOTE = "remove plan made"
"""The operation of the ledger note that knows a plan's hash."""


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """What the user asked a plan to hold."""

    kinds: frozenset[CredentialKind] = ALL_KINDS
    keep_used_within_days: int | None = None
    """None takes the configuration's."""
    overrides: frozenset[str] = field(default_factory=frozenset)
    saved: Path | None = None
    """A saved audit to plan from instead of a new one."""


@dataclass(frozen=True, slots=True)
class PlannedRemoval:
    """A plan and the hash it is confirmed by."""

    plan: RemovalPlan
    plan_hash: str

    @property
    def exit_code(self) -> int:
        """6 where an account could not be read, so that the plan cannot cover it, or where a rule keeps an item; else 0."""
        unread = any(one.unread for one in self.plan.left_out)
        return _INCOMPLETE if unread or any(kept.refused for *_, kept in self.plan.kept) else 0

    def report(self, command: str) -> Report:
        """What is shown before anybody is asked."""
        return removal_plan_report(self.plan, self.plan_hash, command=command)

    def save(self, path: Path) -> None:
        """Writes the plan's file (0600); raises BadInput when that cannot be done."""
        write_private(path, to_text(self.plan))


def make_plan(
    app: App,
    selection: Selection,
    choice: PlanChoice,
    *,
    command: str,
    progress: Callable[[int, int | None, AuditRow], None],
) -> PlannedRemoval:
    """Plans the removal of what an audit of the selected accounts sees, or saw."""
    app.require_why(command)
    if choice.saved is not None:
        return plan_from(app, saved_audit(app, selection, choice.saved), choice)
    return plan_from(app, fresh_audit(app, selection, command=command, progress=progress), choice)


def plan_from(
    app: App, audit: Audit, choice: PlanChoice, *, closing: str | None = None, keep: bool = True
) -> PlannedRemoval:
    """Plans the removal of what an audit saw. ``closing`` is an exception at whose end that happens.

    Unless ``keep`` is false the ledger gets to know the plan, so that it can be applied. Raises LedgerError.
    """
    days = choice.keep_used_within_days
    wishes = Wishes(
        kinds=choice.kinds,
        keep_used_within_days=app.settings.limits.keep_used_within_days if days is None else days,
        overrides=Overrides(choice.overrides),
    )
    clients = app.caller(PurposeName.DELEGATE)
    now = app.clock()
    protection = protection_now(app, clients, audit.organization_id, now=now, closing=closing)
    plan = plan_removal(audit, wishes, now=now, protection=protection)
    planned = PlannedRemoval(plan, hash_of(plan))
    if keep:
        record_plan(app, planned)
    return planned


def record_plan(app: App, planned: PlannedRemoval) -> None:
    """Lets the ledger know a plan that was made here: no other can be applied. Raises LedgerError."""
    plan = planned.plan
    app.recorder(app.caller(PurposeName.DELEGATE), plan.organization_id).note(
        operation=PLAN_NOTE,
        accounts=tuple(one.account for one in plan.accounts),
        details={"plan_hash": planned.plan_hash, "items": plan.item_count},
    )


def load_plan(path: Path, stated_hash: str | None) -> PlannedRemoval:
    """The plan of a file; raises BadInput or RefusedByRule."""
    plan = from_text(read_text(path), name=str(path), stated_hash=stated_hash)
    return PlannedRemoval(plan, hash_of(plan))
