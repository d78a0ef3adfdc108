"""Failures on demand."""

from __future__ import annotations

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.world import World
from rootwarden.model.ids import account_of_root_arn


def strike(world: World, call: Call) -> None:
    """Raises the answer of the first fault that meets the call, and uses it up once. The caller holds the world's lock."""
    for index, fault in enumerate(world.faults):
        if fault.operation != call.action or fault.account not in (None, acted_on(call)):
            continue
        if fault.count == 1:
            del world.faults[index]
        elif fault.count is not None:
            world.faults[index] = fault.model_copy(update={"count": fault.count - 1})
        raise AwsAnswer(fault.code, fault.message, fault.http_status)


def acted_on(call: Call) -> str:
    """The account a call is about: AssumeRoot's target, an AccountId among the parameters, else the caller's own."""
    target = call.params.get("TargetPrincipal") or call.params.get("AccountId")
    if isinstance(target, str):
        return account_of_root_arn(target) or target
    return call.caller.account
