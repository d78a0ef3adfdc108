"""``audit``: every account has one row, and what was not seen is never taken for "none"."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from product_rig import (
    EVERYTHING,
    IAM,
    LEGACY,
    MANAGEMENT,
    SECURITY,
    SHOP,
    Rig,
    caller,
    company,
    configuration,
    holds,
)

from rootwarden.emulator import FaultSpec, account, small
from rootwarden.emulator.builders import DENY_ROOT, DENY_SIGNED_IN_ROOT

DELEGATE = f"emulator-{SECURITY}"
READS = (
    "GetAccountSummary",
    "GetLoginProfile",
    "ListAccessKeys",
    "ListSigningCertificates",
    "ListMFADevices",
)
EXTRAS = ("GetAccessKeyLastUsed", "GetUser")


def holding(root: Any, **more: Any) -> Any:
    return account(LEGACY, "Legacy", root=root, **more)


@pytest.mark.parametrize(
    ("root", "outcome", "code"),
    [
        ({}, "clean", 0),
        ({"password": True}, "exposed", 1),
        ({"access_keys": ({},)}, "exposed", 1),
        ({"signing_certificates": ({},)}, "exposed", 1),
        ({"mfa_devices": ({},)}, "leftover", 0),
        ({"access_keys": ({"status": "Inactive"},)}, "leftover", 0),
        ({"access_keys": ({"status": "Inactive"}, {})}, "exposed", 1),
        (
            {"signing_certificates": ({"status": "Inactive"},), "mfa_devices": ({}, {"serial": "GAKT000"})},
            "leftover",
            0,
        ),
        (EVERYTHING, "exposed", 1),
    ],
)
@pytest.mark.parametrize("details", ["auto", "always"])
def test_what_the_root_user_holds_decides(rig: Rig, root: Any, outcome: str, code: int, details: str) -> None:
    """Whatever can sign in is exposed; what cannot is a leftover; nothing is clean."""
    rig.up(company(holding(root)))
    before = holds(rig.root(LEGACY))
    ran = rig.json("audit", "--account", LEGACY, "--details", details, profile=DELEGATE)
    seen = ran.row(LEGACY)["credentials"]
    assert (ran.row(LEGACY)["outcome"], ran.code) == (outcome, code)
    assert seen["password"] is bool(root.get("password"))
    for kind in ("access_keys", "signing_certificates", "mfa_devices"):
        assert len(seen[kind]) == len(root.get(kind, ()))
    assert holds(rig.root(LEGACY)) == before


@pytest.mark.parametrize(
    ("root", "outcome"),
    [
        ({}, "clean"),
        (
            {"access_keys": ({"status": "Inactive"},)},
            "exposed",
        ),  # the summary does not tell it from an active one
        ({"mfa_devices": ({},)}, "leftover"),
    ],
)
def test_details_never_reads_the_summary_only(rig: Rig, root: Any, outcome: str) -> None:
    """What the summary alone tells is marked as such, and no list is asked for."""
    rig.up(company(holding(root)))
    calls = rig.calls()
    ran = rig.json("audit", "--account", LEGACY, "--details", "never", profile=DELEGATE)
    assert ran.row(LEGACY)["outcome"] == outcome
    shown = ran.row(LEGACY)["credentials"]
    for kind in ("access_keys", "signing_certificates", "mfa_devices"):
        assert shown[kind] == ({"present": True} if kind in root else [])
    assert [action for action, who in calls if who == LEGACY] == ["iam:GetAccountSummary"]


def test_the_fields_of_a_row(rig: Rig) -> None:
    """The contract's fields, with AWS's own identifiers and times."""
    rig.up(
        company(
            holding(EVERYTHING, ou="/Workloads/Production", joined_method="INVITED", email="it@example.org")
        )
    )
    ran = rig.json("audit", "--account", LEGACY, "--details", "always", profile=DELEGATE)
    row = ran.row(LEGACY)
    assert {key: row[key] for key in ("id", "name", "email", "ou_path", "state", "joined_method")} == {
        "id": LEGACY,
        "name": "Legacy",
        "email": "it@example.org",
        "ou_path": "/Workloads/Production",
        "state": "ACTIVE",
        "joined_method": "INVITED",
    }
    assert (row["reason"], row["conflicts"]) == (None, [])
    key = row["credentials"]["access_keys"][0]
    assert key["id"] == rig.root(LEGACY).access_keys[0].id
    assert key["status"] == "Active"
    assert key["created"].endswith("Z")
    assert key["last_used"] == {"when": None, "service": None, "region": None}
    assert ran.document["summary"]["total"] == 1
    assert ran.document["schema"] == "rootwarden/audit/1"


@pytest.mark.parametrize(("read", "root"), list(itertools.product(READS, ({}, EVERYTHING))))
@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("ServiceFailure", 500)])
def test_a_read_that_fails_is_never_taken_for_none(
    rig: Rig, read: str, root: Any, code: str, status: int
) -> None:
    """Whatever read fails: not clean, exit 6, AWS's words, and what was not read is not shown as false or empty."""
    rig.up(company(holding(root)))
    rig.emulator.world.faults.append(
        FaultSpec(operation=f"iam:{read}", code=code, message="Not now.", http_status=status)
    )
    ran = rig.json("audit", "--account", LEGACY, "--details", "always", profile=DELEGATE)
    row = ran.row(LEGACY)
    assert row["outcome"] in ({"unreachable"} if not root or read == "GetAccountSummary" else {"exposed"})
    assert ran.code == 6
    assert (row["reason"]["source"], row["reason"]["code"], row["reason"]["text"]) == (
        "aws",
        code,
        "Not now.",
    )
    assert len(row["problems"]) == 1
    if read == "GetAccountSummary":
        assert set(row["credentials"].values()) == {None}
    elif root:  # the summary said that there are some
        kind = {"ListAccessKeys": "access_keys", "ListSigningCertificates": "signing_certificates"}.get(read)
        if kind:
            assert row["credentials"][kind] == {"present": True}

    planned = rig.json("remove", "plan", "--account", LEGACY, "--out", "plan.json", profile=DELEGATE)
    assert planned.document["plan"]["accounts"] == []
    assert planned.code == 6


