"""How far a removal can go at once: limits, canaries, failures that end it, waves by OU, and leases."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from product_rig import NOTHING, Ran, Rig, company, holds
from removal_rig import DELEGATE, fault

from rootwarden.app.context import App
from rootwarden.cli.terminal import Terminal
from rootwarden.emulator import account
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.leases import Lease
from rootwarden.ledger.run_mark import RunMark
from rootwarden.ledger.sqlite import SqliteStore

FIVE = tuple(f"30000000000{n}" for n in range(1, 6))
OUS = ("/A", "/A/Deep", "/B", "/B", "/C")
ROOT: dict[str, Any] = {"password": True, "access_keys": ({},), "mfa_devices": ({},)}


@pytest.fixture
def five(rig: Rig, ledger: Path) -> Rig:
    """Five accounts in four OUs, all of them with root credentials, and a plan for all."""
    # Listed in another order than that of their OUs.
    members = [account(one, f"Account {one[-1]}", ou, root=ROOT) for one, ou in zip(FIVE, OUS, strict=True)]
    rig.up(company(*reversed(members)))
    assert rig.json("remove", "plan", "--all", "--out", "plan.json", profile=DELEGATE).code == 0
    return rig


def apply(rig: Rig, *options: str) -> Ran:
    return rig.json("remove", "apply", "plan.json", "--yes", *options, profile=DELEGATE)


def clean(rig: Rig) -> list[str]:
    return [one for one in FIVE if holds(rig.root(one)) == NOTHING]


def codes(ran: Ran) -> list[str | None]:
    return [(row["reason"] or {}).get("code") for row in ran.document["accounts"]]


def marks() -> Path:
    """Where runs leave their marks."""
    return Path(os.environ["XDG_STATE_HOME"]) / "rootwarden" / "runs"


def lease_store(rig: Rig, ledger: Path) -> SqliteStore:
    """The ledger's store, for its leases."""
    return SqliteStore(ledger, Identity(rig.emulator.world.organization.id, rig.emulator.endpoint_url))


class TestMaxAccounts:
    def test_a_plan_of_more_is_refused_as_a_whole(self, five: Rig) -> None:
        ran = apply(five, "--max-accounts", "4")
        assert (ran.code, clean(five)) == (4, [])
        assert "the limit is 4" in ran.document["error"]["message"]
        assert apply(five, "--max-accounts", "5").code == 0


class TestWaves:
    def test_accounts_go_ou_by_ou(self, five: Rig) -> None:
        ran = apply(five)
        assert [row["id"] for row in ran.document["accounts"]] == list(FIVE)
        assert clean(five) == list(FIVE)

    def test_small_ous_go_together(self, five: Rig) -> None:
        """Each password is deleted only once all five accounts, which are in four OUs, are that far."""
        together, make = threading.Barrier(len(FIVE), timeout=60), getattr(BaseClient, "_make_api_call")  # noqa: B009 - as below

        def called(client: Any, operation: str, arguments: Any) -> Any:
            if operation == "DeleteLoginProfile":
                together.wait()
            return make(client, operation, arguments)

        five.patch.setattr(BaseClient, "_make_api_call", called)
        assert (apply(five).code, clean(five)) == (0, list(FIVE))

    def test_a_failure_count_ends_it_before_the_next_begins(self, five: Rig) -> None:
        five.emulator.world.faults.append(fault("iam:DeleteAccessKey", account=FIVE[0]))
        ran = apply(five, "--stop-after", "1")
        assert ran.code == 6
        assert codes(ran)[2:] == ["stopped"] * 3
        assert not set(FIVE[2:]) & set(clean(five))

    def test_fewer_failures_than_allowed_do_not(self, five: Rig) -> None:
        five.emulator.world.faults.append(fault("iam:DeleteAccessKey", account=FIVE[0]))
        ran = apply(five, "--stop-after", "2")
        assert (ran.code, clean(five)) == (6, list(FIVE[1:]))

    def test_what_a_rule_refuses_is_no_failure(self, five: Rig) -> None:
        five.emulator.world.organization.accounts[FIVE[0]].state = "SUSPENDED"
        assert apply(five, "--stop-after", "1").code == 6
        assert clean(five) == list(FIVE[1:])


