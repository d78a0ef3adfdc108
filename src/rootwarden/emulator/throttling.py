"""How often AWS lets itself be called, and what it answers to more.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.limits import Rate
from rootwarden.emulator.world import World

Pair = tuple[Rate, Rate | None]

_TREE: Final = (Rate(5, 8), Rate(6, 10))
_ONCE: Final = (Rate(1, 2), None)
ORGANIZATIONS_RATES: Final[Mapping[str, Pair]] = {
    "ListAccounts": (Rate(8, 12), Rate(9, 15)),
    "ListAccountsForParent": _TREE,
    "ListParents": _TREE,
    "ListOrganizationalUnitsForParent": _TREE,
    "ListDelegatedAdministrators": _TREE,
    "ListChildren": (Rate(6, 10), Rate(7, 12)),
    "DescribeAccount": (Rate(20, 30), Rate(24, 36)),
    "DescribeOrganization": _ONCE,
    "ListRoots": (Rate(1, 2), Rate(1, 3)),
    "ListTagsForResource": (Rate(10, 15), Rate(12, 18)),
    "EnableAWSServiceAccess": _ONCE,
    "DisableAWSServiceAccess": _ONCE,
    "ListAWSServiceAccessForOrganization": (Rate(1, 3), Rate(1, 4)),
    "RegisterDelegatedAdministrator": _ONCE,
    "DeregisterDelegatedAdministrator": _ONCE,
}
"""Published: per calling account, and per organization. What is not listed here is not limited in the emulator."""

ASSUME_ROOT_RATE: Final = Rate(50, 50)
"""Per calling account and Region. AWS publishes none for AssumeRoot: this one is assumed."""

STS_RATE: Final = Rate(600, 600)
"""Published: per calling account and Region, shared by the operations below."""

LOOKUP_EVENTS_RATE: Final = Rate(2, 2)
"""Published: per account and Region. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""

_SHARED_BY: Final = frozenset(
    {
        "AssumeRole",
        "DecodeAuthorizationMessage",
        "GetAccessKeyInfo",
        "GetCallerIdentity",
        "GetFederationToken",
        "GetSessionToken",
    }
)

_TOO_MANY: Final = (
    "You have sent too many requests in too short a period of time. The quota helps protect against "
    "denial-of-service attacks. Try again later."
)  # the error's description in AWS's API reference; the text on the wire is inferred


def is_over_the_limit(world: World, call: Call) -> bool:
    """Whether AWS's published rates are used up; takes one call off them if not. The caller holds the world's lock."""
    return not world.buckets.take(_limits(world, call), world.clock.now())


def _limits(world: World, call: Call) -> Iterator[tuple[Hashable, Rate]]:
    account, region, operation = call.caller.account, call.region, call.operation
    if call.service == "organizations" and operation in ORGANIZATIONS_RATES:
        per_account, per_organization = ORGANIZATIONS_RATES[operation]
        yield ("account", account, operation), per_account
        if per_organization is not None and account in world.organization.accounts:
            yield ("organization", operation), per_organization
    elif call.service == "sts" and operation == "AssumeRoot":
        yield ("assume-root", account, region), ASSUME_ROOT_RATE
    elif call.service == "cloudtrail" and operation == "LookupEvents":
        yield ("lookup-events", account, region), LOOKUP_EVENTS_RATE
    elif call.service == "sts" and operation in _SHARED_BY:
        yield ("sts", account, region), STS_RATE


def throttled(call: Call) -> AwsAnswer:
    """What a service answers to too many calls."""
    if call.service == "organizations":
        return AwsAnswer("TooManyRequestsException", _TOO_MANY)
    if call.service == "s3":
        return AwsAnswer("SlowDown", "Please reduce your request rate.", 503)
    code = "ThrottlingException" if call.protocol == "json" else "Throttling"
    return AwsAnswer(code, "Rate exceeded")
