"""A company in which exceptions are opened and closed, on a clock that tests move: the emulator's, which the program goes by too."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Ran, Rig, company

from rootwarden.app.context import build_app
from rootwarden.cli import terminal
from rootwarden.emulator import account
from rootwarden.emulator.org_file import AccountSpec
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.recovery_exceptions import exceptions_in
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries

if TYPE_CHECKING:
    from pathlib import Path

    from rootwarden.emulator.keyring import Credential
    from rootwarden.ledger.entry import Entry
    from rootwarden.model.recovery_exception import RecoveryException

DELEGATE = f"emulator-{SECURITY}"
SUSPENDED = "888888888888"
TASK = "restore-iam-permissions"
PASSWORD = "correct horse battery"


def recovery_company(rig: Rig, *members: AccountSpec, **fields: Any) -> None:
    """Starts it: a shop without root credentials, an account with all of them, one suspended; and the emulator's clock for all."""
    everybody = members or (
        account(SHOP, "Shop", "/Shops"),
        account(LEGACY, "Legacy", root=EVERYTHING),
        account(SUSPENDED, "Gone", state="SUSPENDED"),
    )
    rig.up(company(*everybody, **fields))
    clock = rig.emulator.world.clock
    clock.freeze()
    rig.patch.setattr(terminal, "build_app", functools.partial(build_app, clock=clock.now))


def now(rig: Rig) -> datetime:
    """What time it is."""
    return rig.emulator.world.clock.now()


def later(rig: Rig, **span: float) -> None:
    """Lets time pass, for AWS and for the program."""
    rig.emulator.world.clock.advance(timedelta(**span))


def opened(rig: Rig, *options: str, account_id: str = SHOP, lasts: str = "4h", task: str = TASK) -> Ran:
    """Opens an exception without asking."""
    line = ("recovery", "open", account_id, "--task", task, "--for", lasts, "--yes", *options)
    return rig.json(*line, profile=DELEGATE)


def closed(rig: Rig, name: str = SHOP, *options: str) -> Ran:
    """Closes one without asking."""
    return rig.json("recovery", "close", name, "--yes", *options, profile=DELEGATE)


def signs_in(rig: Rig, account_id: str = SHOP, *, password: str = PASSWORD) -> Credential:
    """The holder of the mailbox sets a password and signs in with it; the keys of the console session."""
    control = rig.emulator.control
    mail = control.request_password_recovery(account_id)
    assert control.complete_password_recovery(mail.link, password).succeeded
    found = control.sign_in(account_id, password)
    assert found.credential is not None
    return found.credential


def ledger_entries(rig: Rig, ledger: Path) -> tuple[Entry, ...]:
    """Everything that was written down, verified."""
    identity = Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url)
    store = SqliteStore(ledger, identity)
    found = tuple(entries(store))
    store.close()
    return found


def exceptions(rig: Rig, ledger: Path) -> tuple[RecoveryException, ...]:
    """The register, rebuilt from the ledger."""
    return exceptions_in(ledger_entries(rig, ledger))


def operations(rig: Rig, ledger: Path) -> list[tuple[str, str]]:
    """Kind and operation of every entry, in order."""
    return [(one.kind.value, str(one.content["operation"])) for one in ledger_entries(rig, ledger)]
