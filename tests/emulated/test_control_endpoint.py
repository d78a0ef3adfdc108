"""The control endpoint over HTTP: who may use it, and what it says to everybody else."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.control import VERBS
from rootwarden.emulator.control.door import LARGEST_REQUEST, TOKEN_HEADER, arguments_model
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.start_document import start_document

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
ONE = "333333333333"
PAGE = Path(__file__).parents[2] / "docs" / "emulator-control.md"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: Any
    headers: dict[str, str]


Ask = Callable[..., Answer]


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    file = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"), accounts=(account(ONE, "One"),)
    )
    started: Emulator = rootwarden_organization(file, clock=Clock(NOW, frozen=True))
    return started


@pytest.fixture
def ask(emulator: Emulator) -> Ask:
    """Sends a request as it should be, with whatever a test wants changed; a header that is None is left out."""

    def send(
        verb: str,
        body: Any = None,
        *,
        headers: dict[str, str | None] | None = None,
        method: str = "POST",
        path: str = "/_rootwarden/control/",
    ) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        usual = {TOKEN_HEADER: emulator.control_token, "Content-Type": "application/json"}
        sent = {name: value for name, value in (usual | (headers or {})).items() if value is not None}
        address = urlsplit(emulator.endpoint_url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
        try:
            connection.request(method, path + verb, content, sent)
            answer = connection.getresponse()
            found = answer.read()
            return Answer(answer.status, json.loads(found) if found else None, dict(answer.headers.items()))
        finally:
            connection.close()

    return send


def test_a_verb_answers_in_json(emulator: Emulator, ask: Ask) -> None:
    answer = ask("clock")
    assert (answer.status, answer.content) == (200, {"now": "2026-10-20T12:00:00+00:00", "frozen": True})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert ask("clock", b"").content == answer.content  # no body stands for no arguments
    moved = ask("advance_clock", {"seconds": 60})
    assert moved.content["now"] == "2026-10-20T12:01:00+00:00" == emulator.world.clock.now().isoformat()


def test_what_is_given_back_as_json_works(emulator: Emulator, ask: Ask, client_with: Any) -> None:
    root = {"password": {"text": "correct horse"}, "mfa_devices": [{}]}
    made = ask("invite_account", {"account": "123123123123", "name": "New", "root": root})
    assert (made.status, made.content["joined_method"]) == (200, "INVITED")
    failed = ask("sign_in", {"account": "123123123123", "password": "correct horse"})
    assert (failed.status, failed.content["succeeded"], failed.content["credential"]) == (200, False, None)
    entered = ask("sign_in", {"account": "123123123123", "password": "correct horse", "mfa": True}).content
    keys = entered["credential"]
    assert keys["expires"] == "2026-10-21T00:00:00+00:00"
    sts = client_with(
        emulator,
        "sts",
        {
            "AccessKeyId": keys["access_key_id"],
            "SecretAccessKey": keys["secret_access_key"],
            "SessionToken": keys["session_token"],
        },
    )
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123123123123:root"
    shown = ask("root_user", {"account": "123123123123"}).content
    assert shown["password_last_used"] == "2026-10-20T12:00:00+00:00"
    assert "correct horse" not in json.dumps(shown)


def test_faults_have_the_fields_of_the_organization_file(emulator: Emulator, ask: Ask) -> None:
    fault = {"kind": "latency", "operation": "iam:*", "delay": {"seconds": 0.5}, "count": 3}
    (listed,) = ask("add_fault", {"fault": fault}).content
    assert {**listed, **fault, "delay": listed["delay"]} == listed
    assert emulator.world.faults[0].delay is not None
    assert ask("remove_faults", {"all": True}).content == []


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({TOKEN_HEADER: None}, 403, "NoToken"),
        ({TOKEN_HEADER: "guess"}, 403, "WrongToken"),
        ({TOKEN_HEADER: "gu\xe9ss"}, 403, "WrongToken"),
        ({"Host": "rebound.example"}, 403, "WrongHost"),
        ({"Host": "rebound.example:5000"}, 403, "WrongHost"),
        ({"Host": "127.0.0.1.nip.example:80"}, 403, "WrongHost"),
        ({"Host": ""}, 403, "WrongHost"),
        ({"Origin": "https://example.com"}, 403, "FromBrowser"),
        ({"Origin": "null"}, 403, "FromBrowser"),
        ({"Origin": "http://127.0.0.1"}, 403, "FromBrowser"),
        ({"Sec-Fetch-Site": "same-origin"}, 403, "FromBrowser"),
        ({"Referer": "http://localhost/"}, 403, "FromBrowser"),
        ({"Content-Type": "text/plain"}, 415, "WrongContentType"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "WrongContentType"),
        ({"Content-Type": None}, 415, "WrongContentType"),
    ],
)
def test_who_is_kept_out(
    emulator: Emulator, ask: Ask, headers: dict[str, str | None], status: int, code: str
) -> None:
    answer = ask("advance_clock", {"seconds": 60}, headers=headers)
    assert (answer.status, answer.content["code"]) == (status, code)
    assert answer.content["message"]
    assert emulator.world.clock.now() == NOW
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_localhost_is_this_machine_too(ask: Ask) -> None:
    assert ask("clock", headers={"Host": "localhost:1234"}).status == 200
    assert ask("clock", headers={"Content-Type": "application/json; charset=utf-8"}).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "DELETE", "HEAD"])
def test_only_post_is_taken(ask: Ask, method: str) -> None:
    answer = ask("clock", method=method)
    assert answer.status == 405
    assert answer.content is None if method == "HEAD" else answer.content["code"] == "WrongMethod"


def test_nobody_learns_the_verbs_without_the_token(ask: Ask) -> None:
    answer = ask("no_such_verb", headers={TOKEN_HEADER: "guess"})
    assert (answer.status, answer.content["code"]) == (403, "WrongToken")
    assert "verb" not in json.dumps(answer.content)


def test_the_token_is_new_every_time_and_in_the_start_document_alone(
    emulator: Emulator, rootwarden_organization: Any
) -> None:
    token = emulator.control_token
    control = (emulator.control_url, token)
    assert start_document(emulator.world, emulator.endpoint_url, control)["control"] == {
        "url": f"{emulator.endpoint_url}/_rootwarden/control",
        "token": token,
    }
    assert token not in json.dumps(start_document(emulator.world, emulator.endpoint_url))
    assert token not in json.dumps(emulator.environment())
    emulator.close()
    assert rootwarden_organization().control_token != token


def test_a_signed_request_is_for_aws(emulator: Emulator, client_of: Any, refusal_of: Any) -> None:
    """An AWS client that strays to the address gets AWS's answer, and changes nothing."""
    s3 = client_of(emulator, "s3")
    code, _, status = refusal_of(s3.put_object, Bucket="_rootwarden", Key="control/freeze_clock")
    assert status in (400, 404)
    assert code != "NoToken"


