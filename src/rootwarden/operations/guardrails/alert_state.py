"""Reading what there is of a stack of alerts in one account and Region, its rules and topic as they are now."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.aws.event_rules import LiveRule, LiveTopic, rules_named, topic
from rootwarden.aws.stacks import Stacks, StackStatus
from rootwarden.errors import AwsError, NotFound
from rootwarden.model.reason import Reason, reason_of
from rootwarden.operations.guardrails.alert_drift import differences
from rootwarden.policy.alerts.stack import is_ours, prefix_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class AlertsAt:
    """What was found in one account and Region."""

    account: AccountId
    region: str
    status: StackStatus | None = None
    """None where there is no such stack."""
    template: str = ""
    """The template it was made of."""
    is_ours: bool = True
    """Whether that is a stack of alerts of this program."""
    by_hand: tuple[str, ...] = ()
    """What somebody changed since."""
    confirmed: int | None = None
    """Subscriptions of the topic that somebody confirmed; None where it has no topic."""
    failure: Reason | None = None
    """Why it could not be read."""

    @property
    def where(self) -> str:
        """Account and Region."""
        return f"{self.account} {self.region}"


def alerts_at(clients: CallerClients, account: AccountId, region: str, name: str) -> AlertsAt:
    """Reads one place. What cannot be read is a value."""
    try:
        return _read(clients, account, region, name)
    except AwsError as error:
        return AlertsAt(account, region, failure=reason_of(error))


def _read(clients: CallerClients, account: AccountId, region: str, name: str) -> AlertsAt:
    stacks = Stacks(clients.client("cloudformation", region))
    status = stacks.status(name)
    if status is None:
        return AlertsAt(account, region)
    text = stacks.template(name)
    template: Mapping[str, Any] = json.loads(text)
    if not is_ours(template):
        return AlertsAt(account, region, status, text, is_ours=False)
    if status.is_spent:  # what it made is gone, or about to go
        return AlertsAt(account, region, status, text)
    live = live_rules(clients, template, region)
    arn = f"arn:{clients.partition.name}:sns:{region}:{account}:{prefix_of(template)}Alerts"
    has_topic = "Topic" in template["Resources"]
    there = _topic(clients, region, arn) if has_topic else None
    found = differences(template, region, arn, live, there)
    told = (there.confirmed if there else 0) if has_topic else None
    return AlertsAt(account, region, status, text, by_hand=found, confirmed=told)


def live_rules(clients: CallerClients, template: Mapping[str, Any], region: str) -> dict[str, LiveRule]:
    """The rules of a stack as they are now, on the default bus and on its own where it has one. Raises AwsError."""
    events, prefix = clients.client("events", region), prefix_of(template)
    found = rules_named(events, prefix)
    if "Bus" in template["Resources"]:
        with contextlib.suppress(NotFound):  # the bus is gone, and its rules with it: they are missed by name
            found |= rules_named(events, prefix, bus=prefix)
    return found


def _topic(clients: CallerClients, region: str, arn: str) -> LiveTopic | None:
    try:
        return topic(clients.client("sns", region), arn)
    except NotFound:
        return None
