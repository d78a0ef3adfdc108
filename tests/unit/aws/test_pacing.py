"""Which failures are tried again, for how long, and what a caller is told, in virtual time on botocore's real clients."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pacing import Limits, Pacing, counted_against_member, one_session, waits_end_with
from rootwarden.errors import AwsError, Interrupted, NoConnection, NotFound, Throttled, Unreachable
from rootwarden.model.held_back import HeldBack

URL = "https://iam.example.com"
NOTHING_THERE = ("NoSuchEntity", 404)
WELL = ("", 200)
Said = tuple[str, int] | Exception


class Raw:
    """A body, as urllib3 would hand it over."""

    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self) -> Iterator[bytes]:
        yield self._text.encode()


@dataclass
class World:
    """Time that passes when somebody waits, and a service that says what it is told to."""

    says: list[Said] = field(default_factory=list)
    """The last one again and again."""
    now: float = 1000.0
    takes: float = 0.1
    sent: list[float] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    def client(self, service: str = "iam") -> Any:
        client = boto3.Session(
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret", region_name="us-east-1"
        ).client(service, endpoint_url=URL, config=Config(retries={"total_max_attempts": 1}))
        self.pacing = Pacing(self.limits, clock=lambda: self.now, sleep=self.sleep, jitter=lambda: 1.0)
        self.pacing.attach(client)
        client.meta.events.register("before-send", self.answer)
        return client

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def answer(self, **_others: Any) -> AWSResponse:
        self.sent.append(self.now)
        self.now += self.takes
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        code, status = said
        body = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>text</Message></Error></ErrorResponse>"
            if code
            else "<R><ResponseMetadata/></R>"
        )
        headers: Any = HeadersDict()
        return AWSResponse(URL, status, headers, Raw(body))


def delete(client: Any) -> None:
    with aws_call("iam:DeleteAccessKey"):
        client.delete_access_key(AccessKeyId="AKIAIOSFODNN7EXAMPLE")


CLOSED = ConnectionClosedError(endpoint_url=URL, request=None)
TOO_SLOW = ReadTimeoutError(endpoint_url=URL, error="timed out")
NO_WAY = EndpointConnectionError(endpoint_url=URL, error="refused")


@pytest.mark.parametrize(
    "said",
    [
        ("Throttling", 400),
        ("ThrottlingException", 400),
        ("ThrottledException", 400),
        ("TooManyRequestsException", 400),
        ("RequestLimitExceeded", 503),
        ("RequestThrottled", 400),
        ("RequestThrottledException", 400),
        ("SlowDown", 503),
        ("BandwidthLimitExceeded", 509),
        ("PriorRequestNotComplete", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("EC2ThrottledException", 400),
        ("SomethingNew", 429),
        ("ServiceUnavailable", 503),
        ("InternalFailure", 500),
        ("InternalError", 500),
        ("SomethingNew", 502),
        ("RequestTimeout", 400),
        CLOSED,
        TOO_SLOW,
        NO_WAY,
    ],
    ids=str,
)
def test_what_is_tried_again(said: Said) -> None:
    world = World([said, said, said, WELL])
    delete(world.client())
    assert len(world.sent) == 4


def test_what_is_held_back_is_known_after_some_seconds() -> None:
    """AWS's code and the patience that is left, for as long as the call is tried again."""
    world = World([WELL, *[("ThrottlingException", 400)] * 12, WELL])
    client = world.client()
    seen: list[tuple[float, HeldBack | None]] = []
    client.meta.events.register(
        "before-send", lambda **_others: seen.append((world.now, world.pacing.held_back()))
    )
    delete(client)
    began = world.now
    delete(client)
    told = [(now - began, one) for now, one in seen if one is not None]
    assert told, seen
    for since, one in told:
        assert (one.calls, one.code) == (1, "ThrottlingException")
        assert one.seconds_left == pytest.approx(120 - since, abs=0.2)
    assert all(since >= 5 for since, _ in told)
    assert world.pacing.held_back() is None


def test_a_call_that_was_given_up_is_not_held_back() -> None:
    """Nor one whose run ended."""
    world = World([WELL, NO_WAY])
    client = world.client()
    delete(client)
    with pytest.raises(Unreachable):
        delete(client)
    assert world.pacing.held_back() is None


@pytest.mark.parametrize(
    "said",
    [
        ("AccessDenied", 403),
        NOTHING_THERE,
        ("ExpiredToken", 403),
        ("InvalidClientTokenId", 403),
        ("ValidationError", 400),
        ("EntityTemporarilyUnmodifiable", 409),
        SSLError(endpoint_url=URL, error=OSError("[SSL: CERTIFICATE_VERIFY_FAILED] no")),
    ],
    ids=str,
)
def test_what_would_be_answered_alike_is_not(said: Said) -> None:
    world = World([said, WELL])
    with pytest.raises(AwsError):
        delete(world.client())
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    ("said", "error", "code", "source"),
    [
        (("Throttling", 400), Throttled, "Throttling", "aws"),
        (("SomethingNew", 429), Throttled, "SomethingNew", "aws"),
        (("ServiceUnavailable", 503), Unreachable, "ServiceUnavailable", "aws"),
        (TOO_SLOW, Unreachable, "ReadTimeoutError", "network"),
    ],
    ids=str,
)
def test_patience_ends_with_the_last_answer(
    said: Said, error: type[AwsError], code: str, source: str
) -> None:
    """Neither before it is over, nor much later, and with AWS's own word or the network's."""
    world = World([WELL, said])
    client = world.client()
    delete(client)
    began = world.now
    with pytest.raises(error) as raised:
        delete(client)
    assert (raised.value.code, raised.value.source) == (code, source)
    assert 120 <= world.now - began < 120 + 10


