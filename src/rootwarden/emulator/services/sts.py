"""STS: root sessions, and who the caller is.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authorization import denied
from rootwarden.emulator.call import Call
from rootwarden.emulator.keyring import Credential, Principal
from rootwarden.emulator.revocation import counts_as_delegate, counts_as_trusted
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World
from rootwarden.model.features import RootFeature
from rootwarden.model.ids import (
    AccountId,
    account_of_root_arn,
    is_account_id,
    root_arn,
)
from rootwarden.model.tasks import MAX_SESSION_SECONDS, RootTask

_FEATURE_TEXTS = {
    RootFeature.ROOT_CREDENTIALS_MANAGEMENT: (
        "Root credentials management feature is not enabled for your AWS Organization."
    ),
    RootFeature.ROOT_SESSIONS: "Root sessions feature is not enabled for your AWS Organization.",
}
_SESSION_TOKEN_SECONDS = 12 * 3600


def check_assume_root(world: World, call: Call) -> None:
    """What AWS looks at before it asks whether the caller may."""
    if call.host.split(":")[0] == "sts.amazonaws.com":
        raise AwsAnswer("InvalidAction", "Unknown Operation")
    if _task(world, call) is None:
        raise AwsAnswer("ValidationError", "Request must contain valid AWS managed task policy ARN")
    if _target(world, call) is None:
        raise AwsAnswer("ValidationError", "Request must contain a valid target principal")


def assume_root(world: World, call: Call) -> Mapping[str, Any]:
    """A root session in a member account, scoped to one task."""
    target, task = _target(world, call), _task(world, call)
    if target is None or task is None:  # check_assume_root has been there
        raise AwsAnswer("ValidationError", "Request must contain a valid target principal")
    _refuse_wrong_sides(world, call, target)
    if not counts_as_trusted(world):
        raise AwsAnswer("AccessDenied", "Service not enabled for AWS Organizations.", 403)
    if task.feature not in world.features:
        raise AwsAnswer("AccessDenied", _FEATURE_TEXTS[task.feature], 403)
    seconds = call.params.get("DurationSeconds")
    session = Principal(
        account=target,
        arn=root_arn(world.organization.partition, target),
        user_id=target,  # not seen live
        is_root=True,
        task=task,
        source_identity=call.caller.source_identity,
    )
    lifetime = timedelta(seconds=MAX_SESSION_SECONDS if seconds is None else seconds)
    credential = world.keyring.issue(session, expires=world.clock.now() + lifetime)
    return _issued(credential) | (
        {"SourceIdentity": call.caller.source_identity} if call.caller.source_identity else {}
    )


def _refuse_wrong_sides(world: World, call: Call, target: AccountId) -> None:
    """One text for every wrong caller and every wrong target.

    Seen live for plain callers and for the management account as target. A root user as caller, a target outside the
    organization and one that is not active are inferred.
    """
    organization, caller = world.organization, call.caller
    from_management = caller.account == organization.management_account_id
    may_call = from_management or counts_as_delegate(world, caller.account)
    account = organization.account(target)
    may_be_target = (
        account is not None and account.state == "ACTIVE" and target != organization.management_account_id
    )
    if caller.is_root or not may_call or not may_be_target:
        raise denied(caller, call.action, assume_root_resource(world, call))


def _target(world: World, call: Call) -> AccountId | None:
    given = call.params["TargetPrincipal"]
    if is_account_id(given):
        return AccountId(given)
    found = account_of_root_arn(given)
    return found if found and given == root_arn(world.organization.partition, found) else None


def _task(world: World, call: Call) -> RootTask | None:
    given = call.params["TaskPolicyArn"].get("arn")
    return next((one for one in RootTask if one.policy_arn(world.organization.partition) == given), None)


def assume_root_resource(world: World, call: Call) -> str:
    """The root user of the target."""
    return root_arn(world.organization.partition, _target(world, call) or AccountId(call.caller.account))


def assume_root_keys(world: World, call: Call) -> dict[str, str]:  # noqa: ARG001 - the shape of Served.keys
    """``sts:TaskPolicyArn``, the one key AssumeRoot has of its own."""
    return {"sts:TaskPolicyArn": call.params["TaskPolicyArn"]["arn"]}


def get_caller_identity(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """Account, ARN and id; nobody can be kept from asking."""
    return {"UserId": call.caller.user_id, "Account": call.caller.account, "Arn": call.caller.arn}


def get_session_token(world: World, call: Call) -> Mapping[str, Any]:
    """Temporary keys of the same user; from temporary keys AWS gives none."""
    holder = world.keyring.find(call.access_key_id)
    if holder is None or holder.token is not None:
        raise AwsAnswer("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    lifetime = timedelta(seconds=call.params.get("DurationSeconds", _SESSION_TOKEN_SECONDS))
    return _issued(world.keyring.issue(call.caller, expires=world.clock.now() + lifetime))


def get_access_key_info(world: World, call: Call) -> Mapping[str, Any]:
    """The account an access key belongs to."""
    found = world.keyring.find(call.params["AccessKeyId"])
    if found is not None:
        return {"Account": found.principal.account}
    for user in world.root_users.values():
        if any(key.id == call.params["AccessKeyId"] for key in user.access_keys):
            return {"Account": user.account}
    raise AwsAnswer("ValidationError", f"Invalid access key id: {call.params['AccessKeyId']}")


def not_emulated(world: World, call: Call) -> Mapping[str, Any]:  # noqa: ARG001 - the shape of every handler
    """Says so: moto's answer would be keys that nobody knows."""
    raise AwsAnswer("InvalidAction", f"The emulator has no {call.action}: use one of its profiles instead.")


def _issued(credential: Credential) -> dict[str, Any]:
    expires = credential.expires
    return {
        "Credentials": {
            "AccessKeyId": credential.access_key_id,
            "SecretAccessKey": credential.secret_access_key,
            "SessionToken": credential.token,
            "Expiration": expires.replace(microsecond=0) if expires else None,
        },
    }


STS: dict[str, Served] = {
    "AssumeRoot": Served(
        assume_root,
        resource=assume_root_resource,
        check=check_assume_root,
        keys=assume_root_keys,
        bare_denial=True,
    ),
    "GetCallerIdentity": Served(get_caller_identity, open_to_all=True),
    "GetSessionToken": Served(get_session_token, open_to_all=True),
    "GetAccessKeyInfo": Served(get_access_key_info),
    **{
        name: Served(not_emulated)
        for name in (
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "DecodeAuthorizationMessage",
            "GetDelegatedAccessToken",
            "GetFederationToken",
            "GetWebIdentityToken",
        )
    },
}
