"""STS: assuming the roles of the organization file.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authorization import authorize, denied
from rootwarden.emulator.call import Call
from rootwarden.emulator.condition_keys import condition_keys
from rootwarden.emulator.grants import Grant, grant_by, refusal_by
from rootwarden.emulator.roles import Role
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World
from rootwarden.policy import Request

_USUAL_SECONDS: Final = 3600
_CHAINED_SECONDS: Final = 3600
_ASSUME, _SET_SOURCE = "sts:AssumeRole", "sts:SetSourceIdentity"
_NOT_EMULATED: Final = ("Policy", "PolicyArns", "Tags", "TransitiveTagKeys", "ProvidedContexts")


def assume_role(world: World, call: Call) -> Mapping[str, Any]:
    """A session of a role, for whom the role trusts and whose own policies let them.

    That the source identity of a session is kept through a chain and cannot be changed is documented; the text for one who
    tries is inferred.
    """
    arn, given = call.params["RoleArn"], call.params.get("SourceIdentity")
    caller = call.caller
    if caller.is_root and caller.task is None:
        raise AwsAnswer("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    role = world.roles.get(arn)
    source_identity = caller.source_identity or given
    if role is None or not _is_active(world, role.account):
        raise denied(caller, _ASSUME, arn)
    keys = _keys(call, source_identity)
    _authorize(world, call, role, _ASSUME, keys)
    if source_identity is not None:
        if given not in (None, source_identity):
            raise denied(caller, _SET_SOURCE, arn)
        _authorize(world, call, role, _SET_SOURCE, keys)
    session = role.session(call.params["RoleSessionName"], source_identity)
    lifetime = timedelta(seconds=_seconds(call, role))
    issued = world.keyring.issue(session, expires=world.clock.now() + lifetime)
    answer: dict[str, Any] = {
        "Credentials": {
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret_access_key,
            "SessionToken": issued.token,
            "Expiration": issued.expires.replace(microsecond=0) if issued.expires else None,
        },
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
    }
    return answer | ({} if source_identity is None else {"SourceIdentity": source_identity})


def check_assume_role(world: World, call: Call) -> None:  # noqa: ARG001 - the shape of Served.check
    """What the emulator has not is refused: without it the session could do more than it should."""
    named = [name for name in _NOT_EMULATED if call.params.get(name)]
    if named:
        text = f"The emulator has no session policies and session tags: leave out {' and '.join(named)}."
        raise AwsAnswer("ValidationError", text)
    if call.params.get("SerialNumber") or call.params.get("TokenCode"):  # nobody here has a device
        text = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        raise AwsAnswer("AccessDenied", text, 403)


def _is_active(world: World, account_id: str) -> bool:
    """Into an account that is not active nobody gets; one outside of the organization is."""
    account = world.organization.account(account_id)
    return account is None or account.state == "ACTIVE"


def _keys(call: Call, source_identity: str | None) -> dict[str, str]:
    found = {"sts:RoleSessionName": call.params["RoleSessionName"]}
    if call.params.get("ExternalId") is not None:
        found["sts:ExternalId"] = call.params["ExternalId"]
    if source_identity is not None:
        found["sts:SourceIdentity"] = source_identity
    return found


def _authorize(world: World, call: Call, role: Role, action: str, keys: Mapping[str, str]) -> None:
    """The role's trust policy has to let the caller in, and the caller's own policies, unless the trust policy of a role
    in its own account names the caller itself."""
    request = Request(action, role.arn, {**condition_keys(world, call, role.account), **keys})
    grant = grant_by(request, (role.trust,))
    if grant is Grant.NOBODY or refusal_by(request, (role.trust,)) is not None:
        raise denied(call.caller, action, role.arn)
    named = grant is Grant.CALLER and role.account == call.caller.account
    authorize(world, call, action, role.arn, keys, bare=True, is_granted=named)


def _seconds(call: Call, role: Role) -> int:
    asked = call.params.get("DurationSeconds")
    if ":assumed-role/" in call.caller.arn and (asked or 0) > _CHAINED_SECONDS:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise AwsAnswer("ValidationError", text)
    if (asked or 0) > role.max_session_seconds:
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsAnswer("ValidationError", text)
    return _USUAL_SECONDS if asked is None else int(asked)


STS_ROLES: Final[dict[str, Served]] = {
    "AssumeRole": Served(assume_role, check=check_assume_role, open_to_all=True)
}
"""Handlers by operation. Who may is asked by the handler itself: two sides have a say."""