def test_no_patience_is_one_try() -> None:
    world = World([("Throttling", 400)], limits=Limits(patience=0))
    with pytest.raises(Throttled):
        delete(world.client())
    assert len(world.sent) == 1


def test_before_anything_was_answered_patience_is_short() -> None:
    """Without a network nobody waits two minutes to hear so."""
    world = World([NO_WAY])
    began = world.now
    with pytest.raises(Unreachable):
        delete(world.client())
    assert world.now - began < 10


def test_an_endpoint_that_is_there_says_nothing_of_another() -> None:
    """STS of the caller's Region answered; that of the Region in the configuration may not exist."""
    world = World([WELL, NO_WAY])
    client = world.client()
    delete(client)
    elsewhere = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1").client(
        "iam", endpoint_url="https://elsewhere.example.com", config=Config(retries={"total_max_attempts": 1})
    )
    world.pacing.attach(elsewhere)
    elsewhere.meta.events.register("before-send", world.answer)
    for one, longest in ((elsewhere, 10), (client, 200)):
        began = world.now
        with pytest.raises(NoConnection):
            delete(one)
        assert longest / 20 < world.now - began < longest


def test_a_connection_that_was_closed_while_idle_is_replaced_at_once() -> None:
    world = World([CLOSED, WELL])
    delete(world.client())
    assert world.sent[1] - world.sent[0] <= world.takes + 1 / 50


def test_pauses_grow() -> None:
    world = World([*[("ServiceUnavailable", 503)] * 8, WELL], takes=0)
    delete(world.client())
    pauses = [later - sooner for sooner, later in zip(world.sent, world.sent[1:], strict=False)]
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])


def test_the_calls_of_one_session_share_one_patience_and_sessions_share_none() -> None:
    """A bad account costs its own patience once, and nobody else's."""
    world = World([WELL, ("ServiceUnavailable", 503)])
    client = world.client()
    delete(client)
    began = world.now
    for _ in range(3):
        with one_session():
            for _ in range(4):
                with counted_against_member(), pytest.raises(Unreachable):
                    delete(client)
    assert 3 * 120 <= world.now - began < 3 * (120 + 10)


def test_inside_one_session_the_second_failing_call_is_not_waited_for() -> None:
    world = World([WELL, ("ServiceUnavailable", 503)])
    client = world.client()
    delete(client)
    with one_session(), counted_against_member():
        began = world.now
        for _ in range(4):
            with pytest.raises(Unreachable):
                delete(client)
    assert world.now - began < 120 + 10


@pytest.mark.parametrize("lost", [("InternalFailure", 500), CLOSED, TOO_SLOW], ids=str)
def test_gone_after_a_lost_answer_may_have_been_ours(lost: Said) -> None:
    world = World([lost, NOTHING_THERE])
    with pytest.raises(NotFound) as raised:
        delete(world.client())
    assert raised.value.answer_was_lost


@pytest.mark.parametrize("before", [[], [("Throttling", 400)], [NO_WAY]], ids=str)
def test_gone_without_a_lost_answer_was_not_ours(before: list[Said]) -> None:
    """A throttled call was not carried out, and one that was never sent neither."""
    world = World([*before, NOTHING_THERE])
    with pytest.raises(NotFound) as raised:
        delete(world.client())
    assert not raised.value.answer_was_lost


def test_when_the_run_ends_nothing_is_tried_again_and_nobody_waits_for_a_turn() -> None:
    world = World([WELL, ("Throttling", 400)], limits=Limits(max_rate=1))
    client = world.client()
    delete(client)
    ending = threading.Event()
    ending.set()
    with waits_end_with(ending):
        with pytest.raises(Throttled):
            delete(client)
        sts = world.client("sts")
        world.says = [("AccessDenied", 403)]
        for error in (AwsError, Interrupted):
            with pytest.raises(error):
                _assume_root(sts)


def _assume_root(sts: Any) -> None:
    with aws_call("sts:AssumeRoot"):
        sts.assume_root(
            TargetPrincipal="333333333333",
            TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
        )


def test_max_rate_counts_assume_root() -> None:
    world = World([("AccessDenied", 403)], limits=Limits(max_rate=4), takes=0)
    sts = world.client("sts")
    for _ in range(9):
        with pytest.raises(AwsError):
            _assume_root(sts)
    assert world.sent[-1] - world.sent[0] == pytest.approx(2.0)


def test_events_are_looked_up_twice_a_second_in_each_region() -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""
    world = World([("AccessDenied", 403)], takes=0)
    cloudtrail = world.client("cloudtrail")
    for _ in range(9):
        with pytest.raises(AwsError), aws_call("cloudtrail:LookupEvents"):
            cloudtrail.lookup_events()
    gaps = [later - sent for sent, later in itertools.pairwise(world.sent)]
    assert gaps == [pytest.approx(0.5)] * 8


def test_calls_inside_a_session_do_not_use_up_the_caller_s_rate() -> None:
    """Fifty a second is what an unknown operation begins with; each member account has its own."""
    world = World([WELL], takes=0)
    client = world.client()
    for _ in range(200):
        with one_session(), counted_against_member():
            delete(client)
    assert world.sent[-1] == world.sent[0]
