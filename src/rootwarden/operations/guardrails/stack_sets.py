"""Carrying out one step of a StackSet, and waiting until AWS is done with it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from rootwarden.aws.stack_sets import Begun, StackSets
from rootwarden.errors import AwsError, Unreachable
from rootwarden.model.guardrail_plan import ChangeKind, ChangeOutcome, GuardrailChange
from rootwarden.model.outcome import Done, Failed, Unknown
from rootwarden.model.reason import local, reason_of
from rootwarden.operations.guardrails.alert_plan import StackSetState
from rootwarden.policy.alerts.stack import defaults

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.outcome import Outcome

_FIRST: Final = 0.5
_LONGEST: Final = 15.0
"""Seconds between two looks."""
_PATIENCE: Final = 3600.0
"""Seconds until an operation is called unknown: AWS goes on with it."""
_UNDER_WAY: Final = frozenset({"RUNNING", "QUEUED", "STOPPING"})
_SHOWN: Final = 5


def read_stack_set(clients: CallerClients, name: str) -> StackSetState:
    """What there is of it. Raises AwsError."""
    sets = StackSets(clients.client("cloudformation"))
    if not sets.has_access():
        return StackSetState(has_access=False)
    found = sets.described(name)
    return StackSetState(True, found, sets.instances(name) if found else ())


def change_stack_set(clients: CallerClients, change: GuardrailChange) -> ChangeOutcome:
    """Carries one step out. What AWS is still at in the end is unknown, and so is a call whose answer was lost."""
    sets = StackSets(clients.client("cloudformation"))
    try:
        begun = _begin(sets, change)
        outcome = _followed(sets, change, begun) if isinstance(begun, Begun) else Done()
    except Unreachable as error:
        return ChangeOutcome(change, Unknown(reason_of(error)))
    except AwsError as error:
        return ChangeOutcome(change, Failed(reason_of(error)))
    return ChangeOutcome(change, outcome, begun.request_id if isinstance(begun, Begun) else begun)


def _begin(sets: StackSets, change: GuardrailChange) -> Begun | str | None:
    name, targets = change.policy, [one.id for one in change.targets]
    values = defaults(json.loads(change.document)) if change.document else {}
    match change.kind:
        case ChangeKind.ACTIVATE_ORGANIZATIONS_ACCESS:
            return sets.activate()
        case ChangeKind.CREATE_STACK_SET:
            return sets.create(name, change.document, values)
        case ChangeKind.UPDATE_STACK_SET:
            return sets.update(name, change.document, values)
        case ChangeKind.CREATE_STACK_INSTANCES:
            return sets.deploy_to(name, targets, change.regions)
        case ChangeKind.DELETE_STACK_INSTANCES:
            return sets.withdraw_from(name, targets, change.regions)
        case _:
            return sets.delete(name)


def _followed(sets: StackSets, change: GuardrailChange, begun: Begun) -> Outcome:
    status, said = _settled(sets, change.policy, begun.id)
    if status in _UNDER_WAY:
        text = f"AWS is still at operation {begun.id}: repeat the command later to see what came of it"
        return Unknown(local("still_running", text))
    if change.kind is ChangeKind.DELETE_STACK_INSTANCES:
        left = [
            one
            for one in sets.instances(change.policy)
            if one.region in change.regions and status != "SUCCEEDED"
        ]
        if not left:
            return Done()
        return Failed(local(status.lower(), f"{len(left)} stacks are left: {said}"))
    state = StackSetState(True, sets.described(change.policy), sets.instances(change.policy))
    if state.missing:
        return Failed(local("not_current", missing_in_words(state)))
    if status != "SUCCEEDED":
        return Failed(local(status.lower(), said or f"AWS says {status}"))
    return Done()


def missing_in_words(state: StackSetState) -> str:
    """Which stacks are not as they are meant, with AWS's reasons for the first of them."""
    shown = "; ".join(
        f"{one.account} {one.region}: {one.detailed or one.status}: {one.reason or 'AWS gives no reason'}"
        for one in state.missing[:_SHOWN]
    )
    more = len(state.missing) - _SHOWN
    return f"{len(state.missing)} of {len(state.instances)} stacks of members are not current: {shown}" + (
        f"; and {more} more" if more > 0 else ""
    )


def _settled(sets: StackSets, name: str, operation: str) -> tuple[str, str]:
    """What AWS says of an operation once it is over, or when patience is."""
    ends, pause = time.monotonic() + _PATIENCE, _FIRST
    while True:
        status, said = sets.operation_status(name, operation)
        if status not in _UNDER_WAY or time.monotonic() > ends:
            return status, said
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST)
