"""``management check``: what it makes of what the management account's root user holds and who uses the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from management_rig import (
    ALL_OF_ROOT,
    CONTACTS,
    GOOD,
    GROUP,
    LIMITED,
    NEEDS,
    check,
    one,
    rule,
    verdicts,
    without_users,
    world,
)
from notification_rig import client
from product_rig import MANAGEMENT, SECURITY, Rig, configuration
from whole_outputs import same_as

from rootwarden.emulator.happenings import SignedIn
from rootwarden.emulator.org_file import FaultSpec
from rootwarden.emulator.resource_specs import ContactSpec

MEASURED = (
    "root-mfa",
    "root-access-keys",
    "root-signing-certificates",
    "root-last-used",
    "root-activity",
    "contact-security",
    "contact-operations",
    "contact-billing",
    "long-term-users",
    "human-activity",
    "root-alert",
)
ALERTS = ("alerts-callers", "alerts-root")  # test_management_alerts.py is about them
OF_ALERTS = {"ec2:DescribeRegions", "sns:GetTopicAttributes"}
BY_HAND = {"root-mfa-kind", "root-mailbox", "root-phone"}


def test_all_is_well(rig: Rig) -> None:
    """Exit 0, with exactly the actions of the table; what nobody can measure is left to a person."""
    world(rig)
    rule(rig, ALL_OF_ROOT)
    for name in ALERTS:  # exit 6: nobody deploys those of the delegated administrator
        deployed = ("guardrails", "deploy", name, "--notify", "soc@example.com", "--yes")
        assert rig.run(*deployed).code in {0, 6}
    without_users(rig)
    seen = rig.calls()
    ran = check(rig)
    assert ran.code == 0, ran.out
    passed = dict.fromkeys((*MEASURED, *ALERTS), "passed")
    assert verdicts(ran) == passed | dict.fromkeys(BY_HAND, "by_hand")
    assert {action for action, _ in seen} <= {*NEEDS.actions, *NEEDS.optional}
    assert {who for _, who in seen} == {MANAGEMENT}
    assert ran.document["summary"] == {"passed": 13, "failed": 0, "unknown": 0, "by_hand": 3}
    for each in ran.document["checks"]:
        assert each["why"]
        assert bool(each["advice"]) == (each["verdict"] != "passed")
        assert each["page"].startswith("https://")


@pytest.mark.parametrize(
    ("name", "management", "found"),
    [
        ("root-mfa", {"root": {"password": True}}, "there is none"),
        (
            "root-access-keys",
            {"root": {**GOOD["root"], "access_keys": ({}, {"status": "Inactive"})}},
            "there are some: 1 active of 2, last used never on record",
        ),
        (
            "root-signing-certificates",
            {"root": {**GOOD["root"], "signing_certificates": ({},)}},
            "there are some",
        ),
        (
            "contact-security",
            {"alternate_contacts": {k: v for k, v in CONTACTS.items() if k != "SECURITY"}},
            "there is none",
        ),
        (
            "contact-billing",
            {"alternate_contacts": {k: v for k, v in CONTACTS.items() if k != "BILLING"}},
            "there is none",
        ),
    ],
)
def test_what_fails(rig: Rig, name: str, management: dict[str, Any], found: str) -> None:
    """Exit 1; this check alone, with what was found."""
    world(rig, **management)
    rule(rig, ALL_OF_ROOT)
    without_users(rig)
    ran = check(rig)
    assert ran.code == 1
    assert {key for key, verdict in verdicts(ran).items() if verdict == "failed"} == {name, *ALERTS}
    assert one(ran, name)["found"] == found


@pytest.mark.parametrize(
    ("days", "verdict"), [(1, "failed"), (29, "failed"), (31, "passed"), (400, "passed")]
)
def test_the_last_use(rig: Rig, days: int, verdict: str) -> None:
    """By the credential report, thirty days."""
    used = datetime.now(UTC) - timedelta(days=days)
    world(rig, root={"password": {"last_used": used}, "mfa_devices": ({},)})
    ran = check(rig)
    assert verdicts(ran)["root-last-used"] == verdict
    assert one(ran, "root-last-used")["found"].startswith(f"last used {used:%Y-%m-%d} (credential report of ")


def test_a_key_that_was_used(rig: Rig) -> None:
    """Counts as use of the root user."""
    used = {"when": datetime.now(UTC) - timedelta(days=2), "service": "s3", "region": "us-east-1"}
    world(rig, root={**GOOD["root"], "access_keys": ({"last_used": used},)})
    ran = check(rig)
    assert verdicts(ran)["root-last-used"] == "failed"
    assert (
        one(ran, "root-access-keys")["found"]
        == f"there are some: 1 active of 1, last used {used['when']:%Y-%m-%d}"
    )


def test_root_signed_in(rig: Rig) -> None:
    """CloudTrail tells of it."""
    world(rig)
    clock = rig.emulator.world.clock
    with rig.emulator.world.lock:
        for _ in range(2):
            rig.emulator.world.happened(SignedIn(MANAGEMENT, clock.now(), True, None))
    clock.advance(timedelta(hours=1))
    ran = check(rig)
    found = one(ran, "root-activity")
    assert found["verdict"] == "failed"
    assert found["found"].startswith("root ConsoleLogin 2 times, last ")
    assert verdicts(ran)["human-activity"] == "passed"


def test_users_with_long_term_credentials(rig: Rig) -> None:
    """Each by name, with what it has; one without any is none."""
    world(rig)
    iam = client(rig, "iam", "emulator-management")
    for name in ("alice", "bob", "carol"):
        iam.create_user(UserName=name)
    iam.create_login_profile(UserName="alice", Password="Not-a-secret-1")
    iam.create_access_key(UserName="bob")
    without_users(rig)
    ran = check(rig)
    found = one(ran, "long-term-users")
    assert found["verdict"] == "failed"
    assert "alice (password, no MFA); bob (keys)" in found["found"]
    assert "carol" not in found["found"]


BLIND = {
    "iam:GetAccountSummary": {"root-mfa", "root-access-keys", "root-signing-certificates"},
    "iam:GenerateCredentialReport": {"root-last-used", "long-term-users"},
    "iam:GetCredentialReport": {"root-last-used", "long-term-users"},
    "account:GetAlternateContact": {"contact-security", "contact-operations", "contact-billing"},
    "cloudtrail:LookupEvents": {"root-activity", "human-activity"},
    "cloudtrail:DescribeTrails": {"root-alert"},
    "events:ListRules": {"root-alert"},
}


@pytest.mark.parametrize(
    "denied",
    [one for one in NEEDS.optional if one not in OF_ALERTS and not one.startswith("cloudformation:")],
)
def test_what_could_not_be_read(rig: Rig, denied: str) -> None:
    """Unknown with AWS's words and exit 6, never passed; the other checks stand."""
    allowed = [action for action in (*NEEDS.actions, *NEEDS.optional) if action != denied]
    world(rig, *allowed, log_group=GROUP)
    client(rig, "logs", "emulator-management").create_log_group(logGroupName=GROUP)
    if denied.startswith("events:"):
        rule(rig, {"detail": {"eventName": ["ConsoleLogin"]}})
    without_users(rig)
    ran = check(rig)
    unknown = {name for name, verdict in verdicts(ran).items() if verdict == "unknown"}
    if denied == "organizations:DescribeAccount":
        assert unknown == set()
        assert one(ran, "root-mailbox")["found"] == "mail goes to the root user's address"
        return
    if denied in {"logs:TestMetricFilter", "cloudwatch:DescribeAlarmsForMetric"}:
        assert unknown == set()  # there is no filter to ask about
        return
    assert unknown == BLIND.get(denied, {"root-alert"})
    assert ran.code == 6
    for name in unknown:
        reason = one(ran, name)["reason"]
        assert reason["source"] == "aws"
        assert reason["code"] in {"AccessDenied", "AccessDeniedException"}
    assert {verdict for name, verdict in verdicts(ran).items() if name not in unknown} <= {
        "passed",
        "failed",
        "by_hand",
    }


