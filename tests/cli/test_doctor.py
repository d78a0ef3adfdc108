"""``doctor``: what it predicts is what sessions meet, and what it could not read is never taken for fine."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from doctor_world import ACCOUNTS, ALLOW_LISTS, SCPS, World, allow, deny, document, every_kind
from product_rig import IAM, LEGACY, MANAGEMENT, SECURITY, SHOP, caller, company, fresh

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.org_file import OuSpec
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor import gather

if TYPE_CHECKING:
    from product_rig import Ran, Rig

DELEGATE = f"emulator-{SECURITY}"
READS = (
    "organizations:Describe*",
    "organizations:List*",
    "iam:ListOrganizationsFeatures",
    "iam:GetUser",
    "iam:GetRole",
    "sts:AssumeRoot",
)


def answers(row: Any) -> dict[str, str]:
    return {one["task"]: one["answer"] for one in row["tasks"]}


def every_answer(ran: Ran) -> set[str]:
    return {one["answer"] for row in ran.document["accounts"] for one in row["tasks"]}


def codes(ran: Ran) -> set[tuple[str, str]]:
    return {(one["code"], (one["policy"] or "").partition(" ")[0]) for one in ran.document["findings"]}


def test_the_prediction_is_what_every_session_meets(rig: Rig) -> None:
    """Every account and task, with one SCP of each kind; what stays open is open for a reason."""
    world = World(rig)
    world.make_caller(SECURITY)
    ran = rig.json("doctor", profile=DELEGATE)
    met: dict[str, dict[str, str]] = {}
    for name, id_ in ACCOUNTS.items():
        world.make_things(id_)
        met[name] = {task.value: world.meets(id_, task) for task in RootTask}
    predicted = {name: answers(ran.row(id_)) for name, id_ in ACCOUNTS.items()}
    assert set(predicted.pop("Misspelt").values()) == {"depends"}, "nobody knows a key that does not exist"
    assert set(met.pop("Misspelt").values()) == {"allowed"}
    by_name = predicted.pop("SomeBuckets")
    assert by_name.pop("s3-unlock") == "depends"
    assert met.pop("SomeBuckets") == by_name | {"s3-unlock": "allowed"}
    assert predicted == met
    assert Counter(one for row in met.values() for one in row.values()).keys() == {"allowed", "blocked"}
    assert set(answers(ran.row(MANAGEMENT)).values()) == {"skipped"}
    assert ran.document["not_read"] == []
    assert ran.code == 1


def test_the_changes_lift_what_they_say_and_keep_the_signed_in_root_user_out(rig: Rig) -> None:
    """Applied to the organization, the diffs make every blocked task work."""
    world = World(rig)
    world.make_caller(SECURITY)
    before = rig.json("doctor", profile=DELEGATE)
    organizations = world.client("organizations", f"emulator-{MANAGEMENT}")
    for row in before.document["accounts"]:
        for task in row["tasks"]:
            if task["answer"] == "blocked":
                assert task["change"]["policies"], task["change"]["summary"]
    for name in SCPS:
        found = next(p for p in rig.emulator.world.organization.policies.values() if p.name == name)
        changed = json.loads(json.dumps(SCPS[name]))
        statement = changed["Statement"][0]
        if name in ALLOW_LISTS:
            every = sorted({action for task in RootTask for action in task.actions})
            further = {**allow(*every), "Condition": {"Null": {"aws:AssumedRoot": "false"}}}
            changed["Statement"].append(further)
        elif name not in {"Misspelt", "SomeBuckets"}:
            statement.setdefault("Condition", {})["Null"] = {"aws:AssumedRoot": "true"}
        organizations.update_policy(PolicyId=found.id, Content=json.dumps(changed))
    after = rig.json("doctor", "--exclude", "Misspelt,SomeBuckets", profile=DELEGATE)
    assert every_answer(after) == {"allowed", "skipped"}
    assert after.code == 0


def test_what_is_wrong_in_policies_is_found(rig: Rig) -> None:
    World(rig).make_caller(SECURITY)
    found = codes(rig.json("doctor", profile=DELEGATE))
    assert found == {
        ("sessions_denied_with_root", "PlainRootDeny"),
        ("sessions_denied_with_root", "NotActionForm"),
        ("sessions_denied_with_root", "ExceptBucketPolicies"),
        ("bool_exemption", "BoolPitfall"),
        ("inverted_exemption", "InvertedNull"),
        ("region_deny", "RegionDeny"),
        ("control_tower_without_exemption", "ControlTower"),
        ("misspelt_key", "Misspelt"),
        ("root_denied_nowhere", ""),
    }


def test_each_place_and_policy_is_read_once(rig: Rig) -> None:
    organization = every_kind()
    more = tuple(account(f"{600_000_000_000 + n:012d}", f"Twin {n}", "/Recommended") for n in range(8))
    World(rig, organization.model_copy(update={"accounts": (*organization.accounts, *more)}))
    calls = rig.calls()
    ran = rig.json("doctor", profile=DELEGATE)
    made = Counter(action for action, _ in calls)
    state = rig.emulator.world.organization
    assert made["organizations:DescribePolicy"] == len(SCPS) + 1  # and FullAWSAccess
    # The management account is bound by no SCP, so nobody asks for its own.
    assert made["organizations:ListPoliciesForTarget"] == len(state.containers) + len(state.accounts) - 1
    assert made["organizations:ListOrganizationalUnitsForParent"] == len(state.containers)
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
    world = World(rig, company(account(SHOP, "Shop"), account(LEGACY, "Legacy", "/Old")))
    world.make_caller(SECURITY)
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
    world.make_caller(SECURITY)
    organizations = world.client("organizations", f"emulator-{MANAGEMENT}")
    root = rig.emulator.world.organization.root.id
    organizations.disable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
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
    world.make_caller(MANAGEMENT if profile == "emulator-management" else SECURITY)
    ran = rig.json("doctor", "--account", SHOP, profile=profile)
    assert {(one["answer"], one["layer"]) for one in ran.row(SHOP)["tasks"]} == {("blocked", layer)}
    assert {one["change"]["policies"] == [] for one in ran.row(SHOP)["tasks"]} == {True}
    assert {world.meets(SHOP, task, profile) for task in RootTask} == {"blocked"}


def test_one_feature_opens_its_own_tasks_only(rig: Rig) -> None:
    world = World(rig, company(account(SHOP, "Shop"), root_features=("RootSessions",)))
    world.make_caller(SECURITY)
    ran = rig.json("doctor", "--account", SHOP, profile=DELEGATE)
    allowed = {task for task, answer in answers(ran.row(SHOP)).items() if answer == "allowed"}
    assert allowed == {"s3-unlock", "sqs-unlock"}


def guarded(scp: dict[str, Any]) -> Any:
    """The delegated administrator's own account stands below an SCP."""
    organization = company(
        account(SHOP, "Shop"),
        scps={"Guard": scp},
        organizational_units=(OuSpec(path="/Guarded", scps=("Guard",)),),
    )
    own = account(SECURITY, "Security", "/Guarded")
    return organization.model_copy(update={"accounts": (own, *organization.accounts[1:])})


