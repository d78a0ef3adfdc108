"""``credential-process``: the real AWS CLI and SDK with a profile that has root sessions as long as a grant lasts, and no longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from product_rig import SHOP, Ran, Rig, configuration
from session_rig import (
    DELEGATE,
    close,
    contents,
    glass,
    hands_on,
    no_secret_in,
    open_exception,
    recorder,
    secrets_of,
)

from rootwarden.ledger.grants import record_grant
from rootwarden.model.grant import Grant
from rootwarden.model.ids import AccountId

PROFILE = f"root-{SHOP}-audit"
ADD = ("grant", "add", SHOP, "--task", "audit", "--for", "1h")


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    hands_on(rig)


def write_profile(rig: Rig, task: str = "audit", *options: str) -> str:
    """Adds what ``--print-profile`` prints to the user's configuration file."""
    ran = rig.run("session", "Shop", "--task", task, "--print-profile", *options, profile=DELEGATE)
    assert ran.code == 0, ran.err
    with Path(os.environ["AWS_CONFIG_FILE"]).open("a", encoding="utf-8") as file:
        file.write(f"\n{ran.out}")
    return ran.out


def aws(*arguments: str, profile: str = PROFILE) -> Ran:
    """The AWS CLI in the user's environment, with AWS_PROFILE."""
    done = subprocess.run(
        ["aws", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AWS_PROFILE": profile},
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def grant(rig: Rig, *options: str) -> dict[str, Any]:
    ran = rig.json(*ADD, *options, profile=DELEGATE)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.document["grant"]
    return found


def sessions(rig: Rig) -> list[dict[str, Any]]:
    """The intents of the ledger."""
    return [one["content"] for one in contents(rig) if one["kind"] == "intent"]


def test_the_block(rig: Rig, ledger: Path) -> None:
    """Whole; the caller is named in it, since AWS_PROFILE will be this profile's own name. No session is opened for it."""
    calls = rig.calls()
    options = ("--duration", "300", "--region", "eu-west-1", "--ledger", f"sqlite:///{ledger}")
    assert write_profile(rig, "audit", *options) == (
        f"[profile {PROFILE}]\n"
        f"credential_process = {sys.executable} -m rootwarden session {SHOP} --task audit --format credential-process "
        f"--duration 300 --profile {DELEGATE} --region eu-west-1 --ledger sqlite:///{ledger}\n"
        "region = eu-west-1\n"
        "sts_regional_endpoints = regional\n"
        f"endpoint_url = {rig.emulator.endpoint_url}\n"
    )
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    assert not ledger.exists()


def test_the_block_without_a_callers_profile(rig: Rig) -> None:
    line = ["session", SHOP, "--task", "audit", "--print-profile"]
    rig.patch.setenv("AWS_PROFILE", DELEGATE)
    assert f"--profile {DELEGATE}" in rig.run(*line, profile=None).out
    rig.patch.delenv("AWS_PROFILE")
    ran = rig.run(*line, profile=None)
    assert (ran.code, "Give --profile NAME" in ran.err) == (2, True)
    path = configuration(rig.folder, f'[purposes.delegate]\nprofile = "{DELEGATE}"\n')
    ran = rig.run(*line, "--config", path, profile=None)
    assert (ran.code, f"--config {path}" in ran.out, "--profile" in ran.out) == (0, True, False)


def test_the_aws_cli_under_a_grant(rig: Rig) -> None:
    """Nothing before it, root's session during it, nothing after its end; each use in the ledger with the grant's reason."""
    write_profile(rig)
    before = aws("sts", "get-caller-identity")
    assert before.code != 0
    assert before.err.strip() == (
        f"Error when retrieving credentials from custom-process: rootwarden: no grant lets a profile have root sessions in {SHOP} "
        f"with the task audit now. Add one: rootwarden grant add {SHOP} --task audit --for 1h."
    )
    name = grant(rig, "--reason", "weekly check", "--ticket", "T-1")["id"]
    during = aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    assert (during.code, during.out) == (0, f"arn:aws:iam::{SHOP}:root\n"), during.err
    denied = aws("iam", "list-users")
    assert "AccessDenied" in denied.err
    assert rig.json("grant", "end", name, profile=DELEGATE).code == 0
    after = aws("sts", "get-caller-identity")
    assert (after.code != 0, "no grant lets a profile" in after.err) == (True, True)
    uses = sessions(rig)
    assert len(uses) == 4, "two for each command that got in: the page says so"
    for one in uses:
        assert (one["operation"], one["reason"], one["ticket"]) == ("session", "weekly check", "T-1")
        assert one["details"] == {"format": "credential-process", "grant_id": name, "seconds": 900}
    lines = [line for one in contents(rig) if one["kind"] == "outcome" for line in one["content"]["result"]]
    assert [line["outcome"] for line in lines] == ["handed_over"] * 4
    assert all(line["access_key_id"].startswith("ASIA") for line in lines)


def test_boto3_under_a_grant_opens_a_session_per_call(rig: Rig) -> None:
    """Its sessions always have less left than the SDK wants to have: the page says so."""
    write_profile(rig)
    grant(rig)
    script = (
        f"import boto3\niam = boto3.Session(profile_name='{PROFILE}').client('iam')\n"
        "for _ in range(3): iam.get_account_summary()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(sessions(rig)) in {3, 4}


def process(rig: Rig, *options: str, task: str = "audit") -> Ran:
    """The process as an SDK would start it."""
    line = [
        "session",
        SHOP,
        "--task",
        task,
        "--format",
        "credential-process",
        "--profile",
        DELEGATE,
        *options,
    ]
    return rig.child(*line, profile=None)


def test_what_the_process_prints(rig: Rig, ledger: Path) -> None:
    """One document with what the SDKs ask for, nothing else; and no secret of it in the ledger or a log."""
    grant(rig)
    quiet, loud = process(rig), process(rig, "-vv")
    for ran in (quiet, loud):
        document = json.loads(ran.out)
        assert document.keys() == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
        assert document["Version"] == 1
        assert document["Expiration"].endswith("Z")
        assert len(secrets_of(ran.out)) == 2
        assert all(secret.encode() not in ledger.read_bytes() for secret in secrets_of(ran.out))
    assert quiet.err == ""
    assert "AssumeRoot" in loud.err
    no_secret_in(loud.err)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--duration", "901"), 2, "a root session cannot last 901 seconds"),
        (("--duration", "x"), 2, "--duration"),
        (("--region", "nowhere"), 2, "'nowhere' is not an AWS Region"),
        (("--config", "none.toml"), 2, "none.toml"),
        (("--ledger", "sqlite:////dev/null/x"), 5, "ledger"),
        ((), 4, "no grant lets a profile"),
    ],
)
def test_what_went_wrong_is_one_line(rig: Rig, options: tuple[str, ...], code: int, words: str) -> None:
    ran = process(rig, *options)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("rootwarden: ")
    assert words in line


def test_awss_refusal_is_one_line_too(rig: Rig) -> None:
    grant(rig)
    rig.emulator.world.features.clear()
    ran = process(rig)
    (line,) = ran.err.splitlines()
    assert "Root credentials management feature is not enabled" in line
    assert (ran.code, ran.out) == (3, "")


def test_a_profile_that_is_its_own_caller(rig: Rig) -> None:
    """It does not go round for ever."""
    with Path(os.environ["AWS_CONFIG_FILE"]).open("a", encoding="utf-8") as file:
        file.write(
            f"\n[profile loop]\nregion = us-east-1\nendpoint_url = {rig.emulator.endpoint_url}\ncredential_process = "
            f"{sys.executable} -m rootwarden session {SHOP} --task audit --format credential-process\n"
        )
    ran = aws("sts", "get-caller-identity", profile="loop")
    assert (ran.code != 0, "the profile's caller is the profile itself" in ran.err) == (True, True)


def test_no_mfa_code_is_asked_for(rig: Rig) -> None:
    """Not even where there is a terminal: the program that asks has it."""
    role = f'role_arn = "arn:aws:iam::222222222222:role/X"\nsource_profile = "{DELEGATE}"\n'
    path = configuration(
        rig.folder, f'[purposes.delegate]\n{role}mfa_serial = "arn:aws:iam::222222222222:mfa/x"\n'
    )
    rig.patch.setattr(sys.stdin, "isatty", lambda: True)
    line = ["session", SHOP, "--task", "audit", "--format", "credential-process", "--config", path]
    ran = rig.run(*line, profile=None)
    assert (ran.code, ran.out) == (3, "")
    assert "an MFA code is needed" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_no_session_outlasts_its_grant(rig: Rig, ledger: Path) -> None:
    now = datetime.now(UTC)
    short = Grant("g-1", AccountId(SHOP), "audit", "why", None, now + timedelta(seconds=100), now)
    record_grant(recorder(rig, ledger), short)
    assert process(rig).code == 0
    (use,) = sessions(rig)
    assert use["details"]["seconds"] in range(30, 100)
    over = Grant("g-2", AccountId(SHOP), "s3-unlock", "why", None, now - timedelta(seconds=1), now)
    record_grant(recorder(rig, ledger), over)
    assert process(rig, task="s3-unlock").code == 4


def test_a_grant_is_for_its_task_and_account_alone(rig: Rig) -> None:
    grant(rig)
    assert process(rig, task="s3-unlock").code == 4
    other = rig.run(
        "session", "Legacy", "--task", "audit", "--format", "credential-process", profile=DELEGATE
    )
    assert other.code == 4


@pytest.mark.parametrize("wholly", [False, True], ids=["closing", "closed"])
def test_a_grant_on_an_exception_ends_with_it(rig: Rig, ledger: Path, wholly: bool) -> None:
    line = ["grant", "add", SHOP, "--task", "create-password", "--for", "30m"]
    assert rig.json(*line, profile=DELEGATE).code == 4
    one = open_exception(rig, ledger)
    added = rig.json(*line, profile=DELEGATE).document["grant"]
    assert added["exception_id"] == one.id
    assert process(rig, task="create-password").code == 0
    assert sessions(rig)[-1]["exception_id"] == one.id
    close(rig, ledger, one, wholly=wholly)
    ran = process(rig, task="create-password")
    assert (ran.code, "the exception e-1 that the grant" in ran.err) == (4, True)


def test_a_grant_by_breaking_the_glass(rig: Rig) -> None:
    """It says so wherever it is seen."""
    line = ["grant", "add", SHOP, "--task", "delete", "--for", "5m", "--break-glass", "--reason", "fire"]
    added = rig.json(*line, *glass(rig), profile=DELEGATE)
    assert "BREAK GLASS" in added.err
    assert added.document["grant"]["break_glass"] is True
    note, _ = contents(rig)
    assert (note["kind"], note["content"]["operation"], note["content"]["reason"]) == (
        "note",
        "break glass",
        "fire",
    )
    assert "BREAK GLASS" in rig.run("grant", "list", profile=None).out
    assert process(rig, task="delete").code == 0
    assert sessions(rig)[-1]["details"]["break_glass"] is True