@pytest.mark.parametrize("read", EXTRAS)
def test_a_failed_look_at_the_last_use_is_told(rig: Rig, read: str) -> None:
    """The last use is a reason to spare something, so an account without it is not wholly read."""
    rig.up(company(holding(EVERYTHING)))
    rig.emulator.world.faults.append(FaultSpec(operation=f"iam:{read}", code="AccessDenied", message="No."))
    ran = rig.json("audit", "--account", LEGACY, "--details", "always", profile=DELEGATE)
    row = ran.row(LEGACY)
    assert (ran.code, row["outcome"]) == (6, "exposed")
    if read == "GetUser":
        assert row["credentials"]["password_last_used"] is None
    else:
        assert [key["last_used"] for key in row["credentials"]["access_keys"]] == [None, None]


def test_an_scp_that_denies_root(rig: Rig) -> None:
    """The older guardrail blocks the session's reads; the one with the exemption for AssumeRoot does not."""
    rig.up(
        company(
            account(SHOP, "Blocked", scps=("Old",), root={"password": True}),
            account(LEGACY, "Open", scps=("New",), root={"password": True}),
            scps={"Old": DENY_ROOT, "New": DENY_SIGNED_IN_ROOT},
        )
    )
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.row(SHOP)["outcome"] == "unreachable"
    assert "explicit deny in a service control policy" in ran.row(SHOP)["reason"]["text"]
    assert set(ran.row(SHOP)["credentials"].values()) == {None}
    assert ran.row(LEGACY)["outcome"] == "exposed"
    assert ran.code == 6


