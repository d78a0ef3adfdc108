"""``status``: what it could and could not look at, from everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from product_rig import CLOUDTRAIL, IAM, MANAGEMENT, SECURITY, SHOP, Rig, caller, company, fresh

from rootwarden.emulator import account
from rootwarden.emulator.org_file import TrailSpec

KEYS = {
    "last_sweep",
    "schema",
    "organization_id",
    "management_account_id",
    "caller",
    "partition",
    "region",
    "endpoint",
    "trusted_access",
    "root_credentials_management",
    "root_sessions",
    "delegated_administrators",
    "logging",
    "blockers",
    "warnings",
    "next_steps",
    "not_readable",
}


def codes(findings: Any) -> set[str]:
    return {one["code"] for one in findings}


def test_from_the_management_account(rig: Rig) -> None:
    """Everything is readable; routine work there is warned about."""
    rig.up(company())
    ran = rig.json("status")
    document = ran.document
    assert ran.code == 0
    assert set(document) == KEYS
    assert document["schema"] == "rootwarden/status/1"
    assert document["caller"]["account_id"] == MANAGEMENT
    assert document["caller"]["role"] == "management"
    assert document["caller"]["arn"].startswith("arn:aws:")
    assert (document["trusted_access"], document["root_credentials_management"], document["root_sessions"]) == (
        True, True, True,
    )  # fmt: skip
    assert document["delegated_administrators"] == [SECURITY]
    assert document["logging"] == {
        "organization_trail": True,
        "multi_region": True,
        "management_events": True,
    }
    assert (document["blockers"], document["not_readable"]) == ([], {})
    assert codes(document["warnings"]) == {"management_account_in_use"}
    assert document["next_steps"] == ["from the delegated administrator: rootwarden audit"]


def test_from_the_delegate(rig: Rig) -> None:
    """The delegate reads all of it too."""
    rig.up(company())
    ran = rig.json("status", profile=f"emulator-{SECURITY}")
    assert (ran.code, ran.document["caller"]["role"]) == (0, "delegated_administrator")
    assert ran.document["warnings"] == []
    assert ran.document["next_steps"] == ["rootwarden audit"]


def test_from_a_plain_member(rig: Rig) -> None:
    """It reads the organization's id and the trail; the rest is null, with AWS's reason, and not false."""
    rig.up(company(account(SHOP, "Shop")))
    ran = rig.json("status", profile=f"emulator-{SHOP}")
    document = ran.document
    assert ran.code == 1
    assert document["caller"]["role"] == "member"
    assert document["organization_id"] == "o-emulated01"
    for key in ("trusted_access", "root_credentials_management", "root_sessions", "delegated_administrators"):
        assert document[key] is None, key
    assert (
        document["not_readable"]["features"]["code"]
        == "AccountNotManagementOrDelegatedAdministratorException"
    )
    assert document["not_readable"]["delegated_administrators"]["code"] == "AccessDeniedException"
    assert document["logging"]["organization_trail"] is True
    assert {"features_not_readable", "trusted_access_not_readable"} <= codes(document["blockers"])


def test_from_a_standalone_account(rig: Rig) -> None:
    """No organization: said once, with AWS's words, and a next step that helps."""
    rig.up(company(standalone_accounts=(account("909090909090", "Alone"),)))
    ran = rig.json("status", profile="emulator-909090909090")
    assert (ran.code, ran.document["organization_id"], ran.document["caller"]["role"]) == (1, None, None)
    assert codes(ran.document["blockers"]) == {"no_organization"}
    assert ran.document["not_readable"]["organization"]["code"] == "AWSOrganizationsNotInUseException"
    assert "profile of" in ran.document["next_steps"][0]


def test_a_caller_who_may_read_nothing(rig: Rig) -> None:
    """AWS says who the caller is, whatever its policies: everything else is null with a reason."""
    rig.up(company(principals=(caller(MANAGEMENT),)))
    ran = rig.json("status", profile=f"emulator-{MANAGEMENT}-Limited")
    document = ran.document
    assert ran.code == 1
    assert document["caller"]["role"] is None
    assert set(document["logging"].values()) == {None}
    assert set(document["not_readable"]) == {
        "organization", "trusted_access", "features", "delegated_administrators", "logging",
    }  # fmt: skip
    for reason in document["not_readable"].values():
        assert (reason["source"], reason["code"].startswith("AccessDenied")) == ("aws", True)
        assert reason["request_id"]


@pytest.mark.parametrize(
    ("denied", "keys"),
    [
        ("organizations:ListDelegatedAdministrators", {"delegated_administrators"}),
        ("iam:ListOrganizationsFeatures", {"root_credentials_management", "root_sessions"}),
        ("organizations:DescribeOrganization", {"organization_id"}),
        ("cloudtrail:DescribeTrails", {"logging"}),
    ],
)
def test_each_read_stands_for_itself(rig: Rig, denied: str, keys: set[str]) -> None:
    """One refused read makes its own fields null and no others."""
    may = ("organizations:*", "iam:*", "cloudtrail:*")
    rig.up(company(principals=(caller(MANAGEMENT, *may, deny=(denied,)),)))
    document = rig.json("status", profile=f"emulator-{MANAGEMENT}-Limited").document
    fields = {key: document[key] for key in KEYS if document[key] is None}
    if "logging" in keys:
        assert set(document["logging"].values()) == {None}
    else:
        assert set(fields) - {"management_account_id", "last_sweep"} == keys


