"""The benchmark's server tells sessions apart, keeps its quotas, and draws the same faults on every run."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from bench_audit.faults import Fault, Faults
from bench_audit.organization import DELEGATE, Organization, Plan
from bench_audit.quotas import Bucket, Rate, least_seconds, least_seconds_with_listing
from bench_audit.server import Call, Options, Service
from bench_audit.sts import CALLER_KEY, CALLER_SECRET
from bench_audit.wire import Answer, Request, taken_from
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CALLER = Credentials(CALLER_KEY, CALLER_SECRET)
IDS = re.compile("<(AccessKeyId|SecretAccessKey|SessionToken)>([^<]+)<")


def signed(body: str, keys: Credentials, service: str = "iam") -> Request:
    """A request as botocore signs it."""
    request = AWSRequest("POST", "https://127.0.0.1:8443/", data=body.encode())
    request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    return Request("POST", "/", {"host": "127.0.0.1:8443", **headers}, body.encode())


def answer(service: Service, request: Request) -> Answer:
    call = service.understood(request)
    return service.answer(call, request.body) if isinstance(call, Call) else call


def session(service: Service, account: str) -> Credentials:
    body = (
        f"Action=AssumeRoot&Version=2011-06-15&TargetPrincipal={account}"
        "&TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    )
    said = answer(service, signed(body, CALLER, "sts")).body.decode()
    found = dict(IDS.findall(said))
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


@pytest.fixture
def service() -> Service:
    return Service(Options(Plan(100, holding_every=10)))


def test_a_session_sees_its_own_account(service: Service) -> None:
    keys = session(service, "700000000020")
    assert b"AKIA0000000000000020" in answer(service, signed("Action=ListAccessKeys", keys)).body
    assert "mix-up" not in service.counts.outcomes


@pytest.mark.parametrize("part", ["access_key", "secret_key", "token"])
def test_keys_of_two_sessions_are_refused_and_counted(service: Service, part: str) -> None:
    one, other = session(service, "700000000020"), session(service, "700000000030")
    setattr(one, part, getattr(other, part))
    assert answer(service, signed("Action=ListAccessKeys", one)).code == "SignatureDoesNotMatch"
    assert service.counts.outcomes["mix-up"] == {"SignatureDoesNotMatch": 1}


def test_pages_lead_through_every_account_once() -> None:
    service = Service(Options(Plan(50)))
    found: list[str] = []
    token: str | None = None
    while True:
        said = said_of(service, "ListAccounts", {"NextToken": token} if token else {})
        found += [one["Id"] for one in said["Accounts"]]
        assert len(said["Accounts"]) <= 20
        token = said.get("NextToken")
        if token is None:
            break
    assert len(found) == len(set(found)) == 51
    assert DELEGATE in found


def test_the_tree_holds_every_account_once() -> None:
    service = Service(Options(Plan(500)))
    organization = Organization(Plan(500))
    found: list[str] = []
    parents = [said_of(service, "ListRoots", {})["Roots"][0]["Id"]]
    while parents:
        parent = parents.pop()
        said = said_of(service, "ListOrganizationalUnitsForParent", {"ParentId": parent})
        parents += [one["Id"] for one in said["OrganizationalUnits"]]
        found += [organization.account_id(number) for number in organization.accounts_in(parent)]
    assert sorted(found) == sorted(organization.account_id(number) for number in range(501))


def said_of(service: Service, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    call = Call(operation, "", json=True, parameters={}, session=None)
    said: dict[str, Any] = json.loads(service.answer(call, json.dumps(asked).encode()).body)
    return said


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate(2, 3))
    taken = [bucket.take(100 + tick / 10) for tick in range(31)]
    assert sum(taken) == 3 + 2 * 3
    assert taken[:4] == [True, True, True, False]


def test_the_quotas_own_time() -> None:
    assert least_seconds(1_000, Rate(20, 20)) == 49
    assert least_seconds_with_listing(1_000, None) == (50 - 12) / 8
    # Listing first keeps the burst from being used whole, and a low rate is what counts in the end.
    assert least_seconds_with_listing(1_000, Rate(20, 20)) == pytest.approx(49, abs=0.1)
    assert least_seconds_with_listing(10_000, Rate(600, 600)) == (500 - 12) / 8


def test_faults_come_in_their_shares_and_again() -> None:
    faults = Faults(throttle=0.05, server_error=0.02, reset=0.02, stall=0.01)
    drawn = [faults.drawn("AssumeRoot", str(number), 1)[0] for number in range(5_000)]
    assert drawn == [faults.drawn("AssumeRoot", str(number), 1)[0] for number in range(5_000)]
    shares = {fault: drawn.count(fault) / len(drawn) for fault in Fault}
    assert shares[Fault.THROTTLE] == pytest.approx(0.05, abs=0.01)
    assert shares[Fault.STALL] == pytest.approx(0.01, abs=0.005)
    assert Faults().drawn("AssumeRoot", "1", 1)[0] is None


def test_requests_are_taken_whole_from_what_arrives_in_pieces() -> None:
    sent = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhelloGET /next HTTP/1.1\r\n\r\n"
    buffer, found = bytearray(), []
    for byte in sent:
        buffer.append(byte)
        if request := taken_from(buffer):
            found.append(request)
    assert [(one.method, one.target, one.body) for one in found] == [
        ("POST", "/", b"hello"),
        ("GET", "/next", b""),
    ]
    assert found[0].headers == {"host": "here", "content-length": "5"}
