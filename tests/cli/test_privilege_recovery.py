"""The commands of recovery under the recoverer's policy, and under the same less each action that they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from notification_rig import topic_with_queue
from privilege_rig import Limited, Scenarios, Tried, fresh, limited, papers
from product_rig import MANAGEMENT, SECURITY, SHOP, Rig, configuration
from recovery_rig import TASK, later, opened, recovery_company

from rootwarden.emulator import account
from rootwarden.emulator.builders import DENY_ROOT
from rootwarden.emulator.org_file import OuSpec, PrincipalSpec

SCENARIOS = Scenarios()
LOOKER = "TrailReader"
NEEDED = ("organizations:DescribeOrganization", "sts:AssumeRoot")
SELECTING = ("organizations:DescribeAccount", "organizations:DescribeOrganizationalUnit")
"""One account is found in the list of all as well, and its OU is not shown here."""
EXEMPTS = ("organizations:DescribePolicy", "organizations:UpdatePolicy")
EVERY_ACCOUNT = (
    *NEEDED,
    "organizations:ListAccounts",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
)
POLICIES = ("organizations:DescribePolicy", "organizations:ListPoliciesForTarget", "organizations:ListRoots")


def looker() -> PrincipalSpec:
    """A role of the shop that reads its event history, for whoever of the security account may assume it."""
    read: Any = {
        "Effect": "Allow",
        "Action": ["cloudtrail:LookupEvents", "ec2:DescribeRegions"],
        "Resource": "*",
    }
    trust: Any = {"Effect": "Allow", "Principal": {"AWS": SECURITY}, "Action": "sts:AssumeRole"}
    version: Any = {"Version": "2012-10-17"}
    return PrincipalSpec(
        account=SHOP,
        name=LOOKER,
        policies=({**version, "Statement": [read]},),
        trust={**version, "Statement": [trust]},
    )


def recovering(
    rig: Rig, text: str = "", *, root: Any = None, **given: Any
) -> tuple[Limited, tuple[str, ...]]:
    """A shop, and a role with the recoverer's policy that may open exceptions there; it is told of them where there is a topic."""
    shop = account(SHOP, "Shop", "/Shops", **({"root": root} if root else {}))
    recovery_company(rig, shop, principals=(limited(SECURITY), looker()))
    topic, _, _ = topic_with_queue(rig)
    settings = (
        f'[recovery]\nopeners = ["arn:aws:iam::{SECURITY}:role/Limited"]\n{text}'
        f'[notifications]\nsns_topic = "{topic}"\n'
    )
    return Limited(rig, SECURITY, papers("recoverer", topic=topic, **given)), (
        "--config",
        configuration(rig.folder, settings),
    )


def emptied(rig: Rig, ledger: Path) -> Callable[[], None]:
    """Makes the shop as it was."""

    def renew() -> None:
        fresh(ledger)
        rig.root(SHOP).login_profile = None

    return renew


@SCENARIOS.of(
    "recovery open",
    told=(*NEEDED, "sns:Publish"),
    depends=POLICIES,
    silent=(
        *SELECTING,
        # Of the caller and of what is turned on: the session that it opens tells.
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListOrganizationsFeatures",
        "iam:ListRolePolicies",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListDelegatedAdministrators",
    ),
)
def _open(rig: Rig, ledger: Path) -> Tried:
    role, where = recovering(rig)
    line = ("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes", *where)
    return role.tried("recovery open", lambda: rig.json(*line, profile=role.profile), emptied(rig, ledger))


@SCENARIOS.of("recovery open with an exemption", told=EXEMPTS)
def _exempt(rig: Rig, ledger: Path) -> Tried:
    """The shop is below an SCP that denies root: the deployer's policy lifts it."""
    role, where, kept, document = restricted(rig)
    line = ("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes")

    def renew() -> None:
        emptied(rig, ledger)()
        kept.replace(document)

    return role.tried("recovery open", lambda: rig.json(*line, *where, profile=None), renew)


