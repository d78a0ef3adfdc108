"""Planning a guardrail's deployment: who asks, what is wanted where, and what the organization has."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.exceptions import open_exceptions
from rootwarden.app.guardrail_safety import (
    check_operators,
    check_recoveries,
    control_tower,
    is_delegate,
    kept_exemptions,
)
from rootwarden.app.guardrails import render_guardrail
from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organization_policies import ResourcePolicyApi
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import BadInput, NotFound, UnknownAccount, WrongAccount
from rootwarden.model.guardrail_plan import ChangeKind, GuardrailChange, GuardrailPlan, Place
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL, account_id, looks_like_account_id
from rootwarden.model.units import UnitTree
from rootwarden.operations.guardrails import plan as planning
from rootwarden.operations.guardrails.state import gather_scp
from rootwarden.policy.guardrails.guardrail import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.app.context import App
    from rootwarden.app.guardrail_parameters import Given
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.selection import Selection
    from rootwarden.operations.guardrails.state import ScpState
    from rootwarden.policy.guardrails.guardrail import Guardrail

_DELEGATION = "the organization's resource policy"


class Planner:
    """Makes the plans of one guardrail. Raises WrongAccount for a caller that can only be refused, and AwsError."""

    def __init__(self, app: App, clients: CallerClients, guardrail: Guardrail) -> None:
        self._app = app
        self._clients = clients
        self._guardrail = guardrail
        self._api = Organizations(clients.client("organizations"))
        self._organization = self._api.describe()
        app.check_organization(self._organization.id)
        self._check_account()

    @property
    def _is_scp(self) -> bool:
        return self._guardrail.kinds == (Kind.SCP,)

    def deploy(
        self, targets: tuple[str, ...], selection: Selection, given: Given, *, lock_me_out: bool = False
    ) -> GuardrailPlan:
        """The plan to bring it in. Raises BadInput for places that do not exist, RefusedByRule where it would lock somebody out."""
        given = dataclasses.replace(given, partition=self._clients.partition.name)
        if not self._is_scp:
            if targets:
                raise BadInput(f"guardrail {self._guardrail.name} takes no --target", advice="Leave it out.")
            return self._delegation(selection, given)
        tree = UnitTree(tuple(self._api.units()))
        name = self._guardrail.deployed_as
        before = gather_scp(self._clients, name, ())
        wanted = self._places(targets, tree, before, given)
        first = (
            tree.named(self._app.settings.guardrails.test_ou)
            if self._app.settings.guardrails.test_ou
            else None
        )
        places = planning.in_order(wanted, Place(first.id, first.path) if first else None)
        state = gather_scp(self._clients, name, [place.id for place in places])
        recoveries = self._recoveries()
        kept = kept_exemptions(recoveries, state)
        if "exempt" in self._guardrail.takes:
            given = dataclasses.replace(given, exempt=tuple(dict.fromkeys((*given.exempt, *kept))))
        made = render_guardrail(self._app, self._guardrail, selection, given)
        (paper,) = made.papers
        reached = {*(place.id for place in places), *state.targets}
        check_recoveries(recoveries, self._clients, paper, places=reached, exempt=given.exempt)
        notes = (
            *check_operators(self._app, self._clients, paper, places=reached, lock_me_out=lock_me_out),
            *control_tower(self._clients, state),
        )
        changes = planning.plan_scp(self._guardrail.name, name, paper.text, state, places)
        updates = any(one.kind is ChangeKind.UPDATE_POLICY for one in changes)
        inside = {place.id for place in places}
        return GuardrailPlan(
            command="guardrails deploy",
            guardrail=self._guardrail.name,
            organization_id=self._organization.id,
            endpoint=self._clients.endpoint,
            changes=changes,
            before=planning.laid_out(state.document),
            after=planning.laid_out(paper.text),
            drifted=updates and planning.is_drifted(state, kept, self._clients.partition.name),
            elsewhere=tuple(self._place(one, tree) for one in state.targets if one not in inside),
            notes=tuple(notes),
        )

    def undeploy(self) -> GuardrailPlan:
        """The plan to take it out again."""
        if not self._is_scp:
            return self._delegation_away()
        name = self._guardrail.deployed_as
        state = gather_scp(self._clients, name, ())
        tree = UnitTree(tuple(self._api.units()))
        kept = kept_exemptions(self._recoveries(), state)
        return GuardrailPlan(
            command="guardrails undeploy",
            guardrail=self._guardrail.name,
            organization_id=self._organization.id,
            endpoint=self._clients.endpoint,
            changes=planning.plan_scp_away(
                name, state, {one: self._place(one, tree) for one in state.targets}
            ),
            before=planning.laid_out(state.document),
            drifted=planning.is_drifted(state, kept, self._clients.partition.name),
        )

    def _delegation(self, selection: Selection, given: Given) -> GuardrailPlan:
        made = render_guardrail(self._app, self._guardrail, selection, given)
        (paper,) = made.papers
        there = ResourcePolicyApi(self._clients.client("organizations")).document()
        wanted = planning.merged(there, paper.document)
        same = planning.normal(there or "") == planning.normal(wanted)
        put = GuardrailChange(ChangeKind.PUT_RESOURCE_POLICY, self._guardrail.deployed_as, document=wanted)
        return self._of_resource_policy(
            "guardrails deploy",
            () if same else (put,),
            there,
            wanted,
            drifted=not same and planning.ours_differ(there, paper.document),
        )

    def _delegation_away(self) -> GuardrailPlan:
        there = ResourcePolicyApi(self._clients.client("organizations")).document()
        name = self._guardrail.deployed_as
        changes: tuple[GuardrailChange, ...] = ()
        left = None
        if there is not None and planning.has_ours(there):
            left = planning.without_ours(there)
            kind = ChangeKind.PUT_RESOURCE_POLICY if left else ChangeKind.DELETE_RESOURCE_POLICY
            changes = (GuardrailChange(kind, name, document=left or ""),)
        return self._of_resource_policy("guardrails undeploy", changes, there, left, drifted=False)

    def _of_resource_policy(
        self,
        command: str,
        changes: tuple[GuardrailChange, ...],
        before: str | None,
        after: str | None,
        *,
        drifted: bool,
    ) -> GuardrailPlan:
        return GuardrailPlan(
            command=command,
            guardrail=self._guardrail.name,
            organization_id=self._organization.id,
            endpoint=self._clients.endpoint,
            changes=changes,
            before=planning.laid_out(before or ""),
            after=planning.laid_out(after or ""),
            drifted=drifted,
        )

    def _recoveries(self) -> tuple[RecoveryException, ...]:
        return open_exceptions(self._app, self._clients, self._organization.id)

    def _check_account(self) -> None:
        caller = get_caller(self._clients.client("sts")).account_id
        manager = self._organization.management_account_id
        if caller == manager or (self._is_scp and is_delegate(self._api, caller)):
            return
        who = f"the management account {manager}"
        raise WrongAccount(
            f"the caller is of account {caller}, and {self._guardrail.name} is deployed from {who}",
            advice="Use a profile of it, or name one as purposes.management_deploy in the configuration."
            + (
                " The delegated administrator may too, where 'guardrails deploy delegation' was run."
                if self._is_scp
                else ""
            ),
        )

    def _places(
        self, targets: Sequence[str], tree: UnitTree, state: ScpState, given: Given
    ) -> tuple[Place, ...]:
        """Where it is wanted: as named; else where it is already, or where it can only belong."""
        if targets:
            return tuple(
                self._named(one.strip(), tree) for text in targets for one in text.split(",") if one.strip()
            )
        if state.targets:
            return tuple(self._place(one, tree) for one in state.targets)
        if "delegate" in self._guardrail.needs:
            delegates = (
                (given.delegate,)
                if given.delegate
                else self._api.delegated_administrators(IAM_SERVICE_PRINCIPAL)
            )
            if len(delegates) == 1:
                return (self._named(delegates[0], tree),)
        raise BadInput(
            f"nothing says where {self._guardrail.name} is to be attached",
            advice="Name roots, OUs or accounts with --target; try an OU with little in it first.",
        )

    def _named(self, text: str, tree: UnitTree) -> Place:
        if not looks_like_account_id(text):
            unit = tree.named(text)
            return Place(unit.id, unit.path)
        wanted = account_id(text)
        if wanted == self._organization.management_account_id:
            raise BadInput(
                f"{wanted} is the management account, which no SCP binds",
                advice="'management-deny' is for it.",
            )
        try:
            return Place(wanted, self._api.account(wanted).name)
        except NotFound as error:
            raise UnknownAccount(
                f"the organization has no account {wanted}: {error.code}: {error.text}",
                advice="Name another.",
            ) from error

    def _place(self, target: str, tree: UnitTree) -> Place:
        return Place(target, tree.path(tree.lineage(target)) or "")
