"""Planning guardrails of IAM: a CloudFormation stack in the account where they belong."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.exceptions import open_exceptions
from rootwarden.app.guardrail_safety import is_delegate
from rootwarden.app.guardrails import render_guardrail
from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import RefusedByRule, WrongAccount
from rootwarden.model.guardrail_plan import ChangeKind, GuardrailChange, GuardrailPlan
from rootwarden.operations.guardrails.plan import laid_out, normal
from rootwarden.operations.guardrails.stacks import gather_stack, in_the_way
from rootwarden.operations.guardrails.state import gather_scp
from rootwarden.policy.guardrails.catalog import GUARDRAILS
from rootwarden.policy.guardrails.guardrail import Home
from rootwarden.policy.guardrails.template import template, template_text

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.app.guardrail_parameters import Given
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.selection import Selection
    from rootwarden.operations.guardrails.stacks import StackState
    from rootwarden.policy.guardrails.guardrail import Guardrail

_RECOVERING = frozenset({"operator-roles", "recoverer"})
"""Without these nobody may be left to close a recovery."""


class StackPlanner:
    """Makes the plans of one guardrail of IAM. Raises WrongAccount where it belongs into another account, and AwsError."""

    def __init__(self, app: App, clients: CallerClients, guardrail: Guardrail) -> None:
        self._app = app
        self._clients = clients
        self._guardrail = guardrail
        self._stack = f"rootwarden-{guardrail.name}"
        api = Organizations(clients.client("organizations"))
        self._organization = api.describe()
        app.check_organization(self._organization.id)
        self._account = get_caller(clients.client("sts")).account_id
        self._check_account(api)

    def deploy(self, selection: Selection, given: Given) -> GuardrailPlan:
        """The plan to make the stack, or to change it."""
        given = dataclasses.replace(given, partition=self._clients.partition.name)
        made = render_guardrail(self._app, self._guardrail, selection, given)
        self._app.notes += made.warnings
        wanted = template_text(template(made))
        state = self._state()
        changes: tuple[GuardrailChange, ...] = ()
        if state.status is None or state.status.is_spent:
            self._check_free(wanted)
            changes = (GuardrailChange(ChangeKind.CREATE_STACK, self._stack, document=wanted),)
            if state.status is not None:
                changes = (GuardrailChange(ChangeKind.DELETE_STACK, self._stack), *changes)
        elif normal(state.template) != normal(wanted):
            changes = (GuardrailChange(ChangeKind.UPDATE_STACK, self._stack, document=wanted),)
        elif state.is_drifted:
            raise RefusedByRule(
                f"what the stack {self._stack} made was changed by hand in IAM ({'; '.join(state.by_hand) or 'a document'}), "
                "and CloudFormation puts nothing right that its template does not change",
                advice="Undo the change in IAM, or run 'guardrails undeploy --overwrite' and deploy again.",
            )
        return self._plan("guardrails deploy", changes, state, wanted)

    def undeploy(self) -> GuardrailPlan:
        """The plan to delete the stack. Raises RefusedByRule where it would lock the operators out."""
        state = self._state()
        changes: tuple[GuardrailChange, ...] = ()
        if state.status is not None:
            self._check_not_needed()
            changes = (GuardrailChange(ChangeKind.DELETE_STACK, self._stack),)
        return self._plan("guardrails undeploy", changes, state, "")

    def _plan(
        self, command: str, changes: tuple[GuardrailChange, ...], state: StackState, wanted: str
    ) -> GuardrailPlan:
        return GuardrailPlan(
            command=command,
            guardrail=self._guardrail.name,
            organization_id=self._organization.id,
            endpoint=self._clients.endpoint,
            changes=changes,
            before=laid_out(state.live),
            after=laid_out(wanted),
            drifted=state.is_drifted,
            by_hand=state.by_hand,
            notes=(f"the stack {self._stack} is one of account {self._account} in {self._clients.region}",),
        )

    def _state(self) -> StackState:
        state = gather_stack(self._clients, self._stack, self._account)
        if state.status is not None and state.status.is_busy:
            raise RefusedByRule(
                f"the stack {self._stack} is {state.status.word}",
                advice="Wait until CloudFormation is done with it, or continue its rollback where it stopped.",
            )
        return state

    def _check_account(self, api: Organizations) -> None:
        manager = self._organization.management_account_id
        if self._guardrail.home is Home.MANAGEMENT and self._account != manager:
            raise WrongAccount(
                f"the caller is of account {self._account}, and {self._guardrail.name} belongs into the management account {manager}",
                advice="Use a profile of it, or name one as purposes.management_deploy in the configuration.",
            )
        if self._guardrail.home is Home.DELEGATE and not is_delegate(api, self._account):
            raise WrongAccount(
                f"the caller is of account {self._account}, and {self._guardrail.name} belongs into the delegated administrator's",
                advice="Use a profile of it, or name one as purposes.delegate_deploy in the configuration.",
            )

    def _check_free(self, wanted: str) -> None:
        """Raises RefusedByRule where IAM has something of a name already that the stack would make: CloudFormation would roll back."""
        names = in_the_way(self._clients, wanted, self._account)
        if names:
            raise RefusedByRule(
                f"account {self._account} has {', '.join(names)} already, and not by a stack {self._stack} in {self._clients.region}",
                advice="It is another guardrail's, of a stack in another Region, or made by hand: use that one, or take it away first.",
            )

    def _check_not_needed(self) -> None:
        if self._guardrail.name == "operator-roles":
            name = GUARDRAILS["protect-assume-root"].deployed_as
            if gather_scp(self._clients, name, ()).id is not None:
                raise RefusedByRule(
                    f"the SCP {name} lets nobody but operator roles open root sessions, and these are they",
                    advice="Run 'guardrails undeploy protect-assume-root' first.",
                )
        if self._guardrail.name in _RECOVERING:
            found = open_exceptions(self._app, self._clients, self._organization.id)
            if found:
                named = ", ".join(f"{one.id} in {one.account}" for one in found)
                raise RefusedByRule(
                    f"a recovery is open, which nobody may be left to close: {named}",
                    advice="Close it first: 'rootwarden recovery close'.",
                )
