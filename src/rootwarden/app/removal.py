"""Composing ``remove apply``: what refuses a whole plan, its application in waves, another look at each account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.app.accounts import accounts_now
from rootwarden.app.age import check_age
from rootwarden.app.evidence_folder import close_evidence
from rootwarden.app.removal_plan import PLAN_NOTE, PlannedRemoval
from rootwarden.app.removal_run import RemovalRun
from rootwarden.errors import Interrupted, LedgerError, RefusedByRule, RootwardenError
from rootwarden.ledger.entry import Kind
from rootwarden.ledger.store import entries
from rootwarden.model.purpose import PurposeName
from rootwarden.operations.removal.plan_file import check_belongs
from rootwarden.reports.removal_report import removal_outcome_report

if TYPE_CHECKING:
    from pathlib import Path

    from rootwarden.app.context import App
    from rootwarden.app.evidence_folder import EvidenceFolder
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.entry import Entry
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.removal_outcome import AccountOutcome
    from rootwarden.reports.report import Report

_INCOMPLETE = 6


@dataclass(frozen=True, slots=True)
class ApplyChoice:
    """How the user wants a plan applied."""

    command: str
    stated: bool = False
    """Whether the user named the plan's hash; otherwise the ledger has to know it."""
    max_accounts: int | None = None
    """None takes the configuration's."""
    canary: int | None = None
    stop_after: int | None = None
    evidence: Path | None = None
    closing: str | None = None
    """The exception at whose end it happens, which does not protect its account any more."""


class Applying:
    """One plan on its way: checked as a whole before anybody is asked, then applied."""

    def __init__(self, app: App, planned: PlannedRemoval, choice: ApplyChoice) -> None:
        """Raises what would refuse the whole plan: RefusedByRule, WrongOrganization, BadInput, LedgerError."""
        app.require_why(choice.command)
        self._app = app
        self._planned = planned
        self._choice = choice
        self._clients: CallerClients | None = None
        self.outcomes: tuple[AccountOutcome, ...] = ()
        """What came of each account, once it was carried out."""
        if planned.plan.accounts:
            self._clients = app.caller(PurposeName.DELEGATE)
            self._check(self._clients)

    def _check(self, clients: CallerClients) -> None:
        plan, app = self._planned.plan, self._app
        check_age(app, plan.made, "the plan")
        limit = self._choice.max_accounts or app.settings.limits.max_accounts
        if len(plan.accounts) > limit:
            raise RefusedByRule(
                f"the plan changes {len(plan.accounts)} accounts; the limit is {limit}",
                advice="Plan fewer accounts at a time, or give --max-accounts (limits.max_accounts in the configuration).",
            )
        organization = app.organization(clients).organization
        check_belongs(plan, organization_id=organization.id, endpoint=clients.endpoint)
        if not self._choice.stated:
            recorder = app.recorder(clients, organization.id)
            check_known(entries(recorder.store), self._planned.plan_hash, recorder.store.location)

    def carry_out(
        self, *, ask: Callable[[str], bool] | None, progress: Callable[[AccountOutcome], None]
    ) -> tuple[Report, int]:
        """Applies the confirmed plan; the report per item and account, and the exit code.

        ``ask`` puts a question to the user and is None where nobody is there. Raises RefusedByRule, LedgerError and BadInput as
        long as nothing was done.
        """
        if self._clients is None:
            return self._report(()), 0
        clients = self._clients
        chosen = accounts_now(self._app, clients, [one.account for one in self._planned.plan.accounts])
        recorder = self._app.recorder(clients, chosen.organization.id)
        filed: list[bool] = []

        def file(evidence: EvidenceFolder, outcomes: tuple[AccountOutcome, ...]) -> None:
            filed.append(self._file(evidence, self._report(outcomes), recorder))

        run = RemovalRun(
            self._app, clients, self._planned, self._choice, chosen, filing=file, progress=progress
        )
        outcomes, stopped = run.carry_out(ask)
        self.outcomes = outcomes
        report = self._report(outcomes)
        if isinstance(stopped, (LedgerError, Interrupted)):
            if isinstance(stopped, LedgerError):
                self._app.problems.append(f"STOPPED, since the ledger cannot be written: {stopped.message}")
            return report, stopped.exit_code
        if stopped:
            self._app.problems.append(f"STOPPED: {stopped.message}")
        return report, 0 if all(filed) and all(one.complete for one in outcomes) else _INCOMPLETE

    def _file(self, evidence: EvidenceFolder, report: Report, recorder: Recorder) -> bool:
        """Completes the evidence, and notes its hash in the ledger; whether that could be done."""
        plan_hash = self._planned.plan_hash
        try:
            sha256 = close_evidence(
                self._app, evidence, recorder, outcomes=report.document, plan_hash=plan_hash
            )
        except RootwardenError as error:
            self._app.problems.append(f"the evidence is INCOMPLETE: {error.message}")
            return False
        self._app.notes.append(f"evidence in {self._choice.evidence}, its manifest has SHA-256 {sha256}")
        return True

    def _report(self, outcomes: tuple[AccountOutcome, ...]) -> Report:
        planned = self._planned
        return removal_outcome_report(planned.plan, planned.plan_hash, outcomes, command=self._choice.command)


def check_known(found: Iterable[Entry], plan_hash: str, location: str) -> None:
    """Raises RefusedByRule for the hash of a plan that was not made with this ledger."""
    known = any(
        entry.kind is Kind.NOTE
        and entry.content.get("operation") == PLAN_NOTE
        and isinstance(details := entry.content.get("details"), Mapping)
        and details.get("plan_hash") == plan_hash
        for entry in found
    )
    if not known:
        raise RefusedByRule(
            f"the ledger {location} knows no plan {plan_hash}",
            advice="Apply a plan with the ledger it was made with (--ledger), or state the hash you read with --plan-hash.",
        )
