"""``audit --save`` and ``--resume``: written as it goes, readable whatever ends it, and nothing saved is read again."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from product_rig import LEGACY, SECURITY, SHOP, Rig, company, configuration

from rootwarden.app import saved_audits
from rootwarden.app.saved_audits import read_saved_audit
from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.org_file import DelaySpec

DELEGATE = f"emulator-{SECURITY}"
AT_ONCE = 4
MEMBERS = [f"{400_000_000_000 + number}" for number in range(40)]


@pytest.fixture
def two(rig: Rig) -> Rig:
    """An exposed account and a clean one, besides those that are always there."""
    rig.up(company(account(SHOP, "Shop", root={"password": True}), account(LEGACY, "Legacy")))
    return rig


@pytest.fixture
def many(rig: Rig) -> Rig:
    """Forty members, each second exposed, read slowly enough to be killed in between."""
    members = [
        account(one, f"Member {one}", root={"password": True} if int(one) % 2 else {}) for one in MEMBERS
    ]
    rig.up(company(*members))
    rig.emulator.world.faults.append(
        FaultSpec(operation="sts:AssumeRoot", kind="latency", delay=DelaySpec(seconds=0.03))
    )
    return rig


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def summaries(calls: list[tuple[str, str]]) -> Counter[str]:
    """How often each account's summary was read."""
    return Counter(who for action, who in calls if action == "iam:GetAccountSummary")


def test_the_file(two: Rig) -> None:
    """A header, a row for each account as ``-o jsonl`` prints it, and a closing line; mode 0600."""
    ran = two.run("audit", "--save", "a.jsonl", "-o", "jsonl", profile=DELEGATE)
    assert ran.code == 1
    path = two.folder / "a.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, *rows, closing = lines(path)
    # A row is saved at once, and its OU path may become known later.
    shown = [{**json.loads(line), "ou_path": None} for line in ran.out.splitlines()]
    assert [{**row["row"], "ou_path": None} for row in rows] == shown
    assert (header["schema"], header["endpoint"], header["details"]) == (
        "rootwarden/saved-audit/1",
        two.emulator.endpoint_url,
        "auto",
    )
    assert header["organization_id"] == two.emulator.world.organization.id
    assert header["selection"]["everything"] is True
    assert (closing["closing"]["rows"], closing["closing"]["interrupted"]) == (4, False)
    assert closing["closing"]["summary"]["exposed"] == 1
    assert [one.name for one in two.folder.iterdir() if one.name.startswith(".a")] == []


