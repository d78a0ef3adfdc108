"""Every known answer of AWS, provoked in the emulator with real clients.

The rows are in tests/cases/fidelity. A row that the emulator does not hold says why, and the test insists that it does not.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from rootwarden.emulator.control.views import as_json
from rootwarden.emulator.org_file import OrganizationFile

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

CASES = Path(__file__).parents[1] / "cases" / "fidelity"
ORGANIZATION = json.loads((CASES / "organization.json").read_text(encoding="utf-8"))
SOURCES = json.loads((CASES / "sources.json").read_text(encoding="utf-8"))
ROWS = {
    f"{file.stem.partition('-')[2]}:{row['id']}": row
    for file in sorted((CASES / "rows").glob("*.json"))
    for row in json.loads(file.read_text(encoding="utf-8"))["rows"]
}
TASK_POLICY = "arn:aws:iam::aws:policy/root-task/"
NOT_THERE = object()


@functools.cache
def boto_session() -> boto3.Session:
    return boto3.Session()


class Stage:
    """An emulator, the keys a row's set-up came by, and the texts it kept."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.keys: dict[str, dict[str, Any]] = {}
        self.texts = {"endpoint": emulator.endpoint_url}

    def prepare(self, step: Mapping[str, Any]) -> None:
        """One step of a set-up, which has to succeed, or to be refused where it says so."""
        if "control" in step:
            self.control(step)
        elif "pass_seconds" in step:
            self.emulator.world.clock.advance(timedelta(seconds=step["pass_seconds"]))
        elif "open_temporary" in step:
            answer = self.client("sts", step).get_session_token(DurationSeconds=step["open_temporary"])
            self.keys["temporary"] = answer["Credentials"]
        elif "open_session" in step:
            answer = self.client("sts", step).assume_root(
                TargetPrincipal=self.filled(step["of"]),
                TaskPolicyArn={"arn": TASK_POLICY + step["open_session"]},
                DurationSeconds=step.get("seconds", 900),
            )
            self.keys["session"] = answer["Credentials"]
        elif step.get("refused"):
            with pytest.raises(ClientError):
                self.call(step["call"], step)
        else:
            answer = self.call(step["call"], step)
            if "keep" in step:
                path, name = step["keep"]
                self.texts[name] = at(answer, path)

    def control(self, step: Mapping[str, Any]) -> Any:
        """What a control verb answers; its keys, or a part of the answer, are kept under the name the step gives."""
        answer = as_json(getattr(self.emulator.control, step["control"])(**self.filled(step.get("with", {}))))
        if "keep" in step:
            path, name = step["keep"]
            self.texts[name] = at(answer, path)
        if "open" in step:
            keys = answer.get("credential", answer)
            self.keys[step["open"]] = {
                "AccessKeyId": keys["access_key_id"],
                "SecretAccessKey": keys["secret_access_key"],
                "SessionToken": keys["session_token"],
            }
        return answer

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        """What a client gets for a request; people with a browser and a mailbox are verbs of the control endpoint."""
        service, _, name = operation.partition(":")
        if service == "console":
            answer = self.control({"control": xform_name(name), **request})
            return {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}
        method = getattr(self.client(service, request), xform_name(name))
        return method(**self.filled(request.get("with", {})))

    def caller(self, request: Mapping[str, Any]) -> str:
        """The ARN of who makes the request."""
        found = self.emulator.world.keyring.find(self.keys_of(request["by"])["AccessKeyId"])
        assert found
        return found.principal.arn

    def keys_of(self, name: str) -> dict[str, Any]:
        """The keys of a session of the set-up, or of a profile."""
        if name in self.keys:
            return self.keys[name]
        keys = self.emulator.credential(f"emulator-{name}")
        return {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key,
            "SessionToken": keys.token,
        }

    def client(self, service: str, request: Mapping[str, Any]) -> Any:
        """A client that checks nothing itself, straight to the emulator or to a host of AWS's with it as proxy."""
        keys, other, host = (
            self.keys_of(self.filled(request["by"])),
            request.get("keys", {}),
            request.get("host"),
        )
        make: Callable[..., Any] = boto_session().client
        return make(
            service,
            region_name=request.get("region", "us-east-1"),
            endpoint_url=f"http://{host}" if host else self.emulator.endpoint_url,
            aws_access_key_id=other.get("access_key_id", keys["AccessKeyId"]),
            aws_secret_access_key=other.get("secret_access_key", keys["SecretAccessKey"]),
            aws_session_token=other.get("token", keys["SessionToken"]),
            config=Config(
                retries={"total_max_attempts": 1},
                parameter_validation=False,
                proxies={"http": self.emulator.endpoint_url} if host else None,
            ),
        )

    def filled(self, value: Any) -> Any:
        """The value with ``{endpoint}`` and the texts that were kept in their places."""
        if isinstance(value, str):
            for name, text in self.texts.items():
                value = value.replace(f"{{{name}}}", text)
            return value
        if isinstance(value, dict):
            return {name: self.filled(inner) for name, inner in value.items()}
        return [self.filled(inner) for inner in value] if isinstance(value, list) else value


def at(answer: Any, path: str) -> Any:
    """The member of an answer at a path such as ``Account.Paths.0``."""
    for name in path.split("."):
        if isinstance(answer, list):
            answer = answer[int(name)] if int(name) < len(answer) else NOT_THERE
        else:
            answer = answer.get(name, NOT_THERE) if isinstance(answer, dict) else NOT_THERE
    return answer


