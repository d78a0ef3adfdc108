"""GetAccountSummary: quotas, counts, and four flags on the root user.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.emulator.call import Call
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_QUOTAS: Mapping[str, int] = {
    "UsersQuota": 5000,
    "GroupsQuota": 300,
    "RolesQuota": 1000,
    "PoliciesQuota": 1500,
    "PolicyVersionsInUseQuota": 10000,
    "PolicySizeQuota": 6144,
    "InstanceProfilesQuota": 1000,
    "ServerCertificatesQuota": 20,
    "AccessKeysPerUserQuota": 2,
    "SigningCertificatesPerUserQuota": 2,
    "GroupsPerUserQuota": 10,
    "AttachedPoliciesPerUserQuota": 10,
    "AttachedPoliciesPerRoleQuota": 10,
    "AttachedPoliciesPerGroupQuota": 10,
    "UserPolicySizeQuota": 2048,
    "RolePolicySizeQuota": 10240,
    "GroupPolicySizeQuota": 5120,
    "AssumeRolePolicySizeQuota": 2048,
    "VersionsPerPolicyQuota": 5,
    "GlobalEndpointTokenVersion": 1,
}
_COUNTED = (
    "Users",
    "Groups",
    "Roles",
    "Policies",
    "PolicyVersionsInUse",
    "InstanceProfiles",
    "Providers",
    "ServerCertificates",
    "MFADevices",
    "MFADevicesInUse",
)


def get_account_summary(world: World, call: Call) -> Mapping[str, Any]:
    """Quotas and counts, and four flags on the root user, to whoever in the account may ask.

    AccountAccessKeysPresent is 1 for inactive keys too.
    """
    user = world.root_users[call.caller.account]
    flags = {
        "AccountMFAEnabled": user.mfa_devices,
        "AccountAccessKeysPresent": user.access_keys,
        "AccountSigningCertificatesPresent": user.signing_certificates,
        "AccountPasswordPresent": user.login_profile,
    }
    summary = {**_QUOTAS, **_counts(world, user.account)}
    return {"SummaryMap": summary | {name: 1 if found else 0 for name, found in flags.items()}}


def _counts(world: World, account: str) -> dict[str, int]:
    """Counts of what moto holds of the account's IAM; zero while it holds nothing."""
    from moto.iam import iam_backends  # noqa: PLC0415 - loads thirty megabytes; only this call needs it

    if account not in iam_backends:
        return dict.fromkeys(_COUNTED, 0)
    held = iam_backends[account][world.organization.partition].get_account_summary().summary_map
    return {name: held.get(name, 0) for name in _COUNTED}


IAM_SUMMARY: dict[str, Served] = {"GetAccountSummary": Served(get_account_summary)}
