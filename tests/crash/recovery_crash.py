"""An exception with an exemption, whose opening, close and sweep can be ended anywhere, and checked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
from crash_rig import CrashRig, Run

from rootwarden.emulator import account
from rootwarden.emulator.builders import DENY_ROOT, MANAGEMENT, SECURITY
from rootwarden.emulator.org_file import OrganizationFile, OuSpec
from rootwarden.ledger.query import open_intents
from rootwarden.ledger.recovery_exceptions import exceptions_in
from rootwarden.model.recovery_exception import ExceptionState, RecoveryException

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rootwarden.emulator import Emulator

SHOP = "300000000001"
NEIGHBOUR = "400000000004"
ROOT: dict[str, Any] = {"password": True, "access_keys": ({},), "mfa_devices": ({},)}
PURPOSES = f"""
[purposes.management_deploy]
profile = "emulator-{MANAGEMENT}"
[purposes.delegate]
profile = "emulator-{SECURITY}"
"""
LINES = {
    "open": ("open", SHOP, "--task", "restore-iam-permissions", "--for", "4h"),
    "close": ("close", SHOP),
    "sweep": ("sweep",),
}
WHOLE = {"open": 0, "close": 0, "sweep": 1}
AGAIN = {"close": {0}, "sweep": {1, 6}}
"""Exit codes; the sweep finds the neighbour's credentials, which nothing explains."""
PASSWORD = "correct horse battery"


def organization() -> OrganizationFile:
    """A shop below an SCP that denies root, and a neighbour that is to keep what it has."""
    return OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(
            account(SECURITY, "Security"),
            account(SHOP, "Shop", "/Restricted"),
            account(NEIGHBOUR, "Neighbour", root=ROOT),
        ),
        organizational_units=(OuSpec(path="/Restricted", scps=("NoRoot",)),),
        scps={"NoRoot": DENY_ROOT},
        security_account=SECURITY,
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
        delegated_administrators={SECURITY: ("iam.amazonaws.com",)},
    )


class RecoveryCrash(CrashRig):
    """One of the three commands, from the state in which people give it."""

    def __init__(self, start: Callable[..., Emulator], folder: Path, verb: str) -> None:
        super().__init__(start, folder, organization())
        self._verb = verb
        self._closed_shop = self.roots[SHOP]
        self._strict = self.policies
        (self.base / "config.toml").write_text(PURPOSES, encoding="utf-8")
        if verb != "open":
            opened = self.recovery(self.base, "prepare", "open")
            assert opened.code == 0, opened.err
            self._work_as_root()
            if verb == "sweep":
                self.ahead = timedelta(hours=5).total_seconds()
                self.emulator.world.clock.advance(timedelta(hours=5))
            self.keep_state()

    def recovery(self, folder: Path, name: str, verb: str, **ending: Any) -> Run:
        """Gives one of the commands."""
        line = ("recovery", *LINES[verb], "--yes", "--config", "config.toml", "-o", "json")
        return self.run(folder, name, line, **ending)

    def command(self, folder: Path, name: str, **ending: Any) -> Run:
        """Gives the command that this is about."""
        return self.recovery(folder, name, self._verb, **ending)

    def _work_as_root(self) -> None:
        """Somebody sets a password by mail, signs in, and makes a key."""
        control = self.emulator.control
        mail = control.request_password_recovery(SHOP)
        assert control.complete_password_recovery(mail.link, PASSWORD).succeeded
        keys = control.sign_in(SHOP, PASSWORD).credential
        assert keys is not None
        client = boto3.client(
            "iam",
            endpoint_url=self.emulator.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.token,
        )
        client.create_access_key()
        client.close()

    def register(self, folder: Path) -> tuple[RecoveryException, ...]:
        """The exceptions of the ledger."""
        return exceptions_in(self.ledger(folder))

    def check(self, folder: Path, again: Run) -> None:
        """After the second run: what was begun is done, once, in AWS and in the ledger."""
        if self._verb == "open":
            self._check_opened(folder, again)
            closed = self.recovery(folder, "close", "close")
            assert closed.code == 0, closed.err
        else:
            # A finished sweep leaves a policy that denies the next one its look.
            assert again.code in AGAIN[self._verb], again.err
        self._check_closed(folder)

    def _check_opened(self, folder: Path, again: Run) -> None:
        found = [one for one in self.register(folder) if one.state is not ExceptionState.CLOSED]
        assert [one.state for one in found] == [ExceptionState.OPEN]
        # Refused only where the first run had said the last word already: then its exception is the open one.
        assert again.code == 0 or (again.code == 4 and f"exception {found[0].id}" in again.err), again.err
        assert self.emulator.world.root_users[SHOP].login_profile is not None
        (exemption,) = found[0].exemptions
        content = self.emulator.world.organization.policies[exemption.policy_id].content
        assert json.loads(content) == json.loads(exemption.after)

    def _check_closed(self, folder: Path) -> None:
        world = self.emulator.world
        user = world.root_users[SHOP]
        assert user.login_profile is None
        assert (user.access_keys, user.signing_certificates, user.mfa_devices) == ([], [], [])
        assert world.root_users[NEIGHBOUR] == self.roots[NEIGHBOUR]
        for policy_id, content in self._strict.items():
            assert json.loads(world.organization.policies[policy_id].content) == json.loads(content)
        assert {one.state for one in self.register(folder)} == {ExceptionState.CLOSED}
        assert open_intents(self.ledger(folder)) == ()
