"""What ``unlock`` writes down before and after a change, and the way back."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from ledger_rig import entries
from locks import ADMIN, BUCKET, LOCKS, OWNER, QUEUE, kept
from product_rig import Rig
from unlock_rig import (
    DELEGATE,
    LOCK,
    ON_BOTH,
    Held,
    backups,
    delegates_s3,
    locked_shop,
)

from rootwarden.model.unlock import Resource


@pytest.fixture
def held(rig: Rig, ledger: Path, resource: Resource) -> Held:
    """A bucket or queue that is locked for everybody."""
    return locked_shop(rig, resource)


@ON_BOTH
class TestTheBackup:
    def test_is_a_private_file_whose_hash_is_in_the_ledger(self, held: Held, resource: Resource) -> None:
        ran = held.run("--repair", "--yes", "--backup-dir", str(held.rig.folder / "kept"))
        (path,) = (held.rig.folder / "kept").iterdir()
        assert ran.document["backup"]["places"] == [str(path)]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        saved = json.loads(path.read_text())["backup"]
        assert saved["policy"] == LOCK.policy(resource) or json.loads(saved["policy"]) == json.loads(
            LOCK.policy(resource) or ""
        )
        assert saved["resource"]["account"] == OWNER
        intent = entries(held.rig)[-2]
        assert intent["content"]["details"]["backup_sha256"] == ran.document["backup"]["sha256"]

    def test_comes_first_and_without_it_nothing_is_changed(self, held: Held, resource: Resource) -> None:
        (held.rig.folder / "taken").write_text("a file where a folder should be")
        ran = held.run("--repair", "--yes", "--backup-dir", str(held.rig.folder / "taken"))
        assert (ran.code, held.text) == (2, LOCK.policy(resource))
        ran = held.run("--repair", "--yes", "--backup", "s3://no-such-bucket/x")
        assert (ran.code, held.text) == (3, LOCK.policy(resource))

    def test_goes_to_s3_with_the_callers_own_credentials(self, held: Held, resource: Resource) -> None:
        s3 = delegates_s3(held.rig)
        s3.create_bucket(Bucket="our-backups")
        ran = held.run("--repair", "--yes", "--backup", "s3://our-backups/policies")
        (place,) = ran.document["backup"]["places"]
        key = place.removeprefix("s3://our-backups/")
        assert key.startswith(f"policies/{OWNER}-{resource.kind.value}-shop-orders-")
        assert backups(held) == []
        assert b'"policy"' in s3.get_object(Bucket="our-backups", Key=key)["Body"].read()
        ran = held.rig.json("unlock", resource.kind.value, "--restore", place, "--yes", profile=DELEGATE)
        assert (ran.document["outcome"]["result"], held.gets_in()) == ("done", False)

    def test_is_put_back(self, held: Held, resource: Resource) -> None:
        """Locks and all: the ledger knows that it was there."""
        done = held.run("--delete", "--yes")
        (place,) = done.document["backup"]["places"]
        line = ["unlock", resource.kind.value, "--restore", place, "--yes", "--admin", ADMIN]
        ran = held.rig.json(*line, profile=DELEGATE)
        assert (ran.code, ran.document["outcome"]["result"]) == (1, "done")
        assert held.policy == json.loads(LOCK.policy(resource) or "")
        assert [one["code"] for one in ran.document["plan"]["objections"]] == ["locks_out"]

    def test_of_no_policy_takes_the_policy_away(self, held: Held, resource: Resource) -> None:
        held.lock(None)
        path = held.rig.folder / "new.json"
        path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [kept(resource)[0]]}))
        (place,) = held.run("--replace", str(path), "--yes").document["backup"]["places"]
        assert held.policy is not None
        assert held.run("--restore", place, "--yes").code == 0
        assert held.text is None

    def test_with_a_deleted_principal_comes_back_without_it(self, held: Held, resource: Resource) -> None:
        """AWS would not take it: what it matches is nobody."""
        held.lock(LOCKS[5].policy(resource))
        (place,) = held.run("--delete", "--yes").document["backup"]["places"]
        ran = held.run("--restore", place, "--yes")
        assert ran.document["outcome"]["result"] == "done"
        assert [one["Principal"] for one in held.policy["Statement"] if one["Sid"] == "Lock"] == ["*"]

    def test_of_another_resource_account_or_endpoint_is_refused(self, held: Held, resource: Resource) -> None:
        (place,) = held.run("--delete", "--yes").document["backup"]["places"]
        other = "shop-images" if resource is BUCKET else QUEUE.arn.replace("orders", "mails")
        refused = held.rig.json(
            "unlock", resource.kind.value, other, "--restore", place, "--yes", profile=DELEGATE
        )
        assert refused.code == 2
        document = json.loads(Path(place).read_text())
        document["backup"]["endpoint"] = "aws"
        moved = held.rig.folder / "moved.json"
        moved.write_text(json.dumps(document))
        edited = held.run("--restore", str(moved), "--yes")
        assert (edited.code, "was changed after it was written" in edited.err) == (4, True)
        assert held.text is None

    def test_that_the_ledger_does_not_know_is_judged_like_any_policy(self, held: Held) -> None:
        (place,) = held.run("--delete", "--yes").document["backup"]["places"]
        held.rig.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{held.rig.folder}/other.sqlite3")
        ran = held.run("--restore", place, "--yes")
        assert (ran.code, held.text) == (4, None)
        assert "locks out" in ran.document["error"]["message"]
        assert held.run("--restore", place, "--yes", "--force-policy").document["outcome"]["result"] == "done"


@ON_BOTH
class TestTheLedger:
    def test_has_hashes_and_no_policy(self, held: Held, resource: Resource) -> None:
        held.run("--repair", "--yes", "--reason", "they are locked out", "--ticket", "OPS-7")
        text = json.dumps(entries(held.rig))
        for part in ("OnlyTls", "SecureTransport", "Statement", "cloudfront"):
            assert part not in text
        intent, outcome = entries(held.rig)[-2:]
        details = intent["content"]["details"]
        assert set(details) == {"region", "backup_sha256", "policy_sha256_before", "policy_sha256_after"}
        assert intent["content"]["ticket"] == "OPS-7"
        assert intent["content"]["operation"] == f"unlock {resource.kind.value} --repair"
        (line,) = outcome["content"]["result"]
        assert (line["outcome"], line["details"]["policy_sha256"]) == ("done", details["policy_sha256_after"])

    def test_nor_has_any_log(self, held: Held) -> None:
        ran = held.rig.child(*held.line("--repair", "--yes", "-q", "-vv"), profile=DELEGATE)
        assert ran.code == 0
        assert "answered 200" in ran.err
        assert "SecureTransport" not in ran.err

    def test_without_it_nothing_is_done(self, held: Held, resource: Resource) -> None:
        held.rig.patch.setenv("ROOTWARDEN_LEDGER", f"sqlite:///{held.rig.folder}")
        ran = held.run("--repair", "--yes")
        assert (ran.code, held.text) == (5, LOCK.policy(resource))