def meets(wanted: Any, found: Any) -> bool:
    """Whether what was found is what a row wants: members beyond those named do not matter."""
    if not isinstance(wanted, dict):
        if isinstance(wanted, list):
            return (
                isinstance(found, list)
                and len(found) == len(wanted)
                and all(meets(*pair) for pair in zip(wanted, found, strict=True))
            )
        return bool(found == wanted and type(found) is type(wanted))
    ((name, value),) = list(wanted.items())[:1] or [("", None)]
    if name == "$absent":
        return found is NOT_THERE
    rules: dict[str, Callable[[], bool]] = {
        "$any": lambda: found is not NOT_THERE and found is not None,
        "$json": lambda: meets(value, json.loads(found)),
        "$starts": lambda: str(found).startswith(value),
        "$ends": lambda: str(found).endswith(value),
        "$contains": lambda: value.encode() in found,
        "$count": lambda: len(found) == value,
        "$in": lambda: found in value,
        "$set": lambda: sorted(found) == sorted(value),
        "$seconds_ahead": lambda: found[0] <= timedelta(seconds=value) <= found[1],
    }
    if name in rules:
        return found is not NOT_THERE and rules[name]()
    return isinstance(found, dict) and all(
        meets(inner, found.get(member, NOT_THERE)) for member, inner in wanted.items()
    )


def differences(row: Mapping[str, Any], stage: Stage) -> list[str]:
    """Makes the row's request, and says in what the answer is not the row's."""
    clock = stage.emulator.world.clock
    before = clock.now().replace(microsecond=0)
    try:
        answer = stage.call(row["operation"], row["request"])
    except ClientError as error:
        answer = error.response
    if at(answer, "Credentials.Expiration") is not NOT_THERE:
        answer["Credentials"]["Expiration"] = _ahead(answer["Credentials"]["Expiration"], before, clock.now())
    return list(_compared(row, stage, answer))


def _ahead(when: datetime, before: datetime, after: datetime) -> tuple[timedelta, timedelta]:
    """How far ahead a time is, at least and at most, of a moment between two others. It is cut to whole seconds."""
    return when - after, when - before


def _compared(row: Mapping[str, Any], stage: Stage, answer: Any) -> Iterator[str]:
    wanted = row["answer"]
    status, code = answer["ResponseMetadata"]["HTTPStatusCode"], at(answer, "Error.Code")
    text = at(answer, "Error.Message")
    if wanted["status"] is not None and not meets(wanted["status"], status):
        yield f"status {status}"
    if not meets(wanted["code"], code) if "code" in wanted else code is not NOT_THERE:
        yield f"code {code}: {text}"
    if wanted.get("text") is not None:
        expected = wanted["text"].replace("{caller}", stage.caller(row["request"]))
        if not (text.startswith(expected) if wanted.get("match") == "prefix" else text == expected):
            yield f"text {text}"
    if not meets(wanted.get("output", {}), answer):
        yield f"output {answer}"
    yield from (path for path in wanted.get("absent", ()) if at(answer, path) is not NOT_THERE)


@pytest.mark.parametrize("name", ROWS)
def test_the_answer_is_the_known_one(name: str, rootwarden_organization: Any) -> None:
    row = ROWS[name]
    set_up = row.get("set_up", {})
    file = OrganizationFile.model_validate(ORGANIZATION | set_up.get("organization", {}))
    stage = Stage(rootwarden_organization(file))
    for step in set_up.get("steps", ()):
        stage.prepare(step)
    found = differences(row, stage)
    if row["holds"]:
        assert found == []
    else:
        assert found, f"the emulator holds this row now; the reason given is: {row['reason']}"


def test_every_row_is_complete() -> None:
    for name, row in ROWS.items():
        assert row["precondition"], name
        assert row["provenance"] in {"seen live", "documented", "inferred"}, name
        assert row["source"] in SOURCES, name
        assert row["holds"] is True or (row["holds"] is False and row["reason"]), name
        assert ("text" in row["answer"]) == ("code" in row["answer"]), name


def test_the_rows_are_many_and_few_do_not_hold() -> None:
    held = Counter(row["holds"] for row in ROWS.values())
    assert held[True] >= 280
    assert held[False] <= 12


def test_the_page_shows_the_rows_as_they_are() -> None:
    command = [sys.executable, str(CASES.parents[2] / "scripts" / "docs.py"), "--check"]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.stderr == ""
    assert "docs/emulator.md" not in child.stdout


@pytest.mark.parametrize(
    ("wanted", "found", "met"),
    [
        ({"A": 1}, {"A": 1, "B": 2}, True),
        ({"A": 1}, {"A": True}, False),
        ({"A": {"$any": True}}, {}, False),
        ({"A": {"$absent": True}}, {}, True),
        ({"A": {"$absent": True}}, {"A": None}, False),
        ({"A": {"$json": {"B": 1}}}, {"A": '{"B": 1, "C": 2}'}, True),
        ({"A": {"$json": {"B": 1}}}, {"A": '{"B": 2}'}, False),
        ([{"A": 1}], [{"A": 1}, {"A": 1}], False),
        ({"$set": ["x", "y"]}, ["y", "x"], True),
        ({"$count": 2}, NOT_THERE, False),
        ({}, {"A": 1}, True),
    ],
)
def test_answers_are_compared_member_by_member(wanted: Any, found: Any, met: bool) -> None:
    assert meets(wanted, found) is met
