"""``management check`` on whether anybody is told of what root does: EventBridge rules, and metric filters with their alarms."""

from __future__ import annotations

from typing import Any

import pytest
from management_rig import ALL_OF_ROOT, CIS, GROUP, NEEDS, check, metric_filter, one, rule, verdicts, world
from product_rig import Rig


@pytest.mark.parametrize(
    ("patterns", "verdict", "words"),
    [
        ([ALL_OF_ROOT], "passed", "EventBridge rule rule-0"),
        (
            [
                {
                    "detail-type": ["AWS Console Sign In via CloudTrail"],
                    "detail": {"userIdentity": {"type": ["Root"]}},
                },
                {
                    "detail-type": ["AWS API Call via CloudTrail"],
                    "detail": {"userIdentity": {"type": ["Root"]}},
                },
            ],
            "passed",
            "EventBridge rule rule-0; EventBridge rule rule-1",
        ),
        (
            [{"detail": {"eventName": ["ConsoleLogin"], "userIdentity": {"type": ["Root"]}}}],
            "failed",
            "nothing alerts on root calls",
        ),
        ([{"source": ["aws.ec2"]}], "failed", "nothing alerts on root sign-ins or calls"),
    ],
)
def test_rules_that_alert(rig: Rig, patterns: list[Any], verdict: str, words: str) -> None:
    """Those that notice a sign-in and a call, in one or in several."""
    world(rig)
    for number, pattern in enumerate(patterns):
        rule(rig, pattern, name=f"rule-{number}")
    found = one(check(rig), "root-alert")
    assert (found["verdict"], found["found"]) == (verdict, words)


def test_rules_that_tell_nobody(rig: Rig) -> None:
    """Without a target, or switched off."""
    world(rig)
    rule(rig, ALL_OF_ROOT, target=False, name="mute")
    rule(rig, ALL_OF_ROOT, state="DISABLED", name="off")
    found = one(check(rig), "root-alert")
    assert found["verdict"] == "failed"
    assert found["found"] == "nothing alerts on root sign-ins or calls; EventBridge rule mute tells nobody"


@pytest.mark.parametrize(
    ("pattern", "more", "verdict"),
    [
        (CIS, {}, "passed"),
        ("", {}, "passed"),
        (CIS, {"alarm": False}, "failed"),
        (CIS, {"actions": False}, "failed"),
        ('{ $.eventName = "ConsoleLogin" }', {}, "failed"),
        ('{ $.errorCode = "*UnauthorizedOperation" }', {}, "failed"),
    ],
)
def test_metric_filters_that_alert(rig: Rig, pattern: str, more: dict[str, bool], verdict: str) -> None:
    """On the log group of a trail, with an alarm that has an action."""
    world(rig, log_group=GROUP)
    metric_filter(rig, pattern, **more)
    assert verdicts(check(rig))["root-alert"] == verdict


def test_one_alert_is_enough_where_the_other_kind_is_unread(rig: Rig) -> None:
    """What was seen to alert needs no second witness."""
    world(rig, *[one for one in (*NEEDS.actions, *NEEDS.optional) if one != "cloudtrail:DescribeTrails"])
    rule(rig, ALL_OF_ROOT)
    assert verdicts(check(rig))["root-alert"] == "passed"
