"""Failures on demand in the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import FaultSpec, OrganizationFile
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

ONE, TWO = "444444444444", "555555555555"
TASK = {"arn": RootTask.AUDIT.policy_arn("aws")}


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(ONE, "One"), account(TWO, "Two")),
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
        faults=(FaultSpec(operation="sts:AssumeRoot", account=ONE),),
    )
    started: Emulator = rootwarden_organization(organization)
    return started


def test_a_fault_meets_one_account_by_id_and_by_arn(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    sts = client_of(emulator, "sts")
    for target in (ONE, f"arn:aws:iam::{ONE}:root"):
        found = refusal_of(sts.assume_root, TargetPrincipal=target, TaskPolicyArn=TASK)
        assert found == ("Throttling", "Rate exceeded", 400)
    assert sts.assume_root(TargetPrincipal=TWO, TaskPolicyArn=TASK)["Credentials"]


def test_a_counted_fault_ends(emulator: Emulator, root_session_of: Any, refusal_of: Refusal) -> None:
    fault = FaultSpec(
        operation="iam:GetUser",
        account=TWO,
        code="ServiceFailure",
        message="<&> try again",
        http_status=503,
        count=2,
    )
    emulator.world.faults.append(fault)
    iam = root_session_of(emulator, TWO, RootTask.AUDIT)
    for _ in range(2):
        assert refusal_of(iam.get_user) == ("ServiceFailure", "<&> try again", 503)
    assert iam.get_user()["User"]
    assert [one.operation for one in emulator.world.faults] == ["sts:AssumeRoot"]


def test_a_fault_meets_the_account_among_the_parameters_and_services_of_moto(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    emulator.world.faults += [
        FaultSpec(operation="organizations:DescribeAccount", account=ONE, code="TooManyRequestsException"),
        FaultSpec(operation="s3:ListBuckets", code="SlowDown", http_status=503),
    ]
    organizations = client_of(emulator, "organizations")
    found = refusal_of(organizations.describe_account, AccountId=ONE)
    assert found == ("TooManyRequestsException", "Rate exceeded", 400)
    assert organizations.describe_account(AccountId=TWO)["Account"]["Id"] == TWO
    assert refusal_of(client_of(emulator, "s3").list_buckets) == ("SlowDown", "Rate exceeded", 503)


def test_a_client_that_retries_gets_through(emulator: Emulator, client_of: Any) -> None:
    emulator.world.faults.append(FaultSpec(operation="iam:GetAccountSummary", count=1))
    iam = client_of(emulator, "iam")
    with pytest.raises(iam.exceptions.ClientError):
        iam.get_account_summary()
    assert iam.get_account_summary()["SummaryMap"]