@pytest.mark.parametrize("denied", ["cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"])
def test_a_trail_that_is_half_readable(rig: Rig, denied: str) -> None:
    """Whether it logs, and what, are two questions."""
    rig.up(company(principals=(caller(MANAGEMENT, "*", deny=(denied,)),)))
    ran = rig.json("status", profile=f"emulator-{MANAGEMENT}-Limited")
    key = "organization_trail" if denied.endswith("Status") else "management_events"
    assert [name for name, value in ran.document["logging"].items() if value is None] == [key]
    assert (ran.code, codes(ran.document["blockers"])) == (1, {f"{key}_not_readable"})


@pytest.mark.parametrize(
    ("trails", "logging", "blockers"),
    [
        ((), (False, False, False), {"no_organization_trail"}),
        (({"organization": False},), (False, False, False), {"no_organization_trail"}),
        (({"logging": False},), (False, True, True), {"no_organization_trail"}),
        (({"management_events": "WriteOnly"},), (True, True, False), {"management_events_missing"}),
        (({"management_events": "ReadOnly"},), (True, True, False), {"management_events_missing"}),
        (({"management_events": "None"},), (True, True, False), {"management_events_missing"}),
        (({"multi_region": False},), (True, False, True), {"multi_region_missing"}),
        (({"name": "weak", "logging": False}, {"name": "strong"}), (True, True, True), set()),
        (({"home_region": "eu-west-1"},), (True, True, True), set()),
    ],
)
@pytest.mark.parametrize("who", [MANAGEMENT, SECURITY])
def test_what_the_trails_record(
    rig: Rig, trails: Any, logging: tuple[bool, bool, bool], blockers: set[str], who: str
) -> None:
    """Without an organization trail that records all management events nothing is kept, and alerts stay silent."""
    rig.up(company(trails=tuple(TrailSpec(account=MANAGEMENT, **one) for one in trails)))
    ran = rig.json("status", profile=f"emulator-{who}")
    assert tuple(ran.document["logging"].values()) == logging
    assert codes(ran.document["blockers"]) == blockers
    assert ran.code == int(bool(blockers))


@pytest.mark.parametrize(
    ("fields", "blockers"),
    [
        ({"trusted_services": (CLOUDTRAIL,)}, {"trusted_access_off", "no_delegated_administrator"}),
        ({"trusted_services": (CLOUDTRAIL, IAM)}, {
            "root_credentials_management_off", "root_sessions_off", "no_delegated_administrator",
        }),
        ({"feature_set": "CONSOLIDATED_BILLING", "trusted_services": (), "trails": ()}, {
            "not_all_features", "trusted_access_off", "no_delegated_administrator", "no_organization_trail",
        }),
    ],
)  # fmt: skip
def test_what_is_missing(rig: Rig, fields: Any, blockers: set[str]) -> None:
    """Each thing that is missing is named, with the command that brings it."""
    rig.up(fresh(**fields))
    ran = rig.json("status")
    assert (ran.code, codes(ran.document["blockers"]) - {"features_not_readable"}) == (1, blockers)
    assert any("rootwarden enable --delegate" in step for step in ran.document["next_steps"])


def test_several_delegates_are_a_warning(rig: Rig) -> None:
    """Each of them can open root sessions everywhere; that is worth knowing, and no error."""
    rig.up(company(account(SHOP, "Shop"), delegated_administrators={SECURITY: (IAM,), SHOP: (IAM,)}))
    ran = rig.json("status", profile=f"emulator-{SECURITY}")
    assert ran.code == 0
    assert ran.document["delegated_administrators"] == [SECURITY, SHOP]
    assert codes(ran.document["warnings"]) == {"several_delegated_administrators"}


def test_govcloud(rig: Rig) -> None:
    """There the baseline asks for root sessions only."""
    trail = TrailSpec(account=MANAGEMENT, home_region="us-gov-west-1")
    rig.up(company(partition="aws-us-gov", root_features=("RootSessions",), trails=(trail,)))
    ran = rig.json("status")
    assert (ran.code, ran.document["partition"], ran.document["region"]) == (0, "aws-us-gov", "us-gov-west-1")
    assert ran.document["root_credentials_management"] is False


def test_status_changes_nothing_and_opens_no_session(rig: Rig) -> None:
    """Only reads are sent."""
    rig.up(company())
    calls = rig.calls()
    rig.json("status")
    assert {action.partition(":")[2][:3] for action, _ in calls} <= {"Get", "Des", "Lis"}


@pytest.mark.parametrize("output", ["table", "markdown", "csv", "jsonl"])
def test_the_other_formats(rig: Rig, output: str) -> None:
    """Whatever the format, something is said on stdout, and the exit code is the same."""
    rig.up(fresh())
    ran = rig.run("status", "-o", output)
    assert ran.code == 1
    assert ran.out


def test_as_a_process(rig: Rig) -> None:
    """The installed program says the same as the function."""
    rig.up(company())
    here = rig.json("status").document
    assert rig.child("status", "-o", "json").document == here
