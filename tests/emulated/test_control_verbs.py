"""The control verbs: what they change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from control_world import NOW, OLD_KEY, ONE, OUTSIDE, WORLD

from rootwarden.emulator.builders import MANAGEMENT
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.control import VERBS, Control
from rootwarden.emulator.org_file import (
    AccessKeySpec,
    FaultSpec,
    RootUserSpec,
)
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    started: Emulator = rootwarden_organization(WORLD, clock=Clock(NOW, frozen=True))
    return started


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return emulator.control


def test_every_verb_is_listed_and_described() -> None:
    methods = {name for name in dir(Control) if not name.startswith("_")}
    assert methods == set(VERBS)
    assert all(getattr(Control, name).__doc__ for name in VERBS)


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_a_created_account_has_a_profile_and_no_root_credentials(
    emulator: Emulator, client_of: Any, root_session_of: Any
) -> None:
    made = emulator.control.create_account("New", ou="/Workloads/Production", tags={"env": "new"})
    assert (made.state, made.joined_method, made.ou) == ("ACTIVE", "CREATED", "/Workloads/Production")
    described = client_of(emulator, "organizations").describe_account(AccountId=made.id)["Account"]
    assert (described["Name"], described["Email"], described["JoinedTimestamp"]) == ("New", made.email, NOW)
    assert client_of(emulator, "sts", made.profile).get_caller_identity()["Account"] == made.id
    summary = root_session_of(emulator, made.id, RootTask.AUDIT).get_account_summary()["SummaryMap"]
    assert (summary["AccountPasswordPresent"], summary["AccountAccessKeysPresent"]) == (0, 0)
    assert (
        emulator.control.create_account("Named", id="123123123123", email="a@example.com").id
        == "123123123123"
    )


def test_an_invited_standalone_account_brings_its_root_credentials(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Any
) -> None:
    organizations = client_of(emulator, "organizations", f"emulator-{OUTSIDE}")
    assert refusal_of(organizations.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    joined = emulator.control.invite_account(OUTSIDE, ou="/Workloads")
    assert (joined.name, joined.joined_method, joined.ou) == ("Outside", "INVITED", "/Workloads")
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    keys = root_session_of(emulator, OUTSIDE, RootTask.AUDIT).list_access_keys()["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in keys] == [OLD_KEY]


def test_an_invited_account_that_nobody_knew(emulator: Emulator, client_of: Any) -> None:
    root = RootUserSpec(password=True, access_keys=(AccessKeySpec(),))
    joined = emulator.control.invite_account("123123123123", name="Acquired", root=root)
    assert (joined.joined_method, joined.ou) == ("INVITED", "/")
    held = emulator.control.root_user(joined.id)
    assert (held.login_profile is not None, len(held.access_keys)) == (True, 1)
    assert client_of(emulator, "sts", joined.profile).get_caller_identity()["Account"] == joined.id


def test_a_moved_account_comes_under_other_policies(
    emulator: Emulator, root_session_of: Any, refusal_of: Any
) -> None:
    session = root_session_of(emulator, ONE, RootTask.AUDIT)
    emulator.control.remove_faults(all=True)
    assert session.get_user()["User"]
    assert emulator.control.move_account(ONE, "/Blocked").ou == "/Blocked"
    assert "service control policy" in refusal_of(session.get_user)[1]
    by_id = emulator.world.organization.root.id
    assert emulator.control.move_account(ONE, by_id).ou == "/"
    assert session.get_user()["User"]


def test_the_life_of_an_account(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    control = emulator.control
    organizations = client_of(emulator, "organizations")

    def shown() -> str:
        return str(organizations.describe_account(AccountId=ONE)["Account"]["State"])

    states = []
    for verb in (
        control.suspend_account,
        control.reinstate_account,
        control.close_account,
        control.reinstate_account,
        control.suspend_account,
        control.close_account,
        control.finish_closure,
    ):
        assert verb(ONE).state == shown()
        states.append(shown())
    assert states == [
        "SUSPENDED",
        "ACTIVE",
        "PENDING_CLOSURE",
        "ACTIVE",
        "SUSPENDED",
        "PENDING_CLOSURE",
        "CLOSED",
    ]
    refused = refusal_of(
        client_of(emulator, "sts").assume_root,
        TargetPrincipal=ONE,
        TaskPolicyArn={"arn": RootTask.AUDIT.policy_arn("aws")},
    )
    assert refused[0] == "AccessDenied"


# -- time --------------------------------------------------------------------------------------------------------------


def test_the_clock_goes_forward_and_stands_still(control: Control) -> None:
    assert control.advance_clock(1.5).now == NOW + timedelta(seconds=1.5)
    later = datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert control.set_clock(later).now == later
    assert control.set_clock(later).frozen  # the same time again is not backwards
    assert control.run_clock().frozen is False
    assert control.freeze_clock().now >= later
    assert control.clock() == control.clock()


def test_sessions_end_with_the_clock(emulator: Emulator, root_session_of: Any, refusal_of: Any) -> None:
    session = root_session_of(emulator, ONE, RootTask.AUDIT)
    emulator.control.advance_clock(900)
    assert refusal_of(session.list_access_keys)[0] == "ExpiredToken"


# -- policies ----------------------------------------------------------------------------------------------------------


def test_a_policy_takes_effect_and_goes_again(
    emulator: Emulator, root_session_of: Any, refusal_of: Any
) -> None:
    session, control = root_session_of(emulator, ONE, RootTask.AUDIT), emulator.control
    attached = control.attach_policy("DenyRoot", ONE)
    assert (attached.type, ONE in attached.targets) == ("SERVICE_CONTROL_POLICY", True)
    assert refusal_of(session.list_access_keys)[0] == "AccessDenied"
    assert ONE not in control.detach_policy("DenyRoot", ONE).targets
    assert session.list_access_keys()["AccessKeyMetadata"] == []


def test_a_new_policy_is_attached_to_the_root(emulator: Emulator, client_of: Any) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    }
    made = emulator.control.attach_policy("NoIam", "/", document=document)
    assert made.targets == (emulator.world.organization.root.id,)
    listed = client_of(emulator, "organizations").list_policies_for_target(
        TargetId=made.targets[0], Filter="SERVICE_CONTROL_POLICY"
    )["Policies"]
    assert [policy["Name"] for policy in listed] == ["FullAWSAccess", "NoIam"]
    assert emulator.control.attach_policy(made.id, "/Workloads/Production").name == "NoIam"


# -- failures ----------------------------------------------------------------------------------------------------------


def test_faults_come_and_go(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    control, sts = emulator.control, client_of(emulator, "sts")
    fault = FaultSpec(operation="sts:GetCallerIdentity", account=MANAGEMENT, http_status=503)
    assert control.add_fault(fault)[-1] == fault
    assert refusal_of(sts.get_caller_identity)[2] == 503
    left = control.remove_faults(operation="sts:GetCallerIdentity", account=MANAGEMENT)
    assert [one.operation for one in left] == ["iam:GetUser"]
    assert sts.get_caller_identity()["Account"] == MANAGEMENT
    control.add_fault(fault)
    assert [one.operation for one in control.remove_faults(account=MANAGEMENT)] == ["iam:GetUser"]
    assert control.remove_faults(all=True) == ()
    assert control.remove_faults(all=True) == ()


def test_switching_throttles_on_fills_the_buckets(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    call = client_of(emulator, "organizations").describe_organization
    assert emulator.control.set_throttles(on=True).throttles
    assert [bool(call()) for _ in range(2)] == [True, True]
    assert refusal_of(call)[0] == "TooManyRequestsException"
    emulator.control.set_throttles(on=True)
    assert call()
    assert not emulator.control.set_throttles(on=False).throttles
    assert all(call() for _ in range(5))


def test_the_lag_is_switched(control: Control) -> None:
    assert control.set_revocation_lags(on=True).revocation_lags
    assert not control.set_revocation_lags(on=False).revocation_lags
    assert control.switches() == control.set_throttles(on=False)
