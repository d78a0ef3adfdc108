"""Composing ``guardrails deploy`` and ``undeploy``: a plan that is shown, and carried out as it was shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rootwarden.app.guardrail_alerts import AlertPlanner
from rootwarden.app.guardrail_planner import Planner
from rootwarden.app.guardrail_stacks import StackPlanner
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.ledger.results import Result
from rootwarden.model.canonical import sha256_hex
from rootwarden.model.outcome import Done, NothingToDo
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local
from rootwarden.operations.guardrails.apply import apply_changes
from rootwarden.policy.guardrails.catalog import guardrail_named
from rootwarden.policy.guardrails.guardrail import Home
from rootwarden.reports.guardrail_plan_report import guardrail_outcome_report, guardrail_plan_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rootwarden.app.context import App
    from rootwarden.app.guardrail_parameters import Given
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Intent
    from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange, GuardrailPlan
    from rootwarden.model.selection import Selection
    from rootwarden.policy.guardrails.guardrail import Guardrail
    from rootwarden.reports.report import Report

_DONE, _SOME_FAILED = 0, 6
_OPERATIONS = {"guardrails deploy", "guardrails undeploy"}


class GuardrailRun:
    """A planned deployment, or its way back."""

    def __init__(
        self,
        app: App,
        clients: CallerClients,
        replan: Callable[[], GuardrailPlan],
        alerts: AlertPlanner | None = None,
    ) -> None:
        self._app = app
        self._clients = clients
        self._replan = replan
        self._alerts = alerts
        self.plan = replan()
        self.shown: Report = guardrail_plan_report(self.plan)

    def check_may_apply(self, *, overwrite: bool) -> None:
        """Raises RefusedByRule where it would overwrite what somebody changed by hand, unless that is said."""
        if self.plan.drifted and self.plan.changes and not overwrite:
            raise RefusedByRule(
                f"guardrail {self.plan.guardrail} was changed by somebody since it was deployed, or was not deployed from here",
                advice="The plan shows the difference: take it over into the parameters, or repeat with --overwrite.",
            )

    def apply(self) -> tuple[Report, int]:
        """Carries the plan out, if it still is the plan; the report and the exit code. Raises RefusedByRule and LedgerError."""
        self._app.require_why(self.plan.command)
        if self.plan.changes and self._replan() != self.plan:
            raise RefusedByRule(
                "the plan is stale: the organization's policies changed since it was shown",
                advice="Repeat the command.",
            )
        outcomes = self._carried_out()
        good = all(isinstance(one.outcome, Done | NothingToDo) for one in outcomes)
        if good:
            self._settle(outcomes)
        well = good and not self.plan.unseen
        return guardrail_outcome_report(self.plan, outcomes), _DONE if well else _SOME_FAILED

    @property
    def code_of_plan(self) -> int:
        """The exit code of a plan that is only shown."""
        return _SOME_FAILED if self.plan.unseen else _DONE

    def _carried_out(self) -> tuple[ChangeOutcome, ...]:
        if self._alerts is None:
            return apply_changes(self._clients, self._record, self.plan.changes)
        for account in {one.account for one in self.plan.changes}:  # before threads ask for them
            self._app.recorder(self._alerts.callers.of(account), self.plan.organization_id)
        return self._alerts.carry_out(self._record, self.plan.changes)

    def _record(self, change: GuardrailChange) -> Intent:
        clients = self._alerts.callers.of(change.account) if self._alerts else self._clients
        return self._app.recorder(clients, self.plan.organization_id).begin(
            operation=self.plan.command,
            items=(change.item,),
            reason=self._app.choices.reason or f"{self.plan.command} {self.plan.guardrail}",
            ticket=self._app.choices.ticket,
            details={"policy_sha256_wanted": sha256_hex(change.document)} if change.document else None,
        )

    def _settle(self, outcomes: Sequence[ChangeOutcome]) -> None:
        """What earlier runs left open about the same changes is settled by what this one did and saw."""
        if not outcomes:
            return
        items = {one.change.item for one in outcomes}
        recorder = self._app.recorder(self._clients, self.plan.organization_id)
        for found in recorder.open_intents():
            content = found.intent.content
            about = content.get("items")
            named = {str(one) for one in about} if isinstance(about, (list, tuple)) else set()
            if content.get("operation") in _OPERATIONS and named & items:
                line = Result("superseded", reason=local("looked", "the policy was looked at again"))
                recorder.settle(found, [line], note="settled by a later look")


def prepare_deploy(
    app: App,
    name: str,
    targets: Sequence[str],
    selection: Selection,
    given: Given,
    *,
    lock_me_out: bool = False,
) -> GuardrailRun:
    """Plans ``guardrails deploy``. Raises what makes it impossible before anything is shown."""
    guardrail = _deployable(name)
    if guardrail.reach is not None:
        alerts = AlertPlanner(app, guardrail)
        plan = partial(alerts.deploy, tuple(targets), selection, given)
        return GuardrailRun(app, alerts.callers.first, plan, alerts)
    if guardrail.home is not None:
        if targets:
            raise BadInput(f"guardrail {guardrail.name} takes no --target", advice="Leave it out.")
        clients = app.caller(_purpose(guardrail.home))
        stacks = StackPlanner(app, clients, guardrail)
        return GuardrailRun(app, clients, partial(stacks.deploy, selection, given))
    clients = app.caller(PurposeName.MANAGEMENT_DEPLOY)
    planner = Planner(app, clients, guardrail)
    return GuardrailRun(
        app, clients, partial(planner.deploy, tuple(targets), selection, given, lock_me_out=lock_me_out)
    )


def prepare_undeploy(app: App, name: str) -> GuardrailRun:
    """Plans ``guardrails undeploy``."""
    guardrail = _deployable(name)
    if guardrail.reach is not None:
        alerts = AlertPlanner(app, guardrail)
        return GuardrailRun(app, alerts.callers.first, alerts.undeploy, alerts)
    if guardrail.home is not None:
        clients = app.caller(_purpose(guardrail.home))
        return GuardrailRun(app, clients, StackPlanner(app, clients, guardrail).undeploy)
    clients = app.caller(PurposeName.MANAGEMENT_DEPLOY)
    return GuardrailRun(app, clients, Planner(app, clients, guardrail).undeploy)


def _purpose(home: Home) -> PurposeName:
    return PurposeName.MANAGEMENT_DEPLOY if home is Home.MANAGEMENT else PurposeName.DELEGATE_DEPLOY


def _deployable(name: str) -> Guardrail:
    guardrail = guardrail_named(name)
    if not guardrail.deployed_as and guardrail.home is None and guardrail.reach is None:
        raise BadInput(
            f"guardrail {guardrail.name} is part of a role, and is not deployed by itself",
            advice="Deploy the roles with it: operator-roles.",
        )
    return guardrail
