"""The organizations to rehearse on, and the state an emulator starts with."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from rootwarden.emulator.builders import (
    DENY_ROOT,
    DENY_SIGNED_IN_ROOT,
    MANAGEMENT,
    SECURITY,
    account,
    large,
    small,
)
from rootwarden.emulator.building import build_world
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile, RootUserSpec
from rootwarden.emulator.organization import SCP
from rootwarden.emulator.start_document import start_document
from rootwarden.policy import Answer, Layers, Request, evaluate

NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
HOLDS_NOTHING = RootUserSpec()


def test_the_small_company_has_every_kind_of_trouble() -> None:
    file = small(NOW)
    roots = {one.id: one.root for one in file.all_accounts()}
    assert len(roots) == 12
    assert any(one.startswith("0") for one in roots)
    everything = roots["555555555555"]
    assert everything.password
    assert [key.status for key in everything.access_keys] == ["Active", "Inactive"]
    assert everything.signing_certificates
    assert everything.mfa_devices
    only_password = RootUserSpec(password=roots["666666666666"].password)
    assert roots["666666666666"] == only_password
    assert [key.status for key in roots["777777777777"].access_keys] == ["Inactive"]
    assert len(roots["012345678901"].mfa_devices) == 1
    assert Counter(one.state for one in file.all_accounts()) == {
        "ACTIVE": 10,
        "SUSPENDED": 1,
        "PENDING_CLOSURE": 1,
    }
    assert [fault.account for fault in file.faults] == ["999999999999"]
    assert sum(root == HOLDS_NOTHING for root in roots.values()) == 5
    assert roots[MANAGEMENT].password
    assert roots[MANAGEMENT].mfa_devices
    assert not roots[MANAGEMENT].access_keys


def test_nothing_is_enabled_at_the_start() -> None:
    world = build_world(small(NOW))
    assert not world.organization.trusts("iam.amazonaws.com")
    assert world.features == set()
    assert not world.organization.is_delegate_of_any(SECURITY)


def test_last_use_stays_three_days_ago_whenever_the_emulator_starts() -> None:
    world = build_world(small())
    (key, _) = world.root_users["555555555555"].access_keys
    assert key.last_used is not None
    ago = world.clock.now() - key.last_used.when
    assert timedelta(days=3) <= ago < timedelta(days=3, hours=1)


def test_with_a_time_given_the_company_is_the_same_every_time() -> None:
    assert small(NOW) == small(NOW)
    assert build_world(small(NOW)).clock.now() - NOW < timedelta(hours=1)


def test_a_clock_of_the_tests_own_is_taken() -> None:
    clock = Clock(NOW)
    assert build_world(small(), clock).clock is clock


@pytest.mark.parametrize(
    ("document", "assumed", "answer"),
    [
        (DENY_ROOT, "true", Answer.DENY),
        (DENY_SIGNED_IN_ROOT, "true", Answer.ALLOW),
        (DENY_SIGNED_IN_ROOT, None, Answer.DENY),
    ],
)
def test_the_two_scps_against_root_differ_in_the_exemption(
    document: dict[str, object], assumed: str | None, answer: Answer
) -> None:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "One"),),
        root_scps=("Deny",),
        scps={"Deny": document},  # type: ignore[dict-item] # a JSON document
    )
    levels = build_world(file).organization.scp_levels(SECURITY)
    context = {"aws:PrincipalArn": f"arn:aws:iam::{SECURITY}:root"}
    if assumed:
        context["aws:AssumedRoot"] = assumed
    request = Request("iam:GetUser", f"arn:aws:iam::{SECURITY}:root", context)
    assert evaluate(request, Layers(identity=None, scp_levels=levels)).answer is answer


def test_scp_levels_lead_from_the_root_to_the_account() -> None:
    organization = build_world(small(NOW)).organization
    levels = organization.scp_levels("888888888888")
    names = [[policy.name for policy in level.policies] for level in levels]
    assert names == [["FullAWSAccess"], ["FullAWSAccess", "DenyRootUser"], ["FullAWSAccess"]]
    assert [level.target.partition(" ")[2] for level in levels] == [
        "(Root)",
        "(Restricted)",
        "(Payments Vault)",
    ]
    assert len(organization.scp_levels("444444444444")) == 4


def test_no_scp_binds_the_management_account_or_one_outside() -> None:
    organization = build_world(small(NOW)).organization
    assert organization.scp_levels(MANAGEMENT) == ()
    assert organization.scp_levels("000000000000") == ()
    organization.disable_policy_type(SCP)
    assert organization.scp_levels("888888888888") == ()


def test_consolidated_billing_has_no_scps() -> None:
    file = small(NOW).model_copy(update={"feature_set": "CONSOLIDATED_BILLING"})
    assert build_world(file).organization.scp_levels("888888888888") == ()


def test_a_change_of_a_policy_changes_the_levels() -> None:
    organization = build_world(small(NOW)).organization
    (policy,) = (one for one in organization.policies.values() if one.name == "DenyRootUser")
    root = "arn:aws:iam::888888888888:root"
    request = Request("iam:GetUser", root, {"aws:PrincipalArn": root})

    def answer() -> Answer:
        levels = organization.scp_levels("888888888888")
        return evaluate(request, Layers(identity=None, scp_levels=levels)).answer

    assert answer() is Answer.DENY
    policy.replace(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    assert answer() is Answer.ALLOW


def test_the_large_organization_is_large_the_same_and_troubled() -> None:
    file = large(now=NOW)
    assert file == large(now=NOW)
    accounts = file.all_accounts()
    assert len({one.id for one in accounts}) == 1000
    assert len({one.ou for one in accounts}) >= 30
    assert len({one.email for one in accounts}) == 1000
    troubled = sum(one.root != HOLDS_NOTHING for one in accounts)
    assert 150 < troubled < 250
    assert 5 < sum(one.state != "ACTIVE" for one in accounts) < 30
    assert {one.joined_method for one in accounts} == {"CREATED", "INVITED"}


@pytest.mark.parametrize("size", [2, 3, 200])
def test_a_large_organization_has_the_size_asked_for(size: int) -> None:
    assert len(large(size).all_accounts()) == size


@pytest.mark.parametrize("size", [-1, 0, 1, 50_001])
def test_a_size_that_no_organization_has(size: int) -> None:
    with pytest.raises(ValueError, match="between 2 and 50000"):
        large(size)


def test_mail_goes_to_reserved_domains_only() -> None:
    for file in (small(NOW), large(300)):
        for one in file.all_accounts():
            assert one.email is not None
            assert one.email.rpartition("@")[2].split(".")[-2:] in (["example", "com"], ["example", "org"])


def test_a_builder_checks_like_the_file() -> None:
    with pytest.raises(ValidationError, match="is there 2 times"):
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"), accounts=(account(MANAGEMENT, "Twin"),)
        )


def test_every_account_has_a_profile_and_an_administrator() -> None:
    file = OrganizationFile.model_validate(
        {
            "partition": "aws-us-gov",
            "management_account": {"id": MANAGEMENT, "name": "Company"},
            "accounts": [{"id": SECURITY, "name": "One"}, {"id": "333333333333", "name": "Two"}],
            "standalone_accounts": [{"id": "444444444444", "name": "Outside"}],
            "security_account": "333333333333",
            "principals": [
                {"account": SECURITY, "name": "Auditor"},
                {"account": SECURITY, "name": "carol", "kind": "user"},
            ],
        }
    )
    world = build_world(file)
    assert list(world.profiles) == [
        "emulator-management",
        "emulator-security",
        f"emulator-{MANAGEMENT}",
        f"emulator-{SECURITY}",
        "emulator-333333333333",
        "emulator-444444444444",
        f"emulator-{SECURITY}-Auditor",
        f"emulator-{SECURITY}-carol",
    ]
    assert world.profiles["emulator-security"].principal.account == "333333333333"
    role = world.profiles[f"emulator-{SECURITY}-Auditor"]
    assert role.principal.arn == f"arn:aws-us-gov:sts::{SECURITY}:assumed-role/Auditor/emulator"
    assert role.token
    user = world.profiles[f"emulator-{SECURITY}-carol"]
    assert user.principal.arn == f"arn:aws-us-gov:iam::{SECURITY}:user/carol"
    assert user.token is None
    assert user.principal.policies == ()
    administrator = world.profiles[f"emulator-{SECURITY}"].principal
    everything = evaluate(Request("sts:AssumeRoot", "*"), Layers(identity=administrator.policies))
    assert everything.answer is Answer.ALLOW
    assert set(world.root_users) == {MANAGEMENT, SECURITY, "333333333333", "444444444444"}


def test_no_key_given_out_can_be_one_of_awss() -> None:
    """AWS's key ids are base32, whose alphabet has no 0, 1, 8 or 9."""
    world = build_world(small(NOW))
    keys = [credential.access_key_id for credential in world.profiles.values()]
    keys += [key.id for user in world.root_users.values() for key in user.access_keys]
    assert keys
    assert all(set(key) & set("0189") for key in keys)


def test_an_organization_without_members_delegates_to_nobody() -> None:
    world = build_world(OrganizationFile(management_account=account(MANAGEMENT, "Alone")))
    assert world.profiles["emulator-security"].principal.account == MANAGEMENT


def test_the_start_document_is_the_contracts() -> None:
    world = build_world(small(NOW))
    found = start_document(world, "http://127.0.0.1:5000")
    assert found == {
        "schema": "rootwarden/emulator-start/1",
        "endpoint_url": "http://127.0.0.1:5000",
        "region": "us-east-1",
        "organization_id": "o-exampleorg1",
        "management_account_id": MANAGEMENT,
        "security_account_id": SECURITY,
        "profiles": list(world.profiles),
    }
    assert len(found["profiles"]) == 14


@pytest.mark.parametrize(("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")])
def test_other_partitions_have_their_own_region(partition: str, region: str) -> None:
    world = build_world(small(NOW).model_copy(update={"partition": partition}))
    assert start_document(world, "http://127.0.0.1:1")["region"] == region
    root = world.organization.root
    assert world.organization.arn(root).startswith(f"arn:{partition}:organizations::")
