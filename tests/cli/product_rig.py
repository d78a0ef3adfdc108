"""The program run in this process against an emulated organization, and what to build such organizations from."""

from __future__ import annotations

import functools
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from rootwarden.aws import pacing
from rootwarden.aws.pacing import Pacing
from rootwarden.cli import main
from rootwarden.emulator import OrganizationFile, account
from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.aws_config import write_aws_config
from rootwarden.emulator.gateway import Gateway
from rootwarden.emulator.org_file import AccountSpec, PrincipalSpec, TrailSpec
from rootwarden.emulator.services import org_accounts
from rootwarden.operations.removal import deletion

if TYPE_CHECKING:
    from rootwarden.emulator import Emulator
    from rootwarden.emulator.root_user import RootUser

MANAGEMENT, SECURITY, SHOP, LEGACY = "111111111111", "222222222222", "333333333333", "555555555555"
IAM, CLOUDTRAIL = "iam.amazonaws.com", "cloudtrail.amazonaws.com"
BOTH = ("RootCredentialsManagement", "RootSessions")


def company(*members: AccountSpec, **fields: Any) -> OrganizationFile:
    """An organization in which everything is set up: the security account is the delegate, and a trail records all."""
    complete: dict[str, Any] = {
        "management_account": account(MANAGEMENT, "Example Corp"),
        "accounts": (account(SECURITY, "Security"), *members),
        "security_account": SECURITY,
        "trusted_services": (CLOUDTRAIL, IAM),
        "root_features": BOTH,
        "delegated_administrators": {SECURITY: (IAM,)},
        "trails": (TrailSpec(account=MANAGEMENT),),
    }
    return OrganizationFile(**{**complete, **fields})


def fresh(*members: AccountSpec, **fields: Any) -> OrganizationFile:
    """The same organization before anything was set up."""
    nothing: dict[str, Any] = {
        "trusted_services": (CLOUDTRAIL,),
        "root_features": (),
        "delegated_administrators": {},
    }
    return company(*members, **{**nothing, **fields})


def caller(
    account_id: str, *actions: str, deny: tuple[str, ...] = (), name: str = "Limited"
) -> PrincipalSpec:
    """A role that may do these actions and nothing else; its profile is ``emulator-ACCOUNT-NAME``."""
    statements: list[Any] = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
    if deny:
        statements.append({"Effect": "Deny", "Action": list(deny), "Resource": "*"})
    document: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
    return PrincipalSpec(account=account_id, name=name, policies=(document,) if statements else ())


_GIVES_UP = Pacing._gives_up
_CALL = "_make_api_call"
"""Where every call of the SDK passes; its type hints do not know it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; a failure of the test when it is not one."""
        return json.loads(self.out)

    @property
    def steps(self) -> dict[str, str]:
        """The outcome of every step of ``enable`` or ``disable``."""
        return {one["step"]: one["outcome"] for one in self.document["steps"]}

    def row(self, account_id: str) -> Any:
        """The row of one account, which has exactly one."""
        rows = [one for one in self.document["accounts"] if one["id"] == account_id]
        assert len(rows) == 1, rows
        return rows[0]