def test_a_conflict_of_summary_and_details_is_shown(rig: Rig) -> None:
    """While a change spreads the two may disagree: both are told, and the details count."""
    rig.up(company(holding({"password": True})))
    rig.after("iam:GetAccountSummary", lambda: rig.root(LEGACY).delete_login_profile())
    ran = rig.json("audit", "--account", LEGACY, profile=DELEGATE)
    assert ran.row(LEGACY)["conflicts"] == [
        {"kind": "password", "text": "the summary says present, the details say none"}
    ]
    assert ran.row(LEGACY)["credentials"]["password"] is False


def test_everything_the_small_company_shows(rig: Rig) -> None:
    """Every account has exactly one row, and every kind of trouble its outcome."""
    complete = {"trusted_services": (IAM,), "root_features": ("RootCredentialsManagement",)}
    organization = small().model_copy(update={**complete, "delegated_administrators": {SECURITY: (IAM,)}})
    rig.up(organization)
    ran = rig.json("audit", profile=DELEGATE)
    outcomes = {row["id"]: row["outcome"] for row in ran.document["accounts"]}
    assert len(ran.document["accounts"]) == len(outcomes) == 12
    assert outcomes == {
        MANAGEMENT: "skipped",
        SECURITY: "clean",
        "333333333333": "clean",
        "444444444444": "clean",
        "555555555555": "exposed",
        "666666666666": "exposed",
        "777777777777": "leftover",
        "012345678901": "leftover",
        "888888888888": "unreachable",
        "999999999999": "unreachable",
        "101010101010": "skipped",
        "121212121212": "skipped",
    }
    assert ran.document["summary"] == {
        "exposed": 2, "unreachable": 2, "excepted": 0, "leftover": 2, "skipped": 3, "clean": 3, "total": 12,
    }  # fmt: skip
    assert ran.code == 6


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("PENDING_ACTIVATION", "account_pending_activation"),
        ("SUSPENDED", "account_suspended"),
        ("PENDING_CLOSURE", "account_pending_closure"),
        ("CLOSED", "account_closed"),
    ],
)
def test_states_that_forbid_the_work(rig: Rig, state: str, code: str) -> None:
    """An account that is not active is skipped with the reason, and no session is opened in it."""
    rig.up(company(holding({"password": True}, state=state)))
    calls = rig.calls()
    ran = rig.json("audit", profile=DELEGATE)
    row = ran.row(LEGACY)
    assert (row["outcome"], row["reason"]["source"], row["reason"]["code"]) == ("skipped", "local", code)
    assert row["credentials"]["password"] is None
    assert LEGACY not in {who for _, who in calls}
    assert ran.code == 0


def test_the_management_account_is_a_row_with_advice(rig: Rig) -> None:
    """Root sessions do not reach it, so it is shown as skipped, also when it is named."""
    rig.up(company())
    ran = rig.json("audit", "--account", MANAGEMENT, profile=DELEGATE)
    assert ran.row(MANAGEMENT)["reason"]["code"] == "management_account"
    assert ran.code == 0


def test_exclusions_of_the_configuration_always_hold(rig: Rig) -> None:
    """Also against --account: the account is shown, and not looked at."""
    rig.up(
        company(holding({"password": True}, ou="/Frozen"), account(SHOP, "Shop", tags={"rootwarden": "off"}))
    )
    path = configuration(
        rig.folder, '[scope]\nexclude_ous = ["/Frozen"]\nexclude_tags = ["rootwarden=off"]\n'
    )
    calls = rig.calls()
    ran = rig.json("audit", "--account", f"{LEGACY},{SHOP}", "--config", path, profile=DELEGATE)
    assert {ran.row(one)["reason"]["code"] for one in (LEGACY, SHOP)} == {"excluded"}
    assert not {LEGACY, SHOP} & {who for _, who in calls}


@pytest.mark.parametrize(("features", "words"), [
    ((), "Root credentials management feature is not enabled"),
    (("RootSessions",), "Root credentials management feature is not enabled"),
])  # fmt: skip
def test_a_feature_that_is_off(rig: Rig, features: tuple[str, ...], words: str) -> None:
    """Every account would fail alike, so nothing could be looked at: exit 3, with AWS's words and the way on."""
    rig.up(company(holding({}), root_features=features))
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.code == 3
    assert words in ran.document["error"]["message"]
    assert "rootwarden enable" in ran.document["error"]["advice"]


