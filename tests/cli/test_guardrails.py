"""``guardrails list`` and ``render``: what is printed, from what, and what is refused."""

from __future__ import annotations

import json

import pytest
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, company

from rootwarden.emulator import account
from rootwarden.policy.guardrails.catalog import GUARDRAILS

DELEGATE = f"emulator-{SECURITY}"
OFFLINE: dict[str, None] = {"profile": None}


def test_the_list_says_of_each_what_it_protects_and_breaks(rig: Rig) -> None:
    ran = rig.json("guardrails", "list", **OFFLINE)
    assert [one["name"] for one in ran.document["guardrails"]] == list(GUARDRAILS)
    for one in ran.document["guardrails"]:
        assert all(one[key] for key in ("protects", "belongs", "breaks", "kinds"))
    assert ran.code == 0
    rig.patch.setenv("COLUMNS", "160")
    shown = rig.run("guardrails", "list", **OFFLINE)
    assert all(name in shown.out for name in GUARDRAILS)


def test_the_text_is_the_policy_and_nothing_else(rig: Rig) -> None:
    """Without credentials, an endpoint or an organization."""
    ran = rig.run("guardrails", "render", "deny-root", "--exempt", SHOP, **OFFLINE)
    (statement,) = json.loads(ran.out)["Statement"]
    assert statement["Condition"] == {
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"},
        "Null": {"aws:AssumedRoot": "true"},
        "ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{SHOP}:root"},
    }
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("form", ["json", "cloudformation", "terraform"])
def test_explaining_shows_claims_and_proof(rig: Rig, form: str) -> None:
    line = ("guardrails", "render", "deny-leaving", "--format", form)
    rig.patch.setenv("COLUMNS", "160")
    shown = rig.run(*line, "--explain", **OFFLINE)
    assert "nobody takes an account out of the organization" in shown.out
    assert "3 requests decided: deny" in shown.out
    ran = rig.json(*line, **OFFLINE)
    assert {one["holds"] for one in ran.document["claims"]} == {True}
    assert ran.document["text"] == rig.run(*line, **OFFLINE).out
    assert ran.document["text"].splitlines()[1].strip() in shown.out


def test_ids_are_read_where_they_are_needed(rig: Rig) -> None:
    """The delegated administrator and the management account come from the organization."""
    rig.up(company())
    ran = rig.run("guardrails", "render", "delegation", profile=DELEGATE)
    reads, changes = json.loads(ran.out)["Statement"]
    assert reads["Principal"] == changes["Principal"] == {"AWS": f"arn:aws:iam::{SECURITY}:root"}
    assert changes["Resource"][0] == (
        f"arn:aws:organizations::{MANAGEMENT}:policy/{rig.emulator.world.organization.id}/service_control_policy/*"
    )


def test_an_ou_becomes_its_accounts(rig: Rig) -> None:
    """There is no condition key for OUs; the management account is in none of them."""
    rig.up(company(account(SHOP, "Shop", "/Shops"), account(LEGACY, "Legacy", "/Shops/Old")))
    ran = rig.run("guardrails", "render", "auditor", "--ou", "/Shops", profile=DELEGATE)
    (opens, _) = json.loads(ran.out)["Statement"]
    assert opens["Resource"] == [f"arn:aws:iam::{one}:root" for one in (SHOP, LEGACY)]
    missing = rig.json("guardrails", "render", "auditor", "--ou", "/Nowhere", profile=DELEGATE)
    assert (missing.code, "/Nowhere" in missing.out) == (2, True)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("deny-rot", 2, "there is no guardrail 'deny-rot'"),
        ("deny-root --account 333333333333", 2, "guardrail deny-root does not take --account"),
        ("deny-root-keys --network 203.0.113.0/24", 2, "guardrail deny-root-keys does not take --network"),
        ("auditor --account 12345", 2, "12345"),
        ("auditor --network 203.0.113.9/24", 2, "is not a CIDR block"),
        ("ledger-s3", 2, "guardrail ledger-s3 needs --bucket"),
        (
            "operator-trust --trust arn:aws:iam::222222222222:user/alice --format terraform",
            2,
            "no resource by itself",
        ),
        (
            "delegation --organization o-abcdefghij",
            2,
            "guardrail delegation needs --management-account and --delegate",
        ),
        (
            "protect-assume-root --delegate 222222222222 --operator arn:aws:iam::222222222222:role/*",
            4,
            "claims do not hold",
        ),
    ],
)
def test_what_is_not_rendered(rig: Rig, line: str, code: int, said: str) -> None:
    """Nothing is printed as a policy, and the reason names the option; an operator pattern that fits everybody protects nothing."""
    ran = rig.json("guardrails", "render", *line.split(), **OFFLINE)
    assert (ran.code, said in ran.document["error"]["message"]) == (code, True), ran.out
    plain = rig.run("guardrails", "render", *line.split(), **OFFLINE)
    assert (plain.code, plain.out) == (code, "")


def test_identity_center_is_warned_of(rig: Rig) -> None:
    role = f"arn:aws:iam::{SECURITY}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Root_0123456789abcdef"
    ran = rig.run("guardrails", "render", "operator-trust", "--trust", role, **OFFLINE)
    assert "--no-mfa" in ran.err
    assert json.loads(ran.out)["Statement"][0]["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"}
    }
    assert rig.run("guardrails", "render", "operator-trust", "--trust", role, "--no-mfa", **OFFLINE).err == ""
