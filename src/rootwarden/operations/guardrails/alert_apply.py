"""Carrying out a plan for alerts: Regions stand for themselves, and the steps of one place follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.ledger.results import result_of
from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange
from rootwarden.model.outcome import Failed, Refused, Unknown
from rootwarden.model.reason import local
from rootwarden.operations.guardrails.stack_sets import change_stack_set
from rootwarden.operations.guardrails.stacks import change_stack
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.operations.guardrails.apply import Record

AT_ONCE: Final = 8
"""Places under work at a time: CloudFormation takes few calls a second."""


def apply_alerts(
    clients_of: Callable[[AccountId | None], CallerClients],
    record: Record,
    changes: Sequence[GuardrailChange],
) -> tuple[ChangeOutcome, ...]:
    """How each change came out, in their order. A step that fails ends the steps of its place, and no others.

    ``clients_of`` gives the caller in an account, and for None the one that has the StackSets. Raises LedgerError and Interrupted.
    """
    places: dict[tuple[AccountId | None, str | None], list[GuardrailChange]] = {}
    for change in changes:
        places.setdefault((change.account, change.region), []).append(change)

    def work(steps: Sequence[GuardrailChange]) -> tuple[ChangeOutcome, ...]:
        return _in_order(clients_of(steps[0].account), record, steps)

    done = {
        id(one.change): one
        for outcomes in fan_out(places.values(), work, at_once=AT_ONCE)
        for one in outcomes
    }
    return tuple(done[id(change)] for change in changes)


def _in_order(
    clients: CallerClients, record: Record, steps: Sequence[GuardrailChange]
) -> tuple[ChangeOutcome, ...]:
    outcomes: list[ChangeOutcome] = []
    failed = ""
    for change in steps:
        if failed:
            reason = local("not_tried", f"a step before it did not succeed: {failed}")
            outcomes.append(ChangeOutcome(change, Refused(reason)))
            continue
        with record(change) as intent:
            one = (
                change_stack_set(clients, change)
                if change.kind.is_of_stack_set
                else change_stack(clients, change)
            )
            ids = (one.request_id,) if one.request_id else ()
            intent.finish(result_of(one.outcome, item=change.item, request_ids=ids))
        outcomes.append(one)
        if isinstance(one.outcome, Failed | Unknown):
            failed = change.text
    return tuple(outcomes)
