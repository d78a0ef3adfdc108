"""What is claimed of stacks of alerts, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.policy.alerts.event_pattern import matches
from rootwarden.policy.alerts.stack import TOLD
from rootwarden.policy.guardrails.claims import Proof
from rootwarden.policy.guardrails.guardrail import Paper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Notices:
    """Rules that are on notice these events, each by one of them."""

    text: str
    events: tuple[Mapping[str, Any], ...]
    everywhere: bool = False
    """Whether the rule has to be in every Region."""
    target: str | None = None
    """The ARN that is to be told; the stack's own topic where it is None."""

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Tries every event on every rule that tells the topic."""
        for event in self.events:
            rules = [one for one in _rules(papers) if not (self.everywhere and "Condition" in one)]
            if not any(_notices(one["Properties"], event, self.target) for one in rules):
                name = event["detail"]["eventName"]
                return Proof(self.text, holds=False, shown=f"no rule notices {name}")
        count = len(self.events)
        return Proof(
            self.text, holds=bool(self.events), shown=f"{count} event{'' if count == 1 else 's'} noticed"
        )


@dataclass(frozen=True, slots=True)
class Ignores:
    """No rule notices ordinary work."""

    events: tuple[Mapping[str, Any], ...]
    text: str = "ordinary work is not alerted on"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Tries every event on every rule."""
        for event in self.events:
            for one in _rules(papers):
                if matches(one["Properties"]["EventPattern"], event):
                    name = one["Properties"]["Name"]
                    return Proof(
                        self.text, holds=False, shown=f"{name} notices {event['detail']['eventName']}"
                    )
        return Proof(self.text, holds=bool(papers), shown=f"{len(self.events)} events ignored")


@dataclass(frozen=True, slots=True)
class TellsNoSecrets:
    """Messages are made of named fields alone, none of which holds credentials or tokens."""

    text: str = "credentials and tokens are left out of every message"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Looks at what each target is sent."""
        count = 0
        for one in _rules(papers):
            for target in one["Properties"]["Targets"]:
                transformer = target.get("InputTransformer", {})
                paths = set(transformer.get("InputPathsMap", {}).values())
                passes_on = {"Input", "InputPath"} & set(target)
                if passes_on or not paths or paths - TOLD or "<aws.events" in transformer["InputTemplate"]:
                    return Proof(self.text, holds=False, shown=f"{one['Properties']['Name']} tells more")
                count += 1
        return Proof(self.text, holds=count > 0, shown=f"{count} messages made of {len(TOLD)} fields at most")


@dataclass(frozen=True, slots=True)
class Encrypted:
    """The topic is encrypted with a key that EventBridge may use."""

    text: str = "the topic is encrypted, and EventBridge may use its key"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Looks at the topic and its key."""
        for paper in papers:
            made = paper.document["Resources"]
            key = made.get(made["Topic"]["Properties"].get("KmsMasterKeyId", {}).get("Ref"), {})
            statements = key.get("Properties", {}).get("KeyPolicy", {}).get("Statement", ())
            used = any(
                one["Principal"] == {"Service": "events.amazonaws.com"} and "kms:Decrypt" in one["Action"]
                for one in statements
            )
            if not used:
                return Proof(self.text, holds=False, shown=f"{paper.name} has no such key")
        return Proof(self.text, holds=bool(papers), shown="a key of the stack's own")


@dataclass(frozen=True, slots=True)
class StackFits:
    """The template is no larger than what is sent with the call."""

    text: str = "it fits: the template can be sent with the call"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Measures it as it is sent."""
        sizes = [(len(paper.text.encode()), paper.kind.limit) for paper in papers]
        shown = ", ".join(f"{size:,} of {limit:,} bytes" for size, limit in sizes)
        return Proof(
            self.text, holds=bool(sizes) and all(size <= limit for size, limit in sizes), shown=shown
        )


def _rules(papers: Sequence[Paper]) -> Iterator[dict[str, Any]]:
    for paper in papers:
        yield from (one for one in resources(paper) if one["Type"] == "AWS::Events::Rule")


def resources(paper: Paper) -> Iterator[dict[str, Any]]:
    """Every resource of a template."""
    yield from paper.document["Resources"].values()


def _notices(rule: Mapping[str, Any], event: Mapping[str, Any], arn: str | None) -> bool:
    """Whether a rule tells of the event: it gets read-only events in one state only."""
    reads = event["detail"].get("readOnly") is True
    states = ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", *(() if reads else ("ENABLED",)))
    wanted: Any = arn or {"Ref": "Topic"}
    told = any(target["Arn"] == wanted for target in rule["Targets"])
    return rule["State"] in states and told and matches(rule["EventPattern"], event)
