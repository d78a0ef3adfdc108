"""``session`` without an AWS CLI: what entitles to it, what is refused, the formats, and what is said when AWS says no."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, caller, configuration, holds
from session_rig import (
    DELEGATE,
    SUSPENDED,
    close,
    contents,
    glass,
    hands_on,
    no_secret_in,
    open_exception,
    recorder,
    secrets_of,
    session,
)

from rootwarden.app.context import build_app
from rootwarden.cli import terminal
from rootwarden.errors import LedgerUnwritable
from rootwarden.model.ids import AccountId
from rootwarden.model.permissions import COMMANDS
from rootwarden.model.tasks import RootTask


def in_two_days() -> datetime:
    """The day after tomorrow."""
    return datetime.now(UTC) + timedelta(days=2)


ROLES = (
    caller(SECURITY, *COMMANDS["session"].actions, name="Session"),
    caller(SECURITY, *COMMANDS["grant add"].actions, name="Adder"),
    caller(SECURITY, *COMMANDS["grant end"].actions, name="Ender"),
    caller(
        SECURITY, *(one for one in COMMANDS["session"].actions if one != "sts:AssumeRoot"), name="Without"
    ),
)


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    hands_on(rig, principals=ROLES)


def keys(rig: Rig, task: str, *options: str, account_id: str = SHOP) -> Any:
    """The outcome of asking for keys as JSON, in this process."""
    line = ["session", account_id, "--task", task, "--format", "json", *options]
    return rig.run(*line, profile=DELEGATE)


def intents(rig: Rig) -> list[dict[str, Any]]:
    return [one["content"] for one in contents(rig) if one["kind"] == "intent"]


class TestWhatEntitles:
    @pytest.mark.parametrize("task", ["audit", "s3-unlock", "sqs-unlock"])
    def test_a_reason_is_enough(self, rig: Rig, task: str) -> None:
        assert keys(rig, task).code == 0

    @pytest.mark.parametrize(
        ("task", "needed"),
        [("create-password", "an open exception"), ("delete", "an open exception or a plan")],
    )
    def test_a_reason_is_not_enough(self, rig: Rig, ledger: Path, task: str, needed: str) -> None:
        """AWS is not asked for a session, and nothing but the refusal comes of it."""
        calls = rig.calls()
        open_exception(rig, ledger, account_id=LEGACY)
        open_exception(rig, ledger, lasts=timedelta(seconds=-1), name="e-2")
        close(rig, ledger, open_exception(rig, ledger, name="e-3"))
        ran = keys(rig, task, "--reason", "please")
        assert (ran.code, f"needs {needed} for {SHOP}, and there is none" in ran.err) == (4, True)
        assert intents(rig) == []
        assert "sts:AssumeRoot" not in {action for action, _ in calls}

    @pytest.mark.parametrize("task", ["create-password", "delete"])
    def test_an_open_exception(self, rig: Rig, ledger: Path, task: str) -> None:
        one = open_exception(rig, ledger)
        assert keys(rig, task).code == 0
        (intent,) = intents(rig)
        assert (intent["exception_id"], intent["task"]) == (one.id, task)

    def test_an_exception_that_is_being_closed(self, rig: Rig, ledger: Path) -> None:
        """Its removal may still be helped along; a new password would undo it."""
        close(rig, ledger, open_exception(rig, ledger), wholly=False)
        assert keys(rig, "create-password").code == 4
        assert keys(rig, "delete").code == 0

    def test_no_session_outlasts_its_exception(self, rig: Rig, ledger: Path) -> None:
        open_exception(rig, ledger, lasts=timedelta(seconds=120))
        assert keys(rig, "create-password").code == 0
        assert intents(rig)[0]["details"]["seconds"] in range(30, 120)

    def test_a_plan(self, rig: Rig) -> None:
        line = ["remove", "plan", "--account", SHOP, "--out", "plan.json", "--keep-used-within", "0"]
        plan = rig.json(*line, profile=DELEGATE)
        assert plan.code == 0, plan.err
        assert keys(rig, "delete", "--plan", "plan.json").code == 0
        assert intents(rig)[-1]["plan_hash"] == plan.document["plan_hash"]
        other = keys(rig, "delete", "--plan", "plan.json", account_id=LEGACY)
        assert (other.code, f"removes nothing in {LEGACY}" in other.err) == (4, True)

    def test_a_plan_that_will_not_do(self, rig: Rig) -> None:
        """Stale, unknown to the ledger, edited, missing, no plan."""
        line = ["remove", "plan", "--account", SHOP, "--out", "plan.json", "--keep-used-within", "0"]
        rig.json(*line, profile=DELEGATE)
        plan = Path("plan.json").read_text(encoding="utf-8")
        Path("edited.json").write_text(plan.replace("password", "passwort"), encoding="utf-8")
        Path("none.json").write_text("{}", encoding="utf-8")
        for name, code, words in (
            ("edited.json", 4, "was changed after it was written"),
            ("missing.json", 2, "missing.json"),
            ("none.json", 2, "not a removal plan"),
        ):
            ran = keys(rig, "delete", "--plan", name)
            assert (ran.code, words in ran.err) == (code, True), ran.err
        elsewhere = keys(rig, "delete", "--plan", "plan.json", "--ledger", "sqlite:///other.sqlite3")
        assert (elsewhere.code, "knows no plan" in elsewhere.err) == (4, True)
        document = json.loads(plan)
        made = document["plan"]["made"]
        assert made.startswith("20")
        rig.patch.setattr(terminal, "build_app", functools.partial(build_app, clock=in_two_days))
        stale = keys(rig, "delete", "--plan", "plan.json")
        assert (stale.code, "more than 24 hours ago" in stale.err) == (4, True)
        assert [one["operation"] for one in intents(rig)] == ["remove plan"]

    @pytest.mark.parametrize(
        ("task", "options", "words"),
        [
            ("audit", ("--plan", "p"), "--plan entitles to the task delete, not to audit"),
            ("create-password", ("--plan", "p"), "not to create-password"),
            ("s3-unlock", ("--break-glass",), "--break-glass is not for the task s3-unlock"),
            ("delete", ("--break-glass", "--plan", "p"), "cannot go together"),
        ],
    )
    def test_what_does_not_go_with_the_task(
        self, rig: Rig, task: str, options: tuple[str, ...], words: str
    ) -> None:
        ran = keys(rig, task, *options)
        assert (ran.code, words in ran.err) == (2, True)

    @pytest.mark.parametrize("task", ["create-password", "delete"])
    def test_breaking_the_glass(self, rig: Rig, ledger: Path, task: str) -> None:
        """Only where the configuration allows it and for a reason; louder in the ledger, and on the terminal."""
        refused = keys(rig, task, "--break-glass", "--reason", "fire")
        assert (refused.code, "does not allow --break-glass" in refused.err) == (4, True)
        unsaid = keys(rig, task, "--break-glass", *glass(rig))
        assert (unsaid.code, "needs a reason" in unsaid.err) == (2, True)
        assert not ledger.exists()
        ran = keys(rig, task, "--break-glass", "--reason", "fire", "--ticket", "T-9", *glass(rig))
        assert (ran.code, f"BREAK GLASS: {task} in {SHOP} Shop" in ran.err) == (0, True)
        note, intent, _ = [one["content"] for one in contents(rig)]
        assert (note["operation"], note["reason"], note["ticket"]) == ("break glass", "fire", "T-9")
        assert note["details"] == {"command": "session", "task": task}
        assert intent["details"]["break_glass"] is True

    def test_the_glass_stays_whole_where_there_is_an_exception(self, rig: Rig, ledger: Path) -> None:
        open_exception(rig, ledger)
        assert keys(rig, "delete", "--break-glass", "--reason", "fire", *glass(rig)).code == 0
        assert "break glass" not in {one["content"]["operation"] for one in contents(rig)}

    def test_a_reason_and_a_ticket_where_they_are_required(self, rig: Rig) -> None:
        path = configuration(rig.folder, "[require]\nreason = true\nticket = true\n")
        for given, missing in ((), "reason"), (("--reason", "x"), "ticket"):
            ran = keys(rig, "audit", *given, "--config", path)
            assert (ran.code, f"requires --{missing} for session" in ran.err) == (2, True)


class TestBadInput:
    @pytest.mark.parametrize(
        ("line", "code", "words"),
        [
            (
                (SHOP, "--task", "audt"),
                2,
                "there is no task 'audt'\nadvice: Did you mean audit? The tasks are audit, delete,",
            ),
            ((SHOP, "--task", "IAMDeleteRootUserCredentials"), 2, "Did you mean delete? "),
            (
                (SHOP, "--task", "zzz"),
                2,
                "advice: The tasks are audit, delete, create-password, s3-unlock, sqs-unlock.",
            ),
            ((SHOP,), 2, "Missing option '--task'"),
            (("--task", "audit"), 2, "Missing argument"),
            ((SHOP, "--task", "audit", "--duration", "901"), 2, "AWS allows 1 to 900 seconds"),
            ((SHOP, "--task", "audit", "--duration", "0"), 2, "AWS allows 1 to 900 seconds"),
            (("Shopp", "--task", "audit"), 2, f"Did you mean {SHOP} (Shop)?"),
            (("123456789012", "--task", "audit"), 2, "123456789012"),
            ((f"{SHOP},{LEGACY}", "--task", "audit"), 2, "2 accounts"),
            ((SUSPENDED, "--task", "audit"), 4, "the account is suspended"),
            ((MANAGEMENT, "--task", "audit"), 4, "root sessions do not reach the management account"),
        ],
    )
    def test_is_told_before_a_session_is_opened(
        self, rig: Rig, ledger: Path, line: tuple[str, ...], code: int, words: str
    ) -> None:
        """With exit 125 where a command was to run, so that nobody takes it for the command's own."""
        calls = rig.calls()
        ran = rig.run("session", *line, "--format", "json", profile=DELEGATE)
        assert (ran.code, ran.out) == (code, "")
        assert words in ran.err
        with_command = rig.run("session", "--profile", DELEGATE, *line, "--", "true", profile=None)
        assert (with_command.code, words in with_command.err) == (125, True)
        assert "sts:AssumeRoot" not in {action for action, _ in calls}
        assert not ledger.exists()

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ((), "nothing says what the session is for"),
            (("--",), "nothing says what the session is for"),
            (("true",), "Put -- before the command: -- true"),
            (("--format", "xml"), "'xml' is not one of 'env', 'json', 'credential-process'"),
            (("--format", "env", "--", "true"), "a command and --format cannot go together"),
            (("--format", "env", "--print-profile"), "--format and --print-profile cannot go together"),
        ],
    )
    def test_one_wish(self, rig: Rig, line: tuple[str, ...], words: str) -> None:
        ran = rig.run("session", SHOP, "--profile", DELEGATE, "--task", "audit", *line, profile=None)
        assert (ran.code, words in ran.err) == (125 if "--" in line else 2, True)

    def test_a_command_that_cannot_run_opens_no_session(self, rig: Rig, ledger: Path) -> None:
        calls = rig.calls()
        Path("text").write_text("", encoding="utf-8")
        for name, code in (
            ("no-such-command", 127),
            ("./no-such-command", 127),
            ("", 127),
            ("./text", 126),
            (str(rig.folder), 126),
        ):
            ran = rig.run("session", SHOP, "--profile", DELEGATE, "--task", "audit", "--", name, profile=None)
            assert (ran.code, "advice:" in ran.err) == (code, True)
        assert calls == []
        assert not ledger.exists()

    def test_a_program_that_is_no_program(self, rig: Rig) -> None:
        """Found and executable, and the system will not start it: the session is recorded, and that nothing ran in it."""
        Path("script").write_bytes(b"\x7fELF no program")
        Path("script").chmod(0o700)
        ran = session(rig, "./script")
        assert (ran.code, "'./script' cannot be run" in ran.err) == (126, True)
        Path("script").write_text("#!/no/such/interpreter\n", encoding="utf-8")
        assert session(rig, "./script").code == 127
        *_, last = contents(rig)
        assert last["content"]["result"][0]["outcome"] == "not_run"

    def test_the_document_of_a_failure(self, rig: Rig) -> None:
        """It names the exit code there is."""
        line = ["session", SUSPENDED, "--task", "audit", "-o", "json", "--profile", DELEGATE, "--", "true"]
        for command in (["true"], ["rootwarden", "remove", "plan"]):
            ran = rig.run(*line[:-1], *command, profile=None)
            error = ran.document["error"]
            assert (ran.code, error["exit_code"], error["type"]) == (125, 125, "RefusedByRule")
            assert ran.document["schema"] == "rootwarden/session/1"


