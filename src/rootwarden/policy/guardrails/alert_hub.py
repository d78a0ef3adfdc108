"""The central event bus of the alerts, and stacks that pass events on to it, as guardrails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.ids import AccountId
from rootwarden.policy.alerts.alert_rule import AlertStack
from rootwarden.policy.alerts.hub import BUS, hub_template, to_hub
from rootwarden.policy.alerts.samples import ORDINARY, SAMPLES
from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.alert_claims import (
    Encrypted,
    Ignores,
    Notices,
    StackFits,
    TellsNoSecrets,
    resources,
)
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Decides, Proof
from rootwarden.policy.guardrails.guardrail import Guardrail, Kind, Paper, Part, Reach, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rootwarden.policy.guardrails.claims import Claim
    from rootwarden.policy.guardrails.parameters import Parameters

_HUB_ACCOUNT: Final = AccountId("123456789012")
_BEYOND: Final = ("events:PutRule", "events:PutTargets", "events:DeleteEventBus", "events:PutPermission")
"""What would make a sender more than a sender."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A claim about a policy that stands inside a template."""

    claim: Decides
    pick: Callable[[Mapping[str, Any]], Paper | None]
    """The policy in a template; None where it is not there."""

    @property
    def text(self) -> str:
        """The claim."""
        return self.claim.text

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """As the claim itself does."""
        found = [one for one in map(self.pick, (paper.document for paper in papers)) if one is not None]
        if not found:
            return Proof(self.text, holds=False, shown="there is no such policy in the template")
        return self.claim.prove(found)


@dataclass(frozen=True, slots=True)
class KeepsNothing:
    """No archive keeps what passes the bus."""

    text: str = "no archive keeps the events, which hold session tokens"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Looks at every resource."""
        kinds = {str(one["Type"]) for paper in papers for one in resources(paper)}
        archives = kinds & {"AWS::Events::Archive", "AWS::EventSchemas::Discoverer"}
        return Proof(self.text, holds=bool(kinds) and not archives, shown=f"{len(kinds)} kinds of resources")


@dataclass(frozen=True, slots=True)
class TellsOnly:
    """Every rule passes its events on to one bus, and to nobody else."""

    hub: str
    text: str = "every rule passes events on to the central bus, and to nobody else"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Looks at every target."""
        rules = [one for paper in papers for one in resources(paper) if one["Type"] == "AWS::Events::Rule"]
        for one in rules:
            targets = one["Properties"]["Targets"]
            if [target["Arn"] for target in targets] != [self.hub] or any(
                {"Input", "InputPath", "InputTransformer"} & set(target) for target in targets
            ):
                return Proof(self.text, holds=False, shown=f"{one['Properties']['Name']} does not")
        return Proof(self.text, holds=bool(rules), shown=f"{len(rules)} rules")


def forwarding(stack: AlertStack, given: Parameters) -> tuple[Part, ...]:
    """A stack whose rules pass events on to a central bus."""
    hub = str(given.hub_bus)
    asks = Asks(given.partition)
    paper = Paper(f"{stack.value}Alerts", Kind.STACK, to_hub(stack, given.partition, hub))
    me = asks.role(STRANGER, "Forwarder")
    other = hub.rpartition("/")[0] + "/other"
    claims: tuple[Claim, ...] = (
        *noticed(stack, {"Arn": hub}),
        Ignores(ORDINARY),
        TellsOnly(hub),
        Inside(
            Decides(
                "its role puts events to that bus",
                Answer.ALLOW,
                (Case(asks.by(me, "events:PutEvents", hub)),),
            ),
            _role_policy,
        ),
        Inside(
            Decides(
                "and nothing else",
                Answer.DENY,
                (
                    Case(asks.by(me, "events:PutEvents", other)),
                    *(Case(asks.by(me, one, hub)) for one in _BEYOND),
                ),
            ),
            _role_policy,
        ),
        StackFits(),
    )
    warning = f"{stack.value}: whole events go to {hub}; that of AssumeRoot holds the session's token"
    return (Part((paper,), claims, warnings=(warning,)),)


def noticed(stack: AlertStack, target: Mapping[str, Any]) -> Iterator[Claim]:
    """What a stack notices, but for changes of a topic that it has not."""
    for one in SAMPLES:
        events = tuple(event for event in one.events if event["source"] != "aws.sns" or "Ref" in target)
        if one.stack is stack and events:
            verb = "is" if len(events) == 1 else "are"
            where = " in every Region" if one.everywhere else ""
            yield Notices(f"{one.what} {verb} noticed{where}", events, one.everywhere, target.get("Arn"))


def _role_policy(template: Mapping[str, Any]) -> Paper | None:
    role = template["Resources"].get("Forwarder")
    if role is None:
        return None
    (policy,) = role["Properties"]["Policies"]
    return Paper("Forwarder", Kind.IDENTITY, policy["PolicyDocument"])


def _bus_policy(arn: str) -> Callable[[Mapping[str, Any]], Paper | None]:
    def pick(template: Mapping[str, Any]) -> Paper | None:
        found = template["Resources"].get("BusPolicy")
        if found is None:
            return None
        text = json.dumps(found["Properties"]["Statement"])
        allowed = json.loads(text.replace(json.dumps({"Fn::GetAtt": ["Bus", "Arn"]}), json.dumps(arn)))
        return Paper("BusPolicy", Kind.RESOURCE, document({"Sid": "OrganizationOnly", **allowed}))

    return pick


def _hub(given: Parameters) -> tuple[Part, ...]:
    asks = Asks(given.partition)
    organization = str(given.organization)
    paper = Paper(f"{BUS}Alerts", Kind.STACK, hub_template(organization, given.notify))
    bus = f"arn:{given.partition}:events:eu-central-1:{_HUB_ACCOUNT}:event-bus/{BUS}"
    inside, outside = {"aws:PrincipalOrgID": organization}, {"aws:PrincipalOrgID": "o-someoneelse"}
    member, stranger = asks.role("222222222222", "Forwarder"), asks.role("999999999999", "Forwarder")
    pick = _bus_policy(bus)

    def puts(who: str, context: Mapping[str, str]) -> tuple[Case, ...]:
        return (Case(asks.by(who, "events:PutEvents", bus, dict(context))),)

    beyond = tuple(Case(asks.by(member, one, bus, dict(inside))) for one in _BEYOND)
    claims: list[Claim] = [
        Inside(
            Decides("accounts of the organization put events on the bus", Answer.ALLOW, puts(member, inside)),
            pick,
        ),
        Inside(
            Decides("and nobody else", Answer.DENY, (*puts(stranger, outside), *puts(stranger, {}))), pick
        ),
        Inside(Decides("they do nothing else with it", Answer.DENY, beyond), pick),
        KeepsNothing(),
    ]
    claims += [claim for stack in AlertStack for claim in noticed(stack, {"Arn": None})]
    claims += [Ignores(ORDINARY), TellsNoSecrets(), Encrypted(), StackFits()]
    return (Part((paper,), tuple(claims)),)


ALERTS_HUB: Final = Guardrail(
    name="alerts-hub",
    protects="A central event bus that takes events from accounts of the organization only, keeps none, and tells somebody of them.",
    belongs="One account and Region, away from everyday work: whoever may make rules on the bus reads session tokens.",
    breaks="Nothing. Whole events pass the bus, session tokens of AssumeRoot among them: 'alerts-callers' and 'alerts-root' need no bus.",
    kinds=(Kind.STACK,),
    takes=("organization", "notify"),
    needs=("organization",),
    make=_hub,
    reach=Reach.HUB,
)
"""The entry of the catalogue."""