# -- what makes no sense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "body", "status", "code", "hint"),
    [
        ("", {}, 404, "UnknownVerb", "verb"),
        ("clok", {}, 404, "UnknownVerb", "did you mean 'clock'"),
        ("__init__", {}, 404, "UnknownVerb", "verb"),
        ("_root", {}, 404, "UnknownVerb", "verb"),
        ("clock/", {}, 404, "UnknownVerb", "'clock'"),
        ("clock", b"{", 400, "InvalidJson", "line 1"),
        ("clock", b"[]", 400, "InvalidJson", "object"),
        ("clock", b"null", 400, "InvalidJson", "object"),
        ("clock", b"\xff", 400, "InvalidJson", "UTF-8"),
        ("clock", b'{"now": NaN}', 400, "InvalidJson", "NaN"),
        ("advance_clock", b'{"seconds": 1, "seconds": 2}', 400, "InvalidJson", "twice"),
        ("advance_clock", b'{"seconds":' + b"9" * 5000 + b"}", 400, "InvalidJson", "too long"),
        ("clock", b'{"a":' * 10_000, 400, "InvalidJson", "deeply"),
        ("clock", {"now": 1}, 400, "InvalidArguments", "now: unknown key"),
        ("advance_clock", {}, 400, "InvalidArguments", "seconds: it is required"),
        ("advance_clock", {"second": 1}, 400, "InvalidArguments", "did you mean 'seconds'"),
        ("advance_clock", {"seconds": "60"}, 400, "InvalidArguments", 'a number, found "60"'),
        ("advance_clock", {"seconds": True}, 400, "InvalidArguments", "a number, found true"),
        ("set_clock", {"now": "tomorrow"}, 400, "InvalidArguments", "now: expected a time"),
        ("set_clock", {"now": "2020-01-01T00:00:00Z"}, 409, "ClockSetBack", "not set back"),
        ("move_account", {"account": MANAGEMENT, "ou": "/"}, 409, "ManagementAccount", "cannot be moved"),
        ("move_account", {"account": 333333333333, "ou": "/"}, 400, "InvalidArguments", "account: expected text"),
        ("set_throttles", {"on": "yes"}, 400, "InvalidArguments", "true or false"),
        ("add_fault", {"fault": {"operation": "iam:GetUsr"}}, 404, "UnknownOperation", "'GetUser'"),
        ("add_fault", {"fault": {"operation": "GetUser"}}, 400, "InvalidArguments", "fault.operation"),
        ("add_fault", {"fault": {"operation": "*", "kind": "slow"}}, 400, "InvalidArguments", "one of"),
        ("add_fault", {"fault": {"operation": "*", "kind": "stall"}}, 400, "InvalidArguments", "fault.delay"),
        ("add_fault", {"fault": {"operation": "*", "sort": 1}}, 400, "InvalidArguments", "fault.sort: unknown"),
        ("attach_policy", {"policy": "X", "target": "/", "type": "SCP"}, 400, "InvalidArguments", "one of"),
    ],
)  # fmt: skip
def test_nonsense_gets_a_clear_answer(
    emulator: Emulator, ask: Ask, *, verb: str, body: Any, status: int, code: str, hint: str
) -> None:
    answer = ask(verb, body)
    assert (answer.status, answer.content["code"]) == (status, code)
    assert hint in answer.content["message"]
    assert (emulator.world.clock.now(), emulator.world.faults, emulator.world.throttles) == (NOW, [], False)


