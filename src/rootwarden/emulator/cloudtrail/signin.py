"""Records of what happens without an API call: sign-in, password recovery, root's own changes in the console.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
No full event of password recovery has been published: source and names are known, the rest follows the sign-in events.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from rootwarden.emulator.cloudtrail.identity import Session, root_identity
from rootwarden.emulator.cloudtrail.record import TLS, stamp
from rootwarden.emulator.cloudtrail.shapes import CONTROL_REGIONS, shown_time
from rootwarden.emulator.happenings import (
    AccountCreated,
    PasswordRecovery,
    PasswordUpdated,
    RootChanged,
    SignedIn,
)

_VERSION: Final = "1.08"
_HOST: Final = "signin.aws.amazon.com"
_LOGIN_TO: Final = "https://console.aws.amazon.com/console/home"
_INTERNAL: Final = "AWS Internal"
_ROLE: Final = "AWSServiceRoleForOrganizations"

Console = SignedIn | PasswordRecovery | PasswordUpdated


def console_record(event: Console, partition: str) -> dict[str, Any]:
    """The record of a sign-in event; a failure has a message and no error code."""
    name, succeeded, message, details = _outcome(event)
    identity = root_identity(event.account, partition) | {"accessKeyId": ""}
    found = _head(event, name, "signin", identity, partition)
    found |= {"sourceIPAddress": event.source_address, "userAgent": event.user_agent}
    if not succeeded:
        found["errorMessage"] = message
    found |= {
        "requestParameters": None,
        "responseElements": {name: "Success" if succeeded else "Failure"},
        "additionalEventData": details,
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
    }
    return _tail(found, event.account, _HOST)


def _outcome(event: Console) -> tuple[str, bool, str, dict[str, str] | None]:
    """Name, success, message of a failure, and what goes with it."""
    if isinstance(event, PasswordUpdated):
        return "PasswordUpdated", True, "", None
    if isinstance(event, PasswordRecovery):
        name = f"PasswordRecovery{event.step.capitalize()}"
        return name, event.succeeded, "Password recovery is disabled for your AWS account.", None
    details = {"LoginTo": _LOGIN_TO, "MobileVersion": "No"}
    if event.mfa_serial is not None:
        details["MFAIdentifier"] = event.mfa_serial
    details["MFAUsed"] = "No" if event.mfa_serial is None else "Yes"
    return "ConsoleLogin", event.succeeded, "Failed authentication", details


def root_change_record(event: RootChanged, session: Session | None, partition: str) -> dict[str, Any]:
    """What IAM records for a change root made in the console, in the session it signed in for."""
    session = session or Session("", stamp(event.when))
    identity = root_identity(event.account, partition) | {
        "accessKeyId": session.access_key_id,
        "sessionContext": {"attributes": session.attributes()},
    }
    found = _head(event, event.operation, "iam", identity, partition)
    is_key = event.operation == "CreateAccessKey"
    made = {"accessKeyId": event.item, "status": "Active", "createDate": shown_time(event.when)}
    found |= {
        "sourceIPAddress": event.source_address,
        "userAgent": event.user_agent,
        "requestParameters": None if is_key else {"userName": "AWS ROOT USER", "serialNumber": event.item},
        "responseElements": {"accessKey": made} if is_key else None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
    }
    return _tail(found, event.account, "iam.amazonaws.com") | {"sessionCredentialFromConsole": "true"}


def account_record(event: AccountCreated, partition: str) -> dict[str, Any]:
    """A new account's first event: AWS itself makes the role of Organizations, as the account's root user."""
    arn = f"arn:{partition}:iam::{event.account}:role/aws-service-role/organizations.amazonaws.com/{_ROLE}"
    role = {
        "path": "/aws-service-role/organizations.amazonaws.com/",
        "roleName": _ROLE,
        "arn": arn,
        "createDate": shown_time(event.when),
    }
    identity = root_identity(event.account, partition)
    found = _head(event, "CreateServiceLinkedRole", "iam", identity, partition)
    found |= {
        "sourceIPAddress": _INTERNAL,
        "userAgent": _INTERNAL,
        "requestParameters": {"aWSServiceName": "organizations.amazonaws.com"},
        "responseElements": {"role": role},
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
    }
    return _tail(found, event.account, None)


def _head(
    event: Console | RootChanged | AccountCreated,
    name: str,
    service: str,
    identity: dict[str, Any],
    partition: str,
) -> dict[str, Any]:
    return {
        "eventVersion": _VERSION,
        "userIdentity": identity,
        "eventTime": stamp(event.when),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": CONTROL_REGIONS[partition],
    }


def _tail(found: dict[str, Any], account: str, host: str | None) -> dict[str, Any]:
    """The members every record ends with; a call of AWS's own has no connection to tell of."""
    found |= {"managementEvent": True, "recipientAccountId": account, "eventCategory": "Management"}
    return found if host is None else found | {"tlsDetails": {**TLS, "clientProvidedHostHeader": host}}
