"""What each kind of fault does to a call, to its effect and to its connection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError
from pydantic import ValidationError

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.org_file import (
    DelaySpec,
    FaultSpec,
    OrganizationFile,
    PasswordSpec,
    RateSpec,
    RootUserSpec,
)
from rootwarden.emulator.pauses import Draws, Pauses
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

ONE, TWO = "444444444444", "555555555555"
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


class RecordedPauses(Pauses):
    """Writes down how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[float] = []

    def take(self, seconds: float) -> None:
        if seconds:
            self.taken.append(seconds)


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(
            account(ONE, "One", root=RootUserSpec(password=PasswordSpec())),
            account(TWO, "Two", root=RootUserSpec(password=True)),
        ),
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
    )
    started: Emulator = rootwarden_organization(organization, clock=Clock(NOW, frozen=True))
    started.world.pauses = RecordedPauses()
    return started


def holds_password(emulator: Emulator, account_id: str) -> bool:
    return emulator.world.root_users[account_id].login_profile is not None


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({}, ("Throttling", 400)),
        ({"http_status": 500}, ("InternalFailure", 500)),
        ({"http_status": 503}, ("ServiceUnavailable", 503)),
        ({"code": "ServiceFailure", "http_status": 500}, ("ServiceFailure", 500)),
        ({"kind": "expired-credentials"}, ("ExpiredToken", 403)),
    ],
)
def test_an_error_keeps_the_effect_away(
    emulator: Emulator, root_session_of: Any, refusal_of: Any, fault: dict[str, Any], answer: tuple[str, int]
) -> None:
    iam = root_session_of(emulator, ONE, RootTask.DELETE)
    emulator.world.faults.append(FaultSpec(operation="iam:DeleteLoginProfile", account=ONE, **fault))
    found = refusal_of(iam.delete_login_profile)
    assert (found[0], found[2]) == answer
    assert holds_password(emulator, ONE)