class Rig:
    """Command lines against one emulator."""

    def __init__(
        self,
        start: Callable[..., Emulator],
        patch: pytest.MonkeyPatch,
        capture: pytest.CaptureFixture[str],
        folder: Path,
    ) -> None:
        self._start = start
        self._capture = capture
        self.patch = patch
        self.folder = folder
        self._running: Emulator | None = None
        # A test that wants an error gets it at once; how long one is patient is tested where that is decided.
        patch.setattr(Pacing, "_gives_up", lambda *_: True)
        # The published rates are AWS's own: here they would only keep tests waiting.
        patch.setattr(pacing, "KNOWN", {})
        patch.setattr(deletion, "_PAUSES", (0.0,) * len(deletion._PAUSES))
        patch.setattr(main, "build", _one_program)
        patch.chdir(folder)

    def be_patient(self) -> None:
        """From now on failed calls are tried again, as they are for users."""
        self.patch.setattr(Pacing, "_gives_up", _GIVES_UP)
        self.patch.setattr(pacing, "_FIRST_PAUSE", 0.001)

    @property
    def emulator(self) -> Emulator:
        """The emulator that ``up`` started."""
        assert self._running is not None
        return self._running

    def up(self, organization: OrganizationFile | None = None) -> Emulator:
        """Starts an emulator and makes its profiles the user's."""
        self._running = self._start(organization)
        self.write_profiles()
        return self._running

    def write_profiles(self) -> None:
        """Writes the emulator's profiles to where AWS tools look."""
        region = self.emulator.environment()["AWS_REGION"]
        endpoint = self.emulator.endpoint_url
        profiles = self.emulator.world.profiles
        written = write_aws_config(self.folder / "aws", profiles, endpoint_url=endpoint, region=region)
        for name, value in written.environment.items():
            self.patch.setenv(name, value)

    def run(self, *arguments: str, profile: str | None = "emulator-management") -> Ran:
        """Runs a command line in this process, as one of the profiles."""
        given = ["--profile", profile] if profile else []
        self._capture.readouterr()
        code = main.run([*arguments, *given])
        seen = self._capture.readouterr()
        assert "Traceback" not in seen.err
        return Ran(code, seen.out, seen.err)

    def json(self, *arguments: str, profile: str | None = "emulator-management") -> Ran:
        """The same with ``-o json``; the document is checked to be one."""
        ran = self.run(*arguments, "-o", "json", profile=profile)
        assert isinstance(ran.document, dict)
        return ran

    def child(self, *arguments: str, profile: str | None = "emulator-management", **more: Any) -> Ran:
        """Runs the program as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "rootwarden", *arguments, *(("--profile", profile) if profile else ())],
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **more,
        )
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def on_terminal(
        self,
        *arguments: str,
        answer: str = "",
        keys: str = "",
        profile: str = "emulator-management",
        at: str = "[y/N]",
    ) -> Ran:
        """Runs the program on a terminal; ``out`` is stdout, ``err`` the screen.

        ``answer`` is typed where ``at`` shows, and ``keys`` once a list to choose from is there.
        """
        return _on_terminal([*arguments, "--profile", profile], answer, keys, at)

    def root(self, account_id: str) -> RootUser:
        """What the root user of an account holds now."""
        return self.emulator.world.root_users[account_id]

    def lose_answers(self, *operations: str) -> None:
        """From now on these operations take effect, and their answer is lost."""
        served = Gateway._served

        def lost(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            output = served(gateway, handler, call, wanted)
            if call.action in operations:
                raise AwsAnswer("ServiceUnavailable", "The answer was lost.", 503)
            return output

        self.patch.setattr(Gateway, "_served", lost)

    def after(self, operation: str, change: Callable[[], object]) -> None:
        """Makes a change to the world right after an operation was answered for the first time."""
        served, left = Gateway._served, [change]

        def changed(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            output = served(gateway, handler, call, wanted)
            if call.action == operation and left:
                left.pop()()
            return output

        self.patch.setattr(Gateway, "_served", changed)

    def hide_paths(self) -> None:
        """From now on Organizations does not tell an account's OUs along with it, as it did not for years."""
        described = org_accounts.describe_account_object
        self.patch.setattr(
            org_accounts,
            "describe_account_object",
            lambda *given: {key: one for key, one in described(*given).items() if key != "Paths"},
        )

    def interrupt_at(self, operation: str, account_id: str) -> None:
        """Ctrl-C is pressed the next time the program makes this call for this account (AssumeRoot: its target)."""
        make, left = getattr(BaseClient, _CALL), [operation]

        def interrupted(client: Any, name: str, arguments: Any) -> Any:
            about = (
                arguments.get("TargetPrincipal")
                or client._request_signer._credentials.get_frozen_credentials()
            )
            who = about if isinstance(about, str) else self._account_of(about.access_key)
            called = f"{client.meta.service_model.service_name}:{name}"
            if left and (called, who) == (operation, account_id):
                left.pop()
                raise KeyboardInterrupt
            return make(client, name, arguments)

        self.patch.setattr(BaseClient, _CALL, interrupted)

    def _account_of(self, access_key_id: str) -> str | None:
        found = self.emulator.world.keyring.find(access_key_id)
        return found.principal.account if found else None

    def calls(self) -> list[tuple[str, str]]:
        """A list that fills with every call from now on: its action, and the account it was made as."""
        served, seen = Gateway._served, list[tuple[str, str]]()

        def noted(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            seen.append((call.action, call.caller.account))
            return served(gateway, handler, call, wanted)

        self.patch.setattr(Gateway, "_served", noted)
        return seen


_one_program = functools.cache(main.build)


def configuration(folder: Path, text: str) -> str:
    """Writes a configuration file nobody else can write, and returns its path."""
    path = folder / "conf.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def holds(user: RootUser) -> Mapping[str, int]:
    """How many credentials of each kind a root user holds."""
    return {
        "password": int(user.login_profile is not None),
        "access_keys": len(user.access_keys),
        "signing_certificates": len(user.signing_certificates),
        "mfa_devices": len(user.mfa_devices),
    }


NOTHING = {"password": 0, "access_keys": 0, "signing_certificates": 0, "mfa_devices": 0}
EVERYTHING: dict[str, Any] = {
    "password": True,
    "access_keys": ({}, {"status": "Inactive"}),
    "signing_certificates": ({},),
    "mfa_devices": ({},),
}


# Makes the terminal the process's own, so that Ctrl-C typed there is a signal.
WITH_TERMINAL = (
    "import fcntl, runpy, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "runpy.run_module('rootwarden', run_name='__main__', alter_sys=True)"
)


CONTROL_KEYS = ("\x03", "\x04")
_IDLE_SECOND = 5
"""Waits of ``_read`` that make a second."""


def _on_terminal(arguments: list[str], answer: str, keys: str, at: str) -> Ran:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", WITH_TERMINAL, *arguments],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    os.close(theirs)
    screen, read, idle = b"", 0, 0
    try:
        while child.poll() is None or select.select([ours], [], [], 0.1)[0]:
            piece = _read(ours)
            if piece is None:
                break
            screen += piece
            idle = 0 if piece else idle + 1
            # A control key that is typed between the prompt and the wait for input can be lost, as any person knows: readline
            # may be just about to set up the terminal, or to wait. It is typed again when nothing has happened for a second.
            lost = answer in CONTROL_KEYS and read > 0 and idle >= _IDLE_SECOND
            if at.encode() in screen[read:] or lost:
                read, idle = len(screen), 0
                os.write(ours, answer.encode())
            if keys and b"Esc stops." in screen:
                os.write(ours, keys.encode())
                keys = ""
        out, _ = child.communicate(timeout=30)
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    return Ran(child.returncode, out, screen.decode())


def _read(terminal: int) -> bytes | None:
    """What is on the screen by now; None when the other end was closed, which Linux calls an error."""
    if not select.select([terminal], [], [], 0.2)[0]:
        return b""
    try:
        return os.read(terminal, 65536) or None
    except OSError:
        return None