def restricted(rig: Rig) -> tuple[Limited, tuple[str, str], Any, str]:
    """The role that deploys, the options with which it does, and the SCP with what it says."""
    unit = OuSpec(path="/Restricted", scps=("NoRoot",))
    recovery_company(
        rig,
        account(SHOP, "Shop", "/Restricted"),
        organizational_units=(unit,),
        scps={"NoRoot": DENY_ROOT},
        principals=(limited(MANAGEMENT),),
    )
    role = Limited(rig, MANAGEMENT, papers("deploy"))
    settings = f"""
[purposes.management_deploy]
profile = "{role.profile}"
[purposes.delegate]
profile = "emulator-{SECURITY}"
"""
    where = ("--config", configuration(rig.folder, settings))
    kept = {one.name: one for one in rig.emulator.world.organization.policies.values()}["NoRoot"]
    return role, where, kept, kept.content


def ends_exemption(rig: Rig, ledger: Path, command: str, *line: str) -> Tried:
    """A command that takes the exemption back, by the role that deploys."""
    role, where, kept, document = restricted(rig)

    def renew() -> None:
        emptied(rig, ledger)()
        kept.replace(document)
        role.may(role.documents)
        opens = ("recovery", "open", SHOP, "--task", TASK, "--for", "1h", "--yes")
        assert rig.json(*opens, *where, profile=None).code == 0
        later(rig, hours=2)

    renew()
    return role.tried(command, lambda: rig.json(*line, *where, profile=None), renew)


@SCENARIOS.of("recovery close with an exemption", told=EXEMPTS)
def _exempt_close(rig: Rig, ledger: Path) -> Tried:
    return ends_exemption(rig, ledger, "recovery close", "recovery", "close", SHOP, "--yes")


@SCENARIOS.of("recovery sweep with an exemption", told=EXEMPTS)
def _exempt_sweep(rig: Rig, ledger: Path) -> Tried:
    return ends_exemption(rig, ledger, "recovery sweep", "recovery", "sweep", "--yes")


@SCENARIOS.of("recovery list", told=NEEDED, silent=SELECTING)
def _list(rig: Rig, ledger: Path) -> Tried:
    role, where = recovering(rig)
    assert opened(rig).code == 0
    return role.tried("recovery list", lambda: rig.json("recovery", "list", *where, profile=role.profile))


@SCENARIOS.of("recovery adopt", told=(*NEEDED, "sns:Publish"), silent=SELECTING)
def _adopt(rig: Rig, ledger: Path) -> Tried:
    role, where = recovering(rig, root={"password": True})
    line = ("recovery", "adopt", SHOP, "--task", TASK, "--for", "1h", "--yes", *where)
    return role.tried("recovery adopt", lambda: rig.json(*line, profile=role.profile), lambda: fresh(ledger))


@SCENARIOS.of("recovery close", told=(*NEEDED, "sns:Publish"), silent=SELECTING)
def _close(rig: Rig, ledger: Path) -> Tried:
    role, where = recovering(rig)

    def renew() -> None:
        emptied(rig, ledger)()
        assert opened(rig).code == 0

    renew()
    line = ("recovery", "close", SHOP, "--yes", *where)
    return role.tried("recovery close", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of(
    "recovery sweep",
    told=(*NEEDED, "organizations:ListAccounts", "sns:Publish", "sts:AssumeRole"),
    silent=(*SELECTING, "organizations:ListOrganizationalUnitsForParent", "organizations:ListRoots"),
)
def _sweep(rig: Rig, ledger: Path) -> Tried:
    role, where = recovering(rig, f'member_role = "{LOOKER}"\n', member_role=LOOKER)

    def renew() -> None:
        emptied(rig, ledger)()
        assert opened(rig, lasts="1h").code == 0
        later(rig, hours=2)

    renew()
    line = ("recovery", "sweep", "--yes", *where)
    only = ("organizations:ListAccounts", "sns:Publish", "sts:AssumeRole", "sts:AssumeRoot")
    return role.tried("recovery sweep", lambda: rig.json(*line, profile=role.profile), renew, only=only)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_less_each_action(rig: Rig, ledger: Path, name: str) -> None:
    """It works, and what is missing is told, or what depends on it; the rest makes no difference here."""
    SCENARIOS.check(name, rig, ledger)
