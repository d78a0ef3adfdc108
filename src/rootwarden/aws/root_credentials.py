"""The IAM calls a root session makes on its own root user: no user name anywhere, for root has none.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.errors import NotFound
from rootwarden.model.credentials import AccessKey, ItemStatus, LastUse, MfaDevice, SigningCertificate

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True, slots=True)
class SummaryFlags:
    """The four root keys of GetAccountSummary; None where AWS did not give the key."""

    password: bool | None
    access_keys: bool | None
    signing_certificates: bool | None
    mfa: bool | None


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """A root login profile: password recovery is open, or a password is set. AWS does not tell which."""

    created: datetime | None


class RootCredentialsApi:
    """Reads and deletes the credentials of the root user whose session is in use.

    All calls raise AwsError; those that delete return AWS's request id.
    """

    def __init__(self, iam: IAMClient) -> None:
        self._iam = iam

    def summary(self) -> SummaryFlags:
        """GetAccountSummary; the audit task only."""
        with aws_call("iam:GetAccountSummary"):
            found: Any = self._iam.get_account_summary()["SummaryMap"]
        return SummaryFlags(
            password=_flag(found, "AccountPasswordPresent"),
            access_keys=_flag(found, "AccountAccessKeysPresent"),
            signing_certificates=_flag(found, "AccountSigningCertificatesPresent"),
            mfa=_flag(found, "AccountMFAEnabled"),
        )

    def password_last_use(self) -> LastUse:
        """When the password was last used, from GetUser, as far as AWS has recorded it."""
        with aws_call("iam:GetUser"):
            user = self._iam.get_user()["User"]
        return LastUse(when=user.get("PasswordLastUsed"))

    def login_profile(self) -> LoginProfile | None:
        """The login profile, or None where there is none."""
        try:
            with aws_call("iam:GetLoginProfile"):
                found = self._iam.get_login_profile()["LoginProfile"]
        except NotFound:
            return None
        return LoginProfile(created=found.get("CreateDate"))

    def create_login_profile(self) -> str | None:
        """Creates a login profile without a password, which allows recovery by mail; raises AlreadyThere where there is one.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
        """
        with aws_call("iam:CreateLoginProfile"):
            return request_id_of(self._iam.create_login_profile())

    def access_keys(self) -> tuple[AccessKey, ...]:
        """The access keys, without their last use."""
        return tuple(
            AccessKey(id=key["AccessKeyId"], status=_status(key["Status"]), created=key.get("CreateDate"))
            for page in pages(self._iam, "list_access_keys", "iam:ListAccessKeys")
            for key in page["AccessKeyMetadata"]
        )

    def access_key_last_use(self, key_id: str) -> LastUse:
        """The last use of one access key, as far as AWS has recorded it."""
        with aws_call("iam:GetAccessKeyLastUsed"):
            found = self._iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
        when = found.get("LastUsedDate")
        if when is None:  # AWS then fills service and Region with "N/A"
            return LastUse(when=None)
        return LastUse(when=when, service=found.get("ServiceName"), region=found.get("Region"))

    def signing_certificates(self) -> tuple[SigningCertificate, ...]:
        """The signing certificates."""
        return tuple(
            SigningCertificate(
                id=one["CertificateId"], status=_status(one["Status"]), created=one.get("UploadDate")
            )
            for page in pages(self._iam, "list_signing_certificates", "iam:ListSigningCertificates")
            for one in page["Certificates"]
        )

    def mfa_devices(self) -> tuple[MfaDevice, ...]:
        """The MFA devices assigned to root."""
        return tuple(
            MfaDevice(serial=one["SerialNumber"], enabled=one.get("EnableDate"))
            for page in pages(self._iam, "list_mfa_devices", "iam:ListMFADevices")
            for one in page["MFADevices"]
        )

    def delete_login_profile(self) -> str | None:
        """Deletes the login profile, with which password recovery by mail is closed too."""
        with aws_call("iam:DeleteLoginProfile"):
            return request_id_of(self._iam.delete_login_profile())

    def delete_access_key(self, key_id: str) -> str | None:
        """Deletes an access key, for good."""
        with aws_call("iam:DeleteAccessKey"):
            return request_id_of(self._iam.delete_access_key(AccessKeyId=key_id))

    def delete_signing_certificate(self, certificate_id: str) -> str | None:
        """Deletes a signing certificate, for good."""
        with aws_call("iam:DeleteSigningCertificate"):
            return request_id_of(self._iam.delete_signing_certificate(CertificateId=certificate_id))

    def deactivate_mfa_device(self, serial: str) -> str | None:
        """Takes an MFA device away from root. The object of a virtual device stays: the task does not allow deleting it."""
        with aws_call("iam:DeactivateMFADevice"):
            return request_id_of(self._iam.deactivate_mfa_device(SerialNumber=serial))


def _status(word: str) -> ItemStatus:
    return ItemStatus(word) if word in set(ItemStatus) else ItemStatus.UNKNOWN


def _flag(summary: Any, key: str) -> bool | None:
    value = summary.get(key)
    return None if value is None else value != 0