def test_what_a_crash_left_open_is_settled_once_its_session_is_over(rig: Rig, ledger: Path) -> None:
    """The run that was killed between its intent and AWS's answer; one that is under way stays as it is."""
    killed = recorder(rig, ledger, now=datetime.now(UTC) - timedelta(minutes=31))
    killed.begin(operation="session", accounts=[AccountId(SHOP)], task="s3-unlock", reason="why")
    recorder(rig, ledger).begin(
        operation="session", accounts=[AccountId(SHOP)], task="s3-unlock", reason="why"
    )
    assert len(recorder(rig, ledger).open_intents()) == 2
    assert keys(rig, "sqs-unlock").code == 0
    assert len(recorder(rig, ledger).open_intents()) == 1
    settled = next(one for one in contents(rig) if one["kind"] == "outcome")
    assert settled["content"]["result"][0]["outcome"] == "over"


class TestFormats:
    def test_json(self, rig: Rig) -> None:
        ran = keys(rig, "audit", "--duration", "60")
        document = ran.document
        assert {key: document[key] for key in ("schema", "account", "task", "region", "endpoint_url")} == {
            "schema": "rootwarden/session/1",
            "account": SHOP,
            "task": "audit",
            "region": "us-east-1",
            "endpoint_url": rig.emulator.endpoint_url,
        }
        assert len(document) == 9
        assert document["expiration"].endswith("Z")
        assert len(secrets_of(ran.out)) == 2
        no_secret_in(ran.err)
        assert f"root session in {SHOP} Shop, task audit, until {document['expiration']}." in ran.err

    def test_env(self, rig: Rig) -> None:
        """A shell that takes it over is the account's root user, whoever it was before."""
        ran = rig.run("session", SHOP, "--task", "audit", "--format", "env", profile=DELEGATE)
        who = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
        script = f'{ran.out}exec "$@"\n'
        rig.patch.setenv("AWS_PROFILE", "emulator-management")
        rig.patch.setenv("AWS_SECURITY_TOKEN", "theirs")
        done = subprocess.run(
            ["sh", "-c", script, "sh", sys.executable, "-c", who], capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (f"arn:aws:iam::{SHOP}:root\n", "")
        assert all(line.startswith(("export AWS_", "unset AWS_")) for line in ran.out.splitlines())
        no_secret_in(ran.err)

    def test_no_keys_leave_that_are_not_written_down(self, rig: Rig) -> None:
        """The ledger fails between the call and the outcome."""
        written: list[int] = []

        def fails(*_: Any, **__: Any) -> None:
            written.append(1)
            raise LedgerUnwritable("the disk is full")

        rig.patch.setattr("rootwarden.ledger.recorder.Recorder.outcome", fails)
        ran = keys(rig, "audit")
        assert (ran.code, ran.out, bool(written)) == (5, "", True)


class TestWhenAwsSaysNo:
    def test_a_feature_that_is_off(self, rig: Rig) -> None:
        """AWS's code and words; then, marked as ours, the feature the task belongs to."""
        rig.emulator.world.features.clear()
        ran = rig.json("session", SHOP, "--task", "s3-unlock", "--format", "json", profile=DELEGATE)
        error = ran.document["error"]
        assert (ran.code, error["reason"]["code"]) == (3, "AccessDenied")
        assert error["reason"]["text"] == "Root sessions feature is not enabled for your AWS Organization."
        assert "our reading, not AWS's: the likely layer is feature: RootSessions is off" in ran.err
        *_, last = contents(rig)
        (line,) = last["content"]["result"]
        assert (line["outcome"], line["reason"]["source"], line["reason"]["code"]) == (
            "failed",
            "aws",
            "AccessDenied",
        )

    def test_a_caller_who_may_not(self, rig: Rig) -> None:
        line = ["session", SHOP, "--task", "audit", "--format", "json"]
        ran = rig.run(*line, profile=f"emulator-{SECURITY}-Without")
        assert ran.code == 3
        assert "is not authorized to perform: sts:AssumeRoot" in ran.err
        assert "our reading, not AWS's:" in ran.err
        assert f"rootwarden doctor --account {SHOP} --task audit" in ran.err

    def test_with_a_command(self, rig: Rig) -> None:
        rig.emulator.world.features.clear()
        ran = session(rig, "true")
        assert (ran.code, "Root credentials management feature is not enabled" in ran.err) == (125, True)


def test_with_exactly_the_actions_of_the_table(rig: Rig) -> None:
    """The row of the permissions table is enough for each."""
    who = f"emulator-{SECURITY}-"
    assert rig.run("session", SHOP, "--task", "audit", "--format", "env", profile=f"{who}Session").code == 0
    line = ["grant", "add", SHOP, "--task", "audit", "--for", "1h"]
    added = rig.json(*line, profile=f"{who}Adder")
    assert added.code == 0, added.err
    assert rig.json("grant", "end", added.document["grant"]["id"], profile=f"{who}Ender").code == 0


def test_all_tasks_are_named_in_the_help(rig: Rig) -> None:
    ran = rig.run("session", "--help", profile=None)
    assert all(task.value in ran.out for task in RootTask)
    assert holds(rig.root(SHOP))["password"] == 1
