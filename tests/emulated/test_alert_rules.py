"""The alerts as EventBridge holds them: it takes the rules, says what they notice, and management check finds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rootwarden.aws import root_alerts
from rootwarden.policy.alerts.alert_rule import AlertStack
from rootwarden.policy.alerts.rules import rules_of
from rootwarden.policy.alerts.samples import SAMPLES
from rootwarden.policy.alerts.stack import stack_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.emulator import Emulator

MANAGEMENT, REGION = "111111111111", "us-east-1"


def test_eventbridge_takes_the_rules_and_management_check_finds_them(
    rootwarden_emulator: Emulator, client_of: Callable[..., Any]
) -> None:
    """With the patterns and transformers of the template; a sign-in and a call by root are both told."""
    events = client_of(rootwarden_emulator, "events", "emulator-management")
    topic = f"arn:aws:sns:{REGION}:{MANAGEMENT}:RootwardenRootAlerts"
    resources = stack_template(AlertStack.ROOT)["Resources"]
    for rule in rules_of(AlertStack.ROOT):
        properties = resources[rule.rule_name]["Properties"]
        (target,) = properties["Targets"]
        events.put_rule(Name=rule.rule_name, EventPattern=json.dumps(rule.pattern), State=rule.state)
        events.put_targets(Rule=rule.rule_name, Targets=[{**target, "Arn": topic}])
    samples = root_alerts.records(MANAGEMENT, "aws", REGION)
    found = {one.name: one for one in root_alerts.rules(events, samples, account=MANAGEMENT, region=REGION)}
    assert found["EventBridge rule RootwardenRootSignIn"].sign_in
    assert found["EventBridge rule RootwardenRootChanged"].calls
    assert all(one.tells for one in found.values())


def test_eventbridge_says_what_the_rules_notice(
    rootwarden_emulator: Emulator, client_of: Callable[..., Any]
) -> None:
    """By TestEventPattern: one event of each kind by one rule of its stack at least."""
    events = client_of(rootwarden_emulator, "events", "emulator-management")
    for sample in SAMPLES:
        event = json.dumps(sample.events[0])
        answers = {
            rule.name: events.test_event_pattern(EventPattern=json.dumps(rule.pattern), Event=event)["Result"]
            for rule in rules_of(sample.stack)
        }
        assert any(answers.values()), sample.what
