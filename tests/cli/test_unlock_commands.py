"""``unlock``: what is shown, planned, confirmed, and where it looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_rig import entries
from locks import ADMIN, BUCKET, OWNER, QUEUE, kept
from product_rig import Rig
from unlock_rig import (
    DELEGATE,
    LOCK,
    ON_BOTH,
    Held,
    backups,
    locked_shop,
    shop,
)

from rootwarden.emulator import FaultSpec
from rootwarden.emulator.gateway import Gateway
from rootwarden.model.unlock import Resource


@pytest.fixture
def held(rig: Rig, ledger: Path, resource: Resource) -> Held:
    """A bucket or queue that is locked for everybody."""
    return locked_shop(rig, resource)


@ON_BOTH
class TestLooking:
    def test_show_is_the_policy(self, held: Held, resource: Resource) -> None:
        ran = held.run("--show", admin=False)
        assert (ran.code, ran.document["policy"]) == (0, held.policy)
        assert ran.document["resource"] == {
            "kind": resource.kind.value, "name": "shop-orders", "arn": resource.arn, "region": "eu-central-1",
        }  # fmt: skip

    def test_diagnosing_is_what_it_does_by_itself(self, held: Held) -> None:
        first, second = held.run(), held.run("--diagnose")
        assert (first.code, first.document) == (1, second.document)

    def test_looking_changes_nothing_and_is_in_the_ledger(self, held: Held, resource: Resource) -> None:
        before = held.text
        calls = held.rig.calls()
        held.run("--diagnose")
        assert held.text == before
        assert {action for action, who in calls if who == OWNER} <= {
            "s3:ListBuckets", "s3:GetBucketPolicy", "sqs:GetQueueAttributes",
        }  # fmt: skip
        intent, outcome = entries(held.rig)[-2:]
        assert (intent["content"]["task"], intent["content"]["operation"]) == (
            resource.kind.task.value,
            f"unlock {resource.kind.value}",
        )
        (line,) = outcome["content"]["result"]
        assert (line["outcome"], line["item"]) == ("read", resource.arn)

    def test_for_a_reader_the_statements_stand_in_plain_words(self, held: Held, resource: Resource) -> None:
        held.rig.patch.setenv("COLUMNS", "300")
        ran = held.rig.run(*held.line(), profile=DELEGATE)
        service = "S3" if resource is BUCKET else "SQS"
        assert f"denies everyone every {service} action " in ran.out
        assert f"denies everyone every {service} action if the request comes without TLS" in ran.out
        assert "locked_out" in ran.out


@ON_BOTH
class TestThePlan:
    def test_is_printed_with_its_diff_and_changes_nothing(self, held: Held) -> None:
        before = held.text
        ran = held.run("--repair", "--plan")
        plan = ran.document["plan"]
        assert (ran.code, held.text, backups(held)) == (0, before, [])
        assert plan["method"] == "repair"
        assert f'+          "aws:PrincipalArn": "{ADMIN}"' in plan["diff"].split("\n")
        assert plan["administrators"][0]["answer"] == "gets_in"
        again = held.run("--repair", "--plan")
        assert again.document["plan"]["plan_hash"] == plan["plan_hash"]

    def test_has_to_be_confirmed(self, held: Held) -> None:
        before = held.text
        ran = held.run("--repair")
        assert (ran.code, ran.document["error"]["type"]) == (4, "Unconfirmed")
        assert (held.text, backups(held)) == (before, [])

    def test_with_a_hash_only_that_plan_is_applied(self, held: Held, resource: Resource) -> None:
        plan_hash = held.run("--repair", "--plan").document["plan"]["plan_hash"]
        refused = held.run("--delete", "--yes", "--plan-hash", plan_hash)
        assert (refused.code, refused.document["error"]["type"]) == (4, "RefusedByRule")
        assert held.text == LOCK.policy(resource)
        assert held.run("--repair", "--yes", "--plan-hash", plan_hash).code == 0
        assert held.gets_in()

    def test_is_stale_once_the_policy_has_changed(self, held: Held, resource: Resource) -> None:
        """Somebody changed it while the plan was read: after the look, before the change."""
        other = json.dumps({"Version": "2012-10-17", "Statement": [kept(resource)[0]]})
        held.rig.after("organizations:ListPoliciesForTarget", lambda: held.lock(other))
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"]) == (4, "refused")
        assert ran.document["outcome"]["reason"]["code"] == "stale"
        assert held.text == other

    def test_is_asked_about_on_a_terminal(self, held: Held, resource: Resource) -> None:
        line = held.line("--repair")
        said_no = held.rig.on_terminal(*line, answer="n\n", profile=DELEGATE)
        assert (said_no.code, held.text) == (4, LOCK.policy(resource))
        assert "narrowed" in said_no.err
        assert held.rig.on_terminal(*line, answer="y\n", profile=DELEGATE).code == 0
        assert held.gets_in()


@ON_BOTH
class TestTheOrganization:
    @pytest.mark.parametrize("layer", ["scps", "rcps"])
    @pytest.mark.usefixtures("ledger")
    def test_that_still_keeps_out_is_named(self, rig: Rig, resource: Resource, layer: str) -> None:
        """The repaired policy is fine, and the administrator is still denied: by what, is said."""
        action = "s3:PutBucketPolicy" if resource is BUCKET else "sqs:SetQueueAttributes"
        guard: dict[str, Any] = {
            "Sid": "NobodyButRoot",
            "Effect": "Deny",
            "Action": action,
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        }
        if layer == "rcps":
            guard["Principal"] = "*"
        document = {"Version": "2012-10-17", "Statement": [guard]}
        shop(rig, guards={layer: document})
        held = Held(rig, resource)
        held.lock(LOCK.policy(resource))
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (1, "done", True)
        (answer,) = ran.document["administrators"]
        assert (answer["answer"], answer["layer"]) == ("locked_out", layer[:-1])
        assert "NobodyButRoot" in answer["sentence"]
        assert not held.gets_in()
        shown = rig.run(*held.line(), profile=DELEGATE)
        assert "is kept out by the organization, whatever the policy says" in " ".join(shown.out.split())

    def test_whose_policies_cannot_be_read_is_not_taken_for_harmless(self, held: Held) -> None:
        fault = FaultSpec(
            operation="organizations:ListPoliciesForTarget", code="AccessDeniedException", message="No."
        )
        held.rig.emulator.world.faults.append(fault)
        ran = held.run("--repair", "--yes")
        assert ran.code == 6
        assert ran.document["administrators"][0]["answer"] == "depends"
        assert ran.document["unread"]
        assert held.gets_in()


class TestFindingTheRegion:
    @pytest.mark.usefixtures("ledger")
    def test_by_the_list_of_buckets(self, rig: Rig) -> None:
        shop(rig)
        for name, region in (("shop-orders", "eu-central-1"), ("shop-images", "us-east-1")):
            ran = rig.json("unlock", "bucket", name, "--account", "Shop", "--show", profile=DELEGATE)
            assert (ran.code, ran.document["resource"]["region"]) == (0, region)

    @pytest.mark.parametrize("home", ["us-east-1", "eu-central-1"])
    @pytest.mark.usefixtures("ledger")
    def test_by_the_redirect_where_the_list_is_denied(self, rig: Rig, home: str) -> None:
        deny = {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
        shop(rig, guards={"scps": {"Version": "2012-10-17", "Statement": [deny]}})
        held = Held(rig, BUCKET)
        held.lock(LOCK.policy(BUCKET))
        ran = held.run("--repair", "--yes", "--region", home)
        assert (ran.code, ran.document["resource"]["region"]) == (0, "eu-central-1")
        assert held.gets_in()

    @pytest.mark.usefixtures("ledger")
    def test_every_call_names_the_owner_it_expects(self, rig: Rig) -> None:
        shop(rig)
        held = Held(rig, BUCKET)
        held.lock(LOCK.policy(BUCKET))
        served, seen = Gateway._served, dict[str, Any]()

        def noted(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            if call.service == "s3":
                seen[call.operation] = call.params.get("ExpectedBucketOwner")
            return served(gateway, handler, call, wanted)

        rig.patch.setattr(Gateway, "_served", noted)
        held.run("--repair", "--yes")
        held.run("--delete", "--yes")
        del seen["ListBuckets"]
        assert seen == dict.fromkeys(("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"), OWNER)


class TestPicking:
    @ON_BOTH
    @pytest.mark.usefixtures("ledger")
    def test_from_a_list_on_a_terminal(self, rig: Rig, resource: Resource) -> None:
        shop(rig)
        Held(rig, resource).lock(LOCK.policy(resource))
        line = ("unlock", resource.kind.value, "--account", OWNER, "--region", "eu-central-1", "-o", "json")
        number = "2" if resource is BUCKET else "1"  # buckets of every Region, queues of this one
        ran = rig.on_terminal(*line, answer=f"{number}\n", profile=DELEGATE, at="Number:")
        assert ran.document["resource"]["arn"] == resource.arn
        assert f"{number}  shop-orders (eu-central-1)" in ran.err
        assert ran.code == 1

    @ON_BOTH
    @pytest.mark.usefixtures("ledger")
    def test_not_without_a_terminal(self, rig: Rig, resource: Resource) -> None:
        shop(rig)
        ran = rig.json("unlock", resource.kind.value, "--account", OWNER, profile=DELEGATE)
        assert (ran.code, ran.document["error"]["type"]) == (2, "BadInput")


def test_the_queue_keeps_every_other_attribute(rig: Rig, ledger: Path) -> None:
    """What is sent is the policy, and nothing else."""
    shop(rig)
    held = Held(rig, QUEUE)
    held.lock(LOCK.policy(QUEUE))
    served, sent = Gateway._served, list[Any]()

    def noted(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
        if call.operation == "SetQueueAttributes":
            sent.append(call.params["Attributes"])
        return served(gateway, handler, call, wanted)

    rig.patch.setattr(Gateway, "_served", noted)
    held.run("--repair", "--yes")
    held.run("--delete", "--yes")
    assert [list(one) for one in sent] == [["Policy"], ["Policy"]]
    assert sent[1] == {"Policy": ""}
