"""Looking after the alerts of the management account, for ``management check``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from rootwarden.aws.enabled_regions import enabled_regions
from rootwarden.model.management import DeployedAlerts
from rootwarden.model.reading import NotSeen, try_reading
from rootwarden.operations.guardrails.alert_apply import AT_ONCE
from rootwarden.operations.guardrails.alert_state import alerts_at
from rootwarden.operations.guardrails.stack_sets import missing_in_words, read_stack_set
from rootwarden.policy.guardrails.catalog import GUARDRAILS
from rootwarden.policy.guardrails.guardrail import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.reason import Reason
    from rootwarden.operations.guardrails.alert_plan import StackSetState
    from rootwarden.operations.guardrails.alert_state import AlertsAt


def deployed_alerts(clients: CallerClients, account: AccountId) -> Iterator[DeployedAlerts]:
    """Every stack of alerts in every enabled Region of this account."""
    regions = try_reading(lambda: enabled_regions(clients.client("ec2")))
    for guardrail in (one for one in GUARDRAILS.values() if one.reach in {Reach.CALLERS, Reach.MEMBERS}):
        if isinstance(regions, NotSeen):
            unread = (f"the enabled Regions: {_said(regions.reason)}",)
            yield DeployedAlerts(guardrail.name, unread=unread, reason=regions.reason)
            continue
        name = f"rootwarden-{guardrail.name}"
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found = tuple(threads.map(partial(alerts_at, clients, account, name=name), regions.value))
        yield _as_found(clients, guardrail.name, found, members=guardrail.reach is Reach.MEMBERS)


def _as_found(
    clients: CallerClients, guardrail: str, found: tuple[AlertsAt, ...], *, members: bool
) -> DeployedAlerts:
    read = [one for one in found if one.failure is None]
    there = [one for one in read if one.status is not None and one.is_ours]
    failed = [(one.region, one.failure) for one in found if one.failure is not None]
    wrong = None
    if members:
        state = try_reading(lambda: read_stack_set(clients, f"rootwarden-{guardrail}"))
        if isinstance(state, NotSeen):
            failed.append(("the StackSet", state.reason))
        elif there:
            wrong = _of_members(state.value)
    return DeployedAlerts(
        guardrail,
        there=tuple(one.region for one in there),
        missing=tuple(one.region for one in read if one not in there),
        changed=tuple(text for one in there for text in _changed(one)),
        silent=tuple(one.region for one in there if one.confirmed == 0),
        unread=tuple(f"{what}: {_said(reason)}" for what, reason in failed),
        reason=failed[0][1] if failed else None,
        members=wrong,
    )


def _changed(one: AlertsAt) -> Iterator[str]:
    if one.status is not None and (one.status.is_busy or one.status.is_spent):
        yield f"{one.region}: the stack is {one.status.word}"
    yield from (f"{one.region}: {text}" for text in one.by_hand)


def _of_members(state: StackSetState) -> str | None:
    if state.found is None:
        return "no StackSet brings them to members"
    if not state.found.automatic:
        return "the StackSet does not follow accounts that join"
    return missing_in_words(state) if state.missing else None


def _said(reason: Reason) -> str:
    return f"{reason.code}: {reason.text}"
