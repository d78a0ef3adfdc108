"""Composing ``status``, ``enable`` and ``disable``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.app.exceptions import open_exceptions
from rootwarden.app.last_sweep import last_sweep, sweep_findings
from rootwarden.app.settle import earlier_setup, settle_by_baseline
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import (
    AwsError,
    CredentialsExpired,
    CredentialsRefused,
    NoCredentials,
    NotFound,
    RefusedByRule,
    UnknownAccount,
)
from rootwarden.model.features import RootFeature
from rootwarden.model.ids import account_id
from rootwarden.model.outcome import Failed, Refused, Unknown
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import Seen
from rootwarden.operations.setup.apply import apply_setup
from rootwarden.operations.setup.gather import gather_baseline
from rootwarden.operations.setup.judge import judge
from rootwarden.operations.setup.plan import plan_disable, plan_enable
from rootwarden.reports.setup_report import setup_outcome_report
from rootwarden.reports.status_report import status_document, status_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.query import OpenIntent
    from rootwarden.ledger.recorder import Intent, Recorder
    from rootwarden.model.baseline import Baseline
    from rootwarden.model.organization import Account
    from rootwarden.model.reading import Reading
    from rootwarden.model.setup import SetupPlan, Step
    from rootwarden.model.sweep import LastSweep
    from rootwarden.reports.report import Report

_NOT_LOOKED_AT = (
    "the caller, the organization, trusted access, the root features, delegated administrators, trails"
)
_COMPLETE, _INCOMPLETE, _SOME_FAILED = 0, 1, 6


def run_status(app: App) -> tuple[Report, int]:
    """The report of ``status`` and its exit code."""
    try:
        clients = app.caller(PurposeName.MANAGEMENT_READ)
        baseline = gather_baseline(clients)
    except (NoCredentials, CredentialsExpired, CredentialsRefused) as error:
        error.message += f". Nothing could be looked at: {_NOT_LOOKED_AT}"
        raise
    last: Reading[LastSweep | None] = Seen(None)
    if isinstance(baseline.organization, Seen):
        app.check_organization(baseline.organization.value.id)
        last = last_sweep(app, clients, baseline.organization.value.id)
    verdict = judge(baseline)
    blockers = (*verdict.blockers, *sweep_findings(app, last))
    steps = verdict.next_steps
    if len(blockers) > len(verdict.blockers):
        steps = (
            *(steps if verdict.blockers else ()),
            "from the delegated administrator, hourly: rootwarden recovery sweep --yes",
        )
    report = status_report(
        baseline, blockers=blockers, warnings=verdict.warnings, next_steps=steps, last_sweep=last
    )
    return report, _INCOMPLETE if blockers else _COMPLETE


class SetupRun:
    """A planned ``enable`` or ``disable``: shown first, then applied as it was shown."""

    def __init__(
        self, app: App, command: str, clients: CallerClients, replan: Callable[[Baseline], SetupPlan]
    ) -> None:
        self.command = command
        self._app = app
        self._clients = clients
        self._replan = replan
        self.plan = replan(gather_baseline(clients))

    def apply(self) -> tuple[Report, int]:
        """Carries the plan out; the report of every step and of what AWS says afterwards, and the exit code.

        Raises LedgerError when a step's intent cannot be recorded: then it is not made.
        """
        self._app.require_why(self.command)
        recorder = self._app.recorder(self._clients, self.plan.organization_id)
        earlier = earlier_setup(recorder)
        outcomes, _ = apply_setup(
            self._clients, self._record, self.plan, lambda: self._replan(gather_baseline(self._clients))
        )
        status = self._status(recorder, earlier)
        failed = any(isinstance(one.outcome, (Failed, Refused, Unknown)) for one in outcomes)
        report = setup_outcome_report(self.command, self.plan, outcomes, status)
        return report, _SOME_FAILED if failed or status is None else _COMPLETE

    def _status(self, recorder: Recorder, earlier: Iterable[OpenIntent]) -> dict[str, Any] | None:
        """What AWS says afterwards; None, and a problem, where it cannot be read any more: what was done is told all the same."""
        try:
            baseline = gather_baseline(self._clients)
        except AwsError as error:
            self._app.problems.append(f"could not look again afterwards: {error.message}")
            return None
        settle_by_baseline(recorder, earlier, baseline)
        verdict = judge(baseline)
        return status_document(
            baseline, blockers=verdict.blockers, warnings=verdict.warnings, next_steps=verdict.next_steps
        )

    def _record(self, step: Step) -> Intent:
        return self._app.recorder(self._clients, self.plan.organization_id).begin(
            operation=self.command,
            accounts=(step.account,) if step.account else (),
            items=(step.kind.value,),
            reason=self._app.choices.reason or self.command,
            ticket=self._app.choices.ticket,
        )


def prepare_enable(app: App, *, only: RootFeature | None, delegate: str | None) -> SetupRun:
    """Plans ``enable``. ``delegate`` is an account id. Raises what AWS would refuse."""
    clients = app.caller(PurposeName.MANAGEMENT_DEPLOY)
    wanted = None if delegate is None else account_id(delegate)

    def replan(baseline: Baseline) -> SetupPlan:
        if isinstance(baseline.organization, Seen):
            app.check_organization(baseline.organization.value.id)
        # The account is read only once the plan's own checks (right account, all features) have passed.
        plan_enable(baseline, only=only, delegate=None)
        account = _describe(Organizations(clients.client("organizations")), wanted) if wanted else None
        return plan_enable(baseline, only=only, delegate=account)

    return SetupRun(app, "enable", clients, replan)


def prepare_disable(
    app: App, *, only: RootFeature | None, delegate: str | None, trusted_access: bool
) -> SetupRun:
    """Plans ``disable``: what is named goes; where nothing is named, both features."""
    clients = app.caller(PurposeName.MANAGEMENT_DEPLOY)
    wanted = None if delegate is None else account_id(delegate)
    features = (only,) if only else tuple(RootFeature) if trusted_access or not wanted else ()

    def replan(baseline: Baseline) -> SetupPlan:
        if isinstance(baseline.organization, Seen):
            app.check_organization(baseline.organization.value.id)
        return plan_disable(baseline, features=features, delegate=wanted, trusted_access=trusted_access)

    run = SetupRun(app, "disable", clients, replan)
    if run.plan.pending:
        _check_nothing_open(app, clients, run.plan.organization_id)
    return run


def _check_nothing_open(app: App, clients: CallerClients, organization_id: str) -> None:
    """Raises RefusedByRule while an exception is open: without root access nobody could close it. Raises LedgerError."""
    found = open_exceptions(app, clients, organization_id)
    if found:
        named = ", ".join(f"{one.id} in {one.account}" for one in found)
        raise RefusedByRule(
            f"{len(found)} recovery exception{' is' if len(found) == 1 else 's are'} not closed: {named}",
            advice="Close them first ('rootwarden recovery close'): without root access their credentials would stay.",
        )


def _describe(organizations: Organizations, wanted: str) -> Account:
    try:
        return organizations.account(account_id(wanted))
    except NotFound as error:
        raise UnknownAccount(
            f"the organization has no account {wanted}: {error.code}: {error.text}",
            advice="'rootwarden audit --details never' lists the accounts there are.",
        ) from error