def test_from_a_plain_member(rig: Rig) -> None:
    """A member that is no delegate cannot even list the accounts."""
    rig.up(company(holding({})))
    ran = rig.json("audit", profile=f"emulator-{LEGACY}")
    assert (ran.code, ran.document["error"]["type"]) == (3, "WrongAccount")
    assert "You don't have permissions to access this resource." in ran.err


def test_from_the_management_account_it_works_with_a_hint(rig: Rig) -> None:
    """AWS allows it; routine work belongs to the delegate, which is named."""
    rig.up(company(holding({})))
    ran = rig.json("audit")
    assert ran.code == 0
    assert f"use the delegated administrator {SECURITY}" in ran.err


def test_a_caller_without_assume_root(rig: Rig) -> None:
    """AWS's one text for several causes reaches the user for every account; nothing is called clean."""
    allowed = ("organizations:*",)
    rig.up(company(holding({}), principals=(caller(SECURITY, *allowed),)))
    ran = rig.json("audit", profile=f"emulator-{SECURITY}-Limited")
    assert ran.code == 6
    assert {row["outcome"] for row in ran.document["accounts"]} == {"unreachable", "skipped"}
    assert f"resource: arn:aws:iam::{LEGACY}:root" in ran.row(LEGACY)["reason"]["text"]


def test_credentials_that_end_on_the_way(rig: Rig) -> None:
    """What was read is kept; the accounts that are left are unreachable for that reason."""
    rig.up(company(account(SHOP, "Shop"), holding({"password": True})))
    expired = FaultSpec(operation="sts:AssumeRoot", account=LEGACY, code="ExpiredToken", message="Too late.")
    rig.emulator.world.faults.append(expired)
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.code == 6
    assert ran.row(SHOP)["outcome"] == "clean"
    assert ran.row(LEGACY)["reason"]["code"] == "ExpiredToken"


def test_credentials_that_have_ended(rig: Rig) -> None:
    """Nothing could be looked at at all."""
    rig.up(company(holding({})))
    rig.emulator.world.faults.append(
        FaultSpec(operation="sts:AssumeRoot", code="ExpiredToken", message="Too late.")
    )
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, ran.document["error"]["type"]) == (3, "CredentialsExpired")


def test_ctrl_c_keeps_what_is_known(rig: Rig) -> None:
    """The accounts read so far are printed, the others named as not read, and the exit code says interrupted."""
    rig.up(company(account(SHOP, "Shop", root={"password": True}), holding({})))
    rig.interrupt_at("sts:AssumeRoot", LEGACY)
    ran = rig.json("audit", "--account", f"{SHOP},{LEGACY}", profile=DELEGATE)
    assert ran.code == 130
    assert ran.row(SHOP)["outcome"] == "exposed"
    assert (ran.row(LEGACY)["outcome"], ran.row(LEGACY)["reason"]["code"]) == ("unreachable", "interrupted")


def test_a_key_status_newer_than_this_program_counts_as_the_worse_case(rig: Rig) -> None:
    """AWS's model knows "Expired" already; a word nobody knows must neither crash the audit nor count as harmless."""
    rig.up(company(holding({"access_keys": ({}, {})})))
    keys = rig.root(LEGACY).access_keys
    keys[0] = type(keys[0])(keys[0].id, "Expired", keys[0].created)
    ran = rig.json("audit", "--account", LEGACY, profile=DELEGATE)
    assert [key["status"] for key in ran.row(LEGACY)["credentials"]["access_keys"]] == ["Expired", "Active"]
    keys[0] = type(keys[0])(keys[0].id, "Dormant", keys[0].created)
    del keys[1]
    ran = rig.json("audit", "--account", LEGACY, profile=DELEGATE)
    assert (ran.code, ran.row(LEGACY)["outcome"]) == (1, "exposed")
    assert ran.row(LEGACY)["credentials"]["access_keys"][0]["status"] == "Unknown"
