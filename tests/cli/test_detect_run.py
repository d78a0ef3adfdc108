"""``detect run``: what it reads, what it cannot, and what that comes to."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from detect_records import SECRET, record, written
from product_rig import LEGACY, SHOP, Ran, Rig, configuration
from whole_outputs import CASES, WRITE

from rootwarden.app import detect, detect_sources
from rootwarden.app.detect_expected import expected_of
from rootwarden.model.tasks import RootTask
from rootwarden.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@pytest.fixture
def nobody(rig: Rig) -> Rig:
    """A machine without credentials and Region."""
    return rig


def ran(rig: Rig, *arguments: str | Path) -> Ran:
    return rig.json("detect", "run", *map(str, arguments), profile=None)


class TestFiles:
    def test_files_need_neither_aws_nor_a_ledger_and_that_there_is_none_is_said(self, nobody: Rig) -> None:
        found = ran(nobody, written(nobody.folder / "log.json.gz", record()))
        assert found.code == 1
        assert found.document["ledger"]["entries"] == 0
        assert "whose ledger to read is not known" in found.document["ledger"]["missing"]
        assert "no ledger was read" in found.err

    def test_a_ledger_that_is_named_and_not_there_is_said_too(self, nobody: Rig) -> None:
        path = written(nobody.folder / "log.json.gz", record())
        found = ran(nobody, path, "--ledger", f"sqlite:///{nobody.folder}/none.db").document
        assert found["ledger"]["missing"] == f"there is none at {found['ledger']['location']}"

    def test_one_that_is_broken_ends_it(self, nobody: Rig) -> None:
        (nobody.folder / "bad.db").write_bytes(b"no ledger" * 100)
        path = written(nobody.folder / "log.json.gz", record())
        assert ran(nobody, path, "--ledger", f"sqlite:///{nobody.folder}/bad.db").code == 5

    def test_a_folder_is_searched_and_what_is_no_log_left_out(self, nobody: Rig) -> None:
        logs = nobody.folder / "logs"
        written(logs / "a.json.gz", record(1))
        written(logs / "deeper" / "b.json", record(2), packed=False)
        written(logs / "AWSLogs" / SHOP / "CloudTrail-Digest" / "d.json.gz", record(3))
        (logs / "notes.txt").write_text("not a log")
        read = ran(nobody, logs).document["read"]
        assert (read["files"], read["records"], read["left_out"]) == (2, 2, 2)

    def test_a_trails_layout_is_pruned_by_day_and_account(self, nobody: Rig) -> None:
        logs = nobody.folder / "logs"
        for day in ("2026/02/27", "2026/03/01", "2026/03/09"):
            written(logs / "AWSLogs" / SHOP / "CloudTrail" / "us-east-1" / day / "x.json.gz", record())
        read = ran(nobody, logs, "--since", "2026-03-01", "--until", "2026-03-02").document["read"]
        assert (read["files"], read["left_out"]) == (1, 2)

    def test_what_is_there_more_than_once_counts_once(self, nobody: Rig) -> None:
        logs = nobody.folder / "logs"
        written(logs / "a.json.gz", record(), record())
        written(logs / "b.json.gz", record())
        document = ran(nobody, logs).document
        assert (document["read"]["repeated"], len(document["events"])) == (2, 1)

    def test_the_period_goes_by_the_time_of_the_event(self, nobody: Rig) -> None:
        path = written(nobody.folder / "x.json", record(1), record(2, eventTime="2026-03-02T12:00:00Z"))
        document = ran(nobody, path, "--since", "2026-03-02").document
        assert [one["id"] for one in document["events"]] == ["event-2"]


BROKEN: dict[str, bytes] = {
    "truncated.json.gz": gzip.compress(json.dumps({"Records": [record(9)]}).encode())[:-30],
    "latin.json": '{"Records": [{"eventName": "ConsoleLogin", "userIdentity": {"type": "Root", "userName": "é"}}]}'.encode(
        "latin-1"
    ),
    "empty.json": b"",
    "other.json": b'{"hello": "world"}',
    "identity.json": json.dumps(
        {"Records": [{"eventID": "1", "eventName": "X", "eventSource": "y"}]}
    ).encode(),
    "token.json": json.dumps({"Records": [record(8, recipientAccountId=SECRET)]}).encode() + SECRET.encode(),
}
"""Files nobody can read, or in part."""


class TestWhatCannotBeRead:
    def test_it_is_named_and_counted_and_the_rest_is_judged(self, nobody: Rig) -> None:
        logs = nobody.folder / "logs"
        written(logs / "good.json.gz", record())
        for name, data in BROKEN.items():
            (logs / name).write_bytes(data)
        found = ran(nobody, logs)
        assert found.code == 6  # though there are findings
        assert len(found.document["findings"]) == 1
        read = found.document["read"]
        assert {Path(one["place"]).name for one in read["troubles"]} == set(BROKEN)
        assert (read["files"], read["complete"]) == (len(BROKEN) + 1, False)
        assert read["unreadable"] == len(read["troubles"])

    @pytest.mark.parametrize("output", ["table", "json", "csv", "markdown"])
    def test_tokens_stay_inside_of_it(self, nobody: Rig, output: str) -> None:
        (nobody.folder / "token.json").write_bytes(BROKEN["token.json"])
        found = nobody.run("detect", "run", "token.json", "-o", output, profile=None)
        assert found.code in {3, 6}
        assert SECRET[:16] not in found.out + found.err

    def test_of_many_in_one_file_some_are_named_and_all_are_counted(self, nobody: Rig) -> None:
        lines = [json.dumps(record()), *["{oops"] * 250]
        (nobody.folder / "x.jsonl").write_text("\n".join(lines))
        read = ran(nobody, "x.jsonl").document["read"]
        assert (read["records"], read["unreadable"], len(read["troubles"])) == (1, 250, 100)

    def test_nothing_at_all_is_no_all_clear(self, nobody: Rig) -> None:
        (nobody.folder / "bad.json").write_text("hello")
        found = ran(nobody, "bad.json")
        assert found.code == 3
        assert "bad.json: malformed: no JSON" in found.document["error"]["message"]

    def test_an_empty_folder_is_no_all_clear(self, nobody: Rig) -> None:
        (nobody.folder / "empty").mkdir()
        assert ran(nobody, "empty").code == 3

    def test_times_in_the_future_are_told(self, nobody: Rig) -> None:
        path = written(nobody.folder / "x.json", record(eventTime="2099-01-01T00:00:00Z"))
        document = ran(nobody, path).document
        assert len(document["events"]) == 1
        assert any("in the future" in one for one in document["notices"])

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "there is nothing to read"),
            (("nowhere.json",), "there is no such file or folder"),
            (("-", "-"), "standard input can be read once"),
            (("s3://X",), "is no place in S3"),
            (("x", "--since", "yesterday"), "is no length of time"),
            (("x", "--since", "2026-13-01"), "is no time"),
            (("x", "--since", "999999d"), "is before all time"),
            (("x", "--since", "2026-03-02", "--until", "2026-03-01"), "--since is not before --until"),
            (("x", "--account", "123"), "is not an account id"),
            (("--athena", "w", "--table", "Robert'; DROP"), "is no name of a table"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, nobody: Rig, arguments: Iterable[str], words: str) -> None:
        found = ran(nobody, *arguments)
        assert found.code == 2
        assert words in found.document["error"]["message"]

    def test_other_commands_have_no_such_format(self, rig: Rig) -> None:
        found = rig.run("detect", "rules", "-o", "asff", profile=None)
        assert (found.code, found.err.splitlines()[0]) == (2, "error: 'detect rules' has no format asff")


SAMPLES = Path(__file__).parents[1] / "cases" / "cloudtrail"


def mixed(folder: Path) -> None:
    """AWS's two published samples, a root key in use, failing sign-ins, a service of AWS, and a file that breaks off."""
    key = {
        "type": "Root",
        "accountId": SHOP,
        "arn": f"arn:aws:iam::{SHOP}:root",
        "accessKeyId": "AKIAPLANTEDKEY000001",
    }
    login = {
        "eventName": "ConsoleLogin",
        "eventSource": "signin.amazonaws.com",
        "eventType": "AwsConsoleSignIn",
        "readOnly": False,
        "userIdentity": {
            "type": "Root",
            "accountId": LEGACY,
            "arn": f"arn:aws:iam::{LEGACY}:root",
            "accessKeyId": "",
        },
        "recipientAccountId": LEGACY,
        "responseElements": {"ConsoleLogin": "Failure"},
        "errorMessage": "Failed authentication",
        "additionalEventData": {"MFAUsed": "No"},
    }
    service = {"type": "Root", "accountId": SHOP, "invokedBy": "support.amazonaws.com"}
    written(
        folder / "a.json.gz",
        *(record(n, userIdentity=key, eventTime=f"2026-03-01T12:0{n}:00Z") for n in (1, 2)),
    )
    written(folder / "b.json.gz", *(record(n, **login) for n in (3, 4)), record(5, userIdentity=service))
    (folder / "c.json.gz").write_bytes(BROKEN["truncated.json.gz"])
    for sample in SAMPLES.glob("aws_sample_*.json"):
        (folder / sample.name).write_bytes(sample.read_bytes())


