"""``unlock`` when answers are lost, runs break off and AWS says no."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from locks import BUCKET, OWNER, QUEUE, scope
from product_rig import Rig
from unlock_rig import (
    CHANGES,
    DELEGATE,
    LOCK,
    ON_BOTH,
    Held,
    backups,
    locked_shop,
    shop,
)

from rootwarden.emulator import FaultSpec
from rootwarden.emulator.answers import AwsAnswer
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
        ran = held.run("--repair", "--yes")
        held.rig.patch.setattr(Gateway, "_served", answers)
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (0, "done", True)
        assert held.gets_in()

    def test_no_answer_and_no_effect(self, held: Held, resource: Resource) -> None:
        fault = FaultSpec(
            operation=CHANGES[resource.kind.value][0], code="ServiceFailure", message="No.", http_status=500
        )
        held.rig.emulator.world.faults.append(fault)
        ran = held.run("--repair", "--yes")
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


@ON_BOTH
class TestWhatAwsSays:
    def test_that_quotes_the_policy_is_kept_without_it(self, held: Held, resource: Resource) -> None:
        """Services may repeat what they were given in an error; neither ledger nor report has it."""
        fault = FaultSpec(
            operation=CHANGES[resource.kind.value][0],
            code="InvalidParameterValue",
            message=f"Value {LOCK.policy(resource)} for parameter Policy is invalid.",
        )
        held.rig.emulator.world.faults.append(fault)
        ran = held.run("--repair", "--yes", "-q")
        assert (ran.code, ran.document["outcome"]["reason"]["text"]) == (
            6,
            "Value (document left out) for parameter Policy is invalid.",
        )
        assert "SecureTransport" not in json.dumps(entries(held.rig))

    def test_after_a_lost_answer_does_not_hide_the_change(self, held: Held, resource: Resource) -> None:
        """The first try took effect and its answer was lost; the second was refused."""
        served, changes = Gateway._served, CHANGES[resource.kind.value]
        tries: list[str] = []

        def lost_then_refused(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            if call.action not in changes:
                return served(gateway, handler, call, wanted)
            tries.append(call.action)
            if len(tries) > 1:
                raise AwsAnswer("AccessDenied", "Not today.", 403)
            served(gateway, handler, call, wanted)
            raise AwsAnswer("ServiceUnavailable", "The answer was lost.", 503)

        held.rig.patch.setattr(Gateway, "_served", lost_then_refused)
        held.rig.be_patient()
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (0, "done", True)
        assert len(tries) == 2


@pytest.mark.usefixtures("ledger")
def test_a_region_that_is_off_is_named(rig: Rig) -> None:
    """There AWS does not know the keys it gave out itself."""
    shop(rig)
    fault = FaultSpec(
        operation="sqs:GetQueueAttributes",
        code="InvalidClientTokenId",
        message="The security token included in the request is invalid",
        http_status=403,
    )
    rig.emulator.world.faults.append(fault)
    queue = QUEUE.arn.replace(QUEUE.region, "me-south-1")
    ran = rig.json("unlock", "queue", queue, profile=DELEGATE)
    assert (ran.code, ran.document["error"]["reason"]["code"]) == (3, "InvalidClientTokenId")
    assert "the Region me-south-1 may be off in the account" in ran.err
