"""Alerts notice what they have to and nothing else, by EventBridge's rules of matching, and tell no secrets."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from rootwarden.policy.alerts.alert_rule import AlertRule, AlertStack
from rootwarden.policy.alerts.event_pattern import matches
from rootwarden.policy.alerts.rules import ALERT_RULES, rules_of
from rootwarden.policy.alerts.samples import ORDINARY, SAMPLES, Sample, event
from rootwarden.policy.alerts.stack import stack_template
from rootwarden.policy.guardrails.catalog import GUARDRAILS, prove
from rootwarden.policy.guardrails.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = Path(__file__).parents[3] / "cases"
RECORDS: dict[str, Any] = json.loads((CASES / "detection" / "records.json").read_text(encoding="utf-8"))
CALL, SIGN_IN = "AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail"


def in_envelope(record: Mapping[str, Any]) -> dict[str, Any]:
    """What EventBridge makes of a record."""
    service = str(record["eventSource"]).partition(".")[0]
    kind = SIGN_IN if record["eventSource"].startswith("signin") else CALL
    return {**event(service, record["eventName"], kind=kind), "detail": record}


RECORDED = {
    name: in_envelope(one) for name, one in RECORDS.items() if isinstance(one, dict) and "eventName" in one
}
EVENTS = [*(each for one in SAMPLES for each in one.events), *ORDINARY, *RECORDED.values()]


@pytest.mark.parametrize("rule", ALERT_RULES, ids=lambda one: one.rule_name)
def test_a_rule_matches_as_eventbridge_matches(rule: AlertRule) -> None:
    """Every event there is, by our matcher and by a maintained one; and it notices some and leaves some."""
    theirs = EventPattern.load(json.dumps(rule.pattern))
    found = [matches(rule.pattern, one) for one in EVENTS]
    assert found == [bool(theirs.matches_event(one)) for one in EVENTS]
    assert True in found
    assert False in found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: f"{one.stack}: {one.what}")
def test_what_has_to_be_noticed(sample: Sample) -> None:
    for one in sample.events:
        assert any(matches(rule.pattern, one) for rule in rules_of(sample.stack))


@pytest.mark.parametrize("stack", AlertStack)
def test_ordinary_work_is_not_alerted_on(stack: AlertStack) -> None:
    noticed = [one for one in ORDINARY for rule in rules_of(stack) if matches(rule.pattern, one)]
    assert noticed == []


def noticing(stack: AlertStack, name: str) -> set[str]:
    return {rule.name for rule in rules_of(stack) if matches(rule.pattern, RECORDED[name])}


def test_records_as_aws_shows_them() -> None:
    """The published record of AssumeRoot, and what is recorded of the session itself in the member account."""
    assert noticing(AlertStack.CALLERS, "assume_root") == {"AssumeRoot"}
    assert noticing(AlertStack.ROOT, "assume_root") == set()


def test_an_operator_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="numeric"):
        matches({"detail": {"size": [{"numeric": [">", 1]}]}}, {"detail": {"size": 2}})


@pytest.mark.parametrize("stack", AlertStack)
def test_no_message_holds_the_session(stack: AlertStack) -> None:
    """The record of AssumeRoot through each transformer: the token, the key and the expiry stay behind, and the rest arrives."""
    found = copy.deepcopy(RECORDED["assume_root"])
    credentials = found["detail"]["responseElements"]["credentials"]
    assert credentials["sessionToken"]
    for name, one in stack_template(stack)["Resources"].items():
        if one["Type"] != "AWS::Events::Rule":
            continue
        (target,) = one["Properties"]["Targets"]
        text = told(target["InputTransformer"], found)
        assert not any(value in text for value in credentials.values())
        assert found["detail"]["userIdentity"]["accessKeyId"] not in text
        if name.endswith("AssumeRoot"):
            assert "Target: 222222222222." in text
            assert "Task: arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy." in text
            assert found["detail"]["userIdentity"]["arn"] in text


def told(transformer: Any, found: Any) -> str:
    """The message as EventBridge writes it: a path that leads nowhere gives nothing."""
    names = set(re.findall(r"<(\w+)>", transformer["InputTemplate"]))
    assert names == set(transformer["InputPathsMap"])
    return re.sub(
        r"<(\w+)>",
        lambda one: value_at(found, transformer["InputPathsMap"][one[1]]),
        transformer["InputTemplate"],
    )


def value_at(found: Any, path: str) -> str:
    for part in path.removeprefix("$.").split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "" if found is None else str(found)


def altered(document: Any) -> Iterator[tuple[str, Any]]:
    """The template with one thing wrong."""

    def with_(name: str, change: Any) -> Any:
        other = copy.deepcopy(document)
        change(other["Resources"][name]["Properties"])
        return other

    for name, one in document["Resources"].items():
        if one["Type"] != "AWS::Events::Rule":
            continue
        yield f"{name} off", with_(name, lambda found: found.update(State="DISABLED"))
        yield f"{name} tells nobody", with_(name, lambda found: found.update(Targets=[]))
        yield (
            f"{name} notices all",
            with_(name, lambda found: found.update(EventPattern={"account": [{"exists": True}]})),
        )
        yield (
            f"{name} passes events on",
            with_(name, lambda found: found["Targets"][0].pop("InputTransformer")),
        )
        yield (
            f"{name} tells the token",
            with_(
                name,
                lambda found: found["Targets"][0]["InputTransformer"]["InputPathsMap"].update(
                    error="$.detail.responseElements.credentials.sessionToken"
                ),
            ),
        )
        if "Condition" not in one:
            other = copy.deepcopy(document)
            other["Resources"][name]["Condition"] = "InControlRegion"
            yield f"{name} in one Region", other
    yield "no key", with_("Topic", lambda found: found.pop("KmsMasterKeyId"))
    yield "a key of nobody's", with_("Key", lambda found: found["KeyPolicy"]["Statement"].pop())


@pytest.mark.parametrize("name", ["alerts-callers", "alerts-root"])
def test_an_altered_stack_breaks_a_claim(name: str) -> None:
    (part,) = GUARDRAILS[name].make(Parameters())
    survivors = []
    for what, document in altered(part.papers[0].document):
        other = dataclasses.replace(part, papers=(dataclasses.replace(part.papers[0], document=document),))
        if all(proof.holds for _, proof in prove((other,))):
            survivors.append(what)
    assert survivors == []


def test_rules_of_global_services_are_made_once() -> None:
    """The others in every Region."""
    for stack in AlertStack:
        resources = stack_template(stack)["Resources"]
        for rule in rules_of(stack):
            assert ("Condition" in resources[rule.rule_name]) is not rule.everywhere


@pytest.mark.parametrize(("partition", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")])
def test_other_partitions(partition: str, region: str) -> None:
    found = stack_template(AlertStack.ROOT, partition)
    assert found["Parameters"]["ControlRegion"]["Default"] == region
    assert "arn:aws:" not in json.dumps(found)
