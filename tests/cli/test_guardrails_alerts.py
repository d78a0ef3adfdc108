"""``guardrails deploy`` of alerts: what EventBridge holds afterwards in every account and Region, and what is noticed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from notification_rig import client
from product_rig import MANAGEMENT, SECURITY, SHOP, Rig, caller, company, configuration

from rootwarden.emulator import account
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

HOME, AWAY = "us-east-1", "eu-central-1"
REGIONS = (HOME, AWAY)
WIKI, NEW = "444444444444", "555555555555"
MANAGER, DELEGATE = "emulator-management", f"emulator-{SECURITY}"
BOTH = f"""
[purposes.management_deploy]
profile = "{MANAGER}"
[purposes.delegate_deploy]
profile = "{DELEGATE}"
"""
CALLERS = ("guardrails", "deploy", "alerts-callers")
ROOT = ("guardrails", "deploy", "alerts-root")


def of(rig: Rig, service: str, account_id: str, region: str) -> Any:
    """A client in one place."""
    return client(rig, service, f"emulator-{account_id}", region=region)


def rules(rig: Rig, account_id: str, region: str = HOME) -> dict[str, str]:
    """The state of every rule, by name."""
    found = of(rig, "events", account_id, region).list_rules()["Rules"]
    return {one["Name"]: one["State"] for one in found}


def expected(name: str, region: str) -> dict[str, str]:
    resources = rendered(GUARDRAILS[name], Parameters()).papers[0].document["Resources"].values()
    return {
        one["Properties"]["Name"]: one["Properties"]["State"]
        for one in resources
        if one["Type"] == "AWS::Events::Rule" and (region == HOME or "Condition" not in one)
    }


def steps(ran: Any) -> list[tuple[str, str, str]]:
    return [(one["step"], one["account"] or "", one["outcome"]) for one in ran.document["steps"]]


def subscribers(rig: Rig, account_id: str, region: str, topic: str) -> list[str]:
    arn = f"arn:aws:sns:{region}:{account_id}:{topic}"
    found = of(rig, "sns", account_id, region).list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    return [one["Endpoint"] for one in found]


@pytest.fixture
def shop(rig: Rig, ledger: Path) -> Rig:
    rig.up(company(account(SHOP, "Shop", "/Workloads"), account(WIKI, "Wiki"), enabled_regions=REGIONS))
    rig.patch.setenv("AWS_REGION", AWAY)
    return rig


def test_alerts_of_the_callers_stand_in_every_region_of_both_accounts(shop: Rig) -> None:
    """Made, left alone, changed, seen to be changed by hand, made anew only when that is said, and taken away."""
    config = ("--config", configuration(shop.folder, BOTH))

    def run(*words: str) -> Any:
        return shop.json(*words, *config, profile=None)

    planned = run(*CALLERS, "--plan")
    assert (planned.code, len(planned.document["plan"])) == (0, 4)
    assert rules(shop, SECURITY) == {}
    made = run(*CALLERS, "--notify", "soc@example.com", "--yes")
    assert (made.code, {one[2] for one in steps(made)}) == (0, {"done"}), made.err
    for one in (MANAGEMENT, SECURITY):
        for region in REGIONS:
            assert rules(shop, one, region) == expected("alerts-callers", region)
            assert subscribers(shop, one, region, "RootwardenCallersAlerts") == ["soc@example.com"]
    intents = [one["content"]["items"] for one in entries(shop) if one["kind"] == "intent"]
    assert sorted(item for (item,) in intents) == sorted(
        f"create_stack:rootwarden-alerts-callers:{one}:{region}"
        for one in (MANAGEMENT, SECURITY)
        for region in REGIONS
    )
    assert run(*CALLERS, "--yes").document["steps"] == []  # and who is told stays

    events = of(shop, "events", SECURITY, AWAY)
    events.disable_rule(Name="RootwardenCallersAssumeRoot")
    events.remove_targets(Rule="RootwardenCallersTrailChanged", Ids=["Topic"])
    refused = run(*CALLERS, "--yes")
    assert refused.code == 4
    assert rules(shop, SECURITY, AWAY)["RootwardenCallersAssumeRoot"] == "DISABLED"
    seen = run(*CALLERS, "--plan").document
    assert [one.partition(": ")[2] for one in seen["by_hand"]] == [
        "the rule RootwardenCallersAssumeRoot is DISABLED, and was made ENABLED",
        "the rule RootwardenCallersTrailChanged does not tell whom it told, or tells something else",
    ]
    mended = run(*CALLERS, "--yes", "--overwrite")
    assert steps(mended) == [("delete_stack", SECURITY, "done"), ("create_stack", SECURITY, "done")]
    assert rules(shop, SECURITY, AWAY) == expected("alerts-callers", AWAY)

    changed = run(*CALLERS, "--notify", "https://soc.example.com/hook", "--yes")
    assert [one[0] for one in steps(changed)] == ["update_stack"] * 4
    assert subscribers(shop, SECURITY, AWAY, "RootwardenCallersAlerts") == ["https://soc.example.com/hook"]
    away = run("guardrails", "undeploy", "alerts-callers", "--yes")
    assert (away.code, [one[0] for one in steps(away)]) == (0, ["delete_stack"] * 4)
    assert all(rules(shop, one, region) == {} for one in (MANAGEMENT, SECURITY) for region in REGIONS)


def test_an_account_that_no_caller_reaches_is_not_called_done(shop: Rig) -> None:
    """Its own Regions are done, and it is said what is not known: exit 6. A Region that is switched on later follows."""
    made = shop.json(*CALLERS, "--yes", profile=DELEGATE)
    assert (made.code, {one[1] for one in steps(made)}) == (6, {SECURITY})
    assert MANAGEMENT in made.document["unseen"][0]
    assert "not reached" in made.document["unseen"][0]
    assert (len(rules(shop, SECURITY)), rules(shop, MANAGEMENT)) == (7, {})
    shop.emulator.world.regions.add("ap-south-2")
    later = shop.json(*CALLERS, "--yes", profile=DELEGATE)
    assert [one["region"] for one in later.document["steps"]] == ["ap-south-2"]
    assert rules(shop, SECURITY, "ap-south-2") == expected("alerts-callers", "ap-south-2")


def test_a_region_that_cannot_be_read_stands_for_itself(shop: Rig) -> None:
    """What AWS said is told of that one, and the others are done."""
    shop.emulator.world.organization.attach(
        shop.emulator.world.organization.add_policy(
            "NoAway",
            "SERVICE_CONTROL_POLICY",
            '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"cloudformation:*","Resource":"*",'
            f'"Condition":{{"StringEquals":{{"aws:RequestedRegion":"{AWAY}"}}}}}}}}',
        ),
        shop.emulator.world.organization.accounts[SECURITY],
    )
    made = shop.json(*CALLERS, "--yes", profile=DELEGATE)
    assert (made.code, [one["region"] for one in made.document["steps"]]) == (6, [HOME])
    assert any(one.startswith(f"{SECURITY} {AWAY}: AccessDenied") for one in made.document["unseen"])


def test_alerts_on_root_follow_the_accounts(shop: Rig) -> None:
    """The management account by stacks of its own, members by a StackSet: one that joins has them, all lose them in the end."""
    made = shop.json(*ROOT, "--notify", "soc@example.com", "--yes", profile=MANAGER)
    assert made.code == 0, made.err
    assert [one[0] for one in steps(made)] == [
        "create_stack",
        "create_stack",
        "activate_organizations_access",
        "create_stack_set",
        "create_stack_instances",
    ]
    shop.emulator.control.create_account("New", id=NEW)
    for one in (MANAGEMENT, SECURITY, SHOP, NEW):
        for region in REGIONS:
            assert rules(shop, one, region) == expected("alerts-root", region)
    assert subscribers(shop, NEW, AWAY, "RootwardenRootAlerts") == ["soc@example.com"]
    assert shop.json(*ROOT, "--yes", profile=MANAGER).document["steps"] == []
    narrower = shop.json(*ROOT, "--target", "/Workloads", "--yes", profile=MANAGER)
    assert [one[0] for one in steps(narrower)] == ["delete_stack_instances", "create_stack_instances"]
    assert (len(rules(shop, SHOP)), rules(shop, WIKI)) == (9, {})
    away = shop.json("guardrails", "undeploy", "alerts-root", "--yes", profile=MANAGER)
    assert (away.code, {one[2] for one in steps(away)}) == (0, {"done"})
    assert all(rules(shop, one) == {} for one in (MANAGEMENT, SHOP, WIKI, NEW))
    assert (
        shop.json("guardrails", "undeploy", "alerts-root", "--yes", profile=MANAGER).document["steps"] == []
    )


def test_a_member_whose_stack_fails_is_named(shop: Rig) -> None:
    """The others have theirs; the next deployment tries again."""
    shop.emulator.world.regions.add("ap-south-2")
    read = shop.emulator.world.stack_sets._failure

    def off(account_id: str, region: str) -> tuple[str, str] | None:
        if (account_id, region) == (WIKI, "ap-south-2"):
            return "FAILED", f"Region {region} is not enabled"
        return read(account_id, region)

    shop.patch.setattr(shop.emulator.world.stack_sets, "_failure", off)
    made = shop.json(*ROOT, "--yes", profile=MANAGER)
    last = made.document["steps"][-1]
    assert (made.code, last["step"], last["outcome"]) == (6, "create_stack_instances", "failed")
    assert f"{WIKI} ap-south-2: FAILED: Region ap-south-2 is not enabled" in last["reason"]["text"]
    assert rules(shop, SHOP, "ap-south-2") == expected("alerts-root", "ap-south-2")
    shop.patch.setattr(shop.emulator.world.stack_sets, "_failure", read)
    again = shop.json(*ROOT, "--yes", profile=MANAGER)
    assert (again.code, [one[0] for one in steps(again)]) == (0, ["update_stack_set"])
    assert rules(shop, WIKI, "ap-south-2") == expected("alerts-root", "ap-south-2")


@pytest.mark.parametrize(
    ("line", "profile", "code", "said"),
    [
        ("alerts-callers --target /", MANAGER, 2, "takes no --target"),
        (f"alerts-root --target {SHOP}", MANAGER, 2, "is an account"),
        ("alerts-root --target /Nope", MANAGER, 2, "no OU '/Nope'"),
        ("alerts-root --notify nobody", MANAGER, 2, "nobody that alerts can tell"),
        (
            "alerts-root --hub-bus arn:aws:events:us-east-1:222222222222:event-bus/default",
            MANAGER,
            2,
            "event bus",
        ),
        ("alerts-callers", f"emulator-{SHOP}", 3, f"is of account {SHOP}"),
        ("deny-leaving --target / --notify soc@example.com", MANAGER, 2, "does not take --notify"),
    ],
)
def test_what_makes_no_sense(shop: Rig, line: str, profile: str, code: int, said: str) -> None:
    ran = shop.json("guardrails", "deploy", *line.split(), "--yes", profile=profile)
    assert (ran.code, said in ran.document["error"]["message"]) == (code, True), ran.out
    assert rules(shop, MANAGEMENT) == {}


def test_without_a_trail_alerts_are_refused(rig: Rig, ledger: Path) -> None:
    assert not ledger.exists()
    rig.up(company(account(SHOP, "Shop"), enabled_regions=(HOME,), trails=()))
    refused = rig.json(*ROOT, "--yes", profile=MANAGER)
    assert (refused.code, "no trail records" in refused.document["error"]["message"]) == (4, True)
    assert rules(rig, MANAGEMENT) == {}


def test_a_stack_of_somebody_else_is_left_alone(shop: Rig) -> None:
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    cloud = of(shop, "cloudformation", MANAGEMENT, AWAY)
    cloud.create_stack(StackName="rootwarden-alerts-root", TemplateBody=template)
    for verb in ("deploy", "undeploy"):
        refused = shop.json("guardrails", verb, "alerts-root", "--yes", "--overwrite", profile=MANAGER)
        assert (refused.code, "not made by this program" in refused.document["error"]["message"]) == (4, True)
    assert (
        cloud.describe_stacks(StackName="rootwarden-alerts-root")["Stacks"][0]["StackStatus"]
        == "CREATE_COMPLETE"
    )


def test_alerts_by_way_of_a_central_bus(shop: Rig) -> None:
    """The bus takes events of the organization only; the accounts pass whole events on to it, and have no topics."""
    made = shop.json(
        "guardrails", "deploy", "alerts-hub", "--notify", "soc@example.com", "--yes", profile=DELEGATE
    )
    assert (made.code, steps(made)) == (0, [("create_stack", SECURITY, "done")]), made.err
    bus = of(shop, "events", SECURITY, AWAY).describe_event_bus(Name="RootwardenHub")
    (allowed,) = json.loads(bus["Policy"])["Statement"]
    organization = shop.emulator.world.organization.id
    assert (allowed["Action"], allowed["Condition"]) == (
        "events:PutEvents",
        {"StringEquals": {"aws:PrincipalOrgID": organization}},
    )
    on_bus = of(shop, "events", SECURITY, AWAY).list_rules(EventBusName="RootwardenHub")["Rules"]
    assert {"RootwardenHubCallersAssumeRoot", "RootwardenHubRootSignIn"} <= {one["Name"] for one in on_bus}
    assert subscribers(shop, SECURITY, AWAY, "RootwardenHubAlerts") == ["soc@example.com"]

    sent = shop.json(*ROOT, "--hub-bus", bus["Arn"], "--yes", profile=MANAGER)
    assert sent.code == 0, sent.err
    assert any("whole events" in one for one in sent.document["notes"])
    for one in (MANAGEMENT, SHOP):
        found = of(shop, "events", one, HOME).list_targets_by_rule(Rule="RootwardenRootSignIn")["Targets"]
        assert [(each["Arn"], "InputTransformer" in each) for each in found] == [(bus["Arn"], False)]
        role = of(shop, "iam", one, HOME).get_role(RoleName=found[0]["RoleArn"].rpartition("/")[2])["Role"]
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": one}
        }
        assert of(shop, "sns", one, HOME).list_topics()["Topics"] == []
    assert shop.json(*ROOT, "--yes", profile=MANAGER).document["steps"] == []  # the bus stays
    of(shop, "events", SECURITY, AWAY).disable_rule(
        Name="RootwardenHubRootSignIn", EventBusName="RootwardenHub"
    )
    hub = shop.json("guardrails", "deploy", "alerts-hub", "--plan", profile=DELEGATE).document
    assert "RootwardenHubRootSignIn is DISABLED" in hub["by_hand"][0]
    away = shop.json("guardrails", "undeploy", "alerts-hub", "--yes", "--overwrite", profile=DELEGATE)
    assert (away.code, steps(away)) == (0, [("delete_stack", SECURITY, "done")])


def test_alerts_that_failed_are_made_anew(rig: Rig, ledger: Path) -> None:
    """A policy that lacks something fails every Region, each with what AWS said; the next run deletes what is left there first."""
    assert not ledger.exists()
    actions = ("cloudformation:*", "organizations:*", "cloudtrail:*", "ec2:*", "sns:*", "events:*")
    rig.up(
        company(account(SHOP, "Shop"), principals=(caller(MANAGEMENT, *actions),), enabled_regions=REGIONS)
    )
    failed = rig.json(*CALLERS, "--yes", profile=f"emulator-{MANAGEMENT}-Limited")
    assert steps(failed) == [("create_stack", MANAGEMENT, "failed")] * 2
    for one in failed.document["steps"]:
        assert one["reason"]["code"] == "ROLLBACK_COMPLETE"
        assert one["reason"]["text"].startswith("Key (AWS::KMS::Key): ")
        assert "is not authorized to perform: kms:CreateKey" in one["reason"]["text"]
    assert rules(rig, MANAGEMENT) == {}
    again = rig.json(*CALLERS, "--yes", profile=MANAGER)
    assert {outcome for _, _, outcome in steps(again)} == {"done"}
    assert sorted(kind for kind, _, _ in steps(again)) == ["create_stack"] * 2 + ["delete_stack"] * 2
    assert rules(rig, MANAGEMENT) == expected("alerts-callers", HOME)
