"""A company whose root users are worked with by hand, and what the tests of ``session`` and ``grant`` ask of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Ran, Rig, company, configuration

from rootwarden.emulator import account
from rootwarden.emulator.resource_specs import BucketSpec, QueueSpec
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.exception_notes import record_adopted, record_closed, record_closing
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import RecoveryException

DELEGATE = f"emulator-{SECURITY}"
QUEUE = f"arn:aws:sqs:us-east-1:{SHOP}:shop-mails"
SUSPENDED = "888888888888"
BREAK_GLASS = "[recovery]\nbreak_glass = true\n"
SECRETS = re.compile(r"emulated[/-][A-Za-z0-9_+/-]{20,}")
"""What the emulator's secrets and session tokens look like."""


def hands_on(rig: Rig, **fields: Any) -> None:
    """Starts it: a shop with every root credential, a bucket and a queue; an account without a password; one suspended."""
    shop = account(
        SHOP,
        "Shop",
        root=EVERYTHING,
        buckets=(BucketSpec(name="shop-orders", policy=_policy("arn:aws:s3:::shop-orders")),),
        queues=(QueueSpec(name="shop-mails", policy=_policy(QUEUE)),),
    )
    rig.up(company(shop, account(LEGACY, "Legacy"), account(SUSPENDED, "Gone", state="SUSPENDED"), **fields))
    # The AWS CLI of the tools this project is developed with.
    rig.patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("aws")


def _policy(resource: str) -> Any:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": f"{resource.split(':')[2]}:*",
                "Resource": resource,
            }
        ],
    }


def session(
    rig: Rig, *command: str, task: str = "audit", account_id: str = SHOP, options: tuple[str, ...] = ()
) -> Ran:
    """Runs a command in a session, as a process of its own."""
    line = ["session", account_id, "--task", task, "--profile", DELEGATE, *options, "--", *command]
    return rig.child(*line, profile=None)


def recorder(rig: Rig, ledger: Path, *, now: datetime | None = None) -> Recorder:
    """Writes into the test's ledger beside the program."""
    identity = Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url)
    caller = RunContext("arn:aws:iam::222222222222:user/a", None, "1")
    return Recorder(SqliteStore(ledger, identity), caller, clock=lambda: now or datetime.now(UTC))


def open_exception(
    rig: Rig,
    ledger: Path,
    *,
    account_id: str = SHOP,
    lasts: timedelta = timedelta(hours=2),
    name: str = "e-1",
) -> RecoveryException:
    """Records one that is open."""
    now = datetime.now(UTC)
    one = RecoveryException(
        name,
        AccountId(account_id),
        "tax-invoice",
        "Platform",
        "an invoice",
        None,
        now,
        now + lasts,
        adopted=True,
    )
    record_adopted(recorder(rig, ledger), one)
    return one


def close(rig: Rig, ledger: Path, one: RecoveryException, *, wholly: bool = True) -> None:
    """Records that its close has begun, and its end."""
    record_closing(recorder(rig, ledger), one)
    if wholly:
        record_closed(recorder(rig, ledger), one, how="closed")


def glass(rig: Rig) -> tuple[str, str]:
    """The options for a configuration that allows --break-glass."""
    return ("--config", configuration(rig.folder, BREAK_GLASS))


def contents(rig: Rig) -> list[dict[str, Any]]:
    """What the entries of the ledger hold, without what is the same in all of them."""
    ran = rig.json("ledger", "list", profile=None)
    found: list[dict[str, Any]] = ran.document["entries"]
    return found


def no_secret_in(*texts: str) -> None:
    """None of these holds a secret or a session token."""
    for text in texts:
        assert SECRETS.search(text) is None


def secrets_of(text: str) -> set[str]:
    """The secret and the token in a printed document."""
    document = json.loads(text)
    return {
        value
        for key, value in document.items()
        if key.lower().replace("_", "") in {"secretaccesskey", "sessiontoken"}
    }
