"""Ten policies on a bucket and on a queue: what is said of them, what a repair changes, and who gets in afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from locks import ADMIN, LOCKING, LOCKS, OWNER, Lock, kept
from product_rig import Rig
from unlock_rig import ON_BOTH, Held, shop

from rootwarden.model.unlock import Resource

LOCKED = pytest.mark.parametrize("lock", LOCKING, ids=lambda one: one.name)
READER_PROFILE = f"emulator-{OWNER}-Reader"


@pytest.fixture
def held(rig: Rig, ledger: Path, resource: Resource) -> Held:
    shop(rig)
    return Held(rig, resource)


def finding(document: Any, label: str = "Lock") -> Any:
    (found,) = [one for one in document["statements"] if one["statement"] == label]
    return found


@ON_BOTH
@LOCKED
class TestALock:
    def test_is_diagnosed(self, held: Held, resource: Resource, lock: Lock) -> None:
        held.lock(lock.policy(resource))
        assert not held.gets_in()
        ran = held.run("--diagnose")
        found = finding(ran.document)
        if lock.sure:
            assert (ran.code, ran.document["locked"], found["locks"]) == (1, True, [ADMIN])
            assert ran.document["administrators"][0]["answer"] == "locked_out"
            assert "Lock of the resource policy" in ran.document["administrators"][0]["sentence"]
        else:
            assert (ran.code, found["locks"], found["may_lock"]) == (0, [], [ADMIN])
            assert found["depends_on"] == ["aws:sourceip"]
            assert ran.document["administrators"][0]["answer"] == "depends"
            known = held.run("--diagnose", "--from", "127.0.0.1")
            assert (known.code, finding(known.document)["locks"]) == (1, [ADMIN])
        for other in ("OnlyTls", "Service"):
            assert (finding(ran.document, other)["locks"], finding(ran.document, other)["may_lock"]) == (
                [],
                [],
            )

    def test_is_repaired_by_the_smallest_change(self, held: Held, resource: Resource, lock: Lock) -> None:
        held.lock(lock.policy(resource))
        ran = held.run("--repair", "--yes")
        assert (ran.code, ran.document["outcome"]["result"], ran.document["as_planned"]) == (0, "done", True)
        assert ran.document["administrators"][0]["answer"] == "gets_in"
        expected = lock.after(resource)
        if lock.name == "a principal that no longer exists":
            expected = {
                ("Principal" if key == "NotPrincipal" else key): value for key, value in expected.items()
            }
            expected["Principal"] = "*"
        first, last = kept(resource)
        assert held.policy == {"Version": "2012-10-17", "Statement": [first, expected, last]}
        assert [one["change"] for one in ran.document["plan"]["changes"]] == ["narrowed"]
        assert held.gets_in()
        assert not held.gets_in(READER_PROFILE), "the lock was lifted for somebody nobody named"

    def test_is_dropped_on_request(self, held: Held, resource: Resource, lock: Lock) -> None:
        held.lock(lock.policy(resource))
        ran = held.run("--repair", "--drop", "--yes")
        assert (ran.code, [one["change"] for one in ran.document["plan"]["changes"]]) == (0, ["dropped"])
        assert held.policy["Statement"] == list(kept(resource))
        assert held.gets_in()

    def test_is_deleted_with_the_whole_policy(self, held: Held, resource: Resource, lock: Lock) -> None:
        held.lock(lock.policy(resource))
        ran = held.run("--delete", "--yes")
        assert (ran.code, held.text, held.gets_in()) == (0, None, True)
        assert ran.document["plan"]["policy_sha256_after"] is None


@ON_BOTH
@pytest.mark.parametrize("lock", [one for one in LOCKS if one.locking is None], ids=lambda one: one.name)
def test_what_locks_nobody_is_left_alone(held: Held, resource: Resource, lock: Lock) -> None:
    held.lock(lock.policy(resource))
    ran = held.run("--diagnose")
    assert (ran.code, ran.document["locked"]) == (0, False)
    assert ran.document["administrators"][0]["answer"] == "gets_in"
    calls = held.rig.calls()
    ran = held.run("--repair", "--yes")
    assert (ran.code, ran.document["outcome"]["result"], ran.document["backup"]) == (0, "nothing_to_do", None)
    assert not [action for action, _ in calls if action.startswith(("s3:Put", "s3:Delete", "sqs:Set"))]
    assert held.text == lock.policy(resource)


@ON_BOTH
def test_without_administrators_only_what_locks_everybody_out_goes(held: Held, resource: Resource) -> None:
    """The others depend on who asks, and say so."""
    sure = {"deny everyone everything", "unless a VPC endpoint", "unless an organization", "TLS-only mixed with a lock",
            "a principal that no longer exists"}  # fmt: skip
    for lock in LOCKING:
        held.lock(lock.policy(resource))
        looked = held.run("--diagnose", admin=False)
        ran = held.run("--repair", "--yes", admin=False)
        if lock.name in sure:
            assert (looked.code, finding(looked.document)["locks"]) == (1, [None])
            assert (ran.code, held.policy["Statement"]) == (0, list(kept(resource)))
        else:
            assert (looked.code, looked.document["administrators"][0]["answer"]) == (0, "depends")
            assert (ran.code, ran.document["error"]["type"]) == (4, "RefusedByRule")
            assert "--admin" in ran.document["error"]["advice"]
            assert held.policy == json.loads(lock.policy(resource) or "")


@ON_BOTH
def test_two_locks_at_once(held: Held, resource: Resource) -> None:
    """Both are narrowed, each as little as needed."""
    one, other = LOCKS[0], LOCKS[2]
    statements = [{**one.statement(resource), "Sid": "One"}, {**other.statement(resource), "Sid": "Other"}]
    held.lock(json.dumps({"Version": "2012-10-17", "Id": "kept", "Statement": statements}))
    ran = held.run("--repair", "--yes")
    assert [each["statement"] for each in ran.document["plan"]["changes"]] == ["One", "Other"]
    assert held.policy["Id"] == "kept"
    assert held.gets_in()


@ON_BOTH
def test_administrators_of_the_configuration(held: Held, resource: Resource) -> None:
    held.lock(LOCKS[0].policy(resource))
    path = held.rig.folder / "conf.toml"
    path.write_text(
        '[unlock]\nadministrators = ["user/Administrator", "arn:aws:iam::555555555555:role/Theirs"]\n'
    )
    path.chmod(0o600)
    ran = held.run("--diagnose", "--config", str(path), admin=False)
    assert [one["principal"] for one in ran.document["administrators"]] == [ADMIN]