def test_each_service_has_its_own_words_for_throttling(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    emulator.world.faults.append(FaultSpec(operation="*"))
    calls = {
        "organizations": client_of(emulator, "organizations").list_accounts,
        "sts": client_of(emulator, "sts").get_caller_identity,
        "s3": client_of(emulator, "s3").list_buckets,
        "kms": client_of(emulator, "kms").list_keys,
    }
    found = {service: refusal_of(call)[::2] for service, call in calls.items()}
    assert found == {
        "organizations": ("TooManyRequestsException", 400),
        "sts": ("Throttling", 400),
        "s3": ("SlowDown", 503),
        "kms": ("ThrottlingException", 400),
    }


def test_expired_credentials_in_the_words_of_each_service(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    emulator.world.faults.append(FaultSpec(operation="*", kind="expired-credentials"))
    assert refusal_of(client_of(emulator, "sts").get_caller_identity)[0] == "ExpiredToken"
    assert refusal_of(client_of(emulator, "organizations").list_accounts)[0] == "ExpiredTokenException"


def test_a_whole_service_fails_and_the_others_do_not(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    emulator.world.faults.append(FaultSpec(operation="organizations:*", http_status=503))
    organizations = client_of(emulator, "organizations")
    assert refusal_of(organizations.list_roots)[2] == 503
    assert refusal_of(organizations.list_accounts)[2] == 503
    assert client_of(emulator, "sts").get_caller_identity()["Account"] == MANAGEMENT


@pytest.mark.parametrize("lost", ["reset", "reset-after-effect"])
def test_a_lost_connection_before_and_after_the_effect(
    emulator: Emulator, root_session_of: Any, lost: str
) -> None:
    iam = root_session_of(emulator, ONE, RootTask.DELETE)
    fault = FaultSpec.model_validate({"kind": lost, "operation": "iam:DeleteLoginProfile", "count": 1})
    emulator.world.faults.append(fault)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        iam.delete_login_profile()
    assert holds_password(emulator, ONE) is (lost == "reset")
    assert emulator.world.faults == []
    assert iam.list_access_keys()["AccessKeyMetadata"] == []  # the same client goes on with a new connection


def test_a_refusal_gets_lost_with_its_connection(emulator: Emulator, root_session_of: Any) -> None:
    iam = root_session_of(emulator, ONE, RootTask.AUDIT)  # which may not delete
    emulator.world.faults.append(FaultSpec(kind="reset-after-effect", operation="iam:DeleteLoginProfile"))
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        iam.delete_login_profile()
    assert holds_password(emulator, ONE)


def test_a_stall_comes_after_the_effect_and_a_latency_before(
    emulator: Emulator, root_session_of: Any
) -> None:
    seen: list[tuple[float, bool]] = []

    class Watching(Pauses):
        def take(self, seconds: float) -> None:
            if seconds:
                seen.append((seconds, holds_password(emulator, ONE)))

    iam = root_session_of(emulator, ONE, RootTask.DELETE)
    emulator.world.pauses = Watching()
    emulator.world.faults += [
        FaultSpec(kind="stall", operation="iam:DeleteLoginProfile", delay=DelaySpec(seconds=30)),
        FaultSpec(kind="latency", operation="iam:*", delay=DelaySpec(seconds=2)),
    ]
    iam.delete_login_profile()
    assert seen == [(2, True), (30, False)]


def test_nothing_is_locked_while_a_call_stalls(emulator: Emulator, client_of: Any) -> None:
    """The client gives up, and everybody else is answered meanwhile."""
    emulator.world.pauses = Pauses()
    emulator.world.faults.append(
        FaultSpec(kind="stall", operation="sts:GetCallerIdentity", count=1, delay=DelaySpec(seconds=3600))
    )
    hasty = client_of(emulator, "sts", read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        hasty.get_caller_identity()
    assert client_of(emulator, "sts").get_caller_identity()["Account"] == MANAGEMENT
    emulator.close()  # does not wait for the hour to pass


def test_latencies_add_up_and_count_down(emulator: Emulator, client_of: Any) -> None:
    emulator.world.faults += [
        FaultSpec(kind="latency", operation="sts:*", count=2, delay=DelaySpec(seconds=1)),
        FaultSpec(kind="latency", operation="*", delay=DelaySpec(seconds=0.5)),
    ]
    sts = client_of(emulator, "sts")
    for _ in range(3):
        sts.get_caller_identity()
    pauses = emulator.world.pauses
    assert isinstance(pauses, RecordedPauses)
    assert pauses.taken == [1.5, 1.5, 0.5]


def test_a_throttle_lets_its_rate_through(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    rate = RateSpec(per_second=0.5, burst=2)
    emulator.world.faults.append(
        FaultSpec(kind="throttle", operation="sts:AssumeRoot", account=ONE, rate=rate)
    )
    sts = client_of(emulator, "sts")

    def assume(target: str = ONE) -> str:
        task = {"arn": RootTask.AUDIT.policy_arn("aws")}
        try:
            sts.assume_root(TargetPrincipal=target, TaskPolicyArn=task)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    assert [assume() for _ in range(4)] == ["ok", "ok", "Throttling", "Throttling"]
    assert assume(TWO) == "ok"
    emulator.world.clock.advance(timedelta(seconds=2))
    assert [assume() for _ in range(2)] == ["ok", "Throttling"]
    emulator.world.clock.advance(timedelta(seconds=100))
    assert [assume() for _ in range(3)] == ["ok", "ok", "Throttling"]


def test_a_counted_throttle_counts_what_it_refuses(
    emulator: Emulator, client_of: Any, refusal_of: Any
) -> None:
    rate = RateSpec(per_second=0.001, burst=1)
    emulator.world.faults.append(
        FaultSpec(kind="throttle", operation="sts:GetCallerIdentity", rate=rate, count=2, code="Slow")
    )
    sts = client_of(emulator, "sts")
    sts.get_caller_identity()
    assert [refusal_of(sts.get_caller_identity)[0] for _ in range(2)] == ["Slow", "Slow"]
    assert sts.get_caller_identity()["Account"] == MANAGEMENT
    assert emulator.world.faults == []


def test_delays_are_drawn_alike_on_every_run() -> None:
    spread = DelaySpec(distribution="lognormal", seconds=0.7, sigma=0.6, at_most=5, seed=7)
    between = DelaySpec(distribution="uniform", seconds=0.1, at_most=0.2)
    first, second = Draws(), Draws()
    lengths = [first.seconds("a", spread) for _ in range(2001)]
    assert lengths == [second.seconds("a", spread) for _ in range(2001)]
    assert lengths != [second.seconds("b", spread.model_copy(update={"seed": 8})) for _ in range(2001)]
    assert sorted(lengths)[1000] == pytest.approx(0.7, rel=0.1)
    assert max(lengths) <= 5
    assert all(0.1 <= first.seconds("c", between) <= 0.2 for _ in range(200))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"kind": "throttle"}, "rate: a throttle needs one"),
        ({"kind": "stall"}, "delay: a stall needs one"),
        ({"kind": "expired-credentials", "code": "X"}, "code: only error and throttle have one"),
        ({"kind": "reset", "http_status": 500}, "http_status: only error and throttle have one"),
    ],
)
def test_a_fault_that_makes_no_sense_cannot_be_made(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        FaultSpec.model_validate({"operation": "sts:AssumeRoot", **fields})