@pytest.mark.parametrize(
    "scp",
    [
        document(deny(NotAction=["iam:*", "organizations:*", "sts:AssumeRole"], Sid="Few")),
        document(deny(Action=["sts:AssumeRoot", "sts:GetFederationToken"])),
    ],
)
def test_scps_of_the_callers_account_bind_the_call(rig: Rig, scp: dict[str, Any]) -> None:
    world = World(rig, guarded(scp))
    world.make_caller(SECURITY)
    ran = rig.json("doctor", "--account", SHOP, profile=DELEGATE)
    (first, *_) = ran.row(SHOP)["tasks"]
    assert (first["answer"], first["layer"], first["policy"].partition(" ")[0]) == ("blocked", "scp", "Guard")
    assert "sts:AssumeRoot" in first["change"]["policies"][0]["diff"]
    assert world.meets(SHOP, RootTask.AUDIT) == "blocked"


def test_the_probe_opens_one_session_per_set_of_policies_and_agrees(rig: Rig) -> None:
    world = World(rig)
    world.make_caller(SECURITY)
    calls = rig.calls()
    ran = rig.json("doctor", "--probe", profile=DELEGATE)
    probes = ran.document["probes"]
    assert len(probes) == ran.document["summary"]["policy_paths"] == len(SCPS) + 1
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
    assert [one["account"] for one in outcome["result"]] == [one["id"] for one in probes]


