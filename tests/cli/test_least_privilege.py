"""The one table of permissions and the policies made of it are true: with them every command works, without one action it says so."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from product_rig import (
    EVERYTHING,
    LEGACY,
    MANAGEMENT,
    NOTHING,
    SECURITY,
    Rig,
    caller,
    company,
    fresh,
    holds,
)

from rootwarden.emulator import account
from rootwarden.emulator.org_file import PrincipalSpec
from rootwarden.model.ids import AccountId
from rootwarden.model.permissions import COMMANDS
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

MANAGER, OPERATOR = f"emulator-{MANAGEMENT}-Limited", f"emulator-{SECURITY}-Limited"


def holder(
    guardrail: str,
    home: str,
    name: str = "Limited",
    *,
    less: str | None = None,
    accounts: tuple[str, ...] = (),
) -> PrincipalSpec:
    """A role that has exactly what a guardrail renders, for every account or these, less one action."""
    given = Parameters(accounts=tuple(AccountId(one) for one in accounts))
    documents: list[Any] = [
        copy.deepcopy(paper.document) for paper in rendered(GUARDRAILS[guardrail], given).papers
    ]
    for document in documents:
        for one in document["Statement"]:
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            one["Action"] = [action for action in actions if action != less]
        document["Statement"] = [one for one in document["Statement"] if one["Action"]]
    return PrincipalSpec(account=home, name=name, policies=tuple(documents))


HOLDERS = {
    "status": "read-only",
    "enable": "set-up",
    "disable": "set-up",
    "audit": "auditor",
    "remove plan": "remover",
    "who-can": "read-only",
}
"""The guardrail whose policy runs each command."""


def with_actions(rig: Rig, command: str, *, without: str | None = None, optional: bool = True) -> None:
    """A world with a role that has the policy of the command's guardrail; or only the table's required actions."""
    home = MANAGEMENT if command in {"status", "enable", "disable"} else SECURITY
    members = (account(LEGACY, "Legacy", root=EVERYTHING),)
    build = fresh if command == "enable" else company
    role = (
        holder(HOLDERS[command], home, less=without) if optional else caller(home, *COMMANDS[command].actions)
    )
    rig.up(build(*members, principals=(role,)))


LINES = {
    "status": "status",
    "enable": f"enable --delegate {SECURITY} --yes",
    "disable": f"disable --delegate {SECURITY} --trusted-access --yes",
    "audit": "audit --details always",
    "remove plan": "remove plan --all --out plan.json",
    "who-can": "who-can",
}
ROLES = {"status": MANAGER, "enable": MANAGER, "disable": MANAGER, "audit": OPERATOR, "remove plan": OPERATOR}
ROLES["who-can"] = OPERATOR  # which does not read the management account


@pytest.mark.parametrize("optional", [True, False], ids=["all", "required"])
@pytest.mark.parametrize("command", list(LINES))
def test_with_exactly_the_actions_of_the_table(rig: Rig, command: str, optional: bool) -> None:
    """Required actions are enough to do the work; the optional ones make it say more."""
    with_actions(rig, command, optional=optional)
    ran = rig.json(*LINES[command].split(), profile=ROLES[command])
    expected = {"status": 0 if optional else 1, "audit": 1, "who-can": 6}.get(command, 0)
    assert ran.code == expected, ran.err
    if optional:
        assert "AccessDenied" not in ran.out + ran.err
    elif command == "audit":
        assert ran.row(LEGACY)["ou_path"] is None
        assert "OU paths are not shown" in ran.err


def test_removing_with_exactly_the_policies_of_the_roles(rig: Rig) -> None:
    """A plan by the auditor, whom the table lets do no more, applied by the remover; accounts that neither names stay closed."""
    roles = tuple(
        holder(guardrail, SECURITY, name, accounts=(LEGACY,))
        for guardrail, name in (("auditor", "Planner"), ("remover", "Remover"))
    )
    other = "444444444444"
    members = (account(LEGACY, "Legacy", root=EVERYTHING), account(other, "Other", root=EVERYTHING))
    rig.up(company(*members, principals=roles))
    line = ["remove", "plan", "--account", LEGACY, "--out", "plan.json"]
    assert rig.json(*line, profile=f"emulator-{SECURITY}-Planner").code == 0
    refused = rig.json("remove", "apply", "plan.json", "--yes", profile=f"emulator-{SECURITY}-Planner")
    assert (refused.code, holds(rig.root(LEGACY))) == (6, holds(rig.root(other)))
    ran = rig.json("remove", "apply", "plan.json", "--yes", profile=f"emulator-{SECURITY}-Remover")
    assert ran.code == 0, ran.err
    assert holds(rig.root(LEGACY)) == NOTHING
    closed = rig.json("audit", "--account", other, profile=f"emulator-{SECURITY}-Remover")
    assert closed.row(other)["reason"]["code"] == "AccessDenied"


def test_each_read_that_doctor_makes_is_missed(rig: Rig) -> None:
    """Under the auditor's policy less any one of them it says what it could not see, and calls nothing allowed that rests on it."""
    row = COMMANDS["doctor"]
    names = {action: re.sub("[^A-Za-z]", "-", action) for action in (*row.actions, *row.optional)}
    roles = tuple(holder("auditor", SECURITY, name, less=action) for action, name in names.items())
    rig.up(company(account(LEGACY, "Legacy"), principals=(holder("auditor", SECURITY), *roles)))
    calls = rig.calls()
    line = ("doctor", "--account", LEGACY, "--task", "audit")
    whole = rig.json(*line, profile=OPERATOR)
    assert (whole.code, whole.document["not_read"]) == (0, [])
    made = {action for action, who in calls if who == SECURITY and action in names} - {
        "sts:GetCallerIdentity"
    }
    made |= {"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}
    assert len(made) > 10
    silent = []
    for action in sorted(made):
        ran = rig.json(*line, profile=f"emulator-{SECURITY}-{names[action]}")
        if "AccessDenied" in ran.out + ran.err:
            assert ran.code == (3 if action in row.actions else 6), action
        else:
            assert ran.document["accounts"] == whole.document["accounts"], action
            silent.append(action)
    assert silent == [  # the list of accounts stands in for the first, IAM's own answer for the others
        "organizations:DescribeAccount",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListDelegatedAdministrators",
    ]


@pytest.mark.parametrize(
    ("command", "missing"),
    [(command, action) for command in ("audit", "remove plan") for action in COMMANDS[command].actions],
)
def test_without_one_required_action(rig: Rig, command: str, missing: str) -> None:
    """A clear refusal with AWS's words; nothing is written and nothing is called clean."""
    with_actions(rig, command, without=missing)
    ran = rig.json(*LINES[command].split(), profile=OPERATOR)
    if missing == "sts:GetCallerIdentity":  # AWS answers it whatever the policies say
        assert ran.code in {0, 1}
        return
    assert ran.code == (6 if missing == "sts:AssumeRoot" else 3)
    assert "AccessDenied" in ran.out
    assert '"outcome": "clean"' not in ran.out
    if missing == "sts:AssumeRoot" and command == "remove plan":
        assert ran.document["plan"]["accounts"] == []
    elif command == "remove plan":
        assert not (rig.folder / "plan.json").exists()


@pytest.mark.parametrize("missing", COMMANDS["disable"].actions)
def test_disable_without_one_required_action(rig: Rig, missing: str) -> None:
    """Either it stops before its first step, or it says which step was refused; it never claims what was not done."""
    with_actions(rig, "disable", without=missing)
    ran = rig.json(*LINES["disable"].split(), profile=MANAGER)
    if missing in {"sts:GetCallerIdentity", "organizations:ListAWSServiceAccessForOrganization"}:
        assert ran.code in {0, 6}  # the first is always answered; instead of the second IAM's answer tells
        return
    if ran.code == 3:
        assert rig.emulator.world.organization.trusts("iam.amazonaws.com")
        assert len(rig.emulator.world.features) == 2
        return
    assert ran.code == 6
    (refused,) = [one for one in ran.document["steps"] if one["outcome"] == "failed"]
    assert refused["action"] == missing
