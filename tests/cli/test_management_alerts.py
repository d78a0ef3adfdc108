"""``management check`` on the alerts that ``guardrails deploy`` brings: there, whole, telling somebody, and in every member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from notification_rig import client
from product_rig import MANAGEMENT, SHOP, Rig, company

from rootwarden.aws import credential_report
from rootwarden.emulator import account
from rootwarden.emulator.org_file import FaultSpec

ROOT, CALLERS = "alerts-root", "alerts-callers"
HOME, AWAY = "us-east-1", "eu-central-1"
READS = (
    ("ec2:DescribeRegions", {ROOT, CALLERS}),
    ("cloudformation:DescribeStacks", {ROOT, CALLERS}),
    ("cloudformation:GetTemplate", {ROOT}),
    ("cloudformation:ListStackInstances", {ROOT}),
    ("sns:GetTopicAttributes", {ROOT}),
)


def found(rig: Rig, name: str = ROOT) -> tuple[str, str]:
    """Verdict and words of one check."""
    ran = rig.json("management", "check")
    (one,) = (each for each in ran.document["checks"] if each["id"] == name)
    return one["verdict"], one["found"]


@pytest.fixture
def alerted(rig: Rig, ledger: Path) -> Rig:
    """Alerts on root are deployed, those of the callers are not."""
    rig.patch.setattr(credential_report, "_PAUSE", 0.0)
    rig.up(company(account(SHOP, "Shop"), enabled_regions=(HOME, AWAY)))
    made = rig.json("guardrails", "deploy", ROOT, "--notify", "soc@example.com", "--yes")
    assert made.code == 0, made.err
    assert ledger.exists()
    return rig


def test_what_is_there_and_what_is_not(alerted: Rig) -> None:
    """One after the other: a Region more, a rule by hand, nobody told, a member's stack, no StackSet."""
    rig = alerted
    assert found(rig) == ("passed", "in 2 Regions, and somebody is told")
    assert found(rig, CALLERS)[0] == "failed"
    assert "not deployed" in found(rig, CALLERS)[1]
    world = rig.emulator.world
    world.regions.add("ap-south-2")
    assert found(rig) == ("failed", "missing in ap-south-2")
    world.regions.remove("ap-south-2")
    events: Any = client(rig, "events", "emulator-management")
    events.disable_rule(Name="RootwardenRootSignIn")
    assert found(rig) == (
        "failed",
        f"{HOME}: the rule RootwardenRootSignIn is DISABLED, and was made ENABLED",
    )
    events.enable_rule(Name="RootwardenRootSignIn")
    topics: Any = client(rig, "sns", "emulator-management")
    (one,) = topics.list_subscriptions()["Subscriptions"]
    topics.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    assert found(rig) == ("failed", f"nobody is told in {HOME}: no subscription is confirmed")
    topics.subscribe(TopicArn=one["TopicArn"], Protocol="email", Endpoint="soc@example.com")
    instances = world.stack_sets.by_name[f"rootwarden-{ROOT}"].instances
    instances[SHOP, AWAY].failure = ("FAILED", "AWS says why")
    verdict, words = found(rig)
    assert (verdict, f"{SHOP} {AWAY}: FAILED: AWS says why" in words) == ("failed", True)
    world.stack_sets.by_name.clear()
    assert found(rig) == ("failed", "no StackSet brings them to members")


def test_what_could_not_be_read_is_unknown(alerted: Rig) -> None:
    """With AWS's words and exit 6, whichever read it is."""
    alerted.emulator.world.regions.remove(AWAY)  # one Region is enough
    for operation, blind in READS:
        fault = alerted.emulator.control.add_fault(
            FaultSpec(
                operation=operation, code="AccessDenied", http_status=403, message="no", account=MANAGEMENT
            )
        )
        ran = alerted.json("management", "check")
        unknown = {one["id"] for one in ran.document["checks"] if one["verdict"] == "unknown"}
        assert (operation, ran.code, unknown - {"root-alert"}) == (operation, 6, blind)
        (one,) = (each for each in ran.document["checks"] if each["id"] == ROOT)
        assert one["reason"]["code"] == "AccessDenied"
        alerted.emulator.control.remove_faults(all=True)
        assert fault
