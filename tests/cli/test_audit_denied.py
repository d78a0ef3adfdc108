"""What an audit says of accounts in which AWS denied the session: AWS's word, and beside it our reading of the policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from product_rig import LEGACY, SECURITY, SHOP, company

from rootwarden.app import denied
from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.builders import DENY_ROOT, DENY_SIGNED_IN_ROOT

if TYPE_CHECKING:
    from product_rig import Rig

DELEGATE = f"emulator-{SECURITY}"
DENIED = "with an explicit deny in a service control policy"


@pytest.fixture
def blocked(rig: Rig) -> Rig:
    """One account under an SCP that denies root's reads, one under an SCP that does not."""
    rig.up(
        company(
            account(SHOP, "Blocked", scps=("Old",)),
            account(LEGACY, "Open", scps=("New",)),
            scps={"Old": DENY_ROOT, "New": DENY_SIGNED_IN_ROOT},
        )
    )
    return rig


def test_our_reading_stands_beside_aws_word(blocked: Rig) -> None:
    ran = blocked.json("audit", profile=DELEGATE)
    row = ran.row(SHOP)
    assert row["reason"]["source"] == "aws"
    assert row["reason"]["text"].endswith(DENIED)
    ours = row["our_reading"]
    assert {key: ours[key] for key in ("answer", "layer", "target", "statement")} == {
        "answer": "blocked",
        "layer": "scp",
        "target": SHOP,
        "statement": "DenyRootUser",
    }
    assert ours["policy"] == f"Old ({ours['policy_id']})"
    assert [one["our_reading"] for one in ran.document["accounts"] if one["id"] != SHOP] == [None] * 3
    assert ran.code == 6


@pytest.mark.parametrize("output", ["table", "csv", "markdown"])
def test_text_marks_it_as_ours(blocked: Rig, output: str) -> None:
    ran = blocked.run("audit", "-o", output, profile=DELEGATE)
    told = " ".join(ran.out.split())
    assert ran.code == 6
    assert told.count("our reading:") == 1
    assert told.index("AccessDenied") < told.index("our reading:")


def test_a_stream_and_a_saved_file_hold_it_too(blocked: Rig) -> None:
    ran = blocked.run("audit", "-o", "jsonl", "--save", "audit.jsonl", profile=DELEGATE)
    streamed = {row["id"]: row for row in map(json.loads, ran.out.splitlines())}
    assert streamed[SHOP]["our_reading"]["answer"] == "blocked"
    saved = [json.loads(line) for line in (blocked.folder / "audit.jsonl").read_text().splitlines()]
    assert [one["row"]["our_reading"] for one in saved if "row" in one and one["row"]["id"] == SHOP] == [
        streamed[SHOP]["our_reading"]
    ]
    again = blocked.json("audit", "--resume", "audit.jsonl", profile=DELEGATE)
    assert again.row(SHOP)["our_reading"] == streamed[SHOP]["our_reading"]


def test_no_account_denied_means_no_policy_is_read(rig: Rig) -> None:
    rig.up(company(account(SHOP, "Shop")))
    assert rig.json("audit", profile=DELEGATE).code == 0
    assert not [action for action, _ in rig.calls() if "Polic" in action]


def test_policies_that_cannot_be_read_leave_aws_word(blocked: Rig) -> None:
    """Doctor then says what it did not see; it is never taken for a guess at why AWS denied."""
    blocked.emulator.world.faults.append(
        FaultSpec(operation="organizations:ListPoliciesForTarget", code="AccessDeniedException")
    )
    ran = blocked.json("audit", profile=DELEGATE)
    assert ran.row(SHOP)["reason"]["text"].endswith(DENIED)
    assert ran.row(SHOP)["our_reading"]["answer"] == "depends"
    assert ran.code == 6


def test_nothing_to_be_read_at_all_is_a_note(blocked: Rig) -> None:
    blocked.after(
        "iam:GetAccountSummary",
        lambda: blocked.emulator.world.faults.append(
            FaultSpec(operation="sts:GetCallerIdentity", code="ServiceFailure", message="Later.")
        ),
    )
    ran = blocked.json("audit", profile=DELEGATE)
    assert ran.row(SHOP)["outcome"] == "unreachable"
    assert ran.row(SHOP)["our_reading"] is None
    assert "what the policies make of the denied accounts was not read" in ran.err
    assert "Later." in ran.err


def test_of_very_many_some_are_looked_into(blocked: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denied, "MOST", 1)
    everywhere = FaultSpec(operation="iam:GetAccountSummary", code="AccessDenied", message="No.")
    blocked.emulator.world.faults.append(everywhere)
    ran = blocked.json("audit", profile=DELEGATE)
    rows = [row for row in ran.document["accounts"] if row["outcome"] == "unreachable"]
    assert len(rows) == 3
    assert sum(row["our_reading"] is not None for row in rows) == 1
    assert "1 of 3 denied accounts" in ran.err


def test_ctrl_c_while_policies_are_read_keeps_the_rows(blocked: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(denied, "readings_of", pressed)
    ran = blocked.json("audit", profile=DELEGATE)
    assert ran.code == 130
    assert len(ran.document["accounts"]) == 4
    assert ran.row(SHOP)["our_reading"] is None
