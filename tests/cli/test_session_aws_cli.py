"""The real AWS CLI inside of ``session``, for each of the five tasks, and what it is given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from product_rig import LEGACY, SHOP, Rig
from session_rig import DELEGATE, QUEUE, contents, hands_on, no_secret_in, open_exception, session

from rootwarden.emulator.buckets import bucket_named, policy_of_bucket
from rootwarden.emulator.queues import policy_of_queue, queue_of


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    hands_on(rig)


def bucket_policy() -> str | None:
    bucket = bucket_named("shop-orders", "aws")
    assert bucket is not None
    return policy_of_bucket(bucket)


def queue_policy() -> str | None:
    queue = queue_of(QUEUE)
    assert queue is not None
    return policy_of_queue(queue)


def test_audit(rig: Rig) -> None:
    ran = session(rig, "aws", "iam", "get-account-summary", "--query", "SummaryMap.AccountAccessKeysPresent")
    assert (ran.code, ran.out) == (0, "1\n")
    assert f"root session in {SHOP} Shop, task audit, until 20" in ran.err


def test_delete(rig: Rig, ledger: Path) -> None:
    open_exception(rig, ledger)
    assert session(rig, "aws", "iam", "delete-login-profile", task="delete").code == 0
    assert rig.root(SHOP).login_profile is None


def test_create_password(rig: Rig, ledger: Path) -> None:
    open_exception(rig, ledger, account_id=LEGACY)
    assert rig.root(LEGACY).login_profile is None
    ran = session(rig, "aws", "iam", "create-login-profile", task="create-password", account_id=LEGACY)
    assert ran.code == 0, ran.err
    assert rig.root(LEGACY).login_profile is not None


def test_s3_unlock(rig: Rig) -> None:
    assert bucket_policy() is not None
    ran = session(rig, "aws", "s3api", "delete-bucket-policy", "--bucket", "shop-orders", task="s3-unlock")
    assert ran.code == 0, ran.err
    assert bucket_policy() is None


def test_sqs_unlock(rig: Rig) -> None:
    """Version 1 of the AWS CLI has an address of its own for SQS, which no variable changes."""
    assert queue_policy()
    url = f"{rig.emulator.endpoint_url}/{SHOP}/shop-mails"
    call = f"aws sqs set-queue-attributes --endpoint-url $AWS_ENDPOINT_URL --queue-url {url}"
    ran = session(rig, "sh", "-c", f'{call} --attributes \'{{"Policy": ""}}\'', task="sqs-unlock")
    assert ran.code == 0, ran.err
    assert not queue_policy()


def test_what_the_task_leaves_out_aws_denies(rig: Rig) -> None:
    """AWS's words and the AWS CLI's exit code come through as they are."""
    ran = session(rig, "aws", "iam", "list-users")
    assert ran.code not in {0, 125}
    assert (
        f"An error occurred (AccessDenied) when calling the ListUsers operation: User: arn:aws:iam::{SHOP}:root is not "
        "authorized to perform: iam:ListUsers"
    ) in ran.err


ADDED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_ENDPOINT_URL",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_EC2_METADATA_DISABLED",
}
CALLERS = {
    "AWS_PROFILE": "emulator-management",
    "AWS_DEFAULT_PROFILE": "emulator-management",
    "AWS_SECURITY_TOKEN": "theirs",
    "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/theirs",
    "AWS_ROLE_SESSION_NAME": "theirs",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/theirs",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/theirs",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/theirs",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "theirs",
    "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
    "AWS_ACCOUNT_ID": "111111111111",
    "AWS_VAULT": "theirs",
    "BOTO_CONFIG": "/theirs",
    "ROOTWARDEN_CONFIG": "",
}


def test_the_whole_environment_of_a_command(rig: Rig) -> None:
    """Ours without anything of the caller's, and with the session; nothing else."""
    for name, value in CALLERS.items():
        rig.patch.setenv(name, value)
    rig.patch.setenv("AWS_PAGER", "")
    rig.patch.setenv("KEPT", "as it is\nin two lines")
    dump = "import json, os; print(json.dumps(dict(os.environ)))"
    ran = session(rig, sys.executable, "-I", "-S", "-c", dump)
    assert ran.code == 0, ran.err
    found: dict[str, str] = json.loads(ran.out)
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ROOTWARDEN_", "BOTO_CONFIG"))}
    given = {name: value for name, value in found.items() if name.startswith("AWS_")}
    assert {k: v for k, v in found.items() if k not in given} == ours
    assert given.keys() == {*ADDED, "AWS_PAGER"}
    keys = {
        name: given.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    }
    assert given.pop("AWS_CREDENTIAL_EXPIRATION").endswith("Z")
    assert given == {
        "AWS_PAGER": "",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_ENDPOINT_URL": rig.emulator.endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert keys["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def test_the_callers_profiles_are_not_there(rig: Rig) -> None:
    ran = session(rig, "aws", "--profile", "emulator-management", "sts", "get-caller-identity")
    assert ran.code not in {0, 125}
    assert "The config profile (emulator-management) could not be found" in ran.err


def test_region_and_length_are_the_users(rig: Rig) -> None:
    options = ("--region", "eu-central-1", "--duration", "60")
    ran = session(rig, "sh", "-c", "echo $AWS_REGION", options=options)
    assert (ran.code, ran.out) == (0, "eu-central-1\n")
    (intent,) = [one for one in contents(rig) if one["kind"] == "intent"]
    assert intent["content"]["details"] == {"command": "sh", "seconds": 60}


@pytest.mark.parametrize("code", [0, 1, 3, 125, 127, 255])
def test_the_exit_code_is_the_commands(rig: Rig, code: int) -> None:
    assert session(rig, "sh", "-c", f"exit {code}").code == code
    *_, last = contents(rig)
    (line,) = last["content"]["result"]
    assert (line["outcome"], line["details"]) == ("done", {"exit_code": code})


def test_a_command_that_a_signal_ended(rig: Rig) -> None:
    assert session(rig, "sh", "-c", "kill -KILL $$").code == 128 + signal.SIGKILL


WAITS = (
    "import os, signal\n"  # print() is not to be interrupted by itself
    "def told(number, _): os.write(1, signal.Signals(number).name.encode()); os._exit(40)\n"
    "for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):\n"
    "    signal.signal(one, told)\n"
    "os.write(1, b'ready\\n')\n"
    "while True: signal.pause()\n"
)


def started(rig: Rig, *command: str) -> subprocess.Popen[str]:
    """Apart from the terminal, so that nothing reaches the command but what is passed on."""
    line = ["session", SHOP, "--task", "audit", "--profile", DELEGATE, "--", *command]
    return subprocess.Popen(
        [sys.executable, "-m", "rootwarden", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"])
def test_signals_reach_the_command(rig: Rig, name: str) -> None:
    with started(rig, sys.executable, "-I", "-S", "-c", WAITS) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.Signals[name])
        assert child.communicate(timeout=60)[0] == name
    assert child.returncode == 40


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_the_command_does_not_handle_ends_it(rig: Rig, name: str) -> None:
    with started(rig, "sh", "-c", "echo ready; exec sleep 600") as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.Signals[name])
        child.communicate(timeout=60)
    assert child.returncode == 128 + signal.Signals[name]
    *_, last = contents(rig)
    assert last["content"]["result"][0]["details"] == {"exit_code": 128 + signal.Signals[name]}


def test_input_and_output_are_the_commands(rig: Rig) -> None:
    line = [
        "session",
        SHOP,
        "--task",
        "audit",
        "--profile",
        DELEGATE,
        "-q",
        "--",
        "sh",
        "-c",
        "cat; echo no >&2",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "rootwarden", *line], input="in", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "in", "no\n")


