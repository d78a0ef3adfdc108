"""What a root session of the emulator may do: its task's actions, unless an SCP of the target says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import DENY_ROOT, DENY_SIGNED_IN_ROOT, MANAGEMENT, SECURITY, account
from rootwarden.emulator.org_file import MfaDeviceSpec, OrganizationFile, OuSpec, PrincipalSpec, RootUserSpec
from rootwarden.emulator.root_keys import create_root_key
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER = "444444444444"
BLOCKED = "888888888888"
EXEMPT = "777777777777"
SERIAL = f"arn:aws:iam::{MEMBER}:mfa/root-account-mfa-device"
KEY = "AKIA0000000000000001"

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "iam:GetAccountSummary": ("get_account_summary", {}),
    "iam:GetUser": ("get_user", {}),
    "iam:GetLoginProfile": ("get_login_profile", {}),
    "iam:CreateLoginProfile": ("create_login_profile", {}),
    "iam:DeleteLoginProfile": ("delete_login_profile", {}),
    "iam:ListAccessKeys": ("list_access_keys", {}),
    "iam:DeleteAccessKey": ("delete_access_key", {"AccessKeyId": KEY}),
    "iam:GetAccessKeyLastUsed": ("get_access_key_last_used", {"AccessKeyId": KEY}),
    "iam:ListSigningCertificates": ("list_signing_certificates", {}),
    "iam:DeleteSigningCertificate": ("delete_signing_certificate", {"CertificateId": "C" * 24}),
    "iam:ListMFADevices": ("list_mfa_devices", {}),
    "iam:DeactivateMFADevice": ("deactivate_mfa_device", {"SerialNumber": SERIAL}),
}


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    admin: Any = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        organizational_units=(
            OuSpec(path="/Blocked", scps=("DenyRoot",)),
            OuSpec(path="/Exempt", scps=("DenySignedInRoot",)),
        ),
        scps={"DenyRoot": DENY_ROOT, "DenySignedInRoot": DENY_SIGNED_IN_ROOT},
        accounts=(
            account(SECURITY, "Security"),
            account(MEMBER, "Member", root=RootUserSpec(mfa_devices=(MfaDeviceSpec(),))),
            account(BLOCKED, "Blocked", "/Blocked/Deeper"),
            account(EXEMPT, "Exempt", "/Exempt"),
        ),
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement", "RootSessions"),
        principals=(PrincipalSpec(account=BLOCKED, name="admin", policies=(admin,)),),
    )
    started: Emulator = rootwarden_organization(organization)
    return started


def outcome(call: Any, refusal_of: Refusal, **params: Any) -> str:
    """``allowed``, whatever comes of it, or the reason of an AccessDenied."""
    try:
        call(**params)
    except call.__self__.exceptions.NoSuchEntityException:
        return "allowed"
    except call.__self__.exceptions.ClientError:
        code, text, status = refusal_of(call, **params)
        assert (code, status) == ("AccessDenied", 403)
        return text
    return "allowed"


@pytest.mark.parametrize("task", list(RootTask))
def test_a_session_does_what_its_task_lists_and_nothing_else(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal, task: RootTask
) -> None:
    iam = root_session_of(emulator, MEMBER, task)
    start = f"User: arn:aws:iam::{MEMBER}:root is not authorized to perform: "
    for action, (name, params) in CALLS.items():
        found = outcome(getattr(iam, name), refusal_of, **params)
        if action in task.actions:
            assert found == "allowed", action
        else:
            assert found.startswith(f"{start}{action} on resource: ")
            assert found.endswith(" with an explicit deny in a session policy")


@pytest.mark.parametrize("task", list(RootTask))
def test_no_task_deletes_the_object_of_a_virtual_device(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal, task: RootTask
) -> None:
    iam = root_session_of(emulator, MEMBER, task)
    found = outcome(iam.delete_virtual_mfa_device, refusal_of, SerialNumber=SERIAL)
    assert f"iam:DeleteVirtualMFADevice on resource: {SERIAL}" in found


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("get_user", {"UserName": "alice"}),
        ("list_access_keys", {"UserName": "alice"}),
        ("list_users", {}),
        ("create_user", {"UserName": "mallory"}),
        ("create_access_key", {}),
        ("list_organizations_features", {}),
    ],
)
def test_an_audit_session_reaches_nobody_but_root(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal, name: str, params: dict[str, str]
) -> None:
    iam = root_session_of(emulator, MEMBER, RootTask.AUDIT)
    found = outcome(getattr(iam, name), refusal_of, **params)
    assert found.endswith(" with an explicit deny in a session policy")


def test_other_services_are_closed_too(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    organizations = root_session_of(emulator, MEMBER, RootTask.DELETE, "organizations")
    assert refusal_of(organizations.list_accounts)[::2] == ("AccessDeniedException", 400)
    s3 = root_session_of(emulator, MEMBER, RootTask.DELETE, "s3")
    assert refusal_of(s3.list_buckets)[::2] == ("AccessDenied", 403)


def test_an_scp_of_the_target_blocks_the_session_but_not_its_opening(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal
) -> None:
    iam = root_session_of(emulator, BLOCKED, RootTask.AUDIT)
    text = (
        f"User: arn:aws:iam::{BLOCKED}:root is not authorized to perform: iam:GetAccountSummary on resource: * "
        "with an explicit deny in a service control policy"
    )
    assert refusal_of(iam.get_account_summary) == ("AccessDenied", text, 403)
    assert (
        root_session_of(emulator, BLOCKED, RootTask.AUDIT, "sts")
        .get_caller_identity()["Arn"]
        .endswith(":root")
    )


def test_the_exemption_for_root_sessions_lets_them_through(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal, client_of: Any
) -> None:
    assert root_session_of(emulator, EXEMPT, RootTask.AUDIT).get_account_summary()["SummaryMap"]
    emulator.world.profiles["root"] = create_root_key(emulator.world, EXEMPT)
    found = refusal_of(client_of(emulator, "iam", "root").get_user)
    assert found[1].endswith("with an explicit deny in a service control policy")


def test_an_scp_about_root_leaves_the_others_alone(emulator: Emulator, client_of: Any) -> None:
    iam = client_of(emulator, "iam", f"emulator-{BLOCKED}-admin")
    assert iam.get_account_summary()["SummaryMap"]["AccountPasswordPresent"] == 0


def test_an_scp_level_without_an_allow_denies(
    emulator: Emulator, root_session_of: Any, refusal_of: Refusal, client_of: Any
) -> None:
    organizations = client_of(emulator, "organizations")
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    narrow = organizations.create_policy(
        Content=json.dumps(document), Description="", Name="S3Only", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=narrow, TargetId=MEMBER)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=MEMBER)
    iam = root_session_of(emulator, MEMBER, RootTask.AUDIT)
    assert refusal_of(iam.get_user)[1].endswith(
        "because no service control policy allows the iam:GetUser action"
    )
