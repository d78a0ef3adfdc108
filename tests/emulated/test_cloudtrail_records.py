"""What CloudTrail records of calls in the emulator: where, as whom, with which outcome, and without secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.call import Call
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.happenings import Called
from rootwarden.emulator.org_file import FaultSpec, OrganizationFile
from rootwarden.emulator.service_models import service_model
from rootwarden.model.tasks import RootTask

MEMBER = "333333333333"
NOON = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
AUDIT = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
LOCKED = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::locked"}
        ],
    }
)

Refusal = Callable[..., tuple[str, str, int]]


def organization(**options: Any) -> OrganizationFile:
    return OrganizationFile.model_validate(
        {
            "management_account": account(MANAGEMENT, "Company"),
            "accounts": (account(SECURITY, "Security"), account(MEMBER, "Member", root={"password": True})),
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
            **options,
        }
    )


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Any:
    return rootwarden_organization(organization(), clock=Clock(NOON, frozen=True))


def names(records: list[dict[str, Any]]) -> list[str]:
    return [record["eventName"] for record in records]


def test_assume_root_is_with_the_caller_in_the_endpoints_region(
    emulator: Any, client_of: Any, records_of: Any
) -> None:
    sts = client_of(emulator, "sts", region="eu-west-1")
    answer = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)
    (record,) = records_of(emulator, MANAGEMENT, "eu-west-1")
    assert record["eventName"] == "AssumeRoot"
    assert record["awsRegion"] == "eu-west-1"
    assert record["readOnly"] is False
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert record["requestParameters"] == {"targetPrincipal": MEMBER, "taskPolicyArn": AUDIT}
    issued = record["responseElements"]["credentials"]
    assert issued == {
        "accessKeyId": answer["Credentials"]["AccessKeyId"],
        "sessionToken": answer["Credentials"]["SessionToken"],
        "expiration": "Oct 20, 2026, 12:15:00 PM",
    }
    assert record["userIdentity"]["userName"] == "Administrator"
    assert "Boto3" in record["userAgent"]
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["tlsDetails"]["clientProvidedHostHeader"] == "sts.eu-west-1.amazonaws.com"
    for place in ((MANAGEMENT, "us-east-1"), (MEMBER, "eu-west-1"), (MEMBER, "us-east-1")):
        assert records_of(emulator, *place) == []


def test_a_refused_assume_root_has_an_error_and_no_answer(
    emulator: Any, client_of: Any, records_of: Any, refusal_of: Refusal
) -> None:
    sts = client_of(emulator, "sts", f"emulator-{MEMBER}")
    code, text, _ = refusal_of(sts.assume_root, TargetPrincipal=SECURITY, TaskPolicyArn=AUDIT)
    (record,) = records_of(emulator, MEMBER)
    assert (record["errorCode"], record["errorMessage"]) == (code, text) == ("AccessDenied", text)
    assert record["responseElements"] is None
    assert record["requestParameters"]["targetPrincipal"] == SECURITY


def test_what_a_root_session_does_is_with_the_member(
    emulator: Any, root_session_of: Any, records_of: Any, refusal_of: Refusal
) -> None:
    iam = root_session_of(emulator, MEMBER, RootTask.AUDIT)
    iam.get_account_summary()
    refusal_of(iam.create_login_profile)
    opened = records_of(emulator, MANAGEMENT)[0]
    denied, read = records_of(emulator, MEMBER)
    assert names([denied, read]) == ["CreateLoginProfile", "GetAccountSummary"]
    for record in (denied, read):
        assert record["userIdentity"] == {
            "type": "Root",
            "principalId": MEMBER,
            "arn": f"arn:aws:iam::{MEMBER}:root",
            "accountId": MEMBER,
            "accessKeyId": opened["responseElements"]["credentials"]["accessKeyId"],
            "sessionContext": {
                "attributes": {"creationDate": opened["eventTime"], "mfaAuthenticated": "false"}
            },
        }
        assert (record["awsRegion"], record["eventSource"]) == ("us-east-1", "iam.amazonaws.com")
        assert record["requestParameters"] is None
        assert record["responseElements"] is None
    assert (read["readOnly"], denied["readOnly"]) == (True, False)
    assert "errorCode" not in read
    assert denied["errorCode"] == "AccessDenied"
    assert denied["errorMessage"].endswith("with an explicit deny in a session policy")


def test_errors_of_iam_go_by_their_shapes(emulator: Any, root_session_of: Any, records_of: Any) -> None:
    iam = root_session_of(emulator, MEMBER, RootTask.DELETE)
    iam.delete_login_profile()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile()
    assert records_of(emulator, MEMBER)[0]["errorCode"] == "NoSuchEntityException"


def test_recovery_that_was_opened(emulator: Any, root_session_of: Any, records_of: Any) -> None:
    root_session_of(emulator, SECURITY, RootTask.CREATE_PASSWORD).create_login_profile()
    (record,) = records_of(emulator, SECURITY)
    assert record["eventName"] == "CreateLoginProfile"
    assert record["requestParameters"] is None
    assert record["responseElements"] == {
        "loginProfile": {"createDate": "Oct 20, 2026, 12:00:00 PM", "passwordResetRequired": False}
    }


def test_iam_and_organizations_are_recorded_in_the_control_region(
    emulator: Any, client_of: Any, records_of: Any
) -> None:
    client_of(emulator, "iam", region="eu-west-1").disable_organizations_root_sessions()
    client_of(emulator, "organizations", region="eu-west-1").register_delegated_administrator(
        AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com"
    )
    registered, disabled = records_of(emulator, MANAGEMENT)
    assert names([registered, disabled]) == [
        "RegisterDelegatedAdministrator",
        "DisableOrganizationsRootSessions",
    ]
    assert registered["eventSource"] == "organizations.amazonaws.com"
    assert registered["requestParameters"] == {
        "accountId": SECURITY,
        "servicePrincipal": "iam.amazonaws.com",
    }
    assert registered["responseElements"] is None
    assert disabled["responseElements"]["enabledFeatures"] == ["RootCredentialsManagement"]
    assert records_of(emulator, MANAGEMENT, "eu-west-1") == []


def test_unlocking_a_bucket_is_recorded_in_its_region(
    emulator: Any, client_of: Any, client_with: Any, records_of: Any
) -> None:
    owner = client_of(emulator, "s3", f"emulator-{MEMBER}", region="eu-west-1")
    owner.create_bucket(Bucket="locked", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    owner.put_object(Bucket="locked", Key="a", Body=b"1")
    owner.put_bucket_policy(Bucket="locked", Policy=LOCKED)
    keys = client_of(emulator, "sts").assume_root(
        TargetPrincipal=MEMBER,
        TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"},
    )["Credentials"]
    s3 = client_with(emulator, "s3", keys, region="eu-west-1")
    s3.get_bucket_policy(Bucket="locked")
    answer = s3.delete_bucket_policy(Bucket="locked")
    deleted, read, put, created = records_of(emulator, MEMBER, "eu-west-1")
    assert names([created, put, read, deleted]) == [
        "CreateBucket",
        "PutBucketPolicy",
        "GetBucketPolicy",
        "DeleteBucketPolicy",
    ]
    assert put["requestParameters"]["bucketPolicy"] == json.loads(LOCKED)
    assert (read["readOnly"], deleted["readOnly"]) == (True, False)
    assert deleted["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert deleted["requestParameters"] == {
        "bucketName": "locked",
        "Host": "locked.s3.eu-west-1.amazonaws.com",
        "policy": "",
    }


def test_of_queues_only_changes_are_management_events(
    emulator: Any, client_of: Any, client_with: Any, records_of: Any
) -> None:
    owner = client_of(emulator, "sqs", f"emulator-{MEMBER}", region="eu-west-1")
    url = owner.create_queue(QueueName="locked")["QueueUrl"]
    keys = client_of(emulator, "sts").assume_root(
        TargetPrincipal=MEMBER,
        TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy"},
    )["Credentials"]
    sqs = client_with(emulator, "sqs", keys, region="eu-west-1")
    sqs.list_queues()
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    changed, created = records_of(emulator, MEMBER, "eu-west-1")
    assert names([created, changed]) == ["CreateQueue", "SetQueueAttributes"]
    assert changed["requestParameters"] == {"queueUrl": url, "attributes": {"Policy": ""}}
    assert changed["userIdentity"]["type"] == "Root"
    assert created["responseElements"] == {"queueUrl": url}


def test_moto_errors_keep_their_words(
    emulator: Any, client_of: Any, records_of: Any, refusal_of: Refusal
) -> None:
    s3, sqs = (client_of(emulator, service, f"emulator-{MEMBER}") for service in ("s3", "sqs"))
    refusal_of(s3.get_bucket_policy, Bucket="nowhere")
    url = f"{emulator.endpoint_url}/{MEMBER}/nowhere"
    refusal_of(sqs.delete_queue, QueueUrl=url)
    refusal_of(client_of(emulator, "iam", f"emulator-{MEMBER}").get_role, RoleName="nobody")
    found = {record["eventName"]: record for record in records_of(emulator, MEMBER)}
    assert found["GetBucketPolicy"]["errorCode"] == "NoSuchBucket"
    assert found["GetBucketPolicy"]["errorMessage"] == "The specified bucket does not exist"
    assert found["GetRole"]["errorCode"] == "NoSuchEntityException"
    assert found["DeleteQueue"]["errorMessage"] == "The specified queue does not exist."


def test_secrets_stay_out(emulator: Any, client_of: Any, records_of: Any) -> None:
    iam = client_of(emulator, "iam", f"emulator-{MEMBER}")
    iam.create_user(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="correct horse battery")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    session = client_of(emulator, "sts", f"emulator-{MEMBER}").get_session_token()["Credentials"]
    made = client_of(emulator, "organizations").create_account(Email="new@example.com", AccountName="New")
    for record in records_of(emulator, MEMBER) + records_of(emulator, MANAGEMENT):
        text = json.dumps(record)
        for secret in ("correct horse battery", key["SecretAccessKey"], session["SecretAccessKey"]):
            assert secret not in text
        assert "new@example.com" not in text
    created = records_of(emulator, MEMBER, EventName="CreateAccessKey")[0]
    assert created["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    (masked,) = records_of(emulator, MANAGEMENT, EventName="CreateAccount")
    assert masked["requestParameters"] == {"email": "****", "accountName": "****"}
    assert masked["responseElements"]["createAccountStatus"]["id"] == made["CreateAccountStatus"]["Id"]


def test_a_new_account_begins_with_a_root_event_of_awss_own(
    emulator: Any, client_of: Any, records_of: Any
) -> None:
    answer = client_of(emulator, "organizations").create_account(Email="n@example.com", AccountName="N")
    (record,) = records_of(emulator, answer["CreateAccountStatus"]["AccountId"])
    assert (record["eventName"], record["userIdentity"]["type"]) == ("CreateServiceLinkedRole", "Root")
    assert (record["sourceIPAddress"], record["userAgent"]) == ("AWS Internal", "AWS Internal")
    assert record["awsRegion"] == "us-east-1"
    assert "sessionContext" not in record["userIdentity"]


def test_a_role_assumed_from_another_account_is_recorded_in_both(emulator: Any, records_of: Any) -> None:
    world, role = emulator.world, f"arn:aws:iam::{MEMBER}:role/Reader"
    credential = emulator.credential()
    call = Call(
        service="sts",
        operation="AssumeRole",
        params={"RoleArn": role, "RoleSessionName": "me"},
        caller=credential.principal,
        access_key_id=credential.access_key_id,
        region="us-east-1",
        protocol="query",
        host="127.0.0.1:1",
        request_id="6c1c0f0e-0000-4000-8000-000000000001",
    )
    issued = {"AccessKeyId": "ASIA01EMULATED777777", "SecretAccessKey": "hidden", "SessionToken": "token"}
    model = service_model("sts").operation_model("AssumeRole")
    with world.lock:
        world.happened(Called(call, NOON, {"Credentials": issued}, model=model))
    (own,), (copy,) = records_of(emulator, MANAGEMENT), records_of(emulator, MEMBER)
    assert own["sharedEventID"] == copy["sharedEventID"]
    assert own["responseElements"] == copy["responseElements"]
    assert "secretAccessKey" not in own["responseElements"]["credentials"]
    assert own["readOnly"] is True
    assert own["resources"] == [{"accountId": MEMBER, "type": "AWS::IAM::Role", "ARN": role}]
    assert copy["userIdentity"]["type"] == "AWSAccount"


def test_requests_that_nobody_signed_for_leave_nothing(
    emulator: Any, client_of: Any, client_with: Any, records_of: Any, refusal_of: Refusal
) -> None:
    keys = client_of(emulator, "sts").assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)["Credentials"]
    iam = client_with(emulator, "iam", keys | {"SessionToken": "another"})
    assert refusal_of(iam.get_user)[0] == "InvalidClientTokenId"
    emulator.world.clock.set(datetime(2026, 10, 20, 12, 16, tzinfo=UTC))
    assert refusal_of(client_with(emulator, "iam", keys).get_user)[0] == "ExpiredToken"
    assert refusal_of(
        client_of(emulator, "iam").generate_organizations_access_report, EntityPath="o-emulated01/r-ab12"
    )
    assert records_of(emulator, MEMBER) == []
    assert names(records_of(emulator, MANAGEMENT)) == ["AssumeRoot"]


def test_throttled_calls_are_recorded(
    rootwarden_organization: Any, client_of: Any, records_of: Any, refusal_of: Refusal
) -> None:
    emulator = rootwarden_organization(organization(faults=(FaultSpec(operation="sts:AssumeRoot"),)))
    refusal_of(client_of(emulator, "sts").assume_root, TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)
    (record,) = records_of(emulator, MANAGEMENT)
    assert (record["errorCode"], record["responseElements"]) == ("Throttling", None)


@pytest.mark.parametrize("where", ["caller", "member", "both", "neither"])
def test_the_mark_of_root_sessions_is_where_the_file_says(
    where: str, rootwarden_organization: Any, client_of: Any, client_with: Any, records_of: Any
) -> None:
    emulator = rootwarden_organization(organization(records={"assumed_root_on": where}))
    temporary = client_of(emulator, "sts").get_session_token()["Credentials"]
    sts = client_with(emulator, "sts", temporary)
    keys = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)["Credentials"]
    client_with(emulator, "iam", keys).get_account_summary()
    sts.get_caller_identity()
    (opened,) = records_of(emulator, MANAGEMENT, EventName="AssumeRoot")
    (identity,) = records_of(emulator, MANAGEMENT, EventName="GetCallerIdentity")
    (read,) = records_of(emulator, MEMBER)
    marks = [
        record["userIdentity"]["sessionContext"].get("assumedRoot") for record in (opened, read, identity)
    ]
    assert marks == [
        "true" if where in {"caller", "both"} else None,
        "true" if where in {"member", "both"} else None,
        None,
    ]


def test_the_member_gets_a_copy_where_the_file_says(
    rootwarden_organization: Any, client_of: Any, records_of: Any, refusal_of: Refusal
) -> None:
    emulator = rootwarden_organization(organization(records={"assume_root_in_member": True}))
    sts = client_of(emulator, "sts")
    sts.assume_root(TargetPrincipal=f"arn:aws:iam::{MEMBER}:root", TaskPolicyArn=AUDIT)
    refusal_of(sts.assume_root, TargetPrincipal=MANAGEMENT, TaskPolicyArn=AUDIT)
    denied, own = records_of(emulator, MANAGEMENT)
    (copy,) = records_of(emulator, MEMBER)
    assert denied["errorCode"] == "AccessDenied"
    assert copy["sharedEventID"] == own["sharedEventID"]
    assert copy["eventID"] != own["eventID"]
    assert copy["recipientAccountId"] == MEMBER
    assert copy["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": own["userIdentity"]["principalId"],
        "accountId": MANAGEMENT,
    }
