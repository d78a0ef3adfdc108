"""IAM calls on the caller's own root user, without a user name.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call, Handler
from rootwarden.emulator.root_user import RootUser
from rootwarden.emulator.services.iam_pages import page
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_ROOT_MFA = ":mfa/root-account-mfa-device"


def about_caller(call: Call) -> bool:
    """Whether the call names no user, and so means the caller."""
    return not call.params.get("UserName")


def own_resource(world: World, call: Call) -> str:
    """The ARN of the caller: its root user, or the user or session itself."""
    return _root(world, call).arn if call.caller.is_root else call.caller.arn


def mfa_resource(world: World, call: Call) -> str:
    """The MFA device itself: DeleteVirtualMFADevice has no other resource type."""
    serial = str(call.params["SerialNumber"])
    own = f"arn:{world.organization.partition}:iam::{call.caller.account}:mfa/"
    return serial if serial.startswith("arn:") else own + serial


def _root(world: World, call: Call) -> RootUser:
    return world.root_users[call.caller.account]


def get_user(world: World, call: Call) -> Mapping[str, Any]:
    """The root user: no UserName and no Path, unlike any other user."""
    user = _root(world, call)
    found: dict[str, Any] = {"UserId": user.account, "Arn": user.arn, "CreateDate": user.created}
    if user.password_last_used is not None:
        found["PasswordLastUsed"] = user.password_last_used
    return {"User": found}


def get_login_profile(world: World, call: Call) -> Mapping[str, Any]:
    """The login profile, or NoSuchEntity."""
    return _profile(_root(world, call).existing_login_profile())


def create_login_profile(world: World, call: Call) -> Mapping[str, Any]:
    """Opens password recovery; a password cannot be given."""
    if call.params.get("Password"):  # AWS's own text is not known
        raise AwsAnswer("ValidationError", "Password must not be specified for the root user.")
    return _profile(_root(world, call).create_login_profile(world.clock.now()))


def delete_login_profile(world: World, call: Call) -> Mapping[str, Any]:
    """Deletes the login profile."""
    _root(world, call).delete_login_profile()
    return {}


def _profile(created: Any) -> Mapping[str, Any]:
    return {"LoginProfile": {"CreateDate": created, "PasswordResetRequired": False}}


# Whether UserName appears in the items of root's lists is not confirmed: it is left out, as in every answer about root
# that was seen.


def list_access_keys(world: World, call: Call) -> Mapping[str, Any]:
    """Root's access keys."""
    return page(
        call,
        "AccessKeyMetadata",
        _root(world, call).access_keys,
        lambda key: {"AccessKeyId": key.id, "Status": key.status, "CreateDate": key.created},
    )


def list_signing_certificates(world: World, call: Call) -> Mapping[str, Any]:
    """Root's signing certificates; their bodies are not kept."""
    return page(
        call,
        "Certificates",
        _root(world, call).signing_certificates,
        lambda one: {
            "CertificateId": one.id,
            "CertificateBody": "-----BEGIN CERTIFICATE-----\nemulated\n-----END CERTIFICATE-----",
            "Status": one.status,
            "UploadDate": one.created,
        },
    )


def list_mfa_devices(world: World, call: Call) -> Mapping[str, Any]:
    """Root's MFA devices."""
    return page(
        call,
        "MFADevices",
        _root(world, call).mfa_devices,
        lambda device: {"SerialNumber": device.id, "EnableDate": device.enabled},
    )


def get_access_key_last_used(world: World, call: Call) -> Mapping[str, Any]:
    """Last use of one of root's keys; for one that was never used, service and Region are ``N/A``."""
    used = _root(world, call).access_key(call.params["AccessKeyId"]).last_used
    if used is None:
        return {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    last = {"LastUsedDate": used.when, "ServiceName": used.service, "Region": used.region}
    return {"AccessKeyLastUsed": last}


def delete_access_key(world: World, call: Call) -> Mapping[str, Any]:
    """Deletes one of root's keys."""
    _root(world, call).delete_access_key(call.params["AccessKeyId"])
    return {}


def delete_signing_certificate(world: World, call: Call) -> Mapping[str, Any]:
    """Deletes one of root's signing certificates."""
    _root(world, call).delete_signing_certificate(call.params["CertificateId"])
    return {}


def deactivate_mfa_device(world: World, call: Call) -> Mapping[str, Any]:
    """Takes one of root's MFA devices away."""
    _root(world, call).deactivate_mfa_device(call.params["SerialNumber"])
    return {}


def delete_virtual_mfa_device(world: World, call: Call) -> Mapping[str, Any]:
    """Deletes the object of a root MFA device; no task policy lets a root session do this."""
    _root(world, call).delete_virtual_mfa_device(mfa_resource(world, call))
    return {}


def _of_root_device(call: Call) -> bool:
    return call.caller.is_root or _ROOT_MFA in str(call.params.get("SerialNumber"))


def _refuse_others(world: World, call: Call) -> Mapping[str, Any]:
    """What callers get who are no root user and name no user either."""
    name = call.caller.arn.rpartition("/")[2]
    if ":user/" not in call.caller.arn:
        raise AwsAnswer("ValidationError", "Must specify userName when calling with non-User credentials")
    if call.operation != "GetUser":  # the emulator's own users hold nothing but the keys of their profile
        raise AwsAnswer("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    known = {"Path": "/", "UserName": name, "UserId": call.caller.user_id, "Arn": call.caller.arn}
    return {"User": {**known, "CreateDate": _root(world, call).created}}


def _own(for_root: Handler) -> Served:
    def handle(world: World, call: Call) -> Mapping[str, Any]:
        return (for_root if call.caller.is_root else _refuse_others)(world, call)

    return Served(handle, resource=own_resource, when=about_caller)


def _by_root(call: Call) -> bool:
    return call.caller.is_root


IAM_ROOT: dict[str, Served] = {
    "GetUser": _own(get_user),
    "GetLoginProfile": _own(get_login_profile),
    "CreateLoginProfile": _own(create_login_profile),
    "DeleteLoginProfile": _own(delete_login_profile),
    "ListAccessKeys": _own(list_access_keys),
    "ListSigningCertificates": _own(list_signing_certificates),
    "ListMFADevices": _own(list_mfa_devices),
    "GetAccessKeyLastUsed": Served(get_access_key_last_used, resource=own_resource, when=_by_root),
    "DeleteAccessKey": _own(delete_access_key),
    "DeleteSigningCertificate": _own(delete_signing_certificate),
    "DeactivateMFADevice": _own(deactivate_mfa_device),
    "DeleteVirtualMFADevice": Served(delete_virtual_mfa_device, resource=mfa_resource, when=_of_root_device),
}
