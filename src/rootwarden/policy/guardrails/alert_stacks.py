"""Alerts as guardrails: stacks of EventBridge rules, with what they notice and what they never tell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.policy.alerts.alert_rule import AlertStack
from rootwarden.policy.alerts.samples import ORDINARY
from rootwarden.policy.alerts.stack import stack_template
from rootwarden.policy.guardrails.alert_claims import Encrypted, Ignores, StackFits, TellsNoSecrets
from rootwarden.policy.guardrails.alert_hub import ALERTS_HUB, forwarding, noticed
from rootwarden.policy.guardrails.guardrail import Guardrail, Kind, Paper, Part, Reach

if TYPE_CHECKING:
    from rootwarden.policy.guardrails.parameters import Parameters


def _make(stack: AlertStack, given: Parameters) -> tuple[Part, ...]:
    if given.hub_bus:
        return forwarding(stack, given)
    paper = Paper(f"{stack.value}Alerts", Kind.STACK, stack_template(stack, given.partition, given.notify))
    claims = noticed(stack, {"Ref": "Topic"})
    return (Part((paper,), (*claims, Ignores(ORDINARY), TellsNoSecrets(), Encrypted(), StackFits())),)


ALERT_STACKS: Final = (
    Guardrail(
        name="alerts-callers",
        protects="Tells somebody of every root session that is asked for, of changes to the baseline, and of what would silence the alerts.",
        belongs="A stack in the management account and in the delegated administrator's, in every enabled Region.",
        breaks="Nothing. Rules are silent where no trail records management events, and delivery is best effort: 'detect' finds what "
        "they missed. Sessions of one's own are told too.",
        kinds=(Kind.STACK,),
        takes=("notify", "hub_bus"),
        make=partial(_make, AlertStack.CALLERS),
        reach=Reach.CALLERS,
    ),
    Guardrail(
        name="alerts-root",
        protects="Tells somebody of root sign-ins, password recovery, use of long-term root keys and changes of root MFA.",
        belongs="A stack in every member account (a StackSet that deploys to accounts which join) and in the management account, in "
        "every enabled Region.",
        breaks="Nothing. The same limits as 'alerts-callers'.",
        kinds=(Kind.STACK,),
        takes=("notify", "hub_bus"),
        make=partial(_make, AlertStack.ROOT),
        reach=Reach.MEMBERS,
    ),
    ALERTS_HUB,
)
"""Entries of the catalogue."""