def test_a_finished_file_is_resumed_without_a_session(two: Rig) -> None:
    """Nothing is read again; waivers of now count; the accounts are shown as they are now."""
    assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 1
    two.emulator.world.organization.accounts[SHOP].name = "Shop 2"
    two.run(
        "waiver", "add", SHOP, "--item", "password", "--owner", "Ops", "--until", "2999-01-01",
        "--config", configuration(two.folder, "[limits]\nwaiver_days = 999999\n"),
        profile=DELEGATE,
    )  # fmt: skip
    calls = two.calls()
    ran = two.json("audit", "--resume", "a.jsonl", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"], ran.row(SHOP)["name"]) == (0, "excepted", "Shop 2")
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    assert read_saved_audit(two.folder / "a.jsonl").complete


def test_what_is_older_than_the_age_is_read_again(two: Rig) -> None:
    assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 1
    calls = two.calls()
    assert two.run("audit", "--resume", "a.jsonl", "--max-age", "0s", profile=DELEGATE).code == 1
    assert summaries(calls) == {SHOP: 1, LEGACY: 1, SECURITY: 1}


def test_what_could_not_be_read_is_read_again_and_alone(two: Rig) -> None:
    fault = FaultSpec(
        operation="iam:GetAccountSummary", account=LEGACY, code="ServiceFailure", http_status=500
    )
    two.emulator.world.faults.append(fault)
    assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 6
    two.emulator.world.faults.clear()
    calls = two.calls()
    ran = two.json("audit", "--resume", "a.jsonl", "--save", "b.jsonl", profile=DELEGATE)
    assert (ran.code, ran.row(LEGACY)["outcome"]) == (1, "clean")
    assert summaries(calls) == {LEGACY: 1}
    assert len(read_saved_audit(two.folder / "b.jsonl").rows) == 4


def test_after_an_interruption_the_rest_is_read(two: Rig) -> None:
    two.interrupt_at("sts:AssumeRoot", LEGACY)
    line = ["audit", "--account", f"{SHOP},{LEGACY}", "--concurrency", "1"]
    assert two.run(*line, "--save", "a.jsonl", profile=DELEGATE).code == 130
    assert not read_saved_audit(two.folder / "a.jsonl").complete
    calls = two.calls()
    ran = two.json("audit", "--resume", "a.jsonl", profile=DELEGATE)
    assert {row["id"]: row["outcome"] for row in ran.document["accounts"]} == {
        SHOP: "exposed",
        LEGACY: "clean",
    }
    assert summaries(calls) == {LEGACY: 1}


def test_an_account_that_was_closed_meanwhile_is_skipped(two: Rig) -> None:
    assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 1
    two.emulator.control.close_account(SHOP)
    ran = two.json("audit", "--resume", "a.jsonl", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"]) == (0, "skipped")


def test_one_that_joined_meanwhile_is_read(two: Rig) -> None:
    assert two.run("audit", "--save", "a.jsonl", "--all", profile=DELEGATE).code == 1
    two.emulator.control.create_account("New", id="424242424242")
    ran = two.json("audit", "--resume", "a.jsonl", profile=DELEGATE)
    assert ran.row("424242424242")["outcome"] == "clean"


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment(many: Rig, seed: int) -> None:
    """After each kill -9 nothing that stands in the file is read again, and at most what was in flight is read twice."""
    path = many.folder / "a.jsonl"
    draw = random.Random(seed)  # noqa: S311 - where to kill, not a secret
    calls = many.calls()
    kills = 0
    for target in sorted(draw.sample(range(1, 36), 3)):
        before = summaries(calls)
        saved = set(read_saved_audit(path).rows) if path.exists() else set()
        if path.exists():
            kill_at(path, target, "--resume", after="resumed")
        else:
            kill_at(path, target, "--save")
        kills += 1
        after = summaries(calls)
        assert {one: after[one] for one in saved} == {one: before[one] for one in saved}
        found = read_saved_audit(path).rows
        assert len(found) >= target
        assert saved <= set(found)
    saved = set(read_saved_audit(path).rows)
    before = summaries(calls)
    ran = many.json("audit", "--resume", str(path), "--concurrency", str(AT_ONCE), profile=DELEGATE)
    assert ran.code == 1
    after = summaries(calls)
    assert {one: after[one] for one in saved} == {one: before[one] for one in saved}
    outcomes = {row["id"]: row["outcome"] for row in ran.document["accounts"]}
    assert len(ran.document["accounts"]) == len(outcomes) == len(MEMBERS) + 2
    assert {one for one in outcomes if outcomes[one] == "exposed"} == {one for one in MEMBERS if int(one) % 2}
    sessions = sum(1 for action, _ in calls if action == "sts:AssumeRoot")
    assert len(MEMBERS) + 1 <= sessions <= len(MEMBERS) + 1 + kills * AT_ONCE
    assert read_saved_audit(path).complete


@pytest.mark.parametrize("seed", range(2))
def test_killed_while_it_goes_on(many: Rig, seed: int) -> None:
    """A run that goes on is killed at once, or while the rows of before come by: none of them is lost."""
    path = many.folder / "a.jsonl"
    kill_at(path, 20, "--save")
    saved = set(read_saved_audit(path).rows)
    draw = random.Random(seed)  # noqa: S311 - as above
    calls = many.calls()
    for behind in (0, draw.randrange(1, 20)):
        kill_at(path, behind, "--resume", after="resumed")
        assert saved <= set(read_saved_audit(path).rows)
    assert many.run("audit", "--resume", str(path), profile=DELEGATE).code == 1
    assert set(summaries(calls)) & saved == set()


def kill_at(path: Path, rows: int, option: str, *, after: str = "schema") -> None:
    """Runs an audit and kills it once the file has so many rows, behind that line; fails when it ends before."""
    before = path.stat().st_ino if path.exists() else None
    child = subprocess.Popen(
        [sys.executable, "-m", "rootwarden", "audit", option, str(path), "--profile", DELEGATE,
         "--concurrency", str(AT_ONCE), "-q"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        while rows_behind(path, after, before) < rows:
            assert child.poll() is None, child.stderr and child.stderr.read()
            time.sleep(0.005)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stderr is not None
        child.stderr.close()


def rows_behind(path: Path, line: str, before: int | None) -> int:
    """The lines behind the one with this member in a file that took the place of another; -1 where it did not yet."""
    if not path.exists() or path.stat().st_ino == before:
        return -1
    written = path.read_bytes().split(b"\n")[:-1]
    at = [number for number, one in enumerate(written) if f'"{line}":' in one.decode()]
    return len(written) - at[-1] - 1 if at else -1


class TestRefused:
    """Before anything is read, with the reason."""

    @pytest.fixture
    def saved(self, two: Rig) -> Path:
        assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 1
        return two.folder / "a.jsonl"

    @pytest.mark.parametrize("option", ["--resume", "--diff"])
    @pytest.mark.parametrize(
        ("change", "code", "words"),
        [
            (lambda data: data.replace(b'"password":true', b'"password":false', 1), 4, "was changed"),
            (lambda data: data.replace(b"saved-audit/1", b"saved-audit/2", 1), 2, "newer version"),
            (lambda data: data[:0], 2, "the file is empty"),
            (lambda data: data[:40], 2, "not even a whole first line"),
            (lambda data: b"\x00\xff" + data, 2, "not a saved audit"),
        ],
    )  # fmt: skip
    def test_a_file_that_is_not_what_was_saved(  # noqa: PLR0917 - what parametrize gives
        self, two: Rig, saved: Path, option: str, change: Any, code: int, words: str
    ) -> None:
        saved.write_bytes(change(saved.read_bytes()))
        content, calls = saved.read_bytes(), two.calls()
        ran = two.json("audit", option, "a.jsonl", profile=DELEGATE)
        assert ran.code == code
        assert words in ran.document["error"]["message"]
        assert (calls, saved.read_bytes()) == ([], content)

    @pytest.mark.parametrize("option", ["--resume", "--diff"])
    def test_a_file_of_another_organization(self, two: Rig, saved: Path, option: str) -> None:
        content = saved.read_bytes()
        two.emulator.world.organization.id = "o-other12345"
        two.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{two.folder}/other.sqlite3")
        calls = two.calls()
        ran = two.json("audit", option, "a.jsonl", profile=DELEGATE)
        assert (ran.code, ran.document["error"]["type"]) == (4, "WrongOrganization")
        assert "o-other12345" in ran.document["error"]["message"]
        assert "sts:AssumeRoot" not in {action for action, _ in calls}
        assert saved.read_bytes() == content

    def test_a_file_that_is_not_there(self, two: Rig) -> None:
        ran = two.json("audit", "--resume", "none.jsonl", profile=DELEGATE)
        assert (ran.code, ran.document["error"]["message"]) == (2, "none.jsonl: No such file or directory")

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (("--account", SHOP), "saved for another selection of accounts"),
            (("--all", "--exclude", SHOP), "saved for another selection of accounts"),
            (("--details", "always"), "saved with --details auto"),
            (("--max-age", "soon"), "--max-age 'soon' is no length of time"),
            (("--diff", "a.jsonl"), "--diff names the file that is going to be written"),
        ],
    )
    def test_a_resume_that_asks_for_something_else(
        self, two: Rig, saved: Path, more: tuple[str, ...], words: str
    ) -> None:
        ran = two.json("audit", "--resume", str(saved), *more, profile=DELEGATE)
        assert (ran.code, words in ran.document["error"]["message"]) == (2, words in ran.err), ran.err
        assert words in ran.err

    @pytest.mark.parametrize("more", [("--all",), ("--details", "auto"), ()])
    def test_a_resume_that_asks_for_the_same(self, two: Rig, saved: Path, more: tuple[str, ...]) -> None:
        assert two.run("audit", "--resume", str(saved), *more, profile=DELEGATE).code == 1

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("nowhere/a.jsonl", "No such file or directory"),
            (".", "not an ordinary file"),
            ("/dev/null", "not an ordinary file"),
            ("notes.txt", "is there already, and is no saved audit"),
            ("half.jsonl", "holds an audit that was cut short, with 2 accounts"),
            ("/proc/a.jsonl", "/proc/a.jsonl: "),
        ],
    )
    def test_a_path_that_cannot_be_written_is_found_before_the_first_call(
        self, two: Rig, saved: Path, path: str, words: str
    ) -> None:
        (two.folder / "notes.txt").write_text("mine")
        (two.folder / "half.jsonl").write_bytes(b"".join(saved.read_bytes().splitlines(keepends=True)[:3]))
        calls = two.calls()
        ran = two.json("audit", "--save", path, profile=DELEGATE)
        assert (ran.code, calls) == (2, [])
        assert words in ran.document["error"]["message"]
        assert (two.folder / "notes.txt").read_text() == "mine"

    def test_a_finished_one_is_replaced(self, two: Rig, saved: Path) -> None:
        assert two.run("audit", "--save", str(saved), "--account", LEGACY, profile=DELEGATE).code == 0
        assert set(read_saved_audit(saved).rows) == {LEGACY}

    def test_a_file_that_another_audit_is_writing(self, two: Rig, saved: Path) -> None:
        with saved.open("rb") as writing:
            fcntl.flock(writing, fcntl.LOCK_EX)
            ran = two.json("audit", "--resume", str(saved), profile=DELEGATE)
        assert (ran.code, "another audit is writing it" in ran.err) == (2, True)


