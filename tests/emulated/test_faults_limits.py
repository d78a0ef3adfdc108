"""AWS's published rates, and the lag with which AssumeRoot notices that somebody may no longer call it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account, large, small
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.limits import Buckets, Rate
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.throttling import ASSUME_ROOT_RATE, ORGANIZATIONS_RATES
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.emulator.server import Emulator

TARGET = "444444444444"
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
TASK = {"arn": RootTask.AUDIT.policy_arn("aws")}


@pytest.fixture
def start(rootwarden_organization: Any) -> Callable[..., Emulator]:
    def started(**more: Any) -> Emulator:
        organization = OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(SECURITY, "Security"), account(TARGET, "Target")),
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootCredentialsManagement",),
            delegated_administrators={SECURITY: ("iam.amazonaws.com",)},
            **more,
        )
        found: Emulator = rootwarden_organization(organization, clock=Clock(NOW, frozen=True))
        return found

    return started


def outcome(call: Callable[..., Any], **params: Any) -> str:
    try:
        call(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def test_large_is_throttled_and_small_is_not() -> None:
    assert large(12).throttles
    assert not small().throttles


def test_the_published_rates_are_these() -> None:
    """AWS Organizations User Guide, "Quotas": steady and burst, per account and per organization."""
    shown = {
        name: (own.per_second, own.burst, *((whole.per_second, whole.burst) if whole else ()))
        for name, (own, whole) in ORGANIZATIONS_RATES.items()
    }
    assert shown["ListAccounts"] == (8, 12, 9, 15)
    assert shown["DescribeOrganization"] == (1, 2)
    assert shown["ListAWSServiceAccessForOrganization"] == (1, 3, 1, 4)
    assert shown["DescribeAccount"] == (20, 30, 24, 36)
    assert len(shown) == 15


def test_organizations_refuses_what_is_above_its_rate(start: Any, client_of: Any, refusal_of: Any) -> None:
    emulator = start(throttles=True)
    organizations = client_of(emulator, "organizations")
    found = [outcome(organizations.describe_organization) for _ in range(3)]
    assert found == ["ok", "ok", "TooManyRequestsException"]
    assert refusal_of(organizations.describe_organization)[2] == 400
    assert outcome(organizations.list_accounts) == "ok"  # each operation has its own
    emulator.world.clock.advance(timedelta(seconds=1))
    found = [outcome(organizations.describe_organization) for _ in range(2)]
    assert found == ["ok", "TooManyRequestsException"]


def test_the_organization_has_a_limit_above_that_of_an_account(start: Any, client_of: Any) -> None:
    emulator = start(throttles=True)
    by_management = client_of(emulator, "organizations").list_roots
    by_delegate = client_of(emulator, "organizations", f"emulator-{SECURITY}").list_roots
    assert [outcome(by_management) for _ in range(2)] == ["ok", "ok"]
    found = [outcome(by_delegate) for _ in range(2)]  # its own limit is two, the organization's is three
    assert found == ["ok", "TooManyRequestsException"]


def test_what_was_refused_took_nothing_from_the_organization(start: Any, client_of: Any) -> None:
    emulator = start(throttles=True)
    by_management = client_of(emulator, "organizations").list_roots
    assert [outcome(by_management) for _ in range(9)].count("ok") == 2
    assert outcome(client_of(emulator, "organizations", f"emulator-{SECURITY}").list_roots) == "ok"


def test_assume_root_is_limited_per_calling_account_and_region(start: Any, client_of: Any) -> None:
    emulator = start(throttles=True)

    def assume(profile: str, region: str) -> str:
        sts = client_of(emulator, "sts", profile, region=region)
        return outcome(sts.assume_root, TargetPrincipal=TARGET, TaskPolicyArn=TASK)

    found = [assume("emulator-management", "us-east-1") for _ in range(int(ASSUME_ROOT_RATE.burst) + 1)]
    assert found.count("ok") == 50
    assert found[-1] == "Throttling"
    assert assume("emulator-management", "eu-west-1") == "ok"
    assert assume(f"emulator-{SECURITY}", "us-east-1") == "ok"
    emulator.world.clock.advance(timedelta(milliseconds=20))
    assert assume("emulator-management", "us-east-1") == "ok"
    assert assume("emulator-management", "us-east-1") == "Throttling"


def test_nothing_is_limited_unless_asked_for(start: Any, client_of: Any) -> None:
    organizations = client_of(start(), "organizations")
    assert {outcome(organizations.describe_organization) for _ in range(20)} == {"ok"}


@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 50),
    steps=st.lists(st.tuples(st.integers(-5, 20), st.integers(0, 30)), max_size=20),
)
def test_never_more_than_burst_and_rate_allow(rate: float, burst: int, steps: list[tuple[int, int]]) -> None:
    """Whatever the clock does, even backwards, no more goes through than a full bucket and what flowed in."""
    buckets, now, flowed, through = Buckets(), NOW, 0.0, 0
    for seconds, calls in steps:
        now += timedelta(seconds=seconds)
        flowed += max(seconds, 0) * rate
        through += sum(buckets.take([("key", Rate(rate, burst))], now) for _ in range(calls))
        assert through <= burst + flowed + 1e-6


def test_a_bucket_is_taken_from_only_where_all_have_something() -> None:
    buckets, one, many = Buckets(), ("one", Rate(1, 1)), ("many", Rate(1, 5))
    assert buckets.take([one, many], NOW)
    assert not any(buckets.take([many, one], NOW) for _ in range(10))
    assert [buckets.take([many], NOW) for _ in range(5)] == [True, True, True, True, False]
    buckets.refill()
    assert buckets.take([one, many], NOW)


# -- revocation --------------------------------------------------------------------------------------------------------


def allowed_after(emulator: Emulator, client_of: Any, profile: str, seconds: list[int]) -> list[bool]:
    """Whether AssumeRoot goes through that many seconds after now."""
    sts, start = client_of(emulator, "sts", profile), emulator.world.clock.now()
    found = []
    for second in seconds:
        emulator.world.clock.set(start + timedelta(seconds=second))
        found.append(outcome(sts.assume_root, TargetPrincipal=TARGET, TaskPolicyArn=TASK) == "ok")
    return found


@pytest.mark.parametrize(
    ("lags", "expected"), [(True, [False, True, False, False]), (False, [False, False, False, False])]
)
def test_a_former_delegate_comes_back_once(
    start: Any, client_of: Any, lags: bool, expected: list[bool]
) -> None:
    emulator = start(revocation_lags=lags)
    client_of(emulator, "organizations").deregister_delegated_administrator(
        AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com"
    )
    assert allowed_after(emulator, client_of, f"emulator-{SECURITY}", [0, 15, 60, 180]) == expected


@pytest.mark.parametrize(
    ("lags", "expected"), [(True, [True, True, True, False]), (False, [False, False, False, False])]
)
def test_removed_trust_holds_for_a_while(
    start: Any, client_of: Any, refusal_of: Any, lags: bool, expected: list[bool]
) -> None:
    emulator = start(revocation_lags=lags)
    organizations = client_of(emulator, "organizations")
    organizations.deregister_delegated_administrator(AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com")
    organizations.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    features = client_of(emulator, "iam").list_organizations_features
    assert refusal_of(features)[0] == "ServiceAccessNotEnabledException"  # IAM's own reads notice at once
    assert allowed_after(emulator, client_of, "emulator-management", [0, 15, 60, 180]) == expected


def test_who_is_registered_again_is_allowed_at_once(start: Any, client_of: Any) -> None:
    emulator = start(revocation_lags=True)
    organizations = client_of(emulator, "organizations")
    which = {"AccountId": SECURITY, "ServicePrincipal": "iam.amazonaws.com"}
    organizations.deregister_delegated_administrator(**which)
    organizations.register_delegated_administrator(**which)
    assert allowed_after(emulator, client_of, f"emulator-{SECURITY}", [0, 15, 60, 180]) == [True] * 4


def test_a_disabled_feature_counts_at_once(start: Any, client_of: Any) -> None:
    emulator = start(revocation_lags=True)
    client_of(emulator, "iam").disable_organizations_root_credentials_management()
    assert allowed_after(emulator, client_of, "emulator-management", [0, 15]) == [False, False]
