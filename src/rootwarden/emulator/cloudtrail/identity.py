"""``userIdentity``: who made a call.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from rootwarden.emulator.keyring import Credential

_ROLE_SESSION: Final = ":assumed-role/"


@dataclass(frozen=True, slots=True)
class Session:
    """What an identity shows of a temporary session."""

    access_key_id: str
    started: str
    """As ``eventTime`` has it."""
    has_mfa: bool = False

    def attributes(self) -> dict[str, str]:
        """``sessionContext.attributes``."""
        return {"creationDate": self.started, "mfaAuthenticated": str(self.has_mfa).lower()}


def identity_of(credential: Credential, session: Session | None, *, assumed_root: bool) -> dict[str, Any]:
    """The caller, with its session where it has one.

    ``assumed_root`` adds the mark of root sessions, where there is a session to carry it.
    """
    principal = credential.principal
    found: dict[str, Any] = {
        "type": _type(credential),
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": credential.access_key_id,
    }
    if found["type"] == "IAMUser":
        found["userName"] = principal.arn.rpartition("/")[2]
    if session is None:
        return found
    context: dict[str, Any] = {}
    if found["type"] == "AssumedRole":
        context["sessionIssuer"] = _issuer(credential)
        context["webIdFederationData"] = {}
    context["attributes"] = session.attributes()
    if principal.source_identity is not None:
        context["sourceIdentity"] = principal.source_identity
    if assumed_root:
        context["assumedRoot"] = "true"
    return found | {"sessionContext": context}


def root_identity(account: str, partition: str) -> dict[str, Any]:
    """A root user who signs in, without keys yet."""
    return {
        "type": "Root",
        "principalId": account,
        "arn": f"arn:{partition}:iam::{account}:root",
        "accountId": account,
    }


def _type(credential: Credential) -> str:
    if credential.principal.is_root:
        return "Root"
    return "AssumedRole" if _ROLE_SESSION in credential.principal.arn else "IAMUser"


def _issuer(credential: Credential) -> dict[str, str]:
    principal = credential.principal
    head, _, tail = principal.arn.partition(_ROLE_SESSION)
    role = tail.rpartition("/")[0]
    return {
        "type": "Role",
        "principalId": principal.user_id.partition(":")[0],
        "arn": f"{head.replace(':sts:', ':iam:')}:role/{role}",
        "accountId": principal.account,
        "userName": role.rpartition("/")[2],
    }