@pytest.mark.parametrize("output", ["table", "markdown", "csv"])
def test_the_whole_output(nobody: Rig, output: str) -> None:
    (nobody.folder / "logs").mkdir()
    mixed(nobody.folder / "logs")
    nobody.patch.setenv("COLUMNS", "160")
    found = nobody.run("detect", "run", "logs", "-o", output, profile=None)
    assert found.code == 6
    case = CASES / f"detect-run.{output}.txt"
    if WRITE:
        case.write_text(found.out, encoding="utf-8")
    assert found.out == case.read_text(encoding="utf-8")


KEY = {
    "type": "Root",
    "accountId": SHOP,
    "arn": f"arn:aws:iam::{SHOP}:root",
    "accessKeyId": "AKIAPLANTEDKEY000001",
}
ANSWERED_FOR = """
[[detection.suppressions]]
rule = "root-key-used"
owner = "shop@example.com"
reason = "until the mailer is moved"
until = 2099-01-01
"""


class TestExpectations:
    def test_a_finding_that_somebody_answers_for_is_told_and_is_no_finding(self, nobody: Rig) -> None:
        path = written(nobody.folder / "x.json", record(userIdentity=KEY))
        config = configuration(nobody.folder, ANSWERED_FOR)
        found = ran(nobody, path, "--config", config)
        assert (found.code, found.document["findings"]) == (0, [])
        (one,) = found.document["suppressed"]
        assert (one["rule"], one["suppression"]["owner"]) == ("root-key-used", "shop@example.com")
        shown = nobody.run("detect", "run", str(path), "--config", config, profile=None).out
        assert "Suppressed: root-key-used in 333333333333" in shown
        assert "shop@example.com answers for it until 2099-01-0" in shown

    def test_what_the_configuration_allows_is_what_is_expected(self, nobody: Rig) -> None:
        text = f"""
[detection]
principals = ["arn:aws:iam::{LEGACY}:role/Delegate"]
accounts = ["{SHOP}"]
tasks = ["audit", "s3-unlock"]
regions = ["eu-central-1"]
networks = ["192.0.2.0/24", "2001:db8::/32"]
alert_rules = ["root-activity"]
"""
        settings = load_settings(Path(configuration(nobody.folder, text + ANSWERED_FOR)), {})
        expected = expected_of(settings)
        assert expected.principals == {f"arn:aws:iam::{LEGACY}:role/Delegate"}
        assert set(expected.accounts) == {SHOP}
        assert set(expected.regions) == {"eu-central-1"}
        assert expected.tasks == {RootTask.AUDIT, RootTask.S3_UNLOCK}
        assert [str(one) for one in expected.networks] == ["192.0.2.0/24", "2001:db8::/32"]
        assert set(expected.alert_rules) == {"root-activity"}
        assert [one.rule for one in expected.suppressions] == ["root-key-used"]


class TestWhileItReads:
    def test_ctrl_c_ends_the_reading_and_what_was_read_is_told(
        self, nobody: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        logs = nobody.folder / "logs"
        for number in (1, 2):
            written(logs / f"{number}.json", record(number, userIdentity=KEY))
        real = detect_sources.sieves

        def interrupted(*given: Any) -> Iterator[Any]:
            yield next(real(*given))
            raise KeyboardInterrupt

        monkeypatch.setattr(detect, "sieves", interrupted)
        found = ran(nobody, logs)
        assert found.code == 130
        assert [one["id"] for one in found.document["events"]] == ["event-1"]
        assert found.document["read"]["complete"] is False

    def test_how_far_it_is_said_from_time_to_time(self, nobody: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(detect, "_SECONDS_BETWEEN_LINES", -1.0)
        written(nobody.folder / "logs" / "1.json", record(1), record(2))
        written(nobody.folder / "logs" / "2.json", record(3))
        assert "2 records of 1 files or histories read so far" in ran(nobody, nobody.folder / "logs").err
