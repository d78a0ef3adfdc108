"""Carrying out a plan for a guardrail: one call after the other, each with a look after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rootwarden.aws.organization_policies import OrganizationPolicyWriter, ResourcePolicyApi
from rootwarden.errors import AlreadyThere, AwsError, NotFound, Unreachable
from rootwarden.ledger.results import result_of
from rootwarden.model.guardrail_plan import ChangeKind, ChangeOutcome, GuardrailChange
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.outcome import Done, Failed, NothingToDo, Refused, Unknown
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.operations.guardrails.plan import normal
from rootwarden.operations.guardrails.stack_sets import change_stack_set
from rootwarden.operations.guardrails.stacks import change_stack
from rootwarden.operations.guardrails.state import gather_scp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Intent
    from rootwarden.model.outcome import Outcome


class Record(Protocol):
    """Writes the intent of one change to the ledger. Raises LedgerError: then it is not made."""

    def __call__(self, change: GuardrailChange) -> Intent: ...


def apply_changes(
    clients: CallerClients, record: Record, changes: Sequence[GuardrailChange]
) -> tuple[ChangeOutcome, ...]:
    """How each change came out. After one that did not succeed none is tried: the test OU comes before all others."""
    outcomes: list[ChangeOutcome] = []
    failed = ""
    for change in changes:
        if failed:
            reason = local("not_tried", f"a step before it did not succeed: {failed}")
            outcomes.append(ChangeOutcome(change, Refused(reason)))
            continue
        with record(change) as intent:
            one = _changed(clients, change)
            ids = (one.request_id,) if one.request_id else ()
            intent.finish(result_of(one.outcome, item=change.item, request_ids=ids))
        outcomes.append(one)
        if isinstance(one.outcome, Failed | Unknown):
            failed = change.text
    return tuple(outcomes)


def _changed(clients: CallerClients, change: GuardrailChange) -> ChangeOutcome:
    if change.kind.is_of_stack_set:
        return change_stack_set(clients, change)
    return change_stack(clients, change) if change.kind.is_of_stack else _attempt(clients, change)


def _attempt(clients: CallerClients, change: GuardrailChange) -> ChangeOutcome:
    try:
        request_id = _make(clients, change)
    except (AlreadyThere, NotFound) as error:
        there = _seen(clients, change) is True
        return ChangeOutcome(change, NothingToDo(reason_of(error)) if there else Failed(reason_of(error)))
    except Unreachable as error:  # it may have taken effect: the look tells
        there = _seen(clients, change) is True
        return ChangeOutcome(change, Done() if there else Unknown(reason_of(error)))
    except AwsError as error:
        return ChangeOutcome(change, Failed(reason_of(error)))
    seen = _seen(clients, change)
    outcome: Outcome = Done()
    if isinstance(seen, Reason):
        said = (
            f"AWS accepted the call, and whether it took effect could not be read: {seen.code}: {seen.text}"
        )
        outcome = Unknown(Reason(seen.source, seen.code, said, seen.request_id))
    elif not seen:
        outcome = Unknown(
            local("not_confirmed", "AWS accepted the call, and does not show its effect: look again")
        )
    return ChangeOutcome(change, outcome, request_id)


def _seen(clients: CallerClients, change: GuardrailChange) -> bool | Reason:
    """Whether AWS shows what the change was for; why that could not be read."""
    try:
        return _holds(clients, change)
    except AwsError as error:
        return reason_of(error)


def _make(clients: CallerClients, change: GuardrailChange) -> str | None:
    client = clients.client("organizations")
    writer, resource = OrganizationPolicyWriter(client), ResourcePolicyApi(client)
    place = change.place.id if change.place else ""
    calls: dict[ChangeKind, Callable[[], str | None]] = {
        ChangeKind.CREATE_POLICY: lambda: writer.create(
            PolicyType.SCP, change.policy, change.document, change.description
        ),
        ChangeKind.UPDATE_POLICY: lambda: writer.change(
            _id(clients, change), change.document, change.description
        ),
        ChangeKind.ATTACH_POLICY: lambda: writer.attach(_id(clients, change), place),
        ChangeKind.DETACH_POLICY: lambda: writer.detach(_id(clients, change), place),
        ChangeKind.DELETE_POLICY: lambda: writer.delete(_id(clients, change)),
        ChangeKind.PUT_RESOURCE_POLICY: lambda: resource.put(change.document),
        ChangeKind.DELETE_RESOURCE_POLICY: resource.delete,
    }
    return calls[change.kind]()


def _id(clients: CallerClients, change: GuardrailChange) -> str:
    found = gather_scp(clients, change.policy, ()).id
    if found is None:
        raise NotFound(
            f"there is no SCP {change.policy}",
            code="PolicyNotFoundException",
            text=f"there is no policy of the name {change.policy} any more",
            operation=change.kind.action,
            source="local",
        )
    return found


def _holds(clients: CallerClients, change: GuardrailChange) -> bool:
    if change.kind in {ChangeKind.PUT_RESOURCE_POLICY, ChangeKind.DELETE_RESOURCE_POLICY}:
        there = ResourcePolicyApi(clients.client("organizations")).document()
        return bool(normal(there or "") == normal(change.document))
    state = gather_scp(clients, change.policy, ())
    place = change.place.id if change.place else ""
    match change.kind:
        case ChangeKind.ATTACH_POLICY:
            return place in state.targets
        case ChangeKind.DETACH_POLICY:
            return place not in state.targets
        case ChangeKind.DELETE_POLICY:
            return state.id is None
        case _:
            return state.id is not None and normal(state.document) == normal(change.document)
