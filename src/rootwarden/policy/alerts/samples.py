"""Events as EventBridge delivers them, for the proof that rules notice them, and ordinary ones for the proof that they do not.

Made after AWS's published records; of most of them no record of its own is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.policy.alerts.alert_rule import AlertStack

_ACCOUNT: Final = "222222222222"
_ROOT: Final = {"type": "Root", "arn": f"arn:aws:iam::{_ACCOUNT}:root", "accountId": _ACCOUNT}
_ROLE: Final = {"type": "AssumedRole", "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/Operator/me"}
_SESSION: Final = {**_ROOT, "accessKeyId": "ASIA", "sessionContext": {"assumedRoot": "true"}}
_CALL: Final = "AWS API Call via CloudTrail"
_SIGN_IN: Final = "AWS Console Sign In via CloudTrail"


@dataclass(frozen=True, slots=True)
class Sample:
    """Events that a stack has to notice."""

    stack: AlertStack
    what: str
    events: tuple[Mapping[str, Any], ...]
    everywhere: bool = False
    """Whether in every Region."""


def event(service: str, name: str, *, kind: str = _CALL, **detail: Any) -> dict[str, Any]:
    """An event as EventBridge makes it of a record."""
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": kind,
        "source": f"aws.{service}",
        "account": _ACCOUNT,
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "userIdentity": _ROLE,
            "readOnly": False,
            **detail,
        },
    }


def _asked(service: str, name: str, /, **parameters: Any) -> dict[str, Any]:
    return event(service, name, requestParameters=parameters)


_IAM: Final = "iam.amazonaws.com"
_MFA: Final = ("EnableMFADevice", "DeactivateMFADevice", "CreateVirtualMFADevice", "DeleteVirtualMFADevice")


def _own(stack: AlertStack) -> Sample:
    rule, topic = f"{stack.value}Recovery", f"arn:aws:sns:us-east-1:{_ACCOUNT}:{stack.value}Alerts"
    return Sample(
        stack,
        "changes of the alerts themselves",
        (
            *(_asked("events", name, name=rule) for name in ("PutRule", "DisableRule", "DeleteRule")),
            *(_asked("events", name, rule=rule) for name in ("PutTargets", "RemoveTargets")),
            *(_asked("sns", name, topicArn=topic) for name in ("DeleteTopic", "SetTopicAttributes")),
        ),
        everywhere=True,
    )


SAMPLES: Final = (
    Sample(
        AlertStack.CALLERS,
        "calls of sts:AssumeRoot, granted or refused,",
        (
            event("sts", "AssumeRoot", requestParameters={"targetPrincipal": "333333333333"}),
            event("sts", "AssumeRoot", errorCode="AccessDenied", requestParameters=None),
        ),
        everywhere=True,
    ),
    Sample(
        AlertStack.CALLERS,
        "changes of the root features",
        tuple(
            event("iam", f"{verb}OrganizationsRoot{what}")
            for verb in ("Enable", "Disable")
            for what in ("Sessions", "CredentialsManagement")
        ),
    ),
    Sample(
        AlertStack.CALLERS,
        "changes of trusted access and of the delegated administrator",
        tuple(
            _asked("organizations", name, servicePrincipal=_IAM)
            for name in (
                "EnableAWSServiceAccess",
                "DisableAWSServiceAccess",
                "RegisterDelegatedAdministrator",
                "DeregisterDelegatedAdministrator",
            )
        ),
    ),
    Sample(
        AlertStack.CALLERS,
        "stopped, deleted and changed trails",
        tuple(
            _asked("cloudtrail", name, name="organization-trail")
            for name in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
        ),
        everywhere=True,
    ),
    _own(AlertStack.CALLERS),
    Sample(
        AlertStack.ROOT,
        "root sign-ins, failed ones too,",
        tuple(
            event(
                "signin",
                "ConsoleLogin",
                kind=kind,
                userIdentity=_ROOT,
                responseElements={"ConsoleLogin": answer},
            )
            for kind in (_SIGN_IN, "AWS Console Signin via CloudTrail")
            for answer in ("Success", "Failure")
        ),
    ),
    Sample(
        AlertStack.ROOT,
        "password recovery and changes of password and address",
        tuple(
            event(service, name, kind=kind, userIdentity=_ROOT)
            for service, name, kind in (
                ("signin", "PasswordRecoveryRequested", "AWS Console Action via CloudTrail"),
                ("signin", "PasswordRecoveryCompleted", _SIGN_IN),
                ("signin", "PasswordUpdated", _SIGN_IN),
                ("iam", "EmailUpdated", "AWS Service Event via CloudTrail"),
            )
        ),
        everywhere=True,
    ),
    Sample(
        AlertStack.ROOT,
        "calls with a long-term root key, read-only ones too,",
        (
            event(
                "s3",
                "ListBuckets",
                userIdentity={**_ROOT, "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
                readOnly=True,
            ),
            event("ec2", "RunInstances", userIdentity={**_ROOT, "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
        ),
        everywhere=True,
    ),
    Sample(
        AlertStack.ROOT,
        "changes of root MFA",
        tuple(event("iam", name, userIdentity=_ROOT) for name in _MFA),
    ),
    Sample(
        AlertStack.ROOT,
        "changes by somebody signed in as root",
        (
            event("iam", "CreateAccessKey", userIdentity=_ROOT),
            event("s3", "PutBucketPolicy", userIdentity={**_ROOT, "sessionContext": {"attributes": {}}}),
        ),
        everywhere=True,
    ),
    _own(AlertStack.ROOT),
    _own(AlertStack.HUB),
    Sample(
        AlertStack.HUB,
        "changes of the central bus, an archive of it among them",
        (
            _asked("events", "DeleteEventBus", name="RootwardenHub"),
            _asked("events", "PutPermission", eventBusName="RootwardenHub"),
            _asked("events", "CreateArchive", archiveName="copy"),
        ),
    ),
)
"""What each stack has to notice."""

ORDINARY: Final = (
    event("sts", "AssumeRole"),
    event("sts", "GetCallerIdentity", readOnly=True),
    event("iam", "CreateRole"),
    event("iam", "ListOrganizationsFeatures", readOnly=True),
    event("iam", "EnableMFADevice"),
    event("iam", "DeactivateMFADevice", userIdentity=_SESSION),
    event("iam", "DeleteAccessKey", userIdentity=_SESSION),
    event("iam", "GetAccountSummary", userIdentity=_SESSION, readOnly=True),
    _asked("organizations", "EnableAWSServiceAccess", servicePrincipal="config.amazonaws.com"),
    _asked("organizations", "CreateAccount", accountName="New"),
    _asked("cloudtrail", "StartLogging", name="organization-trail"),
    _asked("events", "PutRule", name="deployments"),
    _asked("events", "PutTargets", rule="deployments"),
    _asked("sns", "SetTopicAttributes", topicArn=f"arn:aws:sns:us-east-1:{_ACCOUNT}:orders"),
    event("signin", "ConsoleLogin", kind=_SIGN_IN, userIdentity={"type": "IAMUser"}),
    event("signin", "PasswordUpdated", kind=_SIGN_IN, userIdentity={"type": "IAMUser"}),
    event("s3", "ListBuckets", userIdentity={"type": "IAMUser", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
)
"""What no rule is about."""
