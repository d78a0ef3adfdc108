"""The root user's own IAM calls in root sessions of the emulator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import (
    AccessKeySpec,
    LastUseSpec,
    MfaDeviceSpec,
    OrganizationFile,
    PasswordSpec,
    PrincipalSpec,
    RootUserSpec,
    SigningCertificateSpec,
)
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

FULL = "444444444444"
CLEAN = "555555555555"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
USED = datetime(2026, 9, 30, 8, tzinfo=UTC)
NO_PROFILE = ("NoSuchEntity", "Login Profile for User null cannot be found.", 404)
ROOT_FLAGS = (
    "AccountPasswordPresent",
    "AccountAccessKeysPresent",
    "AccountSigningCertificatesPresent",
    "AccountMFAEnabled",
)
ROOT = RootUserSpec(
    password=PasswordSpec(created=USED - timedelta(days=9), last_used=USED),
    access_keys=(
        AccessKeySpec(id="AKIA0000000000000001", last_used=LastUseSpec(when=USED, region="eu-west-1")),
        AccessKeySpec(id="AKIA0000000000000002", status="Inactive"),
    ),
    signing_certificates=(SigningCertificateSpec(), SigningCertificateSpec(status="Inactive")),
    mfa_devices=tuple(MfaDeviceSpec() for _ in range(8)),
)


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    everything: Any = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(FULL, "Full", root=ROOT), account(CLEAN, "Clean")),
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement", "RootSessions"),
        principals=(PrincipalSpec(account=FULL, name="auditor", policies=(everything,)),),
    )
    started: Emulator = rootwarden_organization(organization, clock=Clock(NOW))
    return started


def flags(iam: Any) -> tuple[int, ...]:
    summary = iam.get_account_summary()["SummaryMap"]
    return tuple(summary[name] for name in ROOT_FLAGS)


def test_the_summary_says_whether_not_how_many(
    emulator: Emulator, root_session_of: Any, client_of: Any
) -> None:
    assert flags(root_session_of(emulator, FULL, RootTask.AUDIT)) == (1, 1, 1, 1)
    assert flags(root_session_of(emulator, CLEAN, RootTask.AUDIT)) == (0, 0, 0, 0)
    assert flags(client_of(emulator, "iam", f"emulator-{FULL}-auditor")) == (1, 1, 1, 1)


def test_an_inactive_key_counts(emulator: Emulator, root_session_of: Any) -> None:
    emulator.world.root_users[FULL].delete_access_key("AKIA0000000000000001")
    assert flags(root_session_of(emulator, FULL, RootTask.AUDIT))[1] == 1


def test_the_root_user_has_neither_name_nor_path(emulator: Emulator, root_session_of: Any) -> None:
    user = root_session_of(emulator, FULL, RootTask.AUDIT).get_user()["User"]
    assert user.pop("CreateDate") < NOW
    assert user == {"UserId": FULL, "Arn": f"arn:aws:iam::{FULL}:root", "PasswordLastUsed": USED}
    assert "PasswordLastUsed" not in root_session_of(emulator, CLEAN, RootTask.AUDIT).get_user()["User"]


def test_the_credentials_are_listed(emulator: Emulator, root_session_of: Any) -> None:
    iam = root_session_of(emulator, FULL, RootTask.AUDIT)
    keys = iam.list_access_keys()["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in keys] == [
        ("AKIA0000000000000001", "Active"),
        ("AKIA0000000000000002", "Inactive"),
    ]
    assert all("UserName" not in key for key in keys)
    assert len(iam.list_signing_certificates()["Certificates"]) == 2
    assert iam.list_mfa_devices()["MFADevices"][0]["SerialNumber"] == (
        f"arn:aws:iam::{FULL}:mfa/root-account-mfa-device"
    )
    assert iam.get_login_profile()["LoginProfile"] == {
        "CreateDate": USED - timedelta(days=9),
        "PasswordResetRequired": False,
    }


def test_a_clean_account_holds_nothing(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    iam = root_session_of(emulator, CLEAN, RootTask.AUDIT)
    assert iam.list_access_keys()["AccessKeyMetadata"] == []
    assert iam.list_signing_certificates()["Certificates"] == []
    assert iam.list_mfa_devices()["MFADevices"] == []
    assert refusal_of(iam.get_login_profile) == NO_PROFILE


@pytest.mark.parametrize(
    ("call", "members", "key"),
    [
        ("list_access_keys", "AccessKeyMetadata", "AccessKeyId"),
        ("list_signing_certificates", "Certificates", "CertificateId"),
        ("list_mfa_devices", "MFADevices", "SerialNumber"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 8, 1000])
def test_lists_come_in_pages(
    emulator: Emulator, root_session_of: Any, *, call: str, members: str, key: str, size: int
) -> None:
    iam = root_session_of(emulator, FULL, RootTask.AUDIT)
    whole = [item[key] for item in getattr(iam, call)()[members]]
    pages = list(iam.get_paginator(call).paginate(PaginationConfig={"PageSize": size}))
    assert [item[key] for page in pages for item in page[members]] == whole
    assert [len(page[members]) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert [page["IsTruncated"] for page in pages] == [True] * (len(pages) - 1) + [False]


def test_deleting_while_paging_skips_nothing(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal
) -> None:
    iam = root_session_of(emulator, FULL, RootTask.DELETE)
    while True:
        page = iam.list_mfa_devices(MaxItems=3)
        for device in page["MFADevices"]:
            iam.deactivate_mfa_device(SerialNumber=device["SerialNumber"])
        if not page["IsTruncated"]:
            break
        rest = iam.list_mfa_devices(Marker=page["Marker"])["MFADevices"]
        assert [one["SerialNumber"] for one in rest] == [
            device.id for device in sorted(emulator.world.root_users[FULL].mfa_devices, key=lambda d: d.id)
        ]
    assert emulator.world.root_users[FULL].mfa_devices == []
    assert refusal_of(iam.list_access_keys, Marker="bogus")[0] == "ValidationError"
    assert refusal_of(iam.list_access_keys, MaxItems=1001)[0] == "ValidationError"


def test_last_use_of_the_keys(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    iam = root_session_of(emulator, FULL, RootTask.AUDIT)

    def last(key: str) -> dict[str, Any]:
        found: dict[str, Any] = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
        return found

    used = {"LastUsedDate": USED, "ServiceName": "s3", "Region": "eu-west-1"}
    assert last("AKIA0000000000000001") == used
    assert last("AKIA0000000000000002") == {"ServiceName": "N/A", "Region": "N/A"}
    assert refusal_of(iam.get_access_key_last_used, AccessKeyId="AKIA0000000000000003")[::2] == (
        "NoSuchEntity",
        404,
    )


def test_a_delete_session_leaves_nothing(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal
) -> None:
    iam = root_session_of(emulator, FULL, RootTask.DELETE)
    iam.delete_login_profile()
    for key in iam.list_access_keys()["AccessKeyMetadata"]:
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    for one in iam.list_signing_certificates()["Certificates"]:
        iam.delete_signing_certificate(CertificateId=one["CertificateId"])
    for device in iam.list_mfa_devices()["MFADevices"]:
        iam.deactivate_mfa_device(SerialNumber=device["SerialNumber"])
    assert flags(root_session_of(emulator, FULL, RootTask.AUDIT)) == (0, 0, 0, 0)
    assert refusal_of(iam.delete_login_profile) == NO_PROFILE
    assert refusal_of(iam.delete_access_key, AccessKeyId="AKIA0000000000000001") == (
        "NoSuchEntity",
        "The Access Key with id AKIA0000000000000001 cannot be found.",
        404,
    )
    certificate = "C" * 24
    gone = refusal_of(iam.delete_signing_certificate, CertificateId=certificate)
    assert gone == ("NoSuchEntity", f"The Certificate with id {certificate} cannot be found.", 404)
    serial = f"arn:aws:iam::{FULL}:mfa/root-account-mfa-device"
    assert refusal_of(iam.deactivate_mfa_device, SerialNumber=serial)[::2] == ("NoSuchEntity", 404)


def test_the_object_of_a_virtual_device_stays_and_an_administrator_can_delete_it(
    emulator: Emulator, root_session_of: Any, client_of: Any, refusal_of: Refusal
) -> None:
    serial = f"arn:aws:iam::{FULL}:mfa/root-account-mfa-device"
    admin = client_of(emulator, "iam", f"emulator-{FULL}")
    assert refusal_of(admin.delete_virtual_mfa_device, SerialNumber=serial)[0] == "DeleteConflict"
    root_session_of(emulator, FULL, RootTask.DELETE).deactivate_mfa_device(SerialNumber=serial)
    assert emulator.world.root_users[FULL].loose_virtual_devices == {serial}
    admin.delete_virtual_mfa_device(SerialNumber=serial)
    assert emulator.world.root_users[FULL].loose_virtual_devices == set()
    assert refusal_of(admin.delete_virtual_mfa_device, SerialNumber=serial)[0] == "NoSuchEntity"


def test_recovery_opens_without_a_password_and_closes_again(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal
) -> None:
    iam, audit = (
        root_session_of(emulator, CLEAN, task) for task in (RootTask.CREATE_PASSWORD, RootTask.AUDIT)
    )
    profile = iam.create_login_profile()["LoginProfile"]
    assert profile["PasswordResetRequired"] is False
    assert "UserName" not in profile
    assert flags(audit) == (1, 0, 0, 0)
    text = f"Login Profile for account {CLEAN} already exists."
    assert refusal_of(iam.create_login_profile) == ("EntityAlreadyExists", text, 409)
    assert iam.get_login_profile()["LoginProfile"] == profile
    root_session_of(emulator, CLEAN, RootTask.DELETE).delete_login_profile()
    assert refusal_of(iam.get_login_profile) == NO_PROFILE
    assert flags(audit) == (0, 0, 0, 0)


def test_a_password_cannot_be_given(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    iam = root_session_of(emulator, CLEAN, RootTask.CREATE_PASSWORD)
    assert refusal_of(iam.create_login_profile, Password="Tr0ub4dor&3")[0] == "ValidationError"
    assert emulator.world.root_users[CLEAN].login_profile is None


def test_others_who_name_no_user(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    role = client_of(emulator, "iam", f"emulator-{FULL}-auditor")
    text = "Must specify userName when calling with non-User credentials"
    assert refusal_of(role.get_user) == ("ValidationError", text, 400)
    assert refusal_of(role.delete_login_profile) == ("ValidationError", text, 400)
    user = client_of(emulator, "iam", f"emulator-{FULL}").get_user()["User"]
    assert user["Arn"] == f"arn:aws:iam::{FULL}:user/Administrator"
    assert emulator.world.root_users[FULL].login_profile is not None
