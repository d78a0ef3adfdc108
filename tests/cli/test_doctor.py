"""``doctor``: what it predicts is what sessions meet, and what it could not read is never taken for fine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from doctor_world import ACCOUNTS, RCPS, SCPS, World, deny, document, every_kind
from product_rig import IAM, LEGACY, MANAGEMENT, SECURITY, SHOP, company, fresh

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.org_file import OuSpec
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"


def answers(row: Any) -> dict[str, str]:
    return {one["task"]: one["answer"] for one in row["tasks"]}


def every_answer(ran: Ran) -> set[str]:
    return {one["answer"] for row in ran.document["accounts"] for one in row["tasks"]}


def codes(ran: Ran) -> set[tuple[str, str]]:
    return {(one["code"], (one["policy"] or "").partition(" ")[0]) for one in ran.document["findings"]}


OPEN = {
    ("Misspelt", "all"): "allowed",
    ("MisspeltExemption", "all"): "blocked",
    ("UnknownOperator", "iam"): "blocked",
    ("Placeholder", "s3-unlock"): "blocked",
    ("SomeBuckets", "s3-unlock"): "allowed",
    ("NoAssumeRoot", "all"): "blocked",
}
"""What stays open, and what sessions meet: keys and operators that do not exist, names that nobody gave, an open rule."""
IAM_TASKS = ("audit", "delete", "create-password")


def what_is_open() -> dict[tuple[str, str], str]:
    tasks = {"all": [task.value for task in RootTask], "iam": IAM_TASKS}
    return {(name, task): met for (name, which), met in OPEN.items() for task in tasks.get(which, [which])}


def test_the_prediction_is_what_every_session_meets(rig: Rig) -> None:
    """Every account and task, with one SCP of each kind; what stays open is open for a reason."""
    world = World(rig)
    ran = rig.json("doctor", profile=DELEGATE)
    met, predicted = {}, {}
    for name, id_ in ACCOUNTS.items():
        world.make_things(id_)
        for task in RootTask:
            met[name, task.value] = world.meets(id_, task)
            predicted[name, task.value] = answers(ran.row(id_))[task.value]
    open_ones = what_is_open()
    assert {key: met[key] for key, answer in predicted.items() if answer == "depends"} == open_ones
    assert {key: one for key, one in predicted.items() if key not in open_ones} == {
        key: one for key, one in met.items() if key not in open_ones
    }
    assert set(answers(ran.row(MANAGEMENT)).values()) == {"skipped"}
    assert ran.document["not_read"] == []
    assert ran.code == 1


def test_each_place_and_policy_is_read_once(rig: Rig) -> None:
    organization = every_kind()
    more = tuple(account(f"{600_000_000_000 + n:012d}", f"Twin {n}", "/Recommended") for n in range(8))
    World(rig, organization.model_copy(update={"accounts": (*organization.accounts, *more)}))
    calls = rig.calls()
    ran = rig.json("doctor", profile=DELEGATE)
    made = Counter(action for action, _ in calls)
    units, members = len(organization.organizational_units) + 1, len(organization.accounts) + len(more)
    assert made["organizations:DescribePolicy"] == len(SCPS) + len(RCPS) + 2  # and AWS's own
    # The management account is bound by no policy, so nobody asks for its own.
    assert made["organizations:ListPoliciesForTarget"] == 2 * (units + members)  # SCPs and RCPs
    assert made["organizations:ListOrganizationalUnitsForParent"] == units + 1  # the root's take two pages
    assert made["sts:AssumeRoot"] == 0
    twins = [answers(row) for row in ran.document["accounts"] if row["name"].startswith("Twin")]
    assert len(twins) == 8
    assert all(one == answers(ran.row(ACCOUNTS["Recommended"])) for one in twins)


@pytest.mark.parametrize(
    "denied",
    [
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
        "organizations:ListRoots",
        "organizations:ListAccountsForParent",
        "iam:ListUserPolicies",
        "iam:GetUserPolicy",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupsForUser",
        "iam:GetUser",
    ],
)
def test_what_may_not_be_read_is_never_allowed(rig: Rig, denied: str) -> None:
    World(rig, company(account(SHOP, "Shop"), account(LEGACY, "Legacy", "/Old")))
    rig.hide_paths()
    rig.emulator.world.faults.append(
        FaultSpec(operation=denied, code="AccessDenied", message="no", http_status=403)
    )
    ran = rig.json("doctor", profile=DELEGATE)
    assert every_answer(ran) == {"depends", "skipped"}
    assert ran.code == 6
    assert ran.document["not_read"]
    for row in ran.document["accounts"]:
        for task in row["tasks"]:
            assert task["answer"] == "skipped" or (task["depends_on"] and task["warnings"])


def test_a_caller_of_whom_nothing_can_be_read_leaves_it_open(rig: Rig) -> None:
    World(rig, company(account(SHOP, "Shop"))).forget_caller(SECURITY)
    ran = rig.json("doctor", "--task", "audit", profile=DELEGATE)
    (task,) = ran.row(SHOP)["tasks"]
    assert (task["answer"], ran.code) == ("depends", 6)
    assert "caller's policies" in task["depends_on"]


def test_blocked_is_said_even_where_something_was_not_read(rig: Rig) -> None:
    """A Deny that was seen denies whatever else there is; what was not read decides the exit code."""
    World(rig).forget_caller(SECURITY)
    ran = rig.json("doctor", "--account", "PlainRootDeny", profile=DELEGATE)
    assert set(answers(ran.row(ACCOUNTS["PlainRootDeny"])).values()) == {"blocked"}
    assert ran.code == 6


def test_without_scps_enabled_none_apply(rig: Rig) -> None:
    world = World(rig)
    organizations = world.client("organizations", f"emulator-{MANAGEMENT}")
    root = rig.emulator.world.organization.root.id
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        organizations.disable_policy_type(RootId=root, PolicyType=kind)
    ran = rig.json("doctor", profile=DELEGATE)
    assert every_answer(ran) == {"allowed", "skipped"}
    assert ("scps_not_enabled", "") in codes(ran)
    assert ran.code == 0


@pytest.mark.parametrize(
    ("organization", "profile", "layer"),
    [
        (fresh(account(SHOP, "Shop")), "emulator-management", "trusted-access"),
        (company(account(SHOP, "Shop"), root_features=()), DELEGATE, "feature"),
        (
            company(account(SHOP, "Shop"), delegated_administrators={SECURITY: ("config.amazonaws.com",)}),
            DELEGATE,
            "delegation",
        ),
    ],
)
def test_gates_outside_of_policies_block(rig: Rig, organization: Any, profile: str, layer: str) -> None:
    world = World(rig, organization)
    ran = rig.json("doctor", "--account", SHOP, profile=profile)
    assert {(one["answer"], one["layer"]) for one in ran.row(SHOP)["tasks"]} == {("blocked", layer)}
    assert {one["change"]["policies"] == [] for one in ran.row(SHOP)["tasks"]} == {True}
    assert {world.meets(SHOP, task, profile) for task in RootTask} == {"blocked"}


def test_one_feature_opens_its_own_tasks_only(rig: Rig) -> None:
    World(rig, company(account(SHOP, "Shop"), root_features=("RootSessions",)))
    ran = rig.json("doctor", "--account", SHOP, profile=DELEGATE)
    allowed = {task for task, answer in answers(ran.row(SHOP)).items() if answer == "allowed"}
    assert allowed == {"s3-unlock", "sqs-unlock"}


def test_the_probe_opens_one_session_per_set_of_policies_and_agrees(rig: Rig) -> None:
    World(rig)
    calls = rig.calls()
    ran = rig.json("doctor", "--probe", profile=DELEGATE)
    probes = ran.document["probes"]
    assert len(probes) == ran.document["summary"]["policy_paths"] == len(SCPS) + len(RCPS) + 1
    assert sum(action == "sts:AssumeRoot" for action, _ in calls) == len(probes)
    assert {one["agrees"] for one in probes if one["predicted"] != "depends"} == {True}
    assert {one["met"] for one in probes} == {"allowed", "blocked"}
    entries = rig.json("ledger", "list", profile=DELEGATE).document["entries"]
    intent, outcome = (one["content"] for one in entries)
    assert (intent["operation"], intent["reason"], intent["task"]) == (
        "doctor --probe",
        "doctor --probe",
        "audit",
    )
    assert {one["account"] for one in outcome["result"]} == {one["id"] for one in probes}


def test_a_probe_that_meets_something_else_is_told(rig: Rig) -> None:
    """Something the policies do not show (here: a fault) denies the session."""
    World(rig, company(account(SHOP, "Shop")))
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:GetAccountSummary", code="AccessDenied", message="no", http_status=403)
    )
    ran = rig.json("doctor", "--probe", "--account", SHOP, profile=DELEGATE)
    assert [(one["predicted"], one["met"], one["agrees"]) for one in ran.document["probes"]] == [
        ("allowed", "blocked", False)
    ]
    assert ran.code == 1


def test_equal_answers_are_told_once(rig: Rig) -> None:
    many = tuple(
        account(f"{600_000_000_000 + n:012d}", f"Shop {n}", f"/Workloads/{n % 3}") for n in range(12)
    )
    World(rig, company(*many))
    ran = rig.run("doctor", "--ou", "/Workloads", profile=DELEGATE)
    assert "12 accounts under /Workloads" in ran.out
    assert "all tasks" in ran.out
    assert ran.code == 0


def test_only_the_tasks_named_are_judged(rig: Rig) -> None:
    World(rig, company(account(SHOP, "Shop")))
    ran = rig.json("doctor", "--task", "delete", "--task", "audit", "--account", SHOP, profile=DELEGATE)
    assert list(answers(ran.row(SHOP))) == ["delete", "audit"]


def test_rcps_stop_unlocking_and_may_stop_the_call(rig: Rig) -> None:
    no_queues = {**deny(Action="sqs:SetQueueAttributes"), "Principal": "*"}
    no_calls = {**deny(Action="sts:AssumeRoot"), "Principal": "*"}
    organization = company(
        account(SHOP, "Shop", "/Queues"),
        account(LEGACY, "Legacy", "/Calls"),
        rcps={"NoQueues": document(no_queues), "NoCalls": document(no_calls)},
        organizational_units=(
            OuSpec(path="/Queues", rcps=("NoQueues",)),
            OuSpec(path="/Calls", rcps=("NoCalls",)),
        ),
    )
    World(rig, organization)
    ran = rig.json("doctor", profile=DELEGATE)
    shop = {one["task"]: one for one in ran.row(SHOP)["tasks"]}
    assert (shop["sqs-unlock"]["answer"], shop["sqs-unlock"]["layer"]) == ("blocked", "rcp")
    assert shop["audit"]["answer"] == shop["s3-unlock"]["answer"] == "allowed"
    (legacy, *_) = ran.row(LEGACY)["tasks"]
    assert (legacy["answer"], legacy["layer"]) == ("depends", "rcp")
    assert any("not confirmed" in text for text in legacy["warnings"])


def test_trusted_services_other_than_iam_do_not_count(rig: Rig) -> None:
    """The gate is IAM's own trusted access."""
    World(rig, company(account(SHOP, "Shop"), trusted_services=("cloudtrail.amazonaws.com", IAM)))
    ran = rig.json("doctor", "--account", SHOP)
    assert set(answers(ran.row(SHOP)).values()) == {"allowed"}
    assert ran.code == 0


