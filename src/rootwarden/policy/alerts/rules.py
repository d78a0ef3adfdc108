"""Every alert. The patterns rest on what CloudTrail records where.

https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
"""

from __future__ import annotations

from typing import Any, Final

from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.policy.alerts.alert_rule import AlertRule, AlertStack

_CALL: Final = ["AWS API Call via CloudTrail"]
_SIGN_IN: Final = ["AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"]
"""The guide and AWS's samples spell it differently."""


_MFA: Final = ("EnableMFADevice", "DeactivateMFADevice", "CreateVirtualMFADevice", "DeleteVirtualMFADevice")
_PASSWORD: Final = ("PasswordUpdated", "EmailUpdated")
_SIGNED_IN: Final = {"type": ["Root"], "sessionContext": {"assumedRoot": [{"exists": False}]}}
"""A root user, unless the record says that it is a root session: that was alerted on when it was opened."""


def _calls(service: str, names: list[Any], **detail: Any) -> dict[str, Any]:
    """Calls of one service."""
    return {
        "source": [f"aws.{service}"],
        "detail-type": _CALL,
        "detail": {"eventSource": [f"{service}.amazonaws.com"], "eventName": names, **detail},
    }


def _own_alerts(stack: AlertStack) -> tuple[AlertRule, ...]:
    """What would make the alerts of a stack themselves fall silent."""
    ours = [{"prefix": stack.value}]
    return (
        AlertRule(
            stack,
            "RuleChanged",
            "An alert rule was changed or switched off",
            _calls("events", ["PutRule", "DisableRule", "DeleteRule"], requestParameters={"name": ours}),
            paths={"rule": "$.detail.requestParameters.name"},
        ),
        AlertRule(
            stack,
            "TargetsChanged",
            "Whom an alert rule tells was changed",
            _calls("events", ["PutTargets", "RemoveTargets"], requestParameters={"rule": ours}),
            paths={"rule": "$.detail.requestParameters.rule"},
        ),
        AlertRule(
            stack,
            "TopicChanged",
            "The topic of the alerts was changed or deleted",
            _calls(
                "sns",
                ["DeleteTopic", "SetTopicAttributes"],
                requestParameters={"topicArn": [{"suffix": f":{stack.value}Alerts"}]},
            ),
            paths={"topic": "$.detail.requestParameters.topicArn"},
        ),
    )


_CALLERS: Final = (
    AlertRule(
        AlertStack.CALLERS,
        "AssumeRoot",
        "A root session was asked for",
        # The caller chooses the Region: a rule in one of them would be easy to avoid.
        _calls("sts", ["AssumeRoot"]),
        paths={
            "target": "$.detail.requestParameters.targetPrincipal",
            "task": "$.detail.requestParameters.taskPolicyArn.arn",
        },
    ),
    AlertRule(
        AlertStack.CALLERS,
        "FeaturesChanged",
        "A feature of centralized root access was switched",
        _calls("iam", [{"prefix": "EnableOrganizationsRoot"}, {"prefix": "DisableOrganizationsRoot"}]),
        everywhere=False,
    ),
    AlertRule(
        AlertStack.CALLERS,
        "DelegationChanged",
        "Trusted access for IAM or its delegated administrator was changed",
        _calls(
            "organizations",
            [
                "EnableAWSServiceAccess",
                "DisableAWSServiceAccess",
                "RegisterDelegatedAdministrator",
                "DeregisterDelegatedAdministrator",
            ],
            requestParameters={"servicePrincipal": [IAM_SERVICE_PRINCIPAL]},
        ),
        everywhere=False,
        paths={"account": "$.detail.requestParameters.accountId"},
    ),
    AlertRule(
        AlertStack.CALLERS,
        "TrailChanged",
        "A trail was stopped, deleted or changed: without one the alerts are silent",
        _calls("cloudtrail", ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]),
        paths={"trail": "$.detail.requestParameters.name"},
    ),
    *_own_alerts(AlertStack.CALLERS),
)

_ROOT: Final = (
    AlertRule(
        AlertStack.ROOT,
        "SignIn",
        "The root user signed in, or tried to",
        {
            "detail-type": _SIGN_IN,
            "detail": {
                "eventSource": ["signin.amazonaws.com"],
                "eventName": ["ConsoleLogin"],
                "userIdentity": {"type": ["Root"]},
            },
        },
        everywhere=False,
        paths={
            "answer": "$.detail.responseElements.ConsoleLogin",
            "mfa": "$.detail.additionalEventData.MFAUsed",
        },
    ),
    AlertRule(
        AlertStack.ROOT,
        "Recovery",
        "The root user's password was asked to be recovered",
        # In which Region, of which type and by whom such events are is not documented; they exist for root users only.
        {
            "detail": {
                "eventSource": ["signin.amazonaws.com"],
                "eventName": ["PasswordRecoveryRequested", "PasswordRecoveryCompleted"],
            }
        },
    ),
    AlertRule(
        AlertStack.ROOT,
        "PasswordChanged",
        "The root user's password or e-mail address was changed",
        {
            "detail": {
                "eventSource": ["signin.amazonaws.com", "iam.amazonaws.com"],
                "eventName": list(_PASSWORD),
                "userIdentity": {"type": ["Root"]},
            }
        },
    ),
    AlertRule(
        AlertStack.ROOT,
        "KeyUsed",
        "A long-term access key of the root user was used",
        {
            "detail-type": _CALL,
            "detail": {"userIdentity": {"type": ["Root"], "accessKeyId": [{"prefix": "AKIA"}]}},
        },
        reads=True,
    ),
    AlertRule(
        AlertStack.ROOT,
        "MfaChanged",
        "An MFA device of the root user was added or taken away by somebody signed in as root",
        _calls("iam", list(_MFA), userIdentity=_SIGNED_IN),
        everywhere=False,
    ),
    AlertRule(
        AlertStack.ROOT,
        "Changed",
        "Somebody signed in as root changed something",
        {
            "detail-type": _CALL,
            "detail": {
                "eventName": [{"anything-but": [*_MFA, *_PASSWORD]}],
                "readOnly": [False],
                "userIdentity": {**_SIGNED_IN, "invokedBy": [{"exists": False}]},
            },
        },
    ),
    *_own_alerts(AlertStack.ROOT),
)

_HUB: Final = (
    AlertRule(
        AlertStack.HUB,
        "BusChanged",
        "An event bus was changed, opened, deleted or archived: the central one holds tokens",
        _calls(
            "events",
            ["DeleteEventBus", "UpdateEventBus", "PutPermission", "RemovePermission", "CreateArchive"],
        ),
    ),
    *_own_alerts(AlertStack.HUB),
)

ALERT_RULES: Final = (*_CALLERS, *_ROOT)
"""Every rule of the two stacks that notice root."""


def rules_of(stack: AlertStack) -> tuple[AlertRule, ...]:
    """The rules of one stack, on the default bus of its accounts."""
    return tuple(one for one in (*ALERT_RULES, *_HUB) if one.stack is stack)
