"""What reaches the user: whole outputs, names of any kind made harmless, no secret anywhere, and help from the one table."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from product_rig import EVERYTHING, LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, company, configuration
from whole_outputs import same_as

from rootwarden.cli.main import run
from rootwarden.emulator import account
from rootwarden.emulator.keyring import Keyring
from rootwarden.model.permissions import COMMANDS

DELEGATE = f"emulator-{SECURITY}"
CREATED = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def three(rig: Rig) -> Rig:
    """An exposed account, one with a leftover, and the two that are always there."""
    root = {
        "password": {"created": CREATED},
        "access_keys": ({"created": CREATED, "last_used": {"when": CREATED}},),
        "mfa_devices": ({"enabled": CREATED},),
    }
    leftover = {"access_keys": ({"status": "Inactive", "created": CREATED},)}
    rig.up(
        company(
            account(LEGACY, "Legacy Billing", "/Workloads/Production", root=root),
            account(SHOP, "Shop", "/Workloads/Staging", root=leftover),
        )
    )
    return rig


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "markdown"])
def test_an_audit_whole(three: Rig, output: str) -> None:
    """Every format, character by character."""
    three.patch.setenv("COLUMNS", "150")
    ran = three.run("audit", "-o", output, profile=DELEGATE)
    assert ran.code == 1
    out = ran.out
    if output == "jsonl":  # the rows come as they are read
        out = "".join(sorted(out.splitlines(keepends=True)))
        assert ran.err.endswith("\n4 accounts: 1 exposed, 1 leftover, 1 skipped, 1 clean\n")
    same_as(f"audit.{output}.txt", out, three)


@pytest.mark.parametrize("output", ["table", "json", "csv", "markdown"])
def test_a_plan_whole(three: Rig, output: str) -> None:
    three.patch.setenv("COLUMNS", "150")
    ran = three.run("remove", "plan", "--all", "--out", "plan.json", "-o", output, profile=DELEGATE)
    assert ran.code == 0
    same_as(f"remove-plan.{output}.txt", ran.out, three)


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_removal_whole(three: Rig, output: str) -> None:
    three.patch.setenv("COLUMNS", "150")
    three.run("remove", "plan", "--account", LEGACY, "--out", "plan.json", profile=DELEGATE)
    ran = three.run("remove", "apply", "plan.json", "--yes", "-q", "-o", output, profile=DELEGATE)
    assert (ran.code, ran.err) == (0, "")
    same_as(f"remove-apply.{output}.txt", ran.out, three)


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_status_whole(three: Rig, output: str) -> None:
    three.patch.setenv("COLUMNS", "150")
    ran = three.run("status", "-o", output, profile=DELEGATE)
    same_as(f"status.{output}.txt", ran.out, three)


HOSTILE = {
    "303030303030": "\x1b[31mred\x1b[0m",
    "313131313131": "title\x1b]0;owned\x07end",
    "323232323232": "two\nlines\r\nand a tab\t.",
    "343434343434": "=HYPERLINK(1)",
    "353535353535": "+1",
    "363636363636": "@SUM(A1)",
    "373737373737": "-2",
    "383838383838": "\u202egnp.exe",
    "393939393939": "[bold red]markup[/]",
    "404040404040": "a|b*c_d`e`<b>",
    "414141414141": "c1\x9b31mred",
    "424242424242": 'comma, "quote"',
    "434343434343": "  =1+1",
    "454545454545": "\x7f\x00\x08bs",
}


@pytest.fixture
def hostile(rig: Rig) -> Rig:
    members = [account(one, "x", email=f"{one}@example.com", root={"password": True}) for one in HOSTILE]
    rig.up(company(*members))
    for one, name in HOSTILE.items():
        rig.emulator.world.organization.accounts[one].name = name
    # Control characters that are no XML cannot come over the wire of a real AWS answer in another service; Organizations is JSON.
    return rig


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "markdown"])
def test_names_of_any_kind_are_harmless(hostile: Rig, output: str) -> None:
    """No control character leaves the program, on stdout or stderr, whatever an account is called."""
    ran = hostile.run("audit", "-o", output, profile=DELEGATE)
    plan = hostile.run("remove", "plan", "--all", "--out", "p.json", "-o", output, profile=DELEGATE)
    done = hostile.run("remove", "apply", "p.json", "--yes", "-o", output, profile=DELEGATE)
    assert (ran.code, plan.code, done.code) == (1, 0, 0), done.err
    for text in (ran.out, ran.err, plan.out, plan.err, done.out, done.err):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    if output == "csv":
        for row in csv.reader(io.StringIO(ran.out)):
            assert len(row) == 7
            assert not any(field.lstrip().startswith(("=", "+", "-", "@")) for field in row)
    if output == "markdown":
        body = [line for line in ran.out.splitlines() if line.startswith("| 4")]
        assert all(len(re.findall(r"(?<!\\)\|", line)) == 8 for line in body)
    if output == "json":
        assert {row["id"]: row["name"] for row in json.loads(ran.out)["accounts"]}.items() >= HOSTILE.items()


def test_selecting_by_everything(rig: Rig) -> None:
    """Ids, names in any case, OUs, tags, files, stdin, all, and exclusions, the same account once."""
    rig.up(
        company(
            account("010101010101", "Alpha", "/Work/A", tags={"env": "prod", "team": "red"}),
            account("020202020202", "Beta", "/Work/B", tags={"env": "test"}),
            account("030303030303", "Gamma, Inc.", "/Other", tags={"env": "prod"}),
        )
    )
    a, b, c = "010101010101", "020202020202", "030303030303"
    (rig.folder / "list.txt").write_text(f"# ours\n{a}\n\n  beta  # by name\nGamma, Inc.\n")
    organization = rig.emulator.world.organization
    work = next(unit.id for unit in organization.containers.values() if unit.name == "Work")
    for options, expected in [
        (["--account", a], {a}),
        (["--account", f"{a},{b}", "--account", "ALPHA"], {a, b}),
        (["--ou", "/Work"], {a, b}),
        (["--ou", work, "--exclude", "/Work/B"], {a}),
        (["--ou", "/Work/A"], {a}),
        (["--ou", "/"], {a, b, c, MANAGEMENT, SECURITY}),
        (["--tag", "env"], {a, b, c}),
        (["--tag", "env=prod"], {a, c}),
        (["--tag", "env=prod", "--tag", "team=red"], {a, c}),
        (["--accounts-file", "list.txt"], {a, b, c}),
        (["--all"], {a, b, c, MANAGEMENT, SECURITY}),
        ([], {a, b, c, MANAGEMENT, SECURITY}),
        (["--all", "--exclude", f"{a},beta,{MANAGEMENT}"], {c, SECURITY}),
        (["--exclude", "/Work"], {c, MANAGEMENT, SECURITY}),
    ]:
        ran = rig.json("audit", "--details", "never", *options, profile=DELEGATE)
        assert {row["id"] for row in ran.document["accounts"]} == expected, options
        assert len(ran.document["accounts"]) == len(expected)
    rig.patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{b}\n".encode())))
    ran = rig.json("audit", "--accounts-file", "-", profile=DELEGATE)
    assert [row["id"] for row in ran.document["accounts"]] == [b]
    path = configuration(rig.folder, '[scope]\nous = ["/Work"]\n')
    assert {
        row["id"] for row in rig.json("audit", "--config", path, profile=DELEGATE).document["accounts"]
    } == {a, b}


class TestSecrets:
    """Every secret the emulator gives out is looked for in everything the program leaves behind."""

    @pytest.fixture
    def issued(self, three: Rig) -> list[str]:
        found: list[str] = []
        issue = Keyring.issue

        def noted(keyring: Any, principal: Any, **more: Any) -> Any:
            credential = issue(keyring, principal, **more)
            found.extend(one for one in (credential.secret_access_key, credential.token) if one)
            return credential

        three.patch.setattr(Keyring, "issue", noted)
        for credential in three.emulator.world.profiles.values():
            found += [one for one in (credential.secret_access_key, credential.token) if one]
        return found

    @pytest.mark.parametrize("loud", ["-q", "-v", "-vv"])
    def test_none_in_output_or_files(self, three: Rig, issued: list[str], loud: str) -> None:
        before = len(issued)
        texts = []
        for line in (
            "status",
            f"enable --delegate {SECURITY} --yes",
            "audit",
            "audit -o json",
            "remove plan --all --out plan.json -o json",
            "remove apply plan.json --yes",
            "audit --account nobody",
            "ledger list -o json",
        ):
            profile = "emulator-management" if line.startswith(("status", "enable")) else DELEGATE
            ran = three.run(*line.split(), loud, profile=profile)
            texts += [ran.out, ran.err]
        assert len(issued) > before + 8
        home = Path(os.environ["HOME"])
        files = [*three.folder.glob("*.json"), *(one for one in home.rglob("*") if one.is_file())]
        assert any("ledger" in str(one) for one in files)
        texts += [one.read_bytes().decode("latin-1") for one in files]
        for secret in issued:
            assert not [text for text in texts if secret in text]

    def test_none_in_the_text_of_a_bug(self, three: Rig, issued: list[str]) -> None:
        """Even when something breaks with a root session open."""
        three.after("iam:GetAccountSummary", lambda: 1 / 0)
        ran = three.run("audit", profile=DELEGATE)
        for secret in issued:
            assert secret not in ran.out + ran.err


class TestHelp:
    @pytest.mark.parametrize("command", list(COMMANDS))
    def test_says_what_the_table_says(
        self, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it does to AWS, the account it runs from, and every IAM action."""
        monkeypatch.setenv("COLUMNS", "200")
        assert run([*command.split(), "--help"]) == 0
        text = re.sub(r"[\s│]+", " ", capsys.readouterr().out)
        row = COMMANDS[command]
        assert row.does in text
        assert row.runs_from.value in text
        for action in (*row.actions, *row.optional, *row.in_session):
            assert action in text
        for option in ("--profile", "--region", "--endpoint-url", "--config", "--output", "--quiet"):
            assert option in text

    def test_the_program_lists_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--help"]) == 0
        text = capsys.readouterr().out
        for command in COMMANDS:
            assert command.split()[0] in text
        assert "Exit codes" in text

    def test_the_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--version"]) == 0
        assert re.fullmatch(r"rootwarden \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_the_everything_account_in_words(rig: Rig) -> None:
    """One short line for a person."""
    rig.up(company(account(LEGACY, "Legacy", root=EVERYTHING)))
    ran = rig.run("audit", "--account", LEGACY, "-o", "csv", profile=DELEGATE)
    assert "password, 2 access keys (1 active), 1 signing certificate, 1 MFA device" in ran.out
