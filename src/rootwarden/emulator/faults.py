"""Failures on demand: errors, throttling, delays, lost connections."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authentication import expired
from rootwarden.emulator.call import Call
from rootwarden.emulator.limits import Rate
from rootwarden.emulator.org_file import FaultSpec
from rootwarden.emulator.throttling import is_over_the_limit, throttled
from rootwarden.emulator.world import World
from rootwarden.model.ids import account_of_root_arn

_SERVER_ERROR = 500


@dataclass(slots=True)
class Struck:
    """What the faults make of one call."""

    refusal: AwsAnswer | None = None
    """The answer instead of the service's."""
    before: float = 0.0
    """Seconds until the call has its effect."""
    after: float = 0.0
    """Seconds from the effect to the answer."""
    lost_before: bool = False
    """The connection is reset, and the call has no effect."""
    lost_after: bool = False
    """The connection is reset, and the call has its effect."""


def strike(world: World, call: Call) -> Struck:
    """Applies every fault that meets the call, in their order, up to the first that refuses it.

    What is limited in number is used up by one. AWS's own limits come last, where they are on. The caller holds the
    world's lock.
    """
    struck = Struck()
    for fault in tuple(world.faults):
        if meets(fault, call) and _apply(world, fault, call, struck):
            _use_up(world, fault)
        if struck.refusal is not None or struck.lost_before:
            return struck
    if world.throttles and is_over_the_limit(world, call):
        struck.refusal = throttled(call)
    return struck


def meets(fault: FaultSpec, call: Call) -> bool:
    """Whether a fault is about this operation on this account."""
    service, _, operation = fault.operation.partition(":")
    return (
        service in ("*", call.service)
        and operation in ("", "*", call.operation)
        and fault.account in (None, acted_on(call))
    )


def _apply(world: World, fault: FaultSpec, call: Call, struck: Struck) -> bool:
    """Whether the fault had any effect."""
    key = _identity(fault)
    match fault.kind:
        case "latency" if fault.delay:
            struck.before += world.draws.seconds(key, fault.delay)
        case "stall" if fault.delay:
            struck.after += world.draws.seconds(key, fault.delay)
        case "reset":
            struck.lost_before = True
        case "reset-after-effect":
            struck.lost_after = True
        case "expired-credentials":
            struck.refusal = expired(call.protocol, call.operation)
        case "throttle" if fault.rate:
            rate = Rate(fault.rate.per_second, fault.rate.burst)
            if world.buckets.take([(key, rate)], world.clock.now()):
                return False
            struck.refusal = _answer(fault, call)
        case _:
            struck.refusal = _answer(fault, call)
    return True


def _identity(fault: FaultSpec) -> Hashable:
    """What stays the same while the count goes down."""
    return (fault.kind, fault.operation, fault.account, fault.rate, fault.delay)


def _use_up(world: World, fault: FaultSpec) -> None:
    if fault.count is None:
        return
    index = next(n for n, one in enumerate(world.faults) if one is fault)
    if fault.count == 1:
        del world.faults[index]
    else:
        world.faults[index] = fault.model_copy(update={"count": fault.count - 1})


def _answer(fault: FaultSpec, call: Call) -> AwsAnswer:
    """The answer a fault gives: the service's throttling where it says nothing, a server error where it says only 5xx."""
    status = fault.http_status or 400
    if fault.code is None and status > _SERVER_ERROR:
        usual = AwsAnswer("ServiceUnavailable", "The service is unavailable. Please try again later.", status)
    elif fault.code is None and status == _SERVER_ERROR:
        usual = AwsAnswer("InternalFailure", "We encountered an internal error. Please try again.", status)
    elif fault.code is None:
        usual = throttled(call)
    else:
        usual = AwsAnswer(fault.code, "Rate exceeded", status)
    text = usual.message if fault.message is None else fault.message
    return AwsAnswer(usual.code, text, fault.http_status or usual.http_status)


def acted_on(call: Call) -> str:
    """The account a call is about: AssumeRoot's target, an AccountId among the parameters, else the caller's own."""
    target = call.params.get("TargetPrincipal") or call.params.get("AccountId")
    if isinstance(target, str):
        return account_of_root_arn(target) or target
    return call.caller.account