def test_a_probe_that_meets_something_else_is_told(rig: Rig) -> None:
    """Something the policies do not show (here: a fault) denies the session."""
    world = World(rig, company(account(SHOP, "Shop")))
    world.make_caller(SECURITY)
    rig.emulator.world.faults.append(
        FaultSpec(operation="iam:GetAccountSummary", code="AccessDenied", message="no", http_status=403)
    )
    ran = rig.json("doctor", "--probe", "--account", SHOP, profile=DELEGATE)
    assert [(one["predicted"], one["met"], one["agrees"]) for one in ran.document["probes"]] == [
        ("allowed", "blocked", False)
    ]
    assert ran.code == 1


def test_a_least_privileged_role_sees_what_it_may(rig: Rig) -> None:
    """Its policies are read where it may read them; the emulator does not know this role, so they stay open."""
    limited = caller(SECURITY, *READS)
    rig.up(company(account(SHOP, "Shop"), principals=(limited,)))
    ran = rig.json("doctor", "--account", SHOP, profile=f"emulator-{SECURITY}-Limited")
    assert every_answer(ran) == {"depends"}
    assert ran.code == 6
    assert {one["code"] for one in ran.document["findings"]} >= {"session_policy_not_visible"}


def test_an_account_that_moves_while_the_tree_is_read_is_left_open(rig: Rig) -> None:
    world = World(rig, company(account(SHOP, "Shop", "/Z"), account(LEGACY, "Legacy", "/A")))
    world.make_caller(SECURITY)
    rig.hide_paths()
    state = rig.emulator.world.organization
    shop = state.accounts[SHOP]

    def away() -> None:
        state.move_account(shop, state.root)

    rig.after("organizations:ListAccountsForParent", away)
    ran = rig.json("doctor", profile=DELEGATE)
    assert set(answers(ran.row(SHOP)).values()) == {"depends"}
    assert set(answers(ran.row(LEGACY)).values()) == {"allowed"}
    assert ran.code == 6


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '{"Statement": 5}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": {"a": 1}, "Resource": null}]}',
        "[" * 100_000,
        json.dumps({"Version": "2012-10-17", "Statement": [deny(Action=["x:" + "y" * 10_000_000])]}),
    ],
    ids=["empty", "not JSON", "a list", "a number", "twice", "wrong types", "nested", "10 MB"],
)
def test_policies_that_cannot_be_read_leave_it_open(rig: Rig, content: str) -> None:
    world = World(
        rig,
        company(
            account(SHOP, "Shop"),
            account(LEGACY, "Legacy", "/Old"),
            scps={"Odd": SCPS["Recommended"]},
            organizational_units=(OuSpec(path="/Old", scps=("Odd",)),),
        ),
    )
    world.make_caller(SECURITY)
    odd = next(one for one in rig.emulator.world.organization.policies.values() if one.name == "Odd")
    odd.content = content
    ran = rig.json("doctor", profile=DELEGATE)
    assert set(answers(ran.row(LEGACY)).values()) == {"depends"}
    assert set(answers(ran.row(SHOP)).values()) == {"allowed"}
    assert ("unreadable_policy", "Odd") in codes(ran)
    assert ran.code == 6


