"""``remove plan --from``: a saved audit, held against the organization as it is now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from product_rig import LEGACY, MANAGEMENT, NOTHING, SHOP, Ran, Rig, configuration, holds
from removal_rig import DELEGATE, applied, legacy_and_shop

from rootwarden.model.audit import Details
from rootwarden.operations.audit.saved import Header, SelectionWords, closing_document
from rootwarden.operations.audit.saved_lines import LineWriter


def save(
    rig: Rig, *options: str, hours_ago: float = 0, cut: bool = False, endpoint: str | None = None
) -> None:
    """Audits, and writes what it saw to ``audit.jsonl`` as ``audit --save`` does."""
    found = rig.json("audit", *options, profile=DELEGATE).document
    when = datetime.now(UTC) - timedelta(hours=hours_ago)
    header = Header(
        found["organization_id"],
        endpoint or found["endpoint"],
        when,
        SelectionWords(everything=True),
        Details.ALWAYS,
        "1",
    )
    rows = [{"row": {**row, "read": None}} for row in found["accounts"]]
    closing = closing_document(finished=when, interrupted=False, rows=len(rows), summary=found["summary"])
    writer = LineWriter()
    lines = [writer.line(one) for one in (header.as_document(), *rows, *([] if cut else [closing]))]
    Path("audit.jsonl").write_bytes(b"".join(lines))


@pytest.fixture
def saved(rig: Rig) -> Rig:
    """Two accounts with everything, and a saved audit that looked at both."""
    legacy_and_shop(rig)
    save(rig, "--details", "always")
    return rig


def plan(rig: Rig, *options: str) -> Ran:
    return rig.json(
        "remove", "plan", "--from", "audit.jsonl", "--out", "plan.json", *options, profile=DELEGATE
    )


def accounts(ran: Ran) -> list[str]:
    return [one["account"] for one in ran.document["plan"]["accounts"]]


def left_out(ran: Ran) -> dict[str, str]:
    return {one["account"]: one["reason"]["code"] for one in ran.document["plan"]["left_out"]}


def test_plans_what_it_saw_without_a_root_session(saved: Rig) -> None:
    calls = saved.calls()
    ran = plan(saved)
    assert (ran.code, accounts(ran)) == (0, [LEGACY, SHOP])
    assert left_out(ran) == {MANAGEMENT: "management_account"}
    assert "sts:AssumeRoot" not in {action for action, _ in calls}
    assert applied(saved).code == 0
    assert holds(saved.root(LEGACY)) == holds(saved.root(SHOP)) == NOTHING


def test_plans_the_selected_accounts_only(saved: Rig) -> None:
    assert accounts(plan(saved, "--account", "Legacy")) == [LEGACY]
    assert accounts(plan(saved, "--ou", "/B")) == [SHOP]


def test_says_which_selected_account_it_did_not_look_at(rig: Rig) -> None:
    legacy_and_shop(rig)
    save(rig, "--account", LEGACY, "--details", "always")
    ran = plan(rig, "--account", f"{LEGACY},{SHOP}")
    assert (accounts(ran), left_out(ran), ran.code) == ([LEGACY], {SHOP: "not_in_saved_audit"}, 6)
    assert left_out(plan(rig)) == {}


def test_leaves_out_what_it_saw_only_as_a_kind(rig: Rig) -> None:
    legacy_and_shop(rig)
    save(rig, "--details", "never")
    ran = plan(rig)
    assert (accounts(ran), set(left_out(ran).values())) == ([], {"details_not_read", "management_account"})


def test_leaves_out_accounts_that_were_suspended_excluded_or_left(saved: Rig) -> None:
    organization = saved.emulator.world.organization
    organization.remove_account(organization.accounts[SHOP])
    config = configuration(saved.folder, f'[scope]\nexclude_accounts = ["{LEGACY}"]\n')
    assert left_out(plan(saved, "--config", config))[LEGACY] == "excluded"
    organization.accounts[LEGACY].state = "SUSPENDED"
    ran = plan(saved)
    assert accounts(ran) == []
    assert left_out(ran) == {
        MANAGEMENT: "management_account",
        LEGACY: "account_suspended",
        SHOP: "not_in_organization",
    }


def test_what_it_saw_is_looked_at_again_before_it_goes(saved: Rig) -> None:
    plan(saved)
    saved.root(LEGACY).login_profile = datetime.now(UTC)
    ran = applied(saved)
    assert ran.code == 6
    assert holds(saved.root(LEGACY)) == {**NOTHING, "password": 1, "mfa_devices": 1}


def test_an_old_one_is_refused(rig: Rig) -> None:
    legacy_and_shop(rig)
    save(rig, "--details", "always", hours_ago=25)
    ran = plan(rig)
    assert (ran.code, "more than 24 hours ago" in ran.document["error"]["message"]) == (4, True)
    config = configuration(rig.folder, "[limits]\nplan_max_age_hours = 26\n")
    assert plan(rig, "--config", config).code == 0


def test_one_of_another_endpoint_is_refused(rig: Rig) -> None:
    legacy_and_shop(rig)
    save(rig, "--details", "always", endpoint="aws")
    ran = plan(rig)
    assert (ran.code, ran.document["error"]["type"]) == (4, "WrongOrganization")
    assert not Path("plan.json").exists()


def test_one_that_was_edited_is_refused(saved: Rig) -> None:
    text = Path("audit.jsonl").read_text(encoding="utf-8")
    Path("audit.jsonl").write_text(text.replace("Legacy", "Legend"), encoding="utf-8")
    assert plan(saved).code == 4


def test_one_that_was_cut_short_is_refused(rig: Rig) -> None:
    legacy_and_shop(rig)
    save(rig, "--details", "always", cut=True)
    ran = plan(rig)
    assert (ran.code, "cut short" in ran.document["error"]["message"]) == (2, True)


def test_no_file_and_no_audit(saved: Rig) -> None:
    Path("audit.jsonl").write_text("{}\n", encoding="utf-8")
    assert plan(saved).code == 2
    Path("audit.jsonl").unlink()
    assert plan(saved).code == 2
