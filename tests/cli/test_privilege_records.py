"""The ledger in S3 with its key in KMS, and detection, under the policies rendered for them, and under the same less each action."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from detect_records import record
from detect_rig import BUCKET, as_stranger
from moto.athena.models import QueryResults, athena_backends
from notification_rig import client
from privilege_rig import Limited, Scenarios, Tried, limited, papers
from product_rig import EVERYTHING, MANAGEMENT, SECURITY, SHOP, Rig, caller, company, configuration
from test_detect_athena import row
from test_detect_bucket import layout, put
from test_privilege_recovery import EVERY_ACCOUNT, LOOKER, looker

from rootwarden.aws import athena
from rootwarden.emulator import account
from rootwarden.emulator.org_file import TrailSpec
from rootwarden.model.command_needs import LEDGER_IN_S3
from rootwarden.operations.detect.athena_sql import SELECTED

SCENARIOS = Scenarios()
LEDGER, RESULTS = "audit-ledger", "athena-results"
IN_BUCKET = ("s3:GetObject", "s3:ListBucket")
SINCE = ("--since", "2026-03-01", "--until", "2026-03-02")


def recording(rig: Rig) -> tuple[Limited, str]:
    """A ledger in a bucket with some entries, a key that signs, and a role that may use both."""
    rig.up(company(account(SHOP, "Shop", root=EVERYTHING), principals=(limited(SECURITY),)))
    client(rig, "s3").create_bucket(Bucket=LEDGER)
    key: Any = client(rig, "kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"][
        "Arn"
    ]
    rig.patch.setenv("ROOTWARDEN_LEDGER", f"s3://{LEDGER}/root")
    assert rig.json("audit", profile=f"emulator-{SECURITY}").code == 1
    own = (
        *papers("auditor"),
        *papers("ledger-s3", bucket=LEDGER, prefix="root"),
        *papers("ledger-kms", key=key),
    )
    return Limited(rig, SECURITY, own), key


def on_ledger(rig: Rig, *line: str) -> Tried:
    """One of the commands that look into the ledger."""
    role, _ = recording(rig)
    return role.tried(" ".join(line[:2]), lambda: rig.json(*line, profile=role.profile))


@SCENARIOS.of("audit into a ledger in S3", told=(*EVERY_ACCOUNT, *LEDGER_IN_S3))
def _audit(rig: Rig, ledger: Path) -> Tried:
    role, _ = recording(rig)
    return role.tried(
        "audit",
        lambda: rig.json("audit", profile=role.profile),
        more=LEDGER_IN_S3,
        only=LEDGER_IN_S3,
        code=1,
    )


@SCENARIOS.of("ledger list", told=IN_BUCKET)
def _list(rig: Rig, ledger: Path) -> Tried:
    return on_ledger(rig, "ledger", "list")


@SCENARIOS.of("ledger show", told=IN_BUCKET)
def _show(rig: Rig, ledger: Path) -> Tried:
    return on_ledger(rig, "ledger", "show", "1")


@SCENARIOS.of("ledger verify", told=IN_BUCKET)
def _verify(rig: Rig, ledger: Path) -> Tried:
    return on_ledger(rig, "ledger", "verify")


@SCENARIOS.of("ledger export", told=IN_BUCKET)
def _export(rig: Rig, ledger: Path) -> Tried:
    role, _ = recording(rig)
    out = Path("ledger.jsonl")
    return role.tried(
        "ledger export",
        lambda: rig.json("ledger", "export", str(out), profile=role.profile),
        lambda: out.unlink(missing_ok=True),
    )


@SCENARIOS.of("ledger checkpoint", told=(*IN_BUCKET, "kms:GetPublicKey", "kms:Sign"))
def _checkpoint(rig: Rig, ledger: Path) -> Tried:
    role, key = recording(rig)
    where = ("--config", configuration(rig.folder, f'[ledger]\nsigning_key = "{key}"\n'))
    out = Path("checkpoint.json")
    return role.tried(
        "ledger checkpoint",
        lambda: rig.json("ledger", "checkpoint", str(out), *where, profile=role.profile),
        lambda: out.unlink(missing_ok=True),
    )


@SCENARIOS.of("waiver list", told=IN_BUCKET)
def _waivers(rig: Rig, ledger: Path) -> Tried:
    return on_ledger(rig, "waiver", "list")


@SCENARIOS.of("grant list", told=IN_BUCKET)
def _grants(rig: Rig, ledger: Path) -> Tried:
    return on_ledger(rig, "grant", "list")


@SCENARIOS.of("detect run over a bucket", told=IN_BUCKET)
def _bucket(rig: Rig, ledger: Path) -> Tried:
    trail = TrailSpec(account=MANAGEMENT, management_events="None")
    rig.up(company(account(SHOP, "Shop"), trails=(trail,), principals=(limited(MANAGEMENT),)))
    put(rig, layout(SHOP), record(1))
    role = Limited(rig, MANAGEMENT, papers("detect", bucket=BUCKET))
    line = ("detect", "run", f"s3://{BUCKET}", *SINCE)
    return role.tried("detect run", lambda: rig.json(*line, profile=role.profile), code=1)


@SCENARIOS.of(
    "detect run --live",
    told=(
        "cloudtrail:LookupEvents",
        "ec2:DescribeRegions",
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListDelegatedAdministrators",
        "sts:AssumeRole",
    ),
)
def _live(rig: Rig, ledger: Path) -> Tried:
    regions = ("eu-central-1", "us-east-1")
    stranger = caller(SECURITY, "sts:AssumeRoot", name="Stranger")
    rig.up(
        company(
            account(SHOP, "Shop"), principals=(limited(SECURITY), looker(), stranger), enabled_regions=regions
        )
    )
    as_stranger(rig)
    role = Limited(rig, SECURITY, papers("detect", bucket=BUCKET, member_role=LOOKER))
    purposes = "".join(
        f'[purposes.{one}]\nprofile = "{role.profile}"\n' for one in ("delegate", "member_read", "log_read")
    )
    purposes += '[purposes.management_read]\nprofile = "emulator-management"\n'
    where = ("--config", configuration(rig.folder, f'{purposes}[recovery]\nmember_role = "{LOOKER}"\n'))
    line = ("detect", "run", "--live", *where)
    return role.tried("detect run", lambda: rig.json(*line, profile=None), code=1)


@SCENARIOS.of(
    "detect run --athena",
    told=("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),
)
def _athena(rig: Rig, ledger: Path) -> Tried:
    rig.patch.setattr(athena, "_PAUSES", (0.0,))
    rig.up(company(account(SHOP, "Shop"), principals=(limited(MANAGEMENT),)))
    role = Limited(rig, MANAGEMENT, papers("detect-athena", bucket=BUCKET, results=RESULTS))
    head = {"Data": [{"VarCharValue": name} for name, _, _ in SELECTED]}

    def renew() -> None:
        queue = athena_backends[MANAGEMENT]["us-east-1"].query_results_queue
        queue.clear()
        queue.append(QueryResults(rows=[head, row(record(1))], column_info=[]))

    renew()
    line = ("detect", "run", "--athena", "primary", "--since", "2026-03-01")
    return role.tried("detect run", lambda: rig.json(*line, profile=role.profile), renew, code=1)


@SCENARIOS.of(
    "detect athena",
    told=("ec2:DescribeRegions", "organizations:DescribeOrganization", "organizations:ListAccounts"),
)
def _table(rig: Rig, ledger: Path) -> Tried:
    rig.up(company(account(SHOP, "Shop"), principals=(limited(MANAGEMENT),)))
    role = Limited(rig, MANAGEMENT, papers("detect", bucket=BUCKET))
    line = ("detect", "athena", "--ddl", "--location", f"s3://{BUCKET}")
    return role.tried("detect athena", lambda: rig.json(*line, profile=role.profile))


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_less_each_action(rig: Rig, ledger: Path, name: str) -> None:
    """It works, and what is missing is told, or what depends on it; the rest makes no difference here."""
    SCENARIOS.check(name, rig, ledger)
