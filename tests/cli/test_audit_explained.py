"""``audit`` with waivers and open exceptions: what is explained is ``excepted``, what is not stays exposed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from ledger_rig import entries
from product_rig import LEGACY, SECURITY, SHOP, Rig, company

from rootwarden.emulator import FaultSpec, account
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.exception_notes import (
    record_adopted,
    record_closed,
    record_opened,
    record_opening,
)
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import RecoveryException

if TYPE_CHECKING:
    from pathlib import Path

DELEGATE = f"emulator-{SECURITY}"
NOW = datetime.now(UTC)
SOON = str(NOW.date() + timedelta(days=30))
HOLDS: dict[str, Any] = {"password": True, "access_keys": ({}, {"status": "Inactive"}), "mfa_devices": ({},)}


@pytest.fixture(autouse=True)
def _world(rig: Rig, ledger: Path) -> None:
    rig.up(company(account(SHOP, "Shop", root=HOLDS), account(LEGACY, "Legacy")))


def waive(rig: Rig, *items: str, until: str = SOON) -> str:
    options = [one for item in items for one in ("--item", item)]
    ran = rig.json(
        "waiver", "add", SHOP, *options, "--owner", "Billing", "--until", until, "--reason", "tool",
        profile=DELEGATE,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return str(ran.document["waiver"]["id"])


def recorder(rig: Rig, ledger: Path, now: datetime = NOW) -> Recorder:
    """Writes to the test's ledger at another time."""
    endpoint = rig.emulator.endpoint_url
    identity = Identity(rig.emulator.world.organization.id, endpoint)
    caller = RunContext("arn:aws:iam::222222222222:user/alice", None, "0.1.0")
    return Recorder(SqliteStore(ledger, identity), caller, clock=lambda: now)


def exception(until: datetime, **more: Any) -> RecoveryException:
    return RecoveryException(
        "e-abcdefgh", AccountId(SHOP), "tax-invoice", "Platform", "invoice", None, NOW, until, **more
    )


def test_a_waiver_for_everything_exposed(rig: Rig) -> None:
    """Excepted, with who, which and until when; exit 0; the ledger's record of the audit says so too."""
    name = waive(rig, "password", "access-keys")
    ran = rig.json("audit", profile=DELEGATE)
    row = ran.row(SHOP)
    assert (ran.code, row["outcome"], ran.document["summary"]["excepted"]) == (0, "excepted", 1)
    key = rig.root(SHOP).access_keys[0].id
    until = f"{SOON}T23:59:59Z"
    assert row["reason"] == {
        "source": "local",
        "code": "excepted",
        "text": f"waiver {name} of Billing until {until} (tool)",
        "request_id": None,
    }
    assert row["explanations"] == [
        {
            "kind": "waiver",
            "id": name,
            "owner": "Billing",
            "until": until,
            "standing": "open",
            "items": ["password:login-profile", f"access-keys:{key}"],
        }
    ]
    assert row["credentials"]["password"] is True
    outcome = [one for one in entries(rig, "--operation", "audit") if one["kind"] == "outcome"][-1]
    assert {one["account"]: one["outcome"] for one in outcome["content"]["result"]}[SHOP] == "excepted"
    table = rig.run("audit", "-o", "markdown", profile=DELEGATE).out.replace("\\", "")
    assert f"waiver {name} of Billing until {until}" in table


def test_a_key_that_no_waiver_names_stays_exposed(rig: Rig) -> None:
    name = waive(rig, "password")
    ran = rig.json("audit", profile=DELEGATE)
    key = rig.root(SHOP).access_keys[0].id
    assert (ran.code, ran.row(SHOP)["outcome"]) == (1, "exposed")
    assert ran.row(SHOP)["reason"]["code"] == "partly_excepted"
    assert f"nothing explains access-keys:{key}; waiver {name} of Billing" in ran.row(SHOP)["reason"]["text"]
    waive(rig, f"access-keys:{key}")
    assert rig.json("audit", profile=DELEGATE).row(SHOP)["outcome"] == "excepted"


def test_with_the_summary_alone_only_a_waiver_for_the_kind_counts(rig: Rig) -> None:
    key = rig.root(SHOP).access_keys[0].id
    waive(rig, "password", f"access-keys:{key}")
    line = ["audit", "--details", "never"]
    assert rig.json(*line, profile=DELEGATE).row(SHOP)["outcome"] == "exposed"
    waive(rig, "access-keys")
    assert rig.json(*line, profile=DELEGATE).row(SHOP)["outcome"] == "excepted"


