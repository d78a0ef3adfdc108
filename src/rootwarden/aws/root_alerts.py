"""What alerts on root activity in the caller's account: EventBridge rules, and metric filters with alarms.

Whether a pattern notices an event is AWS's to say: TestEventPattern and TestMetricFilter are asked with sample events.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.errors import AccessDenied, AwsError, CredentialsExpired, CredentialsRefused, Throttled
from rootwarden.model.management import Alert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_logs import CloudWatchLogsClient

_SIGN_IN: Final = "sign_in"
_CALL: Final = "call"
_DETAIL_TYPES: Final = {
    # The guide and AWS's samples spell it differently.
    _SIGN_IN: ("AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"),
    _CALL: ("AWS API Call via CloudTrail",),
}
_NOT_ABOUT_THE_PATTERN: Final = (AccessDenied, CredentialsExpired, CredentialsRefused, Throttled)


def records(account: str, partition: str, region: str) -> Mapping[str, Mapping[str, Any]]:
    """CloudTrail's record of a root sign-in and of a call by root, as they would be written now."""
    common = {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "Root",
            "principalId": account,
            "arn": f"arn:{partition}:iam::{account}:root",
            "accountId": account,
        },
        "eventTime": "2026-01-01T00:00:00Z",
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.1",
        "userAgent": "Mozilla/5.0",
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    return {
        _SIGN_IN: {
            **common,
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "eventType": "AwsConsoleSignIn",
            "responseElements": {"ConsoleLogin": "Success"},
            "additionalEventData": {"MFAUsed": "Yes"},
        },
        _CALL: {
            **common,
            "eventSource": "iam.amazonaws.com",
            "eventName": "CreateAccessKey",
            "eventType": "AwsApiCall",
        },
    }


def rules(
    events: EventBridgeClient, samples: Mapping[str, Mapping[str, Any]], *, account: str, region: str
) -> tuple[Alert, ...]:
    """The enabled rules of the default bus that notice one of the samples. Raises AwsError."""
    found = []
    for page in pages(events, "list_rules", "events:ListRules"):
        for rule in page["Rules"]:
            pattern = rule.get("EventPattern")
            if not pattern or not str(rule.get("State", "")).startswith("ENABLED"):
                continue
            noticed = {
                kind: any(
                    _noticed_by_rule(events, pattern, _envelope(record, detail, account, region))
                    for detail in _DETAIL_TYPES[kind]
                )
                for kind, record in samples.items()
            }
            if any(noticed.values()):
                with aws_call("events:ListTargetsByRule"):
                    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                name = f"EventBridge rule {rule['Name']}"
                found.append(Alert(name, noticed[_SIGN_IN], noticed[_CALL], bool(targets)))
    return tuple(found)


def filters(
    logs: CloudWatchLogsClient,
    cloudwatch: CloudWatchClient,
    group: str,
    samples: Mapping[str, Mapping[str, Any]],
) -> tuple[Alert, ...]:
    """The metric filters of a log group that notice one of the samples; whether an alarm with an action follows. Raises AwsError."""
    messages = {kind: json.dumps(record) for kind, record in samples.items()}
    found = []
    for page in pages(logs, "describe_metric_filters", "logs:DescribeMetricFilters", logGroupName=group):
        for one in page["metricFilters"]:
            pattern = one.get("filterPattern", "")
            noticed = {kind: _noticed_by_filter(logs, pattern, message) for kind, message in messages.items()}
            if any(noticed.values()):
                tells = any(_alarms(cloudwatch, metric) for metric in one.get("metricTransformations", ()))
                found.append(
                    Alert(f"metric filter {one['filterName']}", noticed[_SIGN_IN], noticed[_CALL], tells)
                )
    return tuple(found)


def _noticed_by_rule(events: EventBridgeClient, pattern: str, envelope: str) -> bool:
    try:
        with aws_call("events:TestEventPattern"):
            return events.test_event_pattern(EventPattern=pattern, Event=envelope)["Result"]
    except _NOT_ABOUT_THE_PATTERN:
        raise
    except AwsError as error:
        if error.source == "network":
            raise
        return False  # a pattern that AWS cannot read notices nothing


def _noticed_by_filter(logs: CloudWatchLogsClient, pattern: str, message: str) -> bool:
    if not pattern.strip():
        return True  # an empty pattern matches everything, and TestMetricFilter takes none
    try:
        with aws_call("logs:TestMetricFilter"):
            return bool(logs.test_metric_filter(filterPattern=pattern, logEventMessages=[message])["matches"])
    except _NOT_ABOUT_THE_PATTERN:
        raise
    except AwsError as error:
        if error.source == "network":
            raise
        return False


def _alarms(cloudwatch: CloudWatchClient, metric: Any) -> bool:
    with aws_call("cloudwatch:DescribeAlarmsForMetric"):
        found = cloudwatch.describe_alarms_for_metric(
            MetricName=metric["metricName"], Namespace=metric["metricNamespace"]
        )["MetricAlarms"]
    return any(one.get("ActionsEnabled") and one.get("AlarmActions") for one in found)


def _envelope(record: Mapping[str, Any], detail_type: str, account: str, region: str) -> str:
    """The event that EventBridge makes of a record."""
    return json.dumps(
        {
            "version": "0",
            "id": "00000000-0000-0000-0000-000000000000",
            "detail-type": detail_type,
            "source": f"aws.{str(record['eventSource']).partition('.')[0]}",
            "account": account,
            "time": record["eventTime"],
            "region": region,
            "resources": [],
            "detail": record,
        }
    )
