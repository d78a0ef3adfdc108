"""What S3 says to a bucket policy it does not take; the one there is stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile

MEMBER = "444444444444"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
ANN = {"AWS": f"arn:aws:iam::{MEMBER}:user/ann"}
GOOD: dict[str, Any] = {
    "Sid": "One",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:DeleteBucket",
    "Resource": BUCKET,
}


def policy(left_out: str = "", **more: Any) -> str:
    statement = {name: value for name, value in (GOOD | more).items() if name != left_out}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def s3(rootwarden_organization: Any, client_of: Any) -> Any:
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"), accounts=(account(MEMBER, "Member"),)
    )
    client = client_of(rootwarden_organization(organization), "s3", f"emulator-{MEMBER}")
    client.create_bucket(Bucket="reports")
    client.put_bucket_policy(Bucket="reports", Policy=policy())
    return client


NOT_JSON = "Policies must be valid JSON and the first byte must be '{'"
PRINCIPAL, ACTION, RESOURCE = (
    "Invalid principal in policy",
    "Policy has invalid action",
    "Policy has invalid resource",
)
APPLIES = "Action does not apply to any resource(s) in statement"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("nonsense", NOT_JSON),
        ("[]", NOT_JSON),
        (' {"Statement": 1', NOT_JSON),
        ("{", "This policy contains invalid Json"),
        ("{}", "Missing required field Statement"),
        ('{"Statement": []}', "Missing required field Statement"),
        ('{"Statement": "x"}', "This policy contains invalid Json"),
        ('{"Version": "2020-01-01", "Statement": []}', "The policy must contain a valid version string"),
        ('{"Comment": "x", "Statement": []}', "Unknown field Comment"),
        (policy(Comment="x"), "Unknown field Comment"),
        (policy("Effect"), "Missing required field Effect"),
        (policy("Principal"), "Missing required field Principal"),
        (policy("Action"), "Missing required field Action"),
        (policy("Resource"), "Missing required field Resource"),
        (policy(Effect="deny"), "Invalid effect: deny"),
        (policy(Principal={"AWS": "999999999999"}), PRINCIPAL),
        (policy(Principal={"AWS": "arn:aws:iam::999999999999:root"}), PRINCIPAL),
        (policy(Principal={"AWS": f"arn:aws:iam::{MEMBER}:role/*"}), PRINCIPAL),
        (policy(Principal={"Person": "me"}), PRINCIPAL),
        (policy(Principal="everybody"), PRINCIPAL),
        (policy(Principal={}), PRINCIPAL),
        (policy(Principal=[f"arn:aws:iam::{MEMBER}:root"]), PRINCIPAL),
        (policy(Action="sqs:SendMessage"), ACTION),
        (policy(Action=[]), ACTION),
        (policy(Resource="*"), RESOURCE),
        (policy(Resource="arn:aws:s3:::other"), RESOURCE),
        (policy(Resource=[BUCKET, "arn:aws:s3:::reports-2/*"]), RESOURCE),
        (policy(Resource=[]), RESOURCE),
        (policy(Action="s3:GetObject"), APPLIES),
        (policy(Action=["s3:GetObject", "s3:ListBucket"], Resource=OBJECTS), APPLIES),
        (policy(Condition={"Bool": "aws:SecureTransport"}), "Policy has invalid bool"),
    ],
)
def test_a_malformed_policy_is_refused(s3: Any, refusal_of: Any, document: str, text: str) -> None:
    assert refusal_of(s3.put_bucket_policy, Bucket="reports", Policy=document) == (
        "MalformedPolicy",
        text,
        400,
    )
    assert json.loads(s3.get_bucket_policy(Bucket="reports")["Policy"]) == json.loads(policy())


@pytest.mark.parametrize(
    "document",
    [
        policy(Principal={"AWS": [MEMBER, *ANN.values()], "Service": "s3.amazonaws.com"}),
        policy(Principal=ANN, Action="*", Resource=[BUCKET, OBJECTS]),
        policy("Principal", NotPrincipal={"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}),
        policy("Action", Principal=ANN, NotAction="s3:GetObject"),
        policy(Action=["S3:getobject", "s3:ListBucket"], Resource=[BUCKET, f"{OBJECTS}.txt"]),
        json.dumps({"Id": "x", "Statement": GOOD}),
    ],
)
def test_a_well_formed_policy_is_taken(s3: Any, document: str) -> None:
    s3.put_bucket_policy(Bucket="reports", Policy=document)
    assert json.loads(s3.get_bucket_policy(Bucket="reports")["Policy"]) == json.loads(document)


def test_a_policy_has_twenty_kilobytes_without_its_white_space(s3: Any, refusal_of: Any) -> None:
    room = 20_480 - len(json.dumps(json.loads(policy(Sid="")), separators=(",", ":")))
    fits = json.dumps(json.loads(policy(Sid="x" * room)), indent=40)
    assert len(fits) > 20_480
    s3.put_bucket_policy(Bucket="reports", Policy=fits)
    found = refusal_of(s3.put_bucket_policy, Bucket="reports", Policy=policy(Sid="x" * (room + 1)))
    text = "Policy exceeds the maximum allowed document size."
    assert found == ("PolicyTooLarge", text, 400)
    assert json.loads(s3.get_bucket_policy(Bucket="reports")["Policy"]) == json.loads(fits)


def test_an_empty_body(s3: Any, refusal_of: Any) -> None:
    found = refusal_of(s3.put_bucket_policy, Bucket="reports", Policy="")
    assert found == ("MissingRequestBodyError", "Request Body is empty", 400)