def test_a_request_has_a_size(ask: Ask) -> None:
    answer = ask("clock", b" " * (LARGEST_REQUEST + 1))
    assert (answer.status, answer.content["code"]) == (413, "TooLarge")
    assert ask("clock", b"{}" + b" " * (LARGEST_REQUEST - 2)).status == 200


@pytest.mark.parametrize("path", ["/_rootwarden/", "/_rootwarden/clock", "/_rootwarden/controls/"])
def test_other_paths_of_the_prefix(ask: Ask, path: str) -> None:
    answer = ask("", path=path)
    assert (answer.status, answer.content["code"]) == (404, "UnknownPath")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**15) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
@given(verb=st.sampled_from(VERBS), data=st.data())
def test_whatever_is_sent_is_answered(ask: Ask, verb: str, data: st.DataObject) -> None:
    known = list(arguments_model(verb).model_fields)
    likely = st.sampled_from([ONE, MANAGEMENT, "/", "FullAWSAccess", "2027-01-01T00:00:00Z"])
    names = st.sampled_from(known) if known else st.text(max_size=5)
    body = data.draw(st.dictionaries(names, likely | ANYTHING, max_size=4))
    answer = ask(verb, json.dumps(body).encode())
    assert answer.status in (200, 400, 404, 409)
    if answer.status != 200:
        assert answer.content["code"]
        assert answer.content["message"]


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_lists_every_verb_with_its_arguments() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("\n## Verbs\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \|([^|]*)\|", section, re.MULTILINE)
    listed = {verb: re.findall(r"`([a-z_]+)`", arguments) for verb, arguments in rows}
    assert list(listed) == list(VERBS)
    assert listed == {verb: list(arguments_model(verb).model_fields) for verb in VERBS}