def test_many_places_are_read_from_the_side_of_the_policies(rig: Rig) -> None:
    """The answers are those of asking every place, with far fewer calls."""
    many = tuple(account(f"{600_000_000_000 + n:012d}", f"Shop {n}", f"/{n % 2}") for n in range(110))
    units = (OuSpec(path="/0", scps=("Deny",)), OuSpec(path="/1"))
    scps = {"Deny": SCPS["PlainRootDeny"]}
    World(rig, company(*many, scps=scps, organizational_units=units))
    calls = rig.calls()
    ran = rig.json("doctor", "--task", "audit", profile=DELEGATE)
    made = Counter(action for action, _ in calls)
    assert made["organizations:ListPoliciesForTarget"] == 0
    assert made["organizations:ListTargetsForPolicy"] < 20
    assert made["organizations:DescribePolicy"] == 2
    expected = {one.id: {"audit": "allowed" if n % 2 else "blocked"} for n, one in enumerate(many)}
    assert {row["id"]: answers(row) for row in ran.document["accounts"] if row["id"] in expected} == expected


def test_organizations_asking_for_patience_gets_it(rig: Rig) -> None:
    rig.be_patient()
    World(rig, company(account(SHOP, "Shop")))
    busy = FaultSpec(
        operation="organizations:ListPoliciesForTarget", code="TooManyRequestsException", count=3
    )
    rig.emulator.world.faults.append(busy)
    ran = rig.json("doctor", "--account", SHOP, profile=DELEGATE)
    assert set(answers(ran.row(SHOP)).values()) == {"allowed"}
    assert not rig.emulator.world.faults
