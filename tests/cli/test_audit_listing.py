"""An organization whose accounts AWS stops listing in the midst of an audit."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from product_rig import MANAGEMENT, SECURITY, company

from rootwarden.cli.progress import AuditProgress
from rootwarden.emulator import FaultSpec, account

if TYPE_CHECKING:
    from pathlib import Path

    from product_rig import Rig

DELEGATE = f"emulator-{SECURITY}"


def test_a_failed_read_with_the_second_page_of_accounts(rig: Rig) -> None:
    """An error in the middle of a listing is an error, not a shorter organization; what was listed is read and told."""
    members = [account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30)]
    rig.up(company(*members))
    rig.after(
        "organizations:ListAccounts",
        lambda: rig.emulator.world.faults.append(
            FaultSpec(
                operation="organizations:ListAccounts", code="TooManyRequestsException", message="Slow."
            )
        ),
    )
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.code == 6
    why = ran.document["unlisted"]
    assert (why["source"], why["code"], why["text"]) == ("aws", "TooManyRequestsException", "Slow.")
    assert "INCOMPLETE: not all accounts are known" in ran.err
    assert 0 < len(ran.document["accounts"]) < len(members)
    assert {row["outcome"] for row in ran.document["accounts"]} == {"clean", "skipped"}


def test_a_saved_audit_whose_listing_broke_off_can_be_gone_on_with(rig: Rig, tmp_path: Path) -> None:
    members = [account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30)]
    rig.up(company(*members))
    busy = FaultSpec(operation="organizations:ListAccounts", code="TooManyRequestsException", count=1)
    rig.after("organizations:ListAccounts", lambda: rig.emulator.world.faults.append(busy))
    saved = tmp_path / "audit.jsonl"
    ran = rig.run("audit", "-o", "jsonl", "--save", str(saved), profile=DELEGATE)
    assert ran.code == 6
    assert "INCOMPLETE: not all accounts are known" in ran.err
    known = [json.loads(line) for line in ran.out.splitlines()]
    assert 0 < len(known) < len(members)
    assert json.loads(saved.read_text().splitlines()[-1])["closing"]["interrupted"] is True
    ran = rig.json("audit", "--resume", str(saved), profile=DELEGATE)
    assert ran.code == 0
    assert ran.document["unlisted"] is None
    read = {row["id"]: row["read"] for row in ran.document["accounts"]}
    assert len(read) == len(ran.document["accounts"]) == len(members) + 2
    for row in known:
        assert row["read"] is None or read[row["id"]] == row["read"], "read again"


def test_a_change_is_not_planned_for_a_part_of_the_accounts(rig: Rig) -> None:
    rig.up(company(*(account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30))))
    busy = FaultSpec(operation="organizations:ListAccounts", code="TooManyRequestsException", count=1)
    rig.after("organizations:ListAccounts", lambda: rig.emulator.world.faults.append(busy))
    ran = rig.json("remove", "plan", "--all", "--out", "plan.json", profile=DELEGATE)
    assert ran.code == 3
    assert "TooManyRequestsException" in ran.document["error"]["message"]
    assert not (rig.folder / "plan.json").exists()


def test_ctrl_c_while_accounts_are_listed(rig: Rig) -> None:
    """What is known is printed at once, and that others are not known is said; nobody waits for the rest of the list."""
    rig.up(company(*(account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30))))
    rig.be_patient()
    busy = FaultSpec(operation="organizations:ListAccounts", code="TooManyRequestsException")
    rig.after("organizations:ListAccounts", lambda: rig.emulator.world.faults.append(busy))
    rig.after("sts:AssumeRoot", lambda: os.kill(os.getpid(), signal.SIGINT))
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.code == 130
    assert ran.document["unlisted"] == {
        "source": "local",
        "code": "interrupted",
        "text": "interrupted before all were listed",
        "request_id": None,
    }
    assert "INCOMPLETE: not all accounts are known: interrupted before all were listed." in ran.err
    assert len(ran.document["accounts"]) == 20  # the first page


def test_how_many_there_are_is_known_once_they_are_listed(rig: Rig) -> None:
    rig.up(company(*(account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30))))
    totals = []
    rig.patch.setattr(AuditProgress, "__call__", lambda _self, _number, total, _row: totals.append(total))
    assert rig.run("audit", "--exclude", f"{400_000_000_000}", profile=DELEGATE).code == 0
    assert totals[-1] == len(totals) == 31
    assert set(totals) <= {None, 31}


def test_one_that_joins_while_the_accounts_are_listed(rig: Rig) -> None:
    """It moves the pages, so that an account stands on two of them, and is read once all the same."""
    rig.up(company(*(account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(30))))
    organization = rig.emulator.world.organization

    def join() -> None:
        rig.emulator.control.create_account("New", id="424242424242")
        before = dict(organization.accounts)
        organization.accounts.clear()
        organization.accounts.update({"424242424242": before.pop("424242424242"), **before})

    rig.after("organizations:ListAccounts", join)
    ran = rig.json("audit", profile=DELEGATE)
    ids = [row["id"] for row in ran.document["accounts"]]
    assert (ran.code, len(ids), len(set(ids))) == (0, 32, 32)
    entries = rig.json("ledger", "list", profile=DELEGATE).document["entries"]
    lines = [line["account"] for one in entries for line in one["content"].get("result", ())]
    assert sorted(lines) == sorted(set(ids) - {MANAGEMENT})


def test_one_that_is_suspended_before_it_is_read(rig: Rig) -> None:
    """It has its row all the same, with AWS's answer: nobody says that it is clean."""
    rig.up(company(*(account(f"{400_000_000_000 + n}", f"Member {n}") for n in range(10))))
    gone = "400000000009"
    rig.after("organizations:ListAccounts", lambda: rig.emulator.control.suspend_account(gone))
    ran = rig.json("audit", profile=DELEGATE)
    assert ran.row(gone)["outcome"] == "unreachable"
    assert ran.row(gone)["reason"]["source"] == "aws"
    assert (ran.code, ran.document["summary"]["clean"]) == (6, 10)
