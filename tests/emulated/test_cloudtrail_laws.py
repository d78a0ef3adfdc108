"""Laws of the emulated CloudTrail, for any sequence of calls."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.server import running
from rootwarden.model.tasks import RootTask

MEMBERS = ("333333333333", "444444444444")
REGIONS = ("us-east-1", "eu-west-1")
TASKS = [task.policy_arn("aws") for task in RootTask] + ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
IN_SESSION = (
    ("iam", "get_account_summary"),
    ("iam", "get_login_profile"),
    ("iam", "create_login_profile"),
    ("iam", "delete_login_profile"),
    ("iam", "list_users"),
    ("sts", "get_caller_identity"),
    ("s3", "list_buckets"),
)

opened = st.tuples(
    st.just("open"),
    st.sampled_from(["management", SECURITY, MEMBERS[0]]),
    st.sampled_from([*MEMBERS, MANAGEMENT, "515151515151"]),
    st.sampled_from(TASKS),
    st.sampled_from(REGIONS),
)
called = st.tuples(st.just("call"), st.integers(0, 3), st.sampled_from(IN_SESSION), st.sampled_from(REGIONS))
switched = st.tuples(
    st.just("switch"),
    st.sampled_from(
        ["enable_organizations_root_sessions", "disable_organizations_root_credentials_management"]
    ),
)
steps = st.lists(st.one_of(opened, called, called, switched), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Any]:
    file = OrganizationFile.model_validate(
        {
            "management_account": account(MANAGEMENT, "Company"),
            "accounts": [account(one, one) for one in (SECURITY, *MEMBERS)],
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
            "delegated_administrators": {SECURITY: ("iam.amazonaws.com",)},
            "trails": [{"account": MANAGEMENT}],
            "records": {"duplicate_share": 0.2},
        }
    )
    with running(file, clock=Clock(frozen=True)) as found:
        yield found


def perform(step: Any, emulator: Any, client_of: Any, client_with: Any, sessions: list[Any]) -> str | None:
    """Makes a call, and returns the id of its request; None where there was nothing to call with."""
    try:
        if step[0] == "open":
            _, caller, target, task, region = step
            sts = client_of(emulator, "sts", f"emulator-{caller}", region=region)
            answer = sts.assume_root(TargetPrincipal=target, TaskPolicyArn={"arn": task})
            sessions.append(answer["Credentials"])
        elif step[0] == "switch":
            answer = getattr(client_of(emulator, "iam"), step[1])()
        elif not sessions:
            return None
        else:
            _, number, (service, name), region = step
            client = client_with(emulator, service, sessions[number % len(sessions)], region=region)
            answer = getattr(client, name)()
    except ClientError as error:
        answer = error.response
    return str(answer["ResponseMetadata"]["RequestId"])


@settings(max_examples=25)
@given(made=steps)
def test_every_answered_call_is_recorded_once_and_every_session_was_opened(
    made: list[Any], emulator: Any, client_of: Any, client_with: Any
) -> None:
    history = emulator.world.cloudtrail.history
    sessions: list[Any] = []
    requests = [
        request
        for step in made
        if (request := perform(step, emulator, client_of, client_with, sessions)) is not None
    ]
    with emulator.world.lock:
        records = [json.loads(event.text) for event in history.all()]
    counted = Counter(record["requestID"] for record in records)
    assert [counted[request] for request in requests] == [1] * len(requests)
    assert len({record["eventID"] for record in records}) == len(records)

    issued = [
        (record["responseElements"]["credentials"]["accessKeyId"], record)
        for record in records
        if record["eventName"] == "AssumeRoot" and record["responseElements"]
    ]
    by_key = dict(issued)
    assert len(by_key) == len(issued)
    for record in records:
        identity = record["userIdentity"]
        if identity["type"] != "Root":
            continue
        opening = by_key[identity["accessKeyId"]]
        assert opening["requestParameters"]["targetPrincipal"] == record["recipientAccountId"]
        assert opening["eventTime"] == identity["sessionContext"]["attributes"]["creationDate"]
        assert opening["eventTime"] <= record["eventTime"]


@settings(max_examples=10)
@given(made=steps)
def test_log_files_hold_the_history_of_every_account(
    made: list[Any], emulator: Any, client_of: Any, client_with: Any
) -> None:
    sessions: list[Any] = []
    for step in made:
        perform(step, emulator, client_of, client_with, sessions)
    s3 = client_of(emulator, "s3")
    found: set[str] = set()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="organization-cloudtrail"):
        for item in page.get("Contents", ()):
            body = s3.get_object(Bucket="organization-cloudtrail", Key=item["Key"])["Body"].read()
            _, _, owner, _, region, *_ = item["Key"].split("/")
            for record in json.loads(gzip.decompress(body))["Records"]:
                assert (record["recipientAccountId"], record["awsRegion"]) == (owner, region)
                found.add(json.dumps(record))
    with emulator.world.lock:
        kept = {json.dumps(json.loads(event.text)) for event in emulator.world.cloudtrail.history.all()}
    assert found == kept
