"""Planning stacks of alerts: every enabled Region of the accounts that need them, and a StackSet for the members."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from rootwarden.app.alert_callers import AlertCallers
from rootwarden.app.guardrails import render_guardrail
from rootwarden.aws.enabled_regions import enabled_regions
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.guardrail_plan import GuardrailPlan, Place
from rootwarden.model.ids import looks_like_account_id
from rootwarden.model.reading import NotSeen, try_reading
from rootwarden.model.units import UnitTree
from rootwarden.operations.guardrails.alert_apply import AT_ONCE, apply_alerts
from rootwarden.operations.guardrails.alert_plan import (
    StackSetState,
    set_steps,
    set_steps_away,
    stack_steps,
    stack_steps_away,
)
from rootwarden.operations.guardrails.alert_state import alerts_at
from rootwarden.operations.guardrails.plan import laid_out
from rootwarden.operations.guardrails.stack_sets import missing_in_words, read_stack_set
from rootwarden.policy.alerts.hub import hub_of
from rootwarden.policy.alerts.stack import is_ours, told_by
from rootwarden.policy.guardrails.guardrail import Reach
from rootwarden.policy.guardrails.template import template, template_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rootwarden.app.context import App
    from rootwarden.app.guardrail_parameters import Given
    from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange
    from rootwarden.model.selection import Selection
    from rootwarden.operations.guardrails.alert_state import AlertsAt
    from rootwarden.operations.guardrails.apply import Record
    from rootwarden.policy.guardrails.guardrail import Guardrail


class AlertPlanner:
    """Makes the plans of one stack of alerts. Raises WrongAccount where the caller is of none of its accounts, and AwsError."""

    def __init__(self, app: App, guardrail: Guardrail) -> None:
        self._app = app
        self._guardrail = guardrail
        self._name = f"rootwarden-{guardrail.name}"
        self.callers = AlertCallers(app, guardrail)

    @property
    def _for_members(self) -> bool:
        return self._guardrail.reach is Reach.MEMBERS

    def deploy(self, targets: Sequence[str], selection: Selection, given: Given) -> GuardrailPlan:
        """The plan to bring it to every Region. Raises RefusedByRule where it would be silent, or where something else has its name."""
        of_trails = tuple(self.callers.check_trails())
        given = dataclasses.replace(given, partition=self.callers.first.partition.name)
        found, unseen = self._read()
        state = self._stack_set()
        self._check_ours(found, state)
        there = [one.template for one in found if one.template]
        if state.found is not None:
            there.append(state.found.template)
        if given.notify is None and given.hub_bus is None and there:
            # Who is told stays as it is until somebody says otherwise.
            before = json.loads(there[0])
            given = dataclasses.replace(given, notify=told_by(before), hub_bus=hub_of(before))
        wanted = template_text(template(render_guardrail(self._app, self._guardrail, selection, given)))
        changes = [step for one in found for step in stack_steps(one, self._name, wanted)]
        if self._for_members:
            changes += self._set_changes(state, wanted, targets, found)
        elif targets:
            raise BadInput(
                f"guardrail {self._guardrail.name} takes no --target",
                advice="Where it belongs is the same for everybody: 'guardrails list' says it.",
            )
        earlier = next((text for text in there if text != wanted), wanted if there else "")
        return self._plan(
            "guardrails deploy",
            changes,
            found,
            (*unseen, *_left_alone(found)),
            before=earlier,
            after=wanted,
            notes=(*of_trails, *self._notes(found, state, wanted)),
        )

    def undeploy(self) -> GuardrailPlan:
        """The plan to take it away everywhere."""
        found, unseen = self._read()
        state = self._stack_set()
        self._check_ours(found, state)
        changes = [step for one in found for step in stack_steps_away(one, self._name)]
        notes: tuple[str, ...] = ()
        if self._for_members and state.found is not None:
            tree = UnitTree(tuple(self.callers.api.units()))
            places = [Place(one, tree.path(tree.lineage(one)) or "") for one in state.found.targets]
            changes += set_steps_away(state, self._name, places)
            notes = ("StackSets keep their trusted access to the organization: others may use them",)
        there = next((one.template for one in found if one.template), "")
        if not there and state.found is not None:
            there = state.found.template
        return self._plan("guardrails undeploy", changes, found, unseen, before=there, after="", notes=notes)

    def carry_out(self, record: Record, changes: Sequence[GuardrailChange]) -> tuple[ChangeOutcome, ...]:
        """How each change came out."""
        return apply_alerts(self.callers.of, record, changes)

    def _plan(
        self,
        command: str,
        changes: Sequence[GuardrailChange],
        found: Sequence[AlertsAt],
        unseen: tuple[str, ...],
        *,
        before: str,
        after: str,
        notes: tuple[str, ...],
    ) -> GuardrailPlan:
        by_hand = tuple(f"{one.where}: {text}" for one in found for text in one.by_hand)
        return GuardrailPlan(
            command=command,
            guardrail=self._guardrail.name,
            organization_id=self.callers.organization.id,
            endpoint=self.callers.first.endpoint,
            changes=tuple(changes),
            before=laid_out(before),
            after=laid_out(after),
            drifted=bool(by_hand),
            notes=notes,
            by_hand=by_hand,
            unseen=(*self.callers.unreached, *unseen),
        )

    def _read(self) -> tuple[tuple[AlertsAt, ...], tuple[str, ...]]:
        """What there is in every enabled Region of the accounts that are reached; and what could not be read."""
        places = []
        unseen = []
        for account, clients in self.callers.reached.items():
            if self._guardrail.reach is Reach.HUB:
                places.append((clients, account, clients.region))
                continue
            regions = try_reading(partial(enabled_regions, clients.client("ec2")))
            if isinstance(regions, NotSeen):
                why = f"{regions.reason.code}: {regions.reason.text}"
                unseen.append(f"{account}: its Regions could not be read: {why}")
            else:
                places += [(clients, account, region) for region in regions.value]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found = tuple(threads.map(lambda one: alerts_at(one[0], one[1], one[2], self._name), places))
        unseen += [f"{one.where}: {one.failure.code}: {one.failure.text}" for one in found if one.failure]
        return found, tuple(unseen)

    def _stack_set(self) -> StackSetState:
        return (
            read_stack_set(self.callers.first, self._name)
            if self._for_members
            else StackSetState(has_access=True)
        )

    def _set_changes(
        self, state: StackSetState, wanted: str, targets: Sequence[str], found: Sequence[AlertsAt]
    ) -> tuple[GuardrailChange, ...]:
        tree = UnitTree(tuple(self.callers.api.units()))
        there = state.found.targets if state.found else ()
        named = [part.strip() for text in targets for part in text.split(",") if part.strip()]
        for one in named:
            if looks_like_account_id(one):
                raise BadInput(
                    f"{one} is an account, and StackSets that follow accounts deploy to OUs",
                    advice="Name the organization's root (/) or OUs.",
                )
        units = [tree.named(one) for one in named or there or ("/",)]
        places = [Place(one.id, one.path) for one in units]
        ids = {one.id for one in units}
        leaving = [Place(one, tree.path(tree.lineage(one)) or "") for one in there if one not in ids]
        regions = tuple(one.region for one in found)
        return set_steps(state, self._name, wanted, places, regions, leaving=leaving)

    def _check_ours(self, found: Sequence[AlertsAt], state: StackSetState) -> None:
        """Raises RefusedByRule where a stack or StackSet of this name is somebody else's."""
        foreign = [one.where for one in found if not one.is_ours]
        if state.found is not None and not is_ours(json.loads(state.found.template)):
            foreign.append("the StackSet")
        if foreign:
            raise RefusedByRule(
                f"there is a stack {self._name} already that was not made by this program: {', '.join(foreign)}",
                advice="Rename or delete it, if nobody needs it.",
            )

    def _notes(self, found: Sequence[AlertsAt], state: StackSetState, wanted: str) -> Iterator[str]:
        template = json.loads(wanted)
        if "Topic" not in template["Resources"]:
            yield "the central bus tells somebody, and whole events pass it: that of AssumeRoot holds the session's token"
        elif told_by(template) is None:
            yield "nobody is told yet: name somebody with --notify, or subscribe to the topics by hand"
        else:
            silent = [one.where for one in found if one.confirmed == 0]
            if silent:
                yield f"nobody confirmed the subscription in {len(silent)} places, {silent[0]} among them: nobody is told there"
        if self._for_members:
            yield "Regions that a member switched on by itself are not reached; one that it has not switched on fails and is told"
            if state.missing:
                yield missing_in_words(state)


def _left_alone(found: Sequence[AlertsAt]) -> tuple[str, ...]:
    return tuple(
        f"{one.where}: the stack is {one.status.word}: wait for CloudFormation, or help it on"
        for one in found
        if one.status and one.status.is_busy
    )
