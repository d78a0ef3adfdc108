"""Requests no proper client sends: each gets a clean refusal in the service's form, and the emulator goes on."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.emulator.server import Emulator, running
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = "application/x-www-form-urlencoded; charset=utf-8"
JSON = "application/x-amz-json-1.1"
TARGET = "AWSOrganizationsV20161128."


@pytest.fixture(scope="module")
def emulator(isolated_session: None) -> Iterator[Emulator]:
    with running() as started:
        yield started


def send(
    emulator: Emulator, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection(str(urlsplit(emulator.endpoint_url).netloc), timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def signed(
    emulator: Emulator,
    service: str,
    body: bytes,
    headers: dict[str, str],
    *,
    path: str = "/",
    method: str = "POST",
) -> tuple[int, dict[str, str], bytes]:
    """Sends a body of any content, properly signed for the management account."""
    keys = emulator.credential()
    request = AWSRequest(method, emulator.endpoint_url + path, headers, body)
    signer = SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key), service, "us-east-1")
    signer.add_auth(request)
    return send(emulator, method, path, body, dict(request.headers.items()))


def query(emulator: Emulator, service: str, **fields: str) -> tuple[int, str]:
    status, _, body = signed(emulator, service, urlencode(fields).encode(), {"Content-Type": FORM})
    return status, body.decode()


def organizations(emulator: Emulator, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": JSON, "X-Amz-Target": TARGET + operation}
    status, _, answer = signed(emulator, "organizations", body, headers)
    return status, json.loads(answer)


def test_a_signed_request_of_our_own_making_is_understood(emulator: Emulator) -> None:
    status, text = query(emulator, "sts", Action="GetCallerIdentity", Version="2011-06-15")
    assert (status, "user/Administrator" in text) == (200, True)


def test_no_signature(emulator: Emulator) -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    status, _, text = send(emulator, "POST", "/", body, {"Content-Type": FORM})
    assert (status, b"<Code>MissingAuthenticationToken</Code>" in text) == (403, True)
    headers = {"Content-Type": JSON, "X-Amz-Target": TARGET + "ListRoots"}
    status, _, text = send(emulator, "POST", "/", b"{}", headers)
    assert (status, json.loads(text)["__type"]) == (400, "MissingAuthenticationTokenException")
    for method, path in (("GET", "/"), ("GET", "/some/where?x=1"), ("PUT", "/b/k"), ("TRACE", "/")):
        assert send(emulator, method, path)[0] == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer token",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=AKIA/20261001/us-east-1/sts/aws4_request",
        "AWS4-HMAC-SHA256 Credential=AKIA/sts, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=host, Signature=00",
    ],
)
def test_half_a_signature(emulator: Emulator, header: str) -> None:
    status, _, text = send(emulator, "POST", "/", b"", {"Authorization": header})
    assert (status, b"<Code>IncompleteSignature</Code>" in text) == (400, True)


@pytest.mark.parametrize("service", ["nothing", "..", "sts/../iam", "execute%2Fapi", ""])
def test_a_service_that_does_not_exist(emulator: Emulator, service: str) -> None:
    scope = f"Credential=AKIA/20261001/us-east-1/{service}/aws4_request"
    header = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"
    status, _, text = send(emulator, "POST", "/", b"", {"Authorization": header})
    assert status == 400
    assert b"<Code>InvalidAction</Code>" in text or b"<Code>IncompleteSignature</Code>" in text


def test_an_operation_that_does_not_exist(emulator: Emulator) -> None:
    status, text = query(emulator, "iam", Action="Undo", Version="2010-05-08")
    assert (status, "Could not find operation Undo for version 2010-05-08" in text) == (400, True)
    status, text = query(emulator, "iam")
    assert (status, "<Code>MissingAction</Code>" in text) == (400, True)
    status, answer = organizations(emulator, "Undo", b"{}")
    assert (status, answer["__type"]) == (400, "UnknownOperationException")
    status, _, _ = signed(emulator, "lambda", b"", {}, path="/not/a/path", method="GET")
    assert status == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"1", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_a_body_that_is_no_json_object(emulator: Emulator, body: bytes) -> None:
    status, answer = organizations(emulator, "DescribeAccount", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("value", [5, True, [], {}, ["111111111111"], 1.5])
def test_a_value_of_another_type(emulator: Emulator, value: object) -> None:
    body = json.dumps({"AccountId": value}).encode()
    status, answer = organizations(emulator, "DescribeAccount", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_missing_member(emulator: Emulator) -> None:
    status, answer = organizations(emulator, "DescribeAccount", b"{}")
    assert (status, answer["__type"], answer["Reason"]) == (400, "InvalidInputException", "INPUT_REQUIRED")
    status, text = query(emulator, "sts", Action="AssumeRoot", Version="2011-06-15")
    assert (status, "<Code>ValidationError</Code>" in text) == (400, True)
    assert "2 validation errors detected: Value null at 'targetPrincipal'" in text
    status, text = query(emulator, "iam", Action="DeleteAccessKey", Version="2010-05-08")
    assert (status, "Value null at 'accessKeyId'" in text) == (400, True)


def test_numbers_that_are_none(emulator: Emulator) -> None:
    status, text = query(
        emulator, "iam", Action="ListAccessKeys", Version="2010-05-08", MaxItems="many", UserName="x"
    )
    assert (status, "<Code>MalformedInput</Code>" in text) == (400, True)


@pytest.mark.parametrize("body", [b"Action=%ff%fe&x", b"\xff=\xff", b"&".join([b"a=b"] * 20_000)])
def test_a_form_that_cannot_be_read(emulator: Emulator, body: bytes) -> None:
    status, _, text = signed(emulator, "iam", body, {"Content-Type": FORM})
    assert 400 <= status < 500
    assert b"<ErrorResponse" in text


def test_text_that_xml_cannot_hold(emulator: Emulator) -> None:
    status, text = query(
        emulator,
        "sts",
        Action="AssumeRoot",
        Version="2011-06-15",
        TargetPrincipal="\x01]]><&\x00" * 4,
        **{"TaskPolicyArn.arn": "short"},
    )
    assert status == 400
    assert "at 'taskPolicyArn.arn'" in text
    assert "\x01" not in text


def test_the_global_endpoint_does_not_know_assume_root(emulator: Emulator) -> None:
    fields = {
        "Action": "AssumeRoot",
        "Version": "2011-06-15",
        "TargetPrincipal": "444444444444",
        "TaskPolicyArn.arn": RootTask.AUDIT.policy_arn("aws"),
    }
    headers = {"Content-Type": FORM, "Host": "sts.amazonaws.com"}
    status, _, text = signed(emulator, "sts", urlencode(fields).encode(), headers)
    assert (status, b"<Code>InvalidAction</Code><Message>Unknown Operation</Message>" in text) == (400, True)
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    assert signed(emulator, "sts", body, headers)[0] == 200


def test_a_client_that_takes_the_emulator_for_its_proxy(emulator: Emulator) -> None:
    keys = emulator.credential()
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("POST", "http://sts.eu-west-1.amazonaws.com/", {"Content-Type": FORM}, body)
    SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key), "sts", "eu-west-1").add_auth(request)
    headers = dict(request.headers.items()) | {"Host": "sts.eu-west-1.amazonaws.com"}
    status, _, text = send(emulator, "POST", "http://sts.eu-west-1.amazonaws.com/", body, headers)
    assert (status, b"GetCallerIdentityResult" in text) == (200, True)


def raw(emulator: Emulator, request: bytes) -> bytes:
    parts = urlsplit(emulator.endpoint_url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: lots\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
)
def test_http_that_is_none(emulator: Emulator, request_bytes: bytes) -> None:
    answer = raw(emulator, request_bytes)
    assert b"Traceback" not in answer
    status = int(answer.split()[1]) if answer.startswith(b"HTTP/") else 400
    assert status in (400, 505)


def test_chunked_bodies_are_put_together(emulator: Emulator) -> None:
    keys = emulator.credential()
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("POST", emulator.endpoint_url + "/", {"Content-Type": FORM}, body)
    SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key), "sts", "us-east-1").add_auth(request)
    connection = HTTPConnection(str(urlsplit(emulator.endpoint_url).netloc), timeout=30)
    headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
    connection.request("POST", "/", iter([body[:7], body[7:]]), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, b"Administrator" in answer.read()) == (200, True)
    connection.request("GET", "/")  # the connection is still good
    assert connection.getresponse().status == 403
    connection.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    operation=st.sampled_from(["DescribeAccount", "ListAccounts", "CreatePolicy", "ListTagsForResource"]),
    members=st.dictionaries(
        st.sampled_from(["AccountId", "MaxResults", "NextToken", "Content", "Tags", "ResourceId", "Type"]),
        json_values,
        max_size=4,
    ),
)
def test_no_json_request_breaks_the_emulator(
    emulator: Emulator, operation: str, members: dict[str, object]
) -> None:
    status, answer = organizations(emulator, operation, json.dumps(members).encode())
    assert status < 500, answer


@given(
    service=st.sampled_from(["iam", "sts"]),
    operation=st.sampled_from(
        ["AssumeRoot", "GetUser", "ListAccessKeys", "DeactivateMFADevice", "GetLoginProfile"]
    ),
    fields=st.dictionaries(
        st.sampled_from(
            ["UserName", "MaxItems", "Marker", "SerialNumber", "TargetPrincipal", "TaskPolicyArn.arn"]
        ),
        st.text(max_size=40),
        max_size=4,
    ),
)
def test_no_query_request_breaks_the_emulator(
    emulator: Emulator, service: str, operation: str, fields: dict[str, str]
) -> None:
    text_fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    status, text = query(emulator, service, Action=operation, Version="2010-05-08", **text_fields)
    assert status < 500, text


@given(
    body=st.binary(max_size=60), content_type=st.sampled_from([FORM, JSON, "text/plain", "application/json"])
)
def test_no_body_breaks_the_emulator(emulator: Emulator, body: bytes, content_type: str) -> None:
    for service in ("iam", "organizations", "s3", "sqs", "lambda"):
        status, _, text = signed(emulator, service, body, {"Content-Type": content_type})
        assert status < 500, text
