"""What ``doctor`` says would lift a block does so, applied to the organization, and nothing else changes for anybody."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from doctor_patch import patched
from doctor_world import ACCOUNTS, SCPS, World, allow, deny, document
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, caller, company

from rootwarden.emulator import account
from rootwarden.emulator.org_file import OuSpec, PrincipalSpec
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"
READS = ("organizations:Describe*", "organizations:List*", "iam:Get*", "iam:List*")
NEVER_OPEN = ("Placeholder", "UnknownOperator", "SomeBuckets", "NoAssumeRoot")
"""Accounts whose answers no change of a policy settles that is known beforehand."""


def answers(ran: Ran, account_id: str) -> dict[str, str]:
    return {one["task"]: one["answer"] for one in ran.row(account_id)["tasks"]}


def apply_all(world: World, ran: Ran) -> None:
    """Applies every diff to what AWS holds, one after the other, as somebody would who was given the report."""
    organizations = world.client("organizations", f"emulator-{MANAGEMENT}")
    for one in ran.document["changes"]:
        id_ = one["policy_id"]
        before = organizations.describe_policy(PolicyId=id_)["Policy"]["Content"]
        text = patched(json.loads(before), one["diff"])
        assert json.loads(text) == json.loads(one["content"])
        organizations.update_policy(PolicyId=id_, Content=text)


def test_all_diffs_applied_one_after_the_other_lift_every_block(rig: Rig) -> None:
    """One SCP of each kind: afterwards sessions really work, and no root user who signs in gained anything."""
    world = World(rig)
    before = rig.json("doctor", profile=DELEGATE)
    for row in before.document["accounts"]:
        for task in row["tasks"]:
            assert task["answer"] != "blocked" or task["change"]["policies_suffice"], task["change"]
    apply_all(world, before)
    after = rig.json("doctor", "--exclude", ",".join(NEVER_OPEN), profile=DELEGATE)
    assert {one for row in after.document["accounts"] for one in answers(after, row["id"]).values()} == {
        "allowed",
        "skipped",
    }
    assert after.document["changes"] == []
    assert after.code == 0
    for name, id_ in ACCOUNTS.items():
        if name not in NEVER_OPEN:
            world.make_things(id_)
            assert {world.meets(id_, task) for task in RootTask} == {"allowed"}, name


def test_a_policy_has_one_diff_whichever_task_and_account_names_it(rig: Rig) -> None:
    World(rig)
    ran = rig.json("doctor", profile=DELEGATE)
    found = {(one["policy_id"], one["diff"]) for one in ran.document["changes"]}
    assert len({policy for policy, _ in found}) == len(found) == len(ran.document["changes"])
    named = {
        (one["policy_id"], one["diff"])
        for row in ran.document["accounts"]
        for task in row["tasks"]
        if task["change"]
        for one in task["change"]["policies"]
    }
    assert named == found
    table = rig.run("doctor", profile=DELEGATE).out
    assert table.count("--- AllowList (now)") == table.count("--- OnlyS3 (now)") == 1


def test_a_misspelt_key_is_corrected_in_the_diff(rig: Rig) -> None:
    """Exempted by a key that does not exist: corrected, the exemption spares sessions and still denies the root user."""
    World(rig)
    ran = rig.json("doctor", "--account", "MisspeltExemption", profile=DELEGATE)
    (change,) = ran.document["changes"]
    assert json.loads(change["content"])["Statement"][0]["Condition"] == {
        "ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]},
        "Null": {"aws:AssumedRoot": "true"},
    }
    (first, *_) = ran.row(ACCOUNTS["MisspeltExemption"])["tasks"]
    assert (first["answer"], first["change"]["policies_suffice"]) == ("depends", True)
    assert "aws:AssumedRoot for aws:assumeroot" in first["change"]["summary"]


def guarded(*principals: PrincipalSpec, **scps: dict[str, Any]) -> Any:
    """The delegated administrator's own account stands below an SCP, and a member below another."""
    organization = company(
        account(SHOP, "Shop", "/Closed"),
        account(LEGACY, "Legacy"),
        scps={"Closed": SCPS["PlainRootDeny"], **scps},
        organizational_units=(
            OuSpec(path="/Guarded", scps=tuple(scps)),
            OuSpec(path="/Closed", scps=("Closed",)),
        ),
        principals=principals,
    )
    own = account(SECURITY, "Security", "/Guarded")
    return organization.model_copy(update={"accounts": (own, *organization.accounts[1:])})


@pytest.mark.parametrize(
    "scp",
    [
        document(deny(NotAction=["iam:*", "organizations:*", "sts:AssumeRole"], Sid="Few")),
        document(deny(Action=["sts:AssumeRoot", "sts:GetFederationToken"])),
        document(deny(Action="sts:AssumeRoot")),
        document(deny(Action="sts:*")),
        document(
            deny({"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/Ops"]}}, Action="sts:Assume*")
        ),
        document(
            deny(Action=["sts:AssumeRole*"]), deny(Action=["*"], Sid="All", Resource="arn:aws:iam::*:root")
        ),
    ],
    ids=[
        "NotAction",
        "beside another",
        "alone",
        "all of STS",
        "all but one role",
        "everything on root users",
    ],
)
def test_where_call_and_session_are_blocked_both_are_lifted(rig: Rig, scp: dict[str, Any]) -> None:
    world = World(rig, guarded(Guard=scp))
    ran = rig.json("doctor", "--account", f"{SHOP},{LEGACY}", profile=DELEGATE)
    for account_id, policies in ((SHOP, {"Guard", "Closed"}), (LEGACY, {"Guard"})):
        for task in ran.row(account_id)["tasks"]:
            assert (task["answer"], task["layer"]) == ("blocked", "scp")
            assert {one["policy"].partition(" ")[0] for one in task["causes"]} == policies
            assert {one["policy"].partition(" ")[0] for one in task["change"]["policies"]} == policies
            assert task["change"]["policies_suffice"]
    assert world.meets(LEGACY, RootTask.AUDIT) == "blocked"
    apply_all(world, ran)
    for account_id in (SHOP, LEGACY):
        assert (
            world.meets(account_id, RootTask.AUDIT) == world.meets(account_id, RootTask.DELETE) == "allowed"
        )