def test_an_expired_waiver_explains_nothing_and_is_named(rig: Rig, ledger: Path) -> None:
    from rootwarden.ledger.waivers import record_waiver  # noqa: PLC0415 - used once

    record_waiver(
        recorder(rig, ledger, NOW - timedelta(days=9)),
        waiver_id="w-abcdefgh",
        account=AccountId(SHOP),
        items=["password", "access-keys"],
        owner="Billing",
        until=NOW - timedelta(days=1),
        reason="tool",
        ticket=None,
    )
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"], ran.row(SHOP)["reason"]["code"]) == (
        1,
        "exposed",
        "waiver_expired",
    )
    assert "waiver w-abcdefgh of Billing explains nothing since it expired" in ran.row(SHOP)["reason"]["text"]
    listed = rig.json("waiver", "list", profile=None).document["waivers"]
    assert [(one["id"], one["state"]) for one in listed] == [("w-abcdefgh", "expired")]
    ended = rig.json("waiver", "end", "w-abcdefgh", profile=DELEGATE)
    assert (ended.code, ended.document["outcome"]) == (0, "nothing_to_do")


def test_an_ended_waiver_is_not_named(rig: Rig) -> None:
    name = waive(rig, "password", "access-keys")
    assert rig.run("waiver", "end", name, profile=DELEGATE).code == 0
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.row(SHOP)["outcome"], ran.row(SHOP)["reason"]) == ("exposed", None)


def test_an_open_exception_explains_what_came_after_it(rig: Rig, ledger: Path) -> None:
    writer = recorder(rig, ledger)
    one = exception(NOW + timedelta(hours=4))
    record_opening(writer, one)
    record_opened(writer, one)
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"]) == (0, "excepted")
    assert ran.row(SHOP)["reason"]["text"].startswith("exception e-abcdefgh of Platform until ")
    record_closed(writer, one, how="closed")
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"], ran.row(SHOP)["explanations"]) == (1, "exposed", [])


def test_a_key_that_was_there_before_the_exception_stays_exposed(rig: Rig, ledger: Path) -> None:
    key = rig.root(SHOP).access_keys[0].id
    record_opening(recorder(rig, ledger), exception(NOW + timedelta(hours=4), known=(f"access-keys:{key}",)))
    row = rig.json("audit", profile=DELEGATE).row(SHOP)
    assert (row["outcome"], row["reason"]["code"]) == ("exposed", "partly_excepted")
    assert f"nothing explains access-keys:{key};" in row["reason"]["text"]


def test_an_overdue_exception_explains_nothing_and_is_named(rig: Rig, ledger: Path) -> None:
    record_adopted(recorder(rig, ledger), exception(NOW - timedelta(minutes=1)))
    ran = rig.json("audit", profile=DELEGATE)
    assert (ran.code, ran.row(SHOP)["outcome"], ran.row(SHOP)["reason"]["code"]) == (
        1,
        "exposed",
        "exception_overdue",
    )
    assert "overdue" in ran.row(SHOP)["reason"]["text"]


def test_what_was_not_read_is_never_explained(rig: Rig) -> None:
    """A waiver for everything does not make an account well that could not be read."""
    waive(rig, "password", "access-keys", "signing-certificates")
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:ListSigningCertificates", code="AccessDenied", message="No.")
    )
    ran = rig.json("audit", "--details", "always", profile=DELEGATE)
    assert (ran.code, ran.row(LEGACY)["outcome"]) == (6, "unreachable")
    assert ran.row(SHOP)["reason"]["code"] == "AccessDenied"


def test_a_note_that_says_nonsense_is_named(rig: Rig, ledger: Path) -> None:
    """Nobody knows what it would explain, so nothing is read; the entry is named."""
    recorder(rig, ledger).note(
        operation="waiver add", accounts=[AccountId(SHOP)], details={"waiver_id": "w-x", "items": []}
    )
    calls = rig.calls()
    for line in ("audit", "waiver list", "waiver end w-x"):
        ran = rig.json(*line.split(), profile=DELEGATE)
        assert (ran.code, ran.document["error"]["type"]) == (5, "LedgerUnreadable")
        assert "entry 1 (waiver add): details.items" in ran.document["error"]["message"]
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
