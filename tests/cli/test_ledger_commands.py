"""What an auditor does with the ledger, in a file and in a bucket."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from ledger_rig import EXPOSED, entries, plan_and_apply
from product_rig import (
    SECURITY,
    caller,
    company,
    configuration,
)

if TYPE_CHECKING:
    from product_rig import Rig


class TestLedgerCommands:
    """What an auditor does with it."""

    @pytest.fixture(autouse=True)
    def _used(self, rig: Rig, ledger: Path) -> None:  # noqa: ARG002 - the ledger has to be named first
        rig.up(company(EXPOSED))
        plan_and_apply(rig, "--reason", "quarterly", "--ticket", "SEC-1")

    def test_verify_says_what_it_verified(self, rig: Rig) -> None:
        ran = rig.json("ledger", "verify", profile=None)
        assert ran.code == 0
        assert ran.document["entries"] == len(entries(rig))
        assert ran.document["checkpoint"] is None

    def test_an_altered_entry_is_named(self, rig: Rig, ledger: Path) -> None:
        with sqlite3.connect(ledger) as connection:
            connection.execute("DROP TRIGGER entry_unchanged")
            connection.execute(
                "UPDATE entry SET data = replace(data, 'quarterly', 'never mind') WHERE number = 4"
            )
        connection.close()
        ran = rig.json("ledger", "verify", profile=None)
        assert ran.code == 5
        assert "entry 4" in ran.err or "row 4" in ran.err
        assert ran.document["error"]["exit_code"] == 5
        assert rig.run("ledger", "list", profile=None).code == 5

    def test_a_cut_tail_is_found_with_a_checkpoint_only(self, rig: Rig, ledger: Path) -> None:
        head = str(rig.folder / "head.json")
        assert rig.run("ledger", "checkpoint", head, profile=None).code == 0
        assert rig.run("ledger", "verify", "--checkpoint", head, profile=None).code == 0
        with sqlite3.connect(ledger) as connection:
            connection.execute("DROP TRIGGER entry_kept")
            connection.execute("DELETE FROM entry WHERE number = (SELECT max(number) FROM entry)")
        connection.close()
        assert rig.run("ledger", "verify", profile=None).code == 0
        cut = rig.run("ledger", "verify", "--checkpoint", head, profile=None)
        assert cut.code == 5
        assert "cut off" in cut.err

    def test_export_and_show(self, rig: Rig) -> None:
        out = rig.folder / "export.jsonl"
        assert rig.run("ledger", "export", str(out), profile=None).code == 0
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert len(out.read_text().splitlines()) == len(entries(rig)) + 1
        shown = rig.json("ledger", "show", "4", profile=None)
        assert shown.document["entry"]["content"]["ticket"] == "SEC-1"
        assert {one["kind"] for one in shown.document["related"]} == {"outcome"}

    def test_filters(self, rig: Rig) -> None:
        assert {one["content"]["operation"] for one in entries(rig, "--operation", "remove")} > {
            "remove apply"
        }
        assert entries(rig, "--person", "nobody") == []
        assert entries(rig, "--account", "999999999999") == []
        assert entries(rig, "--since", "2100-01-01") == []
        assert len(entries(rig, "--person", "ADMINISTRATOR")) == len(entries(rig))

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("ledger", "show", "99"), 2),
            (("ledger", "show", "0"), 2),
            (("ledger", "list", "--account", "12"), 2),
            (("ledger", "list", "--since", "yesterday"), 2),
            (("ledger", "verify", "--checkpoint", "/nonexistent"), 2),
            (("ledger", "verify", "--public-key", "/nonexistent"), 2),
            (("ledger", "checkpoint", "/nonexistent/folder/file"), 2),
            (("ledger", "list", "--ledger", "sqlite:////nonexistent/ledger.sqlite3"), 5),
        ],
    )
    def test_bad_input(self, rig: Rig, arguments: tuple[str, ...], code: int) -> None:
        ran = rig.json(*arguments, profile=None)
        assert ran.code == code
        assert ran.document["error"]["message"]


def test_a_ledger_in_s3_works_through_the_same_commands(rig: Rig) -> None:
    emulator = rig.up(company(EXPOSED))
    _make_bucket(emulator, "audit-ledger")
    rig.patch.setenv("ROOTWARDEN_LEDGER", "s3://audit-ledger/root")
    assert plan_and_apply(rig).code == 0
    ran = rig.json("ledger", "verify", profile="emulator-security")
    assert ran.code == 0
    assert ran.document["entries"] == len(
        rig.json("ledger", "list", profile="emulator-security").document["entries"]
    )


def test_a_bucket_of_another_account_is_refused(rig: Rig) -> None:
    emulator = rig.up(company(EXPOSED))
    _make_bucket(emulator, "audit-ledger", profile="emulator-management")
    rig.patch.setenv("ROOTWARDEN_LEDGER", "s3://audit-ledger/root")
    calls = rig.calls()
    ran = rig.run("audit", profile="emulator-security")
    assert ran.code == 5
    assert "sts:AssumeRoot" not in {action for action, _ in calls}


def test_a_bucket_without_permission_is_refused(rig: Rig) -> None:
    allowed = ("sts:*", "organizations:*", "iam:*", "s3:ListBucket", "s3:GetObject")
    emulator = rig.up(company(EXPOSED, principals=(caller(SECURITY, *allowed, name="Reader"),)))
    _make_bucket(emulator, "audit-ledger")
    rig.patch.setenv("ROOTWARDEN_LEDGER", "s3://audit-ledger/root")
    calls = rig.calls()
    ran = rig.run("audit", profile=f"emulator-{SECURITY}-Reader")
    assert ran.code == 5
    assert "AccessDenied" in ran.err
    assert "sts:AssumeRoot" not in {action for action, _ in calls}


def test_a_checkpoint_is_signed_with_the_configured_key_and_verified_offline(rig: Rig, ledger: Path) -> None:
    emulator = rig.up(company(EXPOSED))
    key = _client(emulator, "kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"][
        "Arn"
    ]
    config = configuration(rig.folder, f'[ledger]\nsigning_key = "{key}"\n')
    head, public = rig.folder / "head.json", rig.folder / "key.pem"
    assert rig.run("audit", profile="emulator-security").code == 1
    made = rig.json(
        "ledger",
        "checkpoint",
        str(head),
        "--public-key",
        str(public),
        "--config",
        config,
        profile="emulator-security",
    )
    assert made.code == 0
    assert made.document["signed"] is True
    arguments = ("ledger", "verify", "--checkpoint", str(head), "--public-key", str(public))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        rig.patch.setenv(name, "/nonexistent")  # offline: no AWS, no credentials
    checked = rig.json(*arguments, profile=None)
    assert checked.code == 0
    assert checked.document["signature_checked"] is True
    document = json.loads(head.read_text())
    document["checkpoint"]["number"] -= 1
    head.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")) + "\n")
    forged = rig.run(*arguments, profile=None)
    assert forged.code == 5
    assert ledger.exists()


def _client(emulator: Any, service: str, profile: str = "emulator-security") -> Any:
    keys = emulator.credential(profile)
    return boto3.client(
        service,
        endpoint_url=emulator.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )


def _make_bucket(emulator: Any, name: str, profile: str = "emulator-security") -> None:
    _client(emulator, "s3", profile).create_bucket(Bucket=name)
