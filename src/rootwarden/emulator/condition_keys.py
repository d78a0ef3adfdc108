"""The global condition keys of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from rootwarden.emulator.call import Call
from rootwarden.emulator.keyring import Principal
from rootwarden.emulator.world import World
from rootwarden.policy import ContextValue

_GLOBAL_SERVICES = ("iam", "organizations", "account", "cloudfront", "route53")
_CONTROL_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


def condition_keys(world: World, call: Call, owner: str) -> dict[str, ContextValue]:
    """What AWS tells policies of a call, on a resource of the owner's account. The caller holds the world's lock."""
    caller, organization, now = call.caller, world.organization, world.clock.now()
    is_global = call.service in _GLOBAL_SERVICES
    found: dict[str, ContextValue] = {
        "aws:PrincipalArn": principal_arn(caller),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": _principal_type(caller),
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
        "aws:ResourceAccount": owner,
        "aws:RequestedRegion": _CONTROL_REGIONS[organization.partition] if is_global else call.region,
        "aws:SecureTransport": "true",  # the emulator stands for AWS's own endpoints, which are always TLS
        "aws:SourceIp": call.source_address,
        "aws:CurrentTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(now.timestamp())),
    }
    _add_organization(found, world, caller.account, "Principal")
    _add_organization(found, world, owner, "Resource")
    if caller.task is not None:
        found["aws:AssumedRoot"] = "true"
    if caller.source_identity is not None:
        found["aws:SourceIdentity"] = caller.source_identity
    if ":user/" in caller.arn:
        found["aws:username"] = caller.arn.rpartition("/")[2]
    return found


def _add_organization(found: dict[str, ContextValue], world: World, account_id: str, whose: str) -> None:
    """The organization of the caller or of the resource; an account outside of it has none."""
    account = world.organization.account(account_id)
    if account is None:
        return
    found[f"aws:{whose}OrgID"] = world.organization.id
    if account.parent is not None:
        found[f"aws:{whose}OrgPaths"] = (world.organization.path_of_ids(account.parent),)


def principal_arn(caller: Principal) -> str:
    """The caller's ARN as policies see it: for a role session the role's, not the session's."""
    head, found, tail = caller.arn.partition(":assumed-role/")
    if not found:
        return caller.arn
    return f"{head.replace(':sts:', ':iam:')}:role/{tail.rpartition('/')[0]}"


def _principal_type(caller: Principal) -> str:
    if caller.is_root:
        return "Account"
    return "User" if ":user/" in caller.arn else "AssumedRole"