def test_what_the_ledger_holds_of_it(rig: Rig) -> None:
    """Who, why, key id and expiry, the command's name and its end; neither its arguments nor anything secret."""
    options = ("--reason", "weekly check", "--ticket", "T-1")
    session(rig, "/bin/sh", "-c", "exit 3 # argument", options=options)
    intent, opened, ended = contents(rig)
    content = intent["content"]
    assert {
        name: content[name] for name in ("operation", "accounts", "task", "reason", "ticket", "details")
    } == {
        "operation": "session",
        "accounts": [SHOP],
        "task": "audit",
        "reason": "weekly check",
        "ticket": "T-1",
        "details": {"command": "sh", "seconds": 900},
    }
    (first,), (last,) = opened["content"]["result"], ended["content"]["result"]
    assert (first["outcome"], first["item"], last["outcome"]) == ("opened", "session", "done")
    for line in (first, last):
        assert line["access_key_id"].startswith("ASIA")
        assert line["session_expires"].endswith("Z")
        assert line["request_ids"]
    assert last["details"] == {"exit_code": 3}
    assert "argument" not in json.dumps([intent, opened, ended])


def test_no_secret_stays_anywhere(rig: Rig, ledger: Path) -> None:
    """Neither in what is said, at its loudest, nor in any file that is there afterwards."""
    dump = "import os; print(os.environ['AWS_SECRET_ACCESS_KEY'], os.environ['AWS_SESSION_TOKEN'])"
    ran = session(rig, sys.executable, "-I", "-S", "-c", dump, options=("-vv",))
    secrets = ran.out.split()
    assert (ran.code, len(secrets)) == (0, 2)
    assert "sts:AssumeRoot answered 200" in ran.err
    no_secret_in(ran.err)
    written = everything_below(rig.folder, Path(os.environ["HOME"]))
    assert written(str(ledger))
    for secret in secrets:
        assert secret not in ran.err
        assert not written(secret)


def everything_below(*folders: Path) -> Callable[[str], bool]:
    """Whether a text is the name of a file there, or in one."""
    files: dict[str, bytes] = {
        str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()
    }
    return lambda text: text in files or any(text.encode() in content for content in files.values())