def test_a_disk_that_fills_up(two: Rig) -> None:
    """The audit goes on and is printed; that not all was saved is said, and counts as incomplete; the file can be resumed."""
    write = saved_audits.SavedFile._write

    def full(file: Any, document: Any) -> None:
        if "row" in document and document["row"]["id"] == LEGACY:
            raise OSError(28, "No space left on device")
        write(file, document)

    two.patch.setattr(saved_audits.SavedFile, "_write", full)
    line = ["audit", "--account", f"{SHOP},{LEGACY}", "--concurrency", "1", "--save", "a.jsonl"]
    ran = two.json(*line, profile=DELEGATE)
    assert (ran.code, ran.row(LEGACY)["outcome"]) == (6, "clean")
    assert "not all was saved: a.jsonl: No space left on device" in ran.err
    assert set(read_saved_audit(two.folder / "a.jsonl").rows) == {SHOP}
    two.patch.setattr(saved_audits.SavedFile, "_write", write)
    ran = two.json("audit", "--resume", "a.jsonl", profile=DELEGATE)
    assert (ran.code, len(ran.document["accounts"])) == (1, 2)


def test_an_interrupted_run_is_settled_by_the_resumed_one(two: Rig) -> None:
    """What the saved rows tell of accounts closes the ledger's intents that were begun before they were read."""
    assert two.run("audit", "--save", "a.jsonl", profile=DELEGATE).code == 1
    assert two.run("audit", "--resume", "a.jsonl", profile=DELEGATE).code == 1
    opened = two.json("ledger", "list", "--open", profile=DELEGATE)
    assert opened.document["entries"] == []
