"""Carrying out a plan for alerts: Regions stand for themselves, and the steps of one place follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.operations.guardrails.apply import apply_changes
from rootwarden.sessions.fan_out import fan_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange
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
        return apply_changes(clients_of(steps[0].account), record, steps)

    done = {
        id(one.change): one
        for outcomes in fan_out(places.values(), work, at_once=AT_ONCE)
        for one in outcomes
    }
    return tuple(done[id(change)] for change in changes)
