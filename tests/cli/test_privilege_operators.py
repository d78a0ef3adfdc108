"""What operators do day by day under their roles' policies, and under the same less each action that it takes."""

from __future__ import annotations

import copy
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from locks import BUCKET, LOCKS, OWNER, QUEUE
from privilege_rig import Limited, Scenarios, Tried, fresh, limited, papers
from product_rig import EVERYTHING, SECURITY, SHOP, Rig, company
from removal_rig import applied, planned
from test_privilege_recovery import EVERY_ACCOUNT, LOOKER, NEEDED, POLICIES, SELECTING, looker
from unlock_rig import Held, delegates_s3, shop

from rootwarden.emulator import account

SCENARIOS = Scenarios()


def working(rig: Rig, guardrail: str, *, root: Any = EVERYTHING, **given: Any) -> Limited:
    """An account with every root credential, and a role with an operator's policy."""
    rig.up(company(account(SHOP, "Shop", "/Shops", root=root), principals=(limited(SECURITY), looker())))
    return Limited(rig, SECURITY, papers(guardrail, **given))


@SCENARIOS.of("audit", told=EVERY_ACCOUNT)
def _audit(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    return role.tried("audit", lambda: rig.json("audit", profile=role.profile), code=1)


@SCENARIOS.of("audit by OU and tag", told=(*EVERY_ACCOUNT, "organizations:ListTagsForResource"))
def _chosen(rig: Rig, ledger: Path) -> Tried:
    tagged = account(SHOP, "Shop", "/Shops", tags={"env": "prod"})
    rig.up(company(tagged, principals=(limited(SECURITY),)))
    role = Limited(rig, SECURITY, papers("auditor"))
    line = ("audit", "--ou", "/Shops", "--tag", "env=prod")
    return role.tried("audit", lambda: rig.json(*line, profile=role.profile))


@SCENARIOS.of("audit where AWS tells no paths", told=NEEDED, silent=(*SELECTING, "organizations:ListParents"))
def _without_paths(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    rig.hide_paths()
    line = ("audit", "--account", SHOP)
    return role.tried("audit", lambda: rig.json(*line, profile=role.profile), code=1)


@SCENARIOS.of(
    "audit by OU where AWS tells no paths",
    told=(*EVERY_ACCOUNT, "organizations:ListAccountsForParent"),
)
def _unit_without_paths(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    rig.hide_paths()
    line = ("audit", "--ou", "/Shops")
    return role.tried("audit", lambda: rig.json(*line, profile=role.profile), code=1)


@SCENARIOS.of("remove plan", told=NEEDED, silent=SELECTING)
def _plan(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    line = ("remove", "plan", "--account", SHOP, "--out", "plan.json")

    def renew() -> None:
        Path("plan.json").unlink(missing_ok=True)

    return role.tried("remove plan", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of("remove apply", told=NEEDED, silent=SELECTING)
def _apply(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "remover")
    full = rig.emulator.world.root_users[SHOP]

    def renew() -> None:
        fresh(ledger)
        Path("plan.json").unlink(missing_ok=True)
        rig.emulator.world.root_users[SHOP] = copy.deepcopy(full)
        assert planned(rig, accounts=SHOP).code == 0

    renew()
    line = ("remove", "apply", "plan.json", "--yes")
    return role.tried("remove apply", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of("evidence complete", told=(NEEDED[0], "cloudtrail:LookupEvents", "sts:AssumeRole"))
def _evidence(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "remover", member_role=LOOKER)
    assert planned(rig, accounts=SHOP).code == 0
    assert applied(rig, "--evidence", "kept").code == 0

    def renew() -> None:
        shutil.rmtree("evidence", ignore_errors=True)
        shutil.copytree("kept", "evidence")

    renew()
    line = ("evidence", "complete", "evidence", "--member-role", LOOKER)
    return role.tried("evidence complete", lambda: rig.json(*line, profile=role.profile), renew)


@SCENARIOS.of("waiver add", told=NEEDED[:1], silent=SELECTING)
def _waiver(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "remover")
    soon = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    line = ("waiver", "add", SHOP, "--item", "password", "--until", soon, "--owner", "a", "--reason", "b")
    return role.tried("waiver add", lambda: rig.json(*line, profile=role.profile), lambda: fresh(ledger))


@SCENARIOS.of("grant add", told=NEEDED[:1], silent=SELECTING)
def _grant(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    line = ("grant", "add", SHOP, "--task", "audit", "--for", "30m", "--reason", "b")
    return role.tried("grant add", lambda: rig.json(*line, profile=role.profile), lambda: fresh(ledger))


@SCENARIOS.of("session", told=NEEDED, silent=SELECTING)
def _session(rig: Rig, ledger: Path) -> Tried:
    role = working(rig, "auditor")
    line = ("session", SHOP, "--task", "audit", "--reason", "looking", "--format", "json")
    return role.tried("session", lambda: rig.run(*line, profile=role.profile))


def unlocking(rig: Rig, kind: str, ledger: Path) -> Tried:
    """A bucket or queue that is locked for everybody, unlocked with a backup in S3."""
    shop(rig, principals=(limited(SECURITY),))
    resource = BUCKET if kind == "bucket" else QUEUE
    held = Held(rig, resource)
    delegates_s3(rig).create_bucket(Bucket="our-backups")
    backups = papers("ledger-s3", bucket="our-backups", prefix="policies")
    role = Limited(rig, SECURITY, (*papers("unlocker"), *backups))

    def renew() -> None:
        fresh(ledger)
        held.lock(LOCKS[0].policy(resource))

    renew()
    name = resource.name if kind == "bucket" else resource.arn
    line = ("unlock", kind, name, "--account", OWNER, "--region", resource.region)
    more = ("--repair", "--yes", "--reason", "locked", "--backup", "s3://our-backups/policies")
    return role.tried(f"unlock {kind}", lambda: rig.json(*line, *more, profile=role.profile), renew)


@SCENARIOS.of("unlock bucket", told=(*NEEDED, *POLICIES, "s3:PutObject"), silent=SELECTING[:1])
def _bucket(rig: Rig, ledger: Path) -> Tried:
    return unlocking(rig, "bucket", ledger)


@SCENARIOS.of(
    "unlock bucket from its backup",
    told=(*NEEDED, *POLICIES, "s3:GetObject", "s3:PutObject"),
    silent=SELECTING[:1],
)
def _restore(rig: Rig, ledger: Path) -> Tried:
    shop(rig, principals=(limited(SECURITY),))
    held = Held(rig, BUCKET)
    held.lock(LOCKS[0].policy(BUCKET))
    delegates_s3(rig).create_bucket(Bucket="our-backups")
    where = ("unlock", "bucket", BUCKET.name, "--account", OWNER, "--yes", "--reason", "locked")
    to = ("--backup", "s3://our-backups/policies")
    kept = rig.json(*where, "--delete", *to, profile=f"emulator-{SECURITY}")
    (place,) = kept.document["backup"]["places"]
    backups = papers("ledger-s3", bucket="our-backups", prefix="policies")
    role = Limited(rig, SECURITY, (*papers("unlocker"), *backups))
    run = partial(rig.json, *where, "--restore", place, *to, profile=role.profile)
    return role.tried("unlock bucket", run, lambda: held.lock(None), only=("s3:GetObject",), code=1)


@SCENARIOS.of("unlock queue", told=(*NEEDED, *POLICIES, "s3:PutObject"), silent=SELECTING[:1])
def _queue(rig: Rig, ledger: Path) -> Tried:
    return unlocking(rig, "queue", ledger)


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_less_each_action(rig: Rig, ledger: Path, name: str) -> None:
    """It works, and what is missing is told, or what depends on it; the rest makes no difference here."""
    SCENARIOS.check(name, rig, ledger)