def bounded(*actions: str) -> PrincipalSpec:
    return PrincipalSpec(
        account=SECURITY,
        name="Limited",
        policies=(document(allow("*")),),
        boundary=document(allow(*actions)),
    )


def changed(principal: PrincipalSpec, ran: Ran) -> PrincipalSpec:
    """The caller as its policies would be: its boundary, its one inline policy, or another beside that."""
    for one in ran.document["changes"]:
        content = json.loads(one["content"])
        if "Limited" not in one["policy"]:
            continue
        if one["policy_id"] is not None:
            principal = principal.model_copy(update={"boundary": content})
        elif one["policy"].endswith("RootTasks"):
            principal = principal.model_copy(update={"policies": (*principal.policies, content)})
        else:
            principal = principal.model_copy(update={"policies": (content,)})
    return principal


@pytest.mark.parametrize(
    "principal",
    [
        caller(SECURITY, *READS),
        caller(SECURITY, *READS, "sts:AssumeRole"),
        bounded(*READS),
        bounded(*READS, "sts:AssumeRole"),
        caller(SECURITY, *READS, "sts:*", deny=("sts:AssumeRoot", "sts:GetFederationToken")),
    ],
    ids=["nothing of STS", "another call", "boundary", "boundary with another call", "denied by itself"],
)
def test_a_caller_that_may_not_call_is_told_what_it_needs(rig: Rig, principal: PrincipalSpec) -> None:
    """The session is blocked besides. With all changes made it works, and the caller may open no more than it asked for."""
    World(rig, guarded(principal))
    profile = f"emulator-{SECURITY}-Limited"
    asked = ("doctor", "--account", SHOP, "--task", "audit", "--task", "delete")
    ran = rig.json(*asked, profile=profile)
    assert answers(ran, SHOP) == {"audit": "blocked", "delete": "blocked"}
    for task in ran.row(SHOP)["tasks"]:
        assert task["layer"] in {"identity", "boundary"}
        assert {one["layer"] for one in task["causes"]} == {task["layer"], "scp"}
        assert len(task["change"]["policies"]) == 2
        assert task["change"]["policies_suffice"]
    assert ran.document["not_read"] == []
    rig.emulator.close()
    world = World(rig, guarded(changed(principal, ran)))
    still = rig.json(*asked, profile=profile)
    assert still.document["not_read"] == []
    apply_all(world, still)
    met = {task.value: world.meets(SHOP, task, profile) for task in RootTask if "unlock" not in task.value}
    open_to_all = "sts:*" in json.dumps(principal.policies) or principal.boundary is not None
    assert (met["audit"], met["delete"]) == ("allowed", "allowed")
    assert open_to_all or met["create-password"] == "blocked"


def test_what_no_diff_lifts_is_told_beside_those_that_exist(rig: Rig) -> None:
    principal = caller(SECURITY, *READS, "sts:*", deny=("sts:AssumeRoot",))
    World(rig, guarded(principal))
    ran = rig.json("doctor", "--account", SHOP, "--task", "audit", profile=f"emulator-{SECURITY}-Limited")
    (task,) = ran.row(SHOP)["tasks"]
    assert not task["change"]["policies_suffice"]
    assert [one["policy"].partition(" ")[0] for one in task["change"]["policies"]] == ["Closed"]
    assert "use another caller" in task["change"]["summary"]


def test_accounts_whose_changes_differ_are_not_told_as_one(rig: Rig) -> None:
    """Trusted access blocks every account, and an SCP one of them besides: that one needs a change of its own."""
    rig.up()  # small(), before anything was set up
    ran = rig.run("doctor", "--task", "audit", "-o", "jsonl")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    changes = {row["id"]: row["change"]["summary"] for row in rows if row["change"]}
    assert len(set(changes.values())) > 1
    table = rig.run("doctor", "--task", "audit").out
    for text in set(changes.values()):
        for step in text.split(". "):
            assert "".join(step.split()) in "".join(table.split())


def test_csv_has_every_account_and_task(rig: Rig) -> None:
    """However many accounts share an answer, each is there with its id."""
    World(rig)
    rows = list(csv.DictReader(io.StringIO(rig.run("doctor", "-o", "csv", profile=DELEGATE).out)))
    ran = rig.json("doctor", profile=DELEGATE)
    expected = {
        (row["id"], task["task"], task["answer"], task["policy"] or "")
        for row in ran.document["accounts"]
        for task in row["tasks"]
    }
    assert {(row["id"], row["task"], row["answer"], row["policy"]) for row in rows} == expected
    assert len(rows) == len(expected) == 5 * len(ran.document["accounts"])