class TestCanary:
    def test_stops_without_a_terminal_and_the_same_command_goes_on(self, five: Rig) -> None:
        first = apply(five, "--canary", "2")
        assert (first.code, clean(five)) == (6, list(FIVE[:2]))
        assert codes(first) == [None, None, "canary", "canary", "canary"]
        assert [row["verification"] for row in first.document["accounts"]][:2] == ["verified_clean"] * 2
        calls = five.calls()
        second = apply(five, "--canary", "2")
        assert (second.code, clean(five)) == (0, list(FIVE))
        deletes = [who for action, who in calls if action == "iam:DeleteLoginProfile"]
        assert sorted(deletes) == list(FIVE[2:])
        results = {item["result"] for row in second.document["accounts"][:2] for item in row["items"]}
        assert results == {"already_absent"}

    def test_one_that_goes_wrong_ends_it(self, five: Rig) -> None:
        five.emulator.world.faults.append(fault("iam:DeleteAccessKey", account=FIVE[1], count=1))
        first = apply(five, "--canary", "2")
        assert (first.code, clean(five)) == (6, [FIVE[0]])
        assert codes(first)[2:] == ["canary_failed"] * 3
        second = apply(five, "--canary", "2")
        assert codes(second)[2:] == ["canary"] * 3
        assert apply(five, "--canary", "2").code == 0

    def test_of_all_accounts_is_just_a_run(self, five: Rig) -> None:
        assert apply(five, "--canary", "5").code == 0

    @pytest.mark.parametrize(
        ("answer", "code", "gone"),
        [("y\n", 0, FIVE), ("n\n", 6, FIVE[:2]), ("\x03", 6, FIVE[:2]), ("\x04", 6, FIVE[:2])],
    )
    def test_asks_on_a_terminal(self, five: Rig, answer: str, code: int, gone: tuple[str, ...]) -> None:
        ran = five.on_terminal(
            "remove", "apply", "plan.json", "--yes", "--canary", "2", answer=answer, profile=DELEGATE
        )
        assert "Go on with the other 3 accounts?" in ran.err
        assert "verified clean" in ran.out  # what was done is told, whatever the answer
        assert (ran.code, clean(five)) == (code, list(gone))

    def asked(self, rig: Rig, meanwhile: Callable[[], object]) -> Ran:
        """Applies with a canary of two; ``meanwhile`` happens while the question waits for its yes."""

        def ask(_terminal: Terminal, _question: str) -> bool:
            meanwhile()
            return True

        rig.patch.setattr(Terminal, "ask", ask)
        rig.patch.setattr("rootwarden.cli.remove.on_terminal", lambda: True)
        return apply(rig, "--canary", "2")

    def test_what_is_waived_while_it_waits_stays(self, five: Rig) -> None:
        soon = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        waive = ("waiver", "add", FIVE[2], "--item", "password", "--owner", "me", "--until", soon)
        waived = list[Ran]()
        ran = self.asked(
            five, lambda: waived.append(five.child(*waive, "--reason", "needed", profile=DELEGATE))
        )
        assert waived[0].code == 0
        assert (ran.code, holds(five.root(FIVE[2]))) == (6, {**NOTHING, "password": 1, "mfa_devices": 1})
        assert clean(five) == [one for one in FIVE if one != FIVE[2]]

    def test_an_account_that_is_suspended_while_it_waits_is_left_alone(self, five: Rig) -> None:
        accounts = five.emulator.world.organization.accounts
        ran = self.asked(five, lambda: setattr(accounts[FIVE[3]], "state", "SUSPENDED"))
        assert (ran.code, codes(ran)[3]) == (6, "account_suspended")
        assert clean(five) == [one for one in FIVE if one != FIVE[3]]

    def test_a_plan_that_grows_too_old_while_it_waits_goes_no_further(self, five: Rig) -> None:
        late = datetime.now(UTC) + timedelta(hours=25)
        build = Terminal.app

        def app(terminal: Terminal) -> App:
            made = build(terminal)
            made.clock = lambda: late if waited else datetime.now(UTC)
            return made

        waited = list[bool]()
        five.patch.setattr(Terminal, "app", app)
        ran = self.asked(five, lambda: waited.append(True))
        assert (ran.code, clean(five)) == (6, list(FIVE[:2]))
        assert "more than 24 hours ago" in str(ran.row(FIVE[2])["reason"])

    def test_a_lease_that_ended_while_it_waits_is_taken_again(self, five: Rig, ledger: Path) -> None:
        store = lease_store(five, ledger)
        ran = self.asked(five, lambda: store.release(store.leases()[0]))
        assert (ran.code, clean(five), store.leases()) == (0, list(FIVE), ())

    def test_a_plan_that_another_run_took_while_it_waits_goes_no_further(
        self, five: Rig, ledger: Path
    ) -> None:
        store = lease_store(five, ledger)

        def taken() -> None:
            (ours,) = store.leases()
            store.release(ours)
            store.acquire(ours.name, "somebody on another machine", timedelta(minutes=5))

        ran = self.asked(five, taken)
        assert (ran.code, clean(five)) == (6, list(FIVE[:2]))
        assert "somebody on another machine applies this plan" in str(ran.row(FIVE[2])["reason"])

    def test_opens_two_sessions_an_account_and_no_second_delete_session(self, five: Rig) -> None:
        calls = five.calls()
        apply(five, "--canary", "2")
        apply(five)
        assert sum(action == "sts:AssumeRoot" for action, _ in calls) == 2 * 5 + 2


