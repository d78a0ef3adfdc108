"""What IAM answers to a root session about its own root user.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bench_audit.faults import error
from bench_audit.organization import RootUser
from bench_audit.wire import Answer

_NAMESPACE: Final = "https://iam.amazonaws.com/doc/2010-05-08/"
_CREATED: Final = "2019-04-05T06:07:08Z"
_LAST_USED: Final = "2024-02-03T04:05:06Z"
_COUNTS: Final = (
    "AccessKeysPerUserQuota",
    "AssumeRolePolicySizeQuota",
    "AttachedPoliciesPerGroupQuota",
    "AttachedPoliciesPerRoleQuota",
    "AttachedPoliciesPerUserQuota",
    "GlobalEndpointTokenVersion",
    "GroupPolicySizeQuota",
    "Groups",
    "GroupsPerUserQuota",
    "GroupsQuota",
    "InstanceProfiles",
    "InstanceProfilesQuota",
    "MFADevices",
    "MFADevicesInUse",
    "Policies",
    "PoliciesQuota",
    "PolicySizeQuota",
    "PolicyVersionsInUse",
    "PolicyVersionsInUseQuota",
    "Providers",
    "RolePolicySizeQuota",
    "Roles",
    "RolesQuota",
    "ServerCertificates",
    "ServerCertificatesQuota",
    "SigningCertificatesPerUserQuota",
    "UserPolicySizeQuota",
    "Users",
    "UsersQuota",
    "VersionsPerPolicyQuota",
)
"""What a summary says besides the four root keys: reading past them is part of the work."""

Parameters = Mapping[str, str]
AUDIT: Final = "IAMAuditRootUserCredentials"
DELETE: Final = "IAMDeleteRootUserCredentials"


def _entry(name: str, value: int) -> str:
    return f"<entry><key>{name}</key><value>{value}</value></entry>"


_REST: Final = "".join(_entry(name, 100) for name in _COUNTS)


def _summary(user: RootUser, _: Parameters, __: str) -> str:
    flags = {
        "AccountPasswordPresent": user.password,
        "AccountAccessKeysPresent": bool(user.keys),
        "AccountSigningCertificatesPresent": bool(user.certificates),
        "AccountMFAEnabled": bool(user.devices),
    }
    return (
        f"<SummaryMap>{_REST}{''.join(_entry(name, int(flag)) for name, flag in flags.items())}</SummaryMap>"
    )


def _user(user: RootUser, _: Parameters, account: str) -> str:
    last = f"<PasswordLastUsed>{_LAST_USED}</PasswordLastUsed>" if user.password else ""
    arn = f"<Arn>arn:aws:iam::{account}:root</Arn>"
    return f"<User><UserId>{account}</UserId>{arn}<CreateDate>{_CREATED}</CreateDate>{last}</User>"


def _login_profile(user: RootUser, _: Parameters, __: str) -> str | None:
    if not user.password:
        return None
    return f"<LoginProfile><CreateDate>{_CREATED}</CreateDate><PasswordResetRequired>false</PasswordResetRequired></LoginProfile>"


def _keys(user: RootUser, _: Parameters, __: str) -> str:
    found = "".join(
        f"<member><AccessKeyId>{key}</AccessKeyId><Status>{status}</Status><CreateDate>{_CREATED}</CreateDate></member>"
        for key, status in user.keys
    )
    return f"<AccessKeyMetadata>{found}</AccessKeyMetadata><IsTruncated>false</IsTruncated>"


def _key_last_used(user: RootUser, parameters: Parameters, _: str) -> str | None:
    if parameters.get("AccessKeyId") not in dict(user.keys):
        return None
    return (
        f"<AccessKeyLastUsed><LastUsedDate>{_LAST_USED}</LastUsedDate><ServiceName>s3</ServiceName>"
        "<Region>eu-central-1</Region></AccessKeyLastUsed>"
    )


def _certificates(user: RootUser, _: Parameters, __: str) -> str:
    found = "".join(
        f"<member><CertificateId>{one}</CertificateId><CertificateBody>-----BEGIN</CertificateBody><Status>{status}</Status>"
        f"<UploadDate>{_CREATED}</UploadDate></member>"
        for one, status in user.certificates
    )
    return f"<Certificates>{found}</Certificates><IsTruncated>false</IsTruncated>"


def _devices(user: RootUser, _: Parameters, __: str) -> str:
    found = "".join(
        f"<member><SerialNumber>{one}</SerialNumber><EnableDate>{_CREATED}</EnableDate></member>"
        for one in user.devices
    )
    return f"<MFADevices>{found}</MFADevices><IsTruncated>false</IsTruncated>"


def _delete_login_profile(user: RootUser, _: Parameters, __: str) -> str | None:
    if not user.password:
        return None
    user.password = False
    return ""


def _delete_key(user: RootUser, parameters: Parameters, _: str) -> str | None:
    return _delete(user.keys, parameters.get("AccessKeyId"))


def _delete_certificate(user: RootUser, parameters: Parameters, _: str) -> str | None:
    return _delete(user.certificates, parameters.get("CertificateId"))


def _deactivate_device(user: RootUser, parameters: Parameters, _: str) -> str | None:
    serial = parameters.get("SerialNumber")
    if serial not in user.devices:
        return None
    user.devices.remove(serial)
    return ""


def _delete(items: list[tuple[str, str]], wanted: str | None) -> str | None:
    left = [item for item in items if item[0] != wanted]
    if len(left) == len(items):
        return None
    items[:] = left
    return ""


Handler = Callable[[RootUser, Parameters, str], str | None]
_BOTH: Final = frozenset({AUDIT, DELETE})
_READS: Final[Mapping[str, tuple[Handler, frozenset[str]]]] = {
    "GetAccountSummary": (_summary, frozenset({AUDIT})),
    "GetUser": (_user, _BOTH),
    "GetLoginProfile": (_login_profile, _BOTH),
    "ListAccessKeys": (_keys, _BOTH),
    "GetAccessKeyLastUsed": (_key_last_used, _BOTH),
    "ListSigningCertificates": (_certificates, _BOTH),
    "ListMFADevices": (_devices, _BOTH),
}
_DELETES: Final[Mapping[str, tuple[Handler, frozenset[str]]]] = {
    "DeleteLoginProfile": (_delete_login_profile, frozenset({DELETE})),
    "DeleteAccessKey": (_delete_key, frozenset({DELETE})),
    "DeleteSigningCertificate": (_delete_certificate, frozenset({DELETE})),
    "DeactivateMFADevice": (_deactivate_device, frozenset({DELETE})),
}
OPERATIONS: Final = {**_READS, **_DELETES}


def answer(operation: str, parameters: Parameters, *, user: RootUser, account: str, task: str) -> Answer:
    """The answer to one call in a root session with a task."""
    handler, tasks = OPERATIONS[operation]
    if task not in tasks:
        text = f"User: arn:aws:iam::{account}:root is not authorized to perform: iam:{operation}"
        return error("AccessDenied", text, 403, json=False)
    said = handler(user, parameters, account)
    if said is None:
        return error("NoSuchEntity", "It cannot be found.", 404, json=False)
    result = f"<{operation}Result>{said}</{operation}Result>" if operation in _READS else ""
    return Answer(
        f'<{operation}Response xmlns="{_NAMESPACE}">{result}<ResponseMetadata><RequestId>in-the-header</RequestId>'
        f"</ResponseMetadata></{operation}Response>".encode()
    )
