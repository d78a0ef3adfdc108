"""A company's own trail through ``detect run``: what was done the allowed way is explained, what was not is found, nothing else is."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.validate import validate_parameters
from detect_rig import (
    BUCKET,
    KEPT,
    SIGNED_INTO,
    SPRAYED,
    as_stranger,
    detected,
    signs_in_past_everything,
    sprays,
    trail_client,
    uses_root_key,
    watched_company,
    works,
)
from jsonschema import Draft202012Validator
from product_rig import MANAGEMENT, SHOP, Rig
from recovery_rig import later

from rootwarden.emulator.cloudtrail.options import RecordsSpec

if TYPE_CHECKING:
    import pytest

INCIDENTS = {
    "session-not-in-ledger": {SHOP},
    "root-sign-in-without-mfa": {SIGNED_INTO},
    "root-password-recovery": {SIGNED_INTO},
    "root-key-used": {KEPT},
    "root-password-spray": set(SPRAYED),
    "root-sign-in-failed": set(SPRAYED),
}
"""The rules that find something, and in which accounts."""


def test_allowed_work_is_explained_and_the_rest_is_found(
    rig: Rig, ledger: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Some events come twice, both sides of AssumeRoot are recorded, and nothing says assumedRoot.
    odd = RecordsSpec(duplicate_share=0.3, assume_root_in_member=True, assumed_root_on="neither")
    watched_company(rig, records=odd)
    works(rig)
    quiet = detected(rig)
    assert quiet.code == 0
    assert quiet.document["findings"] == []
    verdicts = {word: count for word, count in quiet.document["summary"]["events"].items() if count}
    assert set(verdicts) == {"explained"}
    assert quiet.document["read"]["complete"]

    for happens in (as_stranger, signs_in_past_everything, uses_root_key, sprays):
        happens(rig)
        later(rig, minutes=40)
    loud = detected(rig)
    assert loud.code == 1
    _only_incidents_are_found(quiet.document, loud.document)
    _sessions_tell_who_and_why(loud.document)
    records = _downloaded(rig, tmp_path / "logs")
    _other_roads_say_the_same(rig, loud.document, tmp_path / "logs", records, monkeypatch)
    _formats_are_valid_and_hold_no_token(rig, loud.document, tmp_path / "logs", records)


def _only_incidents_are_found(quiet: Any, loud: Any) -> None:
    before = {one["id"] for one in quiet["events"]}
    found: dict[str, set[str]] = {}
    for one in loud["findings"]:
        found.setdefault(one["rule"], set()).update(one["accounts"])
        assert not before & set(one["event_ids"]), one
    assert found == INCIDENTS
    verdicts = {one["id"]: one["verdict"] for one in loud["events"]}
    assert {verdicts[one] for one in before} == {"explained"}
    assert "explained" not in {word for one, word in verdicts.items() if one not in before}


def _sessions_tell_who_and_why(loud: Any) -> None:
    by_operation = {
        (one["ledger"]["operation"], one["task"]): one
        for one in loud["sessions"]
        if one["ledger"] is not None
    }
    unlock = by_operation["unlock bucket --delete", "s3-unlock"]
    assert unlock["ledger"]["reason"] == "nobody gets in"
    assert by_operation["recovery open", "create-password"]["ledger"]["ticket"] == "SEC-12"
    assert by_operation["remove apply", "delete"]["ledger"]["plan_hash"]
    (rogue,) = (one for one in loud["sessions"] if one["verdict"] == "unexpected")
    assert (rogue["account"], rogue["ledger"]) == (SHOP, None)
    assert {"access_key", "time", "target"} <= set(rogue["evidence"])


def _downloaded(rig: Rig, folder: Path) -> list[Any]:
    """Every object of the trail as a file below the folder; their records."""
    client, records = trail_client(rig), []
    for one in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        path = folder / one["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read())
        records += json.loads(gzip.decompress(path.read_bytes()))["Records"]
    return records


def _said(document: Any) -> tuple[Any, Any]:
    return document["findings"], {
        one["id"]: (one["verdict"], one["session_id"]) for one in document["events"]
    }


def _other_roads_say_the_same(
    rig: Rig, loud: Any, folder: Path, records: list[Any], patch: pytest.MonkeyPatch
) -> None:
    assert _said(detected(rig, str(folder)).document) == _said(loud)
    lines = gzip.compress("\n".join(map(json.dumps, records)).encode())
    patch.setattr(sys, "stdin", _stdin(lines))
    assert _said(detected(rig, "-").document) == _said(loud)
    shop = detected(rig, str(folder), "--account", SHOP).document
    assert {one["rule"] for one in shop["findings"]} == {"session-not-in-ledger"}
    assert {SHOP} == {one["target"] or one["account"] for one in shop["events"]}


def _stdin(data: bytes) -> SimpleNamespace:
    return SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)


OCSF: dict[str, Any] = {
    "type": "object",
    "required": [
        "activity_id",
        "category_uid",
        "class_uid",
        "cloud",
        "finding_info",
        "metadata",
        "severity_id",
        "time",
        "type_uid",
    ],
    "properties": {
        "activity_id": {"const": 1},
        "category_uid": {"const": 2},
        "class_uid": {"const": 2004},
        "type_uid": {"const": 200401},
        "severity_id": {"enum": [1, 2, 3, 4, 5]},
        "time": {"type": "integer", "minimum": 1_000_000_000_000},
        "cloud": {"type": "object", "required": ["provider"]},
        "finding_info": {
            "type": "object",
            "required": ["uid", "title", "analytic"],
            "properties": {
                "uid": {"type": "string", "minLength": 1},
                "analytic": {
                    "type": "object",
                    "required": ["type_id"],
                    "properties": {"type_id": {"const": 1}},
                },
                "attacks": {
                    "type": "array",
                    "items": {
                        "properties": {
                            "technique": {"properties": {"uid": {"pattern": r"^T\d{4}$"}}},
                            "sub_technique": {"properties": {"uid": {"pattern": r"^T\d{4}\.\d{3}$"}}},
                        }
                    },
                },
            },
        },
        "metadata": {
            "type": "object",
            "required": ["product", "version"],
            "properties": {"product": {"type": "object", "required": ["vendor_name"]}},
        },
        "resources": {"type": "array", "items": {"type": "object", "required": ["uid"]}},
    },
}
"""What the schema of OCSF 1.5 requires of a Detection Finding with the cloud profile."""


def _formats_are_valid_and_hold_no_token(rig: Rig, loud: Any, folder: Path, records: list[Any]) -> None:
    tokens = {
        one["responseElements"]["credentials"]["sessionToken"]
        for one in records
        if one["eventName"] == "AssumeRoot"
    }
    assert len(tokens) > 20
    outputs = {
        name: rig.run("detect", "run", str(folder), "-o", name)
        for name in ("table", "json", "jsonl", "csv", "markdown", "asff", "ocsf")
    }
    for ran in outputs.values():
        assert ran.code == 1
        assert not [one for one in tokens if one in ran.out or one in ran.err]
    rows = [json.loads(line) for line in outputs["jsonl"].out.splitlines()]
    assert len(rows) == sum(len(loud[name]) for name in ("findings", "sessions", "events"))
    assert outputs["csv"].out.count("\n") == 1 + len(loud["events"])
    _asff_is_valid(outputs["asff"].out, loud)
    ocsf = [json.loads(line) for line in outputs["ocsf"].out.splitlines()]
    assert [one["finding_info"]["uid"] for one in ocsf] == [one["id"] for one in loud["findings"]]
    for one in ocsf:
        Draft202012Validator(OCSF).validate(one)


def _asff_is_valid(text: str, loud: Any) -> None:
    (batch,) = (json.loads(line) for line in text.splitlines())
    model = botocore.session.Session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    assert shape is not None
    validate_parameters(batch, shape)
    assert [one["Id"] for one in batch["Findings"]] == [f"rootwarden/{one['id']}" for one in loud["findings"]]
    assert {one["AwsAccountId"] for one in batch["Findings"]} == {MANAGEMENT}
    by_rule = {one["GeneratorId"]: one for one in batch["Findings"]}
    stranger = by_rule["rootwarden/session-not-in-ledger"]
    assert stranger["Severity"] == {"Label": "HIGH"}
    assert [one["Id"] for one in stranger["Resources"]] == [f"AWS::::Account:{SHOP}"]
    assert (
        stranger["ProductArn"] == f"arn:aws:securityhub:us-east-1:{MANAGEMENT}:product/{MANAGEMENT}/default"
    )