class TestLeases:
    def lease(self, rig: Rig, ledger: Path, name: str, owner: str = "somebody on another machine") -> Lease:
        taken = lease_store(rig, ledger).acquire(name, owner, timedelta(minutes=5))
        assert isinstance(taken, Lease)
        return taken

    def test_an_account_somebody_works_on_is_refused_and_the_others_go_on(
        self, five: Rig, ledger: Path
    ) -> None:
        held = self.lease(five, ledger, f"account:{FIVE[2]}")
        ran = apply(five)
        assert (ran.code, codes(ran)[2]) == (6, "lease_held")
        assert "somebody on another machine" in str(ran.row(FIVE[2])["reason"])
        assert clean(five) == [one for one in FIVE if one != FIVE[2]]
        lease_store(five, ledger).release(held)
        assert apply(five).code == 0

    def test_a_plan_that_somebody_applies_is_refused_as_a_whole(self, five: Rig, ledger: Path) -> None:
        plan_hash = json.loads((five.folder / "plan.json").read_text())["plan_hash"]
        self.lease(five, ledger, f"plan:{plan_hash}")
        calls = five.calls()
        ran = apply(five)
        assert (ran.code, ran.document["error"]["type"]) == (4, "LeaseLost")
        assert "somebody on another machine applies this plan" in ran.document["error"]["message"]
        assert "sts:AssumeRoot" not in {action for action, _ in calls}

    def test_leases_of_a_run_that_died_here_are_taken_over(self, five: Rig, ledger: Path) -> None:
        mark = RunMark(five.folder / "elsewhere")
        marks().mkdir(parents=True)
        (marks() / f"{mark.id}.run").touch()
        self.lease(five, ledger, f"account:{FIVE[2]}", f"me on this machine, run {mark.id}")
        assert apply(five).code == 0

    def test_leases_of_a_run_that_lives_are_not(self, five: Rig, ledger: Path) -> None:
        with RunMark(marks()) as mark:
            self.lease(five, ledger, f"account:{FIVE[2]}", f"me on this machine, run {mark.id}")
            ran = apply(five)
        assert (ran.code, codes(ran)[2]) == (6, "lease_held")

    def meanwhile(self, rig: Rig, *line: str) -> list[Ran]:
        """Runs a command line in another process while the first password is about to be deleted."""
        make, ran = getattr(BaseClient, "_make_api_call"), list[Ran]()  # noqa: B009 - its type hints do not know it

        def called(client: Any, operation: str, arguments: Any) -> Any:
            if operation == "DeleteLoginProfile" and not ran:
                ran.append(rig.child(*line, "-o", "json", profile=DELEGATE))
            return make(client, operation, arguments)

        rig.patch.setattr(BaseClient, "_make_api_call", called)
        return ran

    def test_a_plan_applied_twice_at_once(self, five: Rig) -> None:
        ran = self.meanwhile(five, "remove", "apply", "plan.json", "--yes")
        first = apply(five, "--concurrency", "1")
        (second,) = ran
        assert (second.code, second.document["error"]["type"]) == (4, "LeaseLost")
        assert {item["result"] for row in first.document["accounts"] for item in row["items"]} == {"removed"}
        assert first.code == 0

    def test_two_plans_that_meet_in_an_account(self, five: Rig) -> None:
        other = ("remove", "plan", "--account", FIVE[0], "--out", "other.json")
        assert five.json(*other, profile=DELEGATE).code == 0
        ran = self.meanwhile(five, "remove", "apply", "other.json", "--yes")
        first = apply(five, "--concurrency", "1")
        (second,) = ran
        assert (second.code, codes(second)) == (6, ["lease_held"])
        assert (first.code, clean(five)) == (0, list(FIVE))

    def test_all_are_given_back(self, five: Rig, ledger: Path) -> None:
        apply(five)
        assert lease_store(five, ledger).leases() == ()
        assert list(marks().iterdir()) == []
