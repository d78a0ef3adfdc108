"""``unlock`` when answers are lost, runs break off and AWS says no."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from locks import BUCKET, OWNER, scope
from product_rig import Rig
from unlock_rig import (
    CHANGES,
    DELEGATE,
    LOCK,
    ON_BOTH,
    Held,
    backups,
    impatient,
    locked_shop,
    shop,
)

from rootwarden.emulator import FaultSpec
from rootwarden.emulator.gateway import Gateway
from rootwarden.model.unlock import Resource
from rootwarden.operations.unlock import apply


@pytest.fixture
def held(rig: Rig, ledger: Path, resource: Resource) -> Held:
    """A bucket or queue that is locked for everybody."""
    return locked_shop(rig, resource)


@ON_BOTH
class TestWhatGoesWrong:
    def test_a_lost_answer_is_settled_by_the_look(self, held: Held, resource: Resource) -> None:
        answers = Gateway._served
        held.rig.lose_answers(CHANGES[resource.kind.value][0])
        ran = held.run("--repair", "--yes", "--config", impatient(held.rig))
        held.rig.patch.setattr(Gateway, "_served", answers)
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (0, "done", True)
        assert held.gets_in()

    def test_no_answer_and_no_effect(self, held: Held, resource: Resource) -> None:
        fault = FaultSpec(
            operation=CHANGES[resource.kind.value][0], code="ServiceFailure", message="No.", http_status=500
        )
        held.rig.emulator.world.faults.append(fault)
        ran = held.run("--repair", "--yes", "--config", impatient(held.rig))
        assert (ran.code, ran.document["outcome"]["result"]) == (6, "failed")
        assert ran.document["administrators"][0]["answer"] == "locked_out"
        assert held.text == LOCK.policy(resource)

    def test_a_refusal_of_aws_keeps_its_words(self, held: Held, resource: Resource) -> None:
        fault = FaultSpec(
            operation=CHANGES[resource.kind.value][1], code="AccessDenied", message="Not today."
        )
        held.rig.emulator.world.faults.append(fault)
        ran = held.run("--delete", "--yes")
        assert (ran.code, ran.document["outcome"]["reason"]["text"]) == (6, "Not today.")

    def test_a_change_that_does_not_show_is_not_claimed(self, held: Held, resource: Resource) -> None:
        held.rig.patch.setattr(apply, "_PAUSES", ())
        served, changes = Gateway._served, CHANGES[resource.kind.value]

        def forgotten(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            return {} if call.action in changes else served(gateway, handler, call, wanted)

        held.rig.patch.setattr(Gateway, "_served", forgotten)
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (
            6,
            "unknown",
            False,
        )

    def test_a_crash_between_backup_and_change_is_settled_by_the_next_look(
        self, held: Held, resource: Resource
    ) -> None:
        def crash(*_given: Any) -> Any:
            raise SystemExit(9)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("rootwarden.app.unlock.apply_plan", crash)
            with pytest.raises(SystemExit):
                held.run("--repair", "--yes")
        assert held.text == LOCK.policy(resource)
        assert len(backups(held)) == 1
        held.run("--diagnose")
        (line,) = entries(held.rig)[-1]["content"]["result"]
        assert (line["outcome"], line["item"]) == ("not_done", resource.arn)

    def test_a_crash_after_the_change_too(self, held: Held, resource: Resource) -> None:
        def crash(*_given: Any) -> Any:
            raise SystemExit(9)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(apply, "_record", crash)
            with pytest.raises(SystemExit):
                held.run("--repair", "--yes")
        assert held.gets_in()
        held.run("--diagnose")
        (line,) = entries(held.rig)[-1]["content"]["result"]
        assert (line["outcome"], line["item"]) == ("done", resource.arn)

    def test_ctrl_c_during_the_change_leaves_it_unknown(self, held: Held, resource: Resource) -> None:
        call = CHANGES[resource.kind.value][0].partition(":")
        held.rig.interrupt_at(f"{call[0]}:{call[2]}", OWNER)
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"]) == (130, "unknown")
        held.run("--diagnose")
        (line,) = entries(held.rig)[-1]["content"]["result"]
        assert line["outcome"] == "not_done"

    def test_an_audit_does_not_settle_it(self, held: Held, resource: Resource) -> None:
        """It sees nothing of buckets and queues."""
        call = CHANGES[resource.kind.value][0].partition(":")
        held.rig.interrupt_at(f"{call[0]}:{call[2]}", OWNER)
        held.run("--repair", "--yes")
        count = len(entries(held.rig))
        held.rig.json("audit", "--account", OWNER, profile=DELEGATE)
        new = entries(held.rig)[count:]
        assert [one["content"]["operation"] for one in new] == ["audit", "audit"]


def test_who_may_not_use_the_session_is_told_with_our_reading(rig: Rig, ledger: Path) -> None:
    """An SCP that denies root in the account: AWS's words, and where to look."""
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    shop(rig, guards={"scps": {"Version": "2012-10-17", "Statement": [deny]}})
    ran = Held(rig, BUCKET).run()
    assert (ran.code, ran.document["error"]["reason"]["code"]) == (3, "AccessDenied")
    assert "explicit deny in a service control policy" in ran.document["error"]["message"]
    assert "our reading: an SCP or RCP may be what denies it; 'rootwarden doctor --account" in ran.err
    (line,) = entries(rig)[-1]["content"]["result"]
    assert line["outcome"] == "failed"


def test_the_answer_of_aws_to_a_forced_policy_is_passed_on(rig: Rig, ledger: Path) -> None:
    shop(rig)
    held = Held(rig, BUCKET)
    path = rig.folder / "bad.json"
    path.write_text(
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **scope(BUCKET)}]})
    )
    assert held.run("--replace", str(path), "--yes").code == 4
    ran = held.run("--replace", str(path), "--yes", "--force-policy")
    assert (ran.code, ran.document["outcome"]["reason"]["code"]) == (6, "MalformedPolicy")
    assert held.text is None
