"""The condition keys the emulator gives a request, seen through policies that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.model.tasks import RootTask

Refusal = Callable[..., tuple[str, str, int]]

MEMBER = "444444444444"
ORGANIZATION = "o-emulated01"
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


def only_if(operator: str, key: str, value: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}}
    return {"Version": "2012-10-17", "Statement": statement}


@pytest.fixture
def ask(rootwarden_organization: Any, client_of: Any) -> Callable[..., Any]:
    """A client of a role, or a user, whose one policy allows everything on one condition."""

    def make(
        service: str, condition: tuple[str, str, str], *, kind: str = "role", region: str = "us-east-1"
    ) -> Any:
        principal = PrincipalSpec.model_validate(
            {"account": MEMBER, "name": "asker", "kind": kind, "policies": (only_if(*condition),)}
        )
        organization = OrganizationFile(
            id=ORGANIZATION,
            now=NOON,
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(MEMBER, "Member", "/Workloads"),),
            principals=(principal,),
        )
        emulator = rootwarden_organization(organization)
        return client_of(emulator, service, f"emulator-{MEMBER}-asker", region=region)

    return make


ROLE_ARN = f"arn:aws:iam::{MEMBER}:role/asker"


@pytest.mark.parametrize(
    "condition",
    [
        ("StringEquals", "aws:PrincipalArn", ROLE_ARN),
        ("ArnLike", "AWS:principalarn", "arn:aws:iam::*:role/ask*"),
        ("StringEquals", "aws:PrincipalAccount", MEMBER),
        ("StringEquals", "aws:PrincipalOrgID", ORGANIZATION),
        ("StringEquals", "aws:PrincipalType", "AssumedRole"),
        ("StringEquals", "aws:ResourceAccount", MEMBER),
        ("StringEquals", "aws:ResourceOrgID", ORGANIZATION),
        ("StringEquals", "aws:RequestedRegion", "us-east-1"),
        ("Bool", "aws:SecureTransport", "true"),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8"),
        ("DateGreaterThan", "aws:CurrentTime", "2026-10-20T11:59:59Z"),
        ("DateLessThan", "aws:CurrentTime", "2026-10-20T13:00:00Z"),
        ("NumericGreaterThanEquals", "aws:EpochTime", "1792497600"),
        ("Bool", "aws:PrincipalIsAWSService", "false"),
        ("Bool", "aws:ViaAWSService", "false"),
        ("ForAnyValue:StringLike", "aws:ResourceOrgPaths", f"{ORGANIZATION}/r-*/ou-*/"),
        ("Null", "aws:AssumedRoot", "true"),
        ("StringLike", "aws:userid", "AROA*:emulator"),
        ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", f"{ORGANIZATION}/r-*/ou-*/"),
    ],
    ids=lambda condition: f"{condition[0]}-{condition[1]}",
)
def test_a_role_calls_iam_with_these_keys(ask: Any, condition: tuple[str, str, str]) -> None:
    assert ask("iam", condition, region="eu-west-1").get_account_summary()["SummaryMap"]


def test_a_policy_that_asks_for_another_value_denies(ask: Any, refusal_of: Refusal) -> None:
    iam = ask("iam", ("StringEquals", "aws:PrincipalOrgID", "o-another0001"))
    text = (
        f"User: arn:aws:sts::{MEMBER}:assumed-role/asker/emulator is not authorized to perform: "
        "iam:GetAccountSummary on resource: * because no identity-based policy allows the iam:GetAccountSummary action"
    )
    assert refusal_of(iam.get_account_summary) == ("AccessDenied", text, 403)


def test_regional_services_carry_their_region(ask: Any) -> None:
    sqs = ask("sqs", ("StringEquals", "aws:RequestedRegion", "eu-west-1"), region="eu-west-1")
    assert sqs.create_queue(QueueName="here")["QueueUrl"].endswith(f"/{MEMBER}/here")


def test_a_user_has_a_name(ask: Any) -> None:
    iam = ask("iam", ("StringEquals", "aws:username", "asker"), kind="user")
    assert iam.get_account_summary()["SummaryMap"]


def test_a_condition_the_evaluator_cannot_judge_denies(ask: Any, refusal_of: Refusal) -> None:
    iam = ask("iam", ("StringResembles", "aws:SourceIp", "127.0.0.1"))
    assert refusal_of(iam.get_account_summary)[0] == "AccessDenied"


def test_root_sessions_say_so(
    rootwarden_organization: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    def deny(value: str) -> dict[str, Any]:
        condition = {"Bool": {"aws:AssumedRoot": value}}
        statement = {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*", "Condition": condition}
        return {"Version": "2012-10-17", "Statement": statement}

    emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(
                account(MEMBER, "Member", scps=("IfTrue",)),
                account("555555555555", "Other", scps=("IfFalse",)),
            ),
            scps={"IfTrue": deny("true"), "IfFalse": deny("false")},
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootCredentialsManagement",),
        )
    )
    assert refusal_of(root_session_of(emulator, MEMBER, RootTask.AUDIT).get_user)[0] == "AccessDenied"
    assert root_session_of(emulator, "555555555555", RootTask.AUDIT).get_user()["User"]