def test_a_report_that_is_not_ready(rig: Rig) -> None:
    """Unknown with AWS's code, and the other checks stand."""
    world(rig)
    rig.emulator.control.add_fault(
        FaultSpec(operation="iam:GetCredentialReport", code="ReportInProgress", http_status=404)
    )
    ran = check(rig)
    assert ran.code == 6
    assert one(ran, "root-last-used")["reason"]["code"] == "ReportInProgress"
    assert verdicts(ran)["root-mfa"] == "passed"


@pytest.mark.parametrize("output", ["table", "json", "csv", "markdown", "jsonl"])
def test_whole_outputs(rig: Rig, output: str) -> None:
    """Every format, on an account with some of everything."""
    world(rig, root={"password": True}, alternate_contacts={"SECURITY": ContactSpec()})
    without_users(rig)
    rig.patch.setenv("COLUMNS", "120")
    ran = rig.run("management", "check", "-o", output, profile=LIMITED)
    assert ran.code == 1
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    same_as(f"management-check.{output}", ran.out.replace(today, "TODAY-DATE"), rig)


@pytest.mark.parametrize("profile", [f"emulator-{SECURITY}", "emulator-security"])
def test_from_another_account(rig: Rig, profile: str) -> None:
    """Exit 3, with the account to use; nothing of it was read."""
    world(rig)
    seen = rig.calls()
    ran = rig.json("management", "check", profile=profile)
    assert ran.code == 3
    assert f"this reads the management account {MANAGEMENT}" in ran.document["error"]["message"]
    assert "purposes.management_read" in ran.document["error"]["advice"]
    assert {action for action, _ in seen} == set(NEEDS.actions)


def test_a_configuration_of_another_organization(rig: Rig) -> None:
    """Exit 4."""
    world(rig)
    conf = configuration(rig.folder, 'organization_id = "o-another0000"\n')
    ran = rig.json("management", "check", "--config", conf)
    assert (ran.code, ran.document["error"]["type"]) == (4, "WrongOrganization")


def test_the_purpose_is_used(rig: Rig) -> None:
    """The configured profile for reading the management account, and it is said."""
    world(rig)
    conf = configuration(rig.folder, f'[purposes.management_read]\nprofile = "{LIMITED}"\n')
    ran = rig.json("management", "check", "--config", conf, profile=None)
    assert ran.code == 1
    assert f"using profile {LIMITED} (purposes.management_read in the configuration)" in ran.err