def test_equal_answers_are_told_once(rig: Rig) -> None:
    many = tuple(
        account(f"{600_000_000_000 + n:012d}", f"Shop {n}", f"/Workloads/{n % 3}") for n in range(12)
    )
    World(rig, company(*many)).make_caller(SECURITY)
    ran = rig.run("doctor", "--ou", "/Workloads", profile=DELEGATE)
    assert "12 accounts under /Workloads" in ran.out
    assert "all tasks" in ran.out
    assert ran.code == 0


def test_only_the_tasks_named_are_judged(rig: Rig) -> None:
    World(rig, company(account(SHOP, "Shop"))).make_caller(SECURITY)
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
    world = World(rig, organization)
    world.make_caller(SECURITY)
    ran = rig.json("doctor", profile=DELEGATE)
    shop = {one["task"]: one for one in ran.row(SHOP)["tasks"]}
    assert (shop["sqs-unlock"]["answer"], shop["sqs-unlock"]["layer"]) == ("blocked", "rcp")
    assert shop["audit"]["answer"] == shop["s3-unlock"]["answer"] == "allowed"
    (legacy, *_) = ran.row(LEGACY)["tasks"]
    assert (legacy["answer"], legacy["layer"]) == ("depends", "rcp")
    assert any("not confirmed" in text for text in legacy["warnings"])


def test_trusted_services_other_than_iam_do_not_count(rig: Rig) -> None:
    """The gate is IAM's own trusted access."""
    world = World(rig, company(account(SHOP, "Shop"), trusted_services=("cloudtrail.amazonaws.com", IAM)))
    world.make_caller(MANAGEMENT)
    ran = rig.json("doctor", "--account", SHOP)
    assert set(answers(ran.row(SHOP)).values()) == {"allowed"}
    assert ran.code == 0


def test_many_places_are_read_from_the_side_of_the_policies(rig: Rig) -> None:
    """The answers are those of asking every place, with far fewer calls."""
    many = tuple(account(f"{600_000_000_000 + n:012d}", f"Shop {n}", f"/{n % 2}") for n in range(110))
    units = (OuSpec(path="/0", scps=("Deny",)), OuSpec(path="/1"))
    scps = {"Deny": SCPS["PlainRootDeny"]}
    World(rig, company(*many, scps=scps, organizational_units=units)).make_caller(SECURITY)
    calls = rig.calls()
    ran = rig.json("doctor", "--task", "audit", profile=DELEGATE)
    made = Counter(action for action, _ in calls)
    assert made["organizations:ListPoliciesForTarget"] == 0
    assert made["organizations:ListTargetsForPolicy"] < 20
    assert made["organizations:DescribePolicy"] == 2
    expected = {one.id: {"audit": "allowed" if n % 2 else "blocked"} for n, one in enumerate(many)}
    assert {row["id"]: answers(row) for row in ran.document["accounts"] if row["id"] in expected} == expected


def test_organizations_asking_for_patience_gets_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(gather.gather_policies, "__kwdefaults__", {"wait": waited.append})
    World(rig, company(account(SHOP, "Shop"))).make_caller(SECURITY)
    busy = FaultSpec(
        operation="organizations:ListPoliciesForTarget", code="TooManyRequestsException", count=3
    )
    rig.emulator.world.faults.append(busy)
    ran = rig.json("doctor", "--account", SHOP, profile=DELEGATE)
    assert set(answers(ran.row(SHOP)).values()) == {"allowed"}
    assert waited == [1.0, 2.0, 4.0]


def test_accounts_whose_changes_differ_are_not_told_as_one(rig: Rig) -> None:
    """Trusted access blocks every account, and an SCP one of them besides: that one needs a change of its own."""
    rig.up()  # small(), before anything was set up
    ran = rig.run("doctor", "--task", "audit", "-o", "jsonl")
    changes = {
        row["id"]: row["change"]["summary"] for row in map(json.loads, ran.out.splitlines()) if row["change"]
    }
    assert len(set(changes.values())) > 1
    table = rig.run("doctor", "--task", "audit", "-o", "csv").out
    for text in set(changes.values()):
        assert " ".join(text.replace('"', "").split()) in " ".join(table.replace('"', "").split())
