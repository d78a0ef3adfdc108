"""Signing in as root, password recovery by mail, and root keys that work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import DENY_ROOT, DENY_SIGNED_IN_ROOT, MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.control import ControlRefused
from rootwarden.emulator.happenings import Event, PasswordRecovery, PasswordUpdated, RootChanged, SignedIn
from rootwarden.emulator.org_file import (
    AccessKeySpec,
    MfaDeviceSpec,
    OrganizationFile,
    OuSpec,
    PasswordSpec,
    RootUserSpec,
)
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
BARE, OPENED, HOLDER, WITH_MFA = "333333333333", "444444444444", "555555555555", "666666666666"
BLOCKED, EXEMPTED, OUTSIDE = "777777777777", "888888888888", "999999999999"
HELD_KEY, IDLE_KEY = "AKIA0000000000000001", "AKIA0000000000000002"

FAILED = (
    "Authentication failed. Your root user credentials are not valid or sign-in as root is currently disabled for "
    "this account. Please reach out to your administrator for further assistance."
)
NOT_RECOVERED = (
    "Password recovery failed. Password recovery is disabled for your AWS account. Please contact your administrator "
    "for further assistance."
)


def holding(**more: Any) -> RootUserSpec:
    return RootUserSpec(password=PasswordSpec(text=PASSWORD), **more)


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    keys = (AccessKeySpec(id=HELD_KEY), AccessKeySpec(id=IDLE_KEY, status="Inactive"))
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company", root=holding()),
        organizational_units=(
            OuSpec(path="/Blocked", scps=("DenyRoot",)),
            OuSpec(path="/Exempted", scps=("DenySignedInRoot",)),
        ),
        scps={"DenyRoot": DENY_ROOT, "DenySignedInRoot": DENY_SIGNED_IN_ROOT},
        accounts=(
            account(BARE, "Bare", email="bare@example.com"),
            account(OPENED, "Opened", root=RootUserSpec(password=True)),
            account(HOLDER, "Holder", root=holding(access_keys=keys)),
            account(WITH_MFA, "With MFA", root=holding(mfa_devices=(MfaDeviceSpec(),))),
            account(BLOCKED, "Blocked", "/Blocked", root=holding()),
            account(EXEMPTED, "Exempted", "/Exempted", root=holding()),
        ),
        standalone_accounts=(account(OUTSIDE, "Outside", root=holding()),),
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
    )
    started: Emulator = rootwarden_organization(file, clock=Clock(NOW, frozen=True))
    return started


@pytest.fixture
def events(emulator: Emulator) -> list[Event]:
    found: list[Event] = []
    emulator.world.listeners.append(found.append)
    return found


# -- signing in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account_id", "password", "mfa", "succeeds"),
    [
        (HOLDER, PASSWORD, False, True),
        (HOLDER, "wrong", False, False),
        (HOLDER, "", False, False),
        (BARE, PASSWORD, False, False),  # no login profile
        (OPENED, PASSWORD, False, False),  # a login profile, and nobody has set a password
        (WITH_MFA, PASSWORD, True, True),
        (WITH_MFA, PASSWORD, False, False),
        (WITH_MFA, "wrong", True, False),
        (BLOCKED, PASSWORD, False, True),  # an SCP does not keep anybody from signing in
        (MANAGEMENT, PASSWORD, False, True),
        (OUTSIDE, PASSWORD, False, True),
    ],
)
def test_who_gets_in(
    emulator: Emulator, events: list[Event], *, account_id: str, password: str, mfa: bool, succeeds: bool
) -> None:
    before = emulator.control.root_user(account_id)
    found = emulator.control.sign_in(account_id, password, mfa=mfa)
    after = emulator.control.root_user(account_id)
    assert found.succeeded is succeeds
    assert found.message == ("" if succeeds else FAILED)
    assert (found.credential is not None) is succeeds
    assert after.password_last_used == (NOW if succeeds else before.password_last_used)
    opened = found.credential.access_key_id if found.credential else None
    serial = f"arn:aws:iam::{account_id}:mfa/root-account-mfa-device" if mfa else None
    assert events == [SignedIn(account_id, NOW, succeeds, serial, opened)]


def test_a_signed_in_root_user_calls_aws(emulator: Emulator, client_of: Any) -> None:
    session = emulator.control.sign_in(HOLDER, PASSWORD).credential
    identity = client_of(emulator, "sts", session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{HOLDER}:root"
    iam = client_of(emulator, "iam", session)
    assert iam.get_user()["User"]["PasswordLastUsed"] == NOW
    assert {key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]} == {HELD_KEY, IDLE_KEY}
    iam.create_user(UserName="anybody")  # no task policy holds it back
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["Administrator", "anybody"]


@pytest.mark.parametrize("account_id", [BLOCKED, EXEMPTED])
def test_an_scp_denies_every_call_after_the_sign_in(
    emulator: Emulator, client_of: Any, refusal_of: Any, account_id: str
) -> None:
    session = emulator.control.sign_in(account_id, PASSWORD).credential
    iam, s3 = client_of(emulator, "iam", session), client_of(emulator, "s3", session)
    for call in (iam.get_account_summary, iam.list_access_keys, iam.create_access_key, s3.list_buckets):
        code, text, status = refusal_of(call)
        assert (code, status) == ("AccessDenied", 403)
        assert "explicit deny in a service control policy" in text
    assert emulator.control.root_user(account_id).access_keys == ()


def test_a_console_session_ends(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    sts = client_of(emulator, "iam", emulator.control.sign_in(HOLDER, PASSWORD).credential)
    emulator.world.clock.advance(timedelta(hours=12, seconds=-1))
    assert sts.get_user()["User"]
    emulator.world.clock.advance(timedelta(seconds=1))
    assert refusal_of(sts.get_user)[0] == "ExpiredToken"


def test_a_root_user_cannot_open_root_sessions(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    session = emulator.control.sign_in(MANAGEMENT, PASSWORD).credential
    found = refusal_of(
        client_of(emulator, "sts", session).assume_root,
        TargetPrincipal=HOLDER,
        TaskPolicyArn={"arn": RootTask.AUDIT.policy_arn("aws")},
    )
    assert found[0] == "AccessDenied"


def test_after_the_password_is_deleted_nobody_signs_in(emulator: Emulator, root_session_of: Any) -> None:
    root_session_of(emulator, HOLDER, RootTask.DELETE).delete_login_profile()
    assert emulator.control.sign_in(HOLDER, PASSWORD).message == FAILED
    root_session_of(emulator, HOLDER, RootTask.CREATE_PASSWORD).create_login_profile()
    assert not emulator.control.sign_in(HOLDER, PASSWORD).succeeded  # the old password is not restored
    assert emulator.control.root_user(HOLDER).password_known is False


@pytest.mark.parametrize("verb", ["suspend_account", "close_account"])
def test_a_suspended_account_lets_its_root_user_in_and_a_closed_one_does_not(
    emulator: Emulator, verb: str
) -> None:
    getattr(emulator.control, verb)(HOLDER)
    assert emulator.control.sign_in(HOLDER, PASSWORD).succeeded
    if verb == "close_account":
        emulator.control.finish_closure(HOLDER)
        assert not emulator.control.sign_in(HOLDER, PASSWORD).succeeded


def test_a_code_without_a_device_makes_no_sense(emulator: Emulator, events: list[Event]) -> None:
    with pytest.raises(ControlRefused, match="has no MFA device") as caught:
        emulator.control.sign_in(HOLDER, PASSWORD, mfa=True)
    assert caught.value.code == "NoMfaDevice"
    assert events == []
    assert emulator.control.root_user(HOLDER).password_last_used is None


def test_root_changes_its_password(emulator: Emulator, events: list[Event]) -> None:
    with pytest.raises(ControlRefused, match="not the root password"):
        emulator.control.change_root_password(HOLDER, "wrong", "another password")
    emulator.control.change_root_password(HOLDER, PASSWORD, "another password")
    assert events == [PasswordUpdated(HOLDER, NOW)]
    assert not emulator.control.sign_in(HOLDER, PASSWORD).succeeded
    assert emulator.control.sign_in(HOLDER, "another password").succeeded


# -- recovery ----------------------------------------------------------------------------------------------------------


def test_recovery_after_a_login_profile_was_created(
    emulator: Emulator, root_session_of: Any, events: list[Event]
) -> None:
    root_session_of(emulator, BARE, RootTask.CREATE_PASSWORD).create_login_profile()
    events.clear()
    mail = emulator.control.request_password_recovery(BARE)
    assert mail.to == "bare@example.com"
    outcome = emulator.control.complete_password_recovery(mail.link, PASSWORD)
    assert (outcome.succeeded, outcome.account) == (True, BARE)
    assert events == [
        PasswordRecovery(BARE, NOW, "requested"),
        PasswordRecovery(BARE, NOW, "completed"),
    ]
    assert emulator.control.sign_in(BARE, PASSWORD).succeeded


def test_without_a_login_profile_the_mail_comes_and_its_link_refuses(
    emulator: Emulator, events: list[Event]
) -> None:
    mail = emulator.control.request_password_recovery(BARE)
    assert mail.link
    outcome = emulator.control.complete_password_recovery(mail.link, PASSWORD)
    assert (outcome.succeeded, outcome.message) == (False, NOT_RECOVERED)
    assert events[-1] == PasswordRecovery(BARE, NOW, "completed", succeeded=False)
    assert emulator.control.root_user(BARE).login_profile is None
    assert emulator.control.sign_in(BARE, PASSWORD).message == FAILED


def test_a_mail_that_is_older_than_the_removal_is_worth_nothing(
    emulator: Emulator, root_session_of: Any
) -> None:
    mail = emulator.control.request_password_recovery(OPENED)
    root_session_of(emulator, OPENED, RootTask.DELETE).delete_login_profile()
    assert emulator.control.complete_password_recovery(mail.link, PASSWORD).message == NOT_RECOVERED


def test_a_link_works_once_and_the_newest_only(emulator: Emulator) -> None:
    control = emulator.control
    older, newer = control.request_password_recovery(OPENED), control.request_password_recovery(OPENED)
    assert not control.complete_password_recovery(older.link, "older password").succeeded
    assert control.complete_password_recovery(newer.link, PASSWORD).succeeded
    assert not control.complete_password_recovery(newer.link, "other password").succeeded
    assert control.sign_in(OPENED, PASSWORD).succeeded


def test_a_link_is_of_one_account_only(emulator: Emulator) -> None:
    control = emulator.control
    mine = control.request_password_recovery(OPENED).link
    forged = mine.replace(OPENED, HOLDER)
    assert not control.complete_password_recovery(forged, "forged password").succeeded
    assert control.sign_in(HOLDER, PASSWORD).succeeded
    for nonsense in ("", "https://example.com/", mine.replace(OPENED, "000000000000")):
        with pytest.raises(ControlRefused, match="no recovery link"):
            control.complete_password_recovery(nonsense, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 129])
def test_a_password_has_a_length(emulator: Emulator, password: str) -> None:
    mail = emulator.control.request_password_recovery(OPENED)
    with pytest.raises(ControlRefused, match="8 to 128 characters"):
        emulator.control.complete_password_recovery(mail.link, password)
    assert emulator.control.complete_password_recovery(mail.link, PASSWORD).succeeded  # nothing was used up


def test_recovery_leaves_mfa_in_place(emulator: Emulator) -> None:
    mail = emulator.control.request_password_recovery(WITH_MFA)
    assert emulator.control.complete_password_recovery(mail.link, "another password").succeeded
    assert not emulator.control.sign_in(WITH_MFA, "another password").succeeded
    assert emulator.control.sign_in(WITH_MFA, "another password", mfa=True).mfa_used


# -- keys and devices --------------------------------------------------------------------------------------------------


def test_a_key_made_in_the_console_works_and_its_use_is_noted(
    emulator: Emulator, client_of: Any, root_session_of: Any, events: list[Event]
) -> None:
    keys = emulator.control.create_root_access_key(BARE)
    assert events == [RootChanged(BARE, NOW, "CreateAccessKey", keys.access_key_id)]
    audit = root_session_of(emulator, BARE, RootTask.AUDIT)
    assert audit.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1
    unused = audit.get_access_key_last_used(AccessKeyId=keys.access_key_id)["AccessKeyLastUsed"]
    assert unused == {"ServiceName": "N/A", "Region": "N/A"}
    emulator.world.clock.advance(timedelta(minutes=5))
    client_of(emulator, "s3", keys, region="eu-west-1").list_buckets()
    used = audit.get_access_key_last_used(AccessKeyId=keys.access_key_id)["AccessKeyLastUsed"]
    assert used == {
        "LastUsedDate": NOW + timedelta(minutes=5),
        "ServiceName": "s3",
        "Region": "eu-west-1",
    }


def test_a_deleted_key_works_no_more(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Any
) -> None:
    keys = emulator.control.create_root_access_key(BARE)
    call = client_of(emulator, "sts", keys).get_caller_identity
    assert call()["Arn"] == f"arn:aws:iam::{BARE}:root"
    root_session_of(emulator, BARE, RootTask.DELETE).delete_access_key(AccessKeyId=keys.access_key_id)
    assert refusal_of(call)[0] == "InvalidClientTokenId"


def test_a_key_of_the_organization_file_can_be_used_once_it_is_revealed(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    keys = emulator.control.reveal_root_access_key(HOLDER, HELD_KEY)
    assert emulator.control.reveal_root_access_key(HOLDER, HELD_KEY) == keys
    assert client_of(emulator, "sts", keys).get_caller_identity()["Account"] == HOLDER
    (held, idle) = emulator.control.root_user(HOLDER).access_keys
    assert (held.last_used, held.last_used_service, idle.last_used) == (NOW, "sts", None)
    switched_off = emulator.control.reveal_root_access_key(HOLDER, IDLE_KEY)
    assert (
        refusal_of(client_of(emulator, "sts", switched_off).get_caller_identity)[0] == "InvalidClientTokenId"
    )
    with pytest.raises(ControlRefused, match="no access key"):
        emulator.control.reveal_root_access_key(BARE, HELD_KEY)


def test_a_signed_in_root_user_makes_and_switches_its_keys(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    iam = client_of(emulator, "iam", emulator.control.sign_in(WITH_MFA, PASSWORD, mfa=True).credential)
    made = iam.create_access_key()["AccessKey"]
    iam.update_access_key(AccessKeyId=made["AccessKeyId"], Status="Inactive")
    (shown,) = emulator.control.root_user(WITH_MFA).access_keys
    assert (shown.id, shown.status, shown.created) == (made["AccessKeyId"], "Inactive", NOW)
    iam.create_access_key()
    assert refusal_of(iam.create_access_key)[::2] == ("LimitExceeded", 409)
    unknown = refusal_of(iam.update_access_key, AccessKeyId="AKIA0000000000000009", Status="Active")
    assert unknown[::2] == ("NoSuchEntity", 404)


def test_a_root_session_makes_no_keys(emulator: Emulator, root_session_of: Any, refusal_of: Any) -> None:
    for task in (RootTask.AUDIT, RootTask.DELETE, RootTask.CREATE_PASSWORD):
        iam = root_session_of(emulator, BARE, task)
        assert refusal_of(iam.create_access_key)[0] == "AccessDenied"
    assert emulator.control.root_user(BARE).access_keys == ()


def test_a_third_key_and_a_ninth_device_are_refused(emulator: Emulator) -> None:
    with pytest.raises(ControlRefused, match="quota for AccessKeysPerUser: 2"):
        emulator.control.create_root_access_key(HOLDER)
    for _ in range(8):
        emulator.control.add_mfa_device(BARE)
    with pytest.raises(ControlRefused, match="quota for MFADevicesPerUser: 8"):
        emulator.control.add_mfa_device(BARE)
    held = emulator.control.root_user(BARE).mfa_devices
    assert len({device.id for device in held}) == len(held) == 8
    assert len(emulator.control.root_user(HOLDER).access_keys) == 2


def test_a_device_is_enrolled_found_and_taken_away(
    emulator: Emulator, root_session_of: Any, events: list[Event]
) -> None:
    (device,) = emulator.control.add_mfa_device(OPENED).mfa_devices
    assert device.id == f"arn:aws:iam::{OPENED}:mfa/root-account-mfa-device"
    assert events == [RootChanged(OPENED, NOW, "EnableMFADevice", device.id)]
    summary = root_session_of(emulator, OPENED, RootTask.AUDIT).get_account_summary()["SummaryMap"]
    assert summary["AccountMFAEnabled"] == 1
    root_session_of(emulator, OPENED, RootTask.DELETE).deactivate_mfa_device(SerialNumber=device.id)
    assert emulator.control.root_user(OPENED).mfa_devices == ()


Verb = Callable[[Any, str], object]


@pytest.mark.parametrize(
    "verb",
    [
        lambda control, who: control.root_user(who),
        lambda control, who: control.sign_in(who, PASSWORD),
        lambda control, who: control.request_password_recovery(who),
        lambda control, who: control.change_root_password(who, PASSWORD, PASSWORD),
        lambda control, who: control.create_root_access_key(who),
        lambda control, who: control.reveal_root_access_key(who, HELD_KEY),
        lambda control, who: control.add_mfa_device(who),
    ],
)
def test_an_account_that_is_not_there(emulator: Emulator, events: list[Event], verb: Verb) -> None:
    with pytest.raises(ControlRefused, match="no account '000000000000'") as caught:
        verb(emulator.control, "000000000000")
    assert (caught.value.code, caught.value.http_status) == ("UnknownAccount", 404)
    assert events == []
