"""``--evidence``, ``evidence verify`` and ``evidence complete``."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from product_rig import EVERYTHING, LEGACY, NOTHING, SECURITY, SHOP, Ran, Rig, caller, company, holds
from removal_rig import DELEGATE, applied, fault, planned

from rootwarden.emulator import account
from rootwarden.emulator.builders import MANAGEMENT
from rootwarden.emulator.cloudtrail.options import RecordsSpec
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.ledger.checkpoint import parse_checkpoint
from rootwarden.ledger.export import verify_export
from rootwarden.model.permissions import COMMANDS

FILES = {
    "after/333333333333.json",
    "after/555555555555.json",
    "before/333333333333.json",
    "before/555555555555.json",
    "checkpoint.json",
    "ledger.jsonl",
    "manifest.json",
    "outcomes/001.json",
    "plan.json",
}


def world(**fields: Any) -> OrganizationFile:
    """Two accounts with everything, and in each a role that reads CloudTrail."""
    read: dict[str, Any] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}],
    }
    trust: dict[str, Any] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": SECURITY}, "Action": "sts:AssumeRole"}],
    }
    roles = tuple(
        PrincipalSpec(account=one, name="TrailReader", policies=(read,), trust=trust)
        for one in (LEGACY, SHOP)
    )
    members = (account(LEGACY, "Legacy", "/A", root=EVERYTHING), account(SHOP, "Shop", "/B", root=EVERYTHING))
    return company(*members, principals=roles, **fields)


@pytest.fixture
def filed(rig: Rig) -> Rig:
    """A removal in two accounts, with its evidence in ``evidence``."""
    rig.up(world())
    planned(rig, accounts=f"{LEGACY},{SHOP}")
    assert applied(rig, "--evidence", "evidence").code == 0
    return rig


def verified(rig: Rig, *options: str) -> Ran:
    return rig.json("evidence", "verify", "evidence", *options, profile=None)


def completed(rig: Rig, *options: str) -> Ran:
    return rig.json("evidence", "complete", "evidence", *options, profile=DELEGATE)


def files() -> set[str]:
    folder = Path("evidence")
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def wrong(ran: Ran) -> dict[str, str]:
    return {one["path"]: one["state"] for one in ran.document["files"] if one["state"] != "intact"}


class TestTheFolder:
    @pytest.mark.usefixtures("filed")
    def test_holds_before_and_after_plan_outcomes_ledger_and_hashes(self) -> None:
        assert files() == FILES
        before = json.loads(Path(f"evidence/before/{LEGACY}.json").read_text())
        assert before["credentials"]["password"] is True
        assert len(before["credentials"]["access_keys"]) == 2
        after = json.loads(Path(f"evidence/after/{LEGACY}.json").read_text())
        assert after["row"]["outcome"] == "clean"
        assert Path("evidence/plan.json").read_text() == Path("plan.json").read_text()
        outcomes = json.loads(Path("evidence/outcomes/001.json").read_text())
        assert outcomes["summary"]["removed"] == 10

    @pytest.mark.usefixtures("filed")
    def test_is_private(self) -> None:
        folder = Path("evidence")
        for path in (folder, *folder.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_holds_no_secret(self, filed: Rig) -> None:
        text = "".join(path.read_text() for path in Path("evidence").rglob("*") if path.is_file())
        for credential in filed.emulator.world.keyring._by_id.values():
            assert credential.secret_access_key not in text
            assert credential.token is None or credential.token not in text

    def test_holds_the_ledger_from_the_plan_to_its_end(self, filed: Rig) -> None:
        filed.run("ledger", "export", "whole.jsonl", profile=DELEGATE)
        whole = Path("whole.jsonl").read_bytes().splitlines()[1:]
        part = Path("evidence/ledger.jsonl").read_bytes().splitlines()
        begin = whole.index(part[0])
        assert "remove plan made" in part[0].decode()
        assert whole[begin : begin + len(part)] == part
        head = parse_checkpoint(Path("evidence/checkpoint.json").read_bytes()).checkpoint.head
        assert head.number == json.loads(part[-1])["number"]
        assert verify_export(Path("whole.jsonl").read_bytes().splitlines(keepends=True)).number == len(whole)

    def test_of_a_plan_whose_hash_was_stated_begins_with_its_intent(self, rig: Rig) -> None:
        """The ledger it is applied with never heard of the plan before."""
        rig.up(world())
        plan_hash = planned(rig).document["plan_hash"]
        ran = applied(
            rig, "--ledger", "sqlite:///elsewhere.sqlite3", "--plan-hash", plan_hash, "--evidence", "evidence"
        )
        assert ran.code == 0
        first = json.loads(Path("evidence/ledger.jsonl").read_text().splitlines()[0])
        assert (first["kind"], first["content"]["plan_hash"]) == ("intent", plan_hash)
        assert verified(rig).code == 0

    def test_before_is_on_disk_before_anything_is_deleted(self, rig: Rig) -> None:
        rig.up(world())
        planned(rig)
        seen: list[set[str]] = []
        rig.after("iam:DeleteLoginProfile", lambda: seen.append(files()))
        applied(rig, "--evidence", "evidence")
        assert seen == [{"plan.json", f"before/{LEGACY}.json"}]

    def test_nothing_is_deleted_where_before_cannot_be_kept(self, rig: Rig) -> None:
        rig.up(world())
        planned(rig, accounts=f"{LEGACY},{SHOP}")
        there = holds(rig.root(LEGACY))
        rig.after("iam:ListMFADevices", lambda: shutil.rmtree("evidence/before"))
        ran = applied(rig, "--evidence", "evidence")
        assert ran.code == 6
        assert holds(rig.root(LEGACY)) == there
        assert holds(rig.root(SHOP)) == there
        assert "STOPPED" in ran.err

    def test_nothing_is_deleted_where_before_cannot_be_seen_as_a_whole(self, rig: Rig) -> None:
        """Half a look is no evidence: the next run looks anew, before anything went."""
        rig.up(world())
        planned(rig)
        there = holds(rig.root(LEGACY))
        rig.emulator.world.faults.append(fault("iam:ListMFADevices", count=1))
        ran = applied(rig, "--evidence", "evidence")
        assert (ran.code, holds(rig.root(LEGACY))) == (6, there)
        assert {one["reason"]["text"] for one in ran.row(LEGACY)["items"]} == {"Not today."}
        assert not Path(f"evidence/before/{LEGACY}.json").exists()
        assert applied(rig, "--evidence", "evidence").code == 0
        held = json.loads(Path(f"evidence/before/{LEGACY}.json").read_text())["credentials"]
        assert len(held["mfa_devices"]) == 1

    @pytest.mark.parametrize("name", ["plan.json", "no/such/folder"])
    def test_needs_a_folder(self, rig: Rig, name: str) -> None:
        rig.up(world())
        planned(rig)
        there = holds(rig.root(LEGACY))
        assert applied(rig, "--evidence", name).code == 2
        assert holds(rig.root(LEGACY)) == there

    def test_is_not_mixed_with_another_plan(self, filed: Rig) -> None:
        filed.root(LEGACY).login_profile = filed.emulator.world.clock.now()
        planned(filed)
        ran = applied(filed, "--evidence", "evidence")
        assert (ran.code, "something else" in ran.document["error"]["message"]) == (2, True)
        assert holds(filed.root(LEGACY))["password"] == 1

    def test_a_second_run_of_the_plan_keeps_what_was_there_first(self, rig: Rig) -> None:
        rig.up(world())
        planned(rig)
        rig.emulator.world.faults.append(fault("iam:DeleteAccessKey", count=2))
        assert applied(rig, "--evidence", "evidence").code == 6
        before = Path(f"evidence/before/{LEGACY}.json").read_bytes()
        assert applied(rig, "--evidence", "evidence").code == 0
        assert Path(f"evidence/before/{LEGACY}.json").read_bytes() == before
        assert json.loads(Path(f"evidence/after/{LEGACY}.json").read_text())["row"]["outcome"] == "clean"
        assert {"outcomes/001.json", "outcomes/002.json"} <= files()
        assert verified(rig).code == 0


def rewrite(name: str, change: Callable[[str], str]) -> None:
    path = Path("evidence") / name
    path.write_text(change(path.read_text()))


class TestVerify:
    def test_needs_no_aws(self, filed: Rig) -> None:
        filed.emulator.close()
        ran = verified(filed)
        assert (ran.code, ran.document["intact"]) == (0, True)
        assert {one["path"] for one in ran.document["files"]} == FILES - {"manifest.json"}

    @pytest.mark.parametrize("name", sorted(FILES - {"manifest.json"}))
    def test_finds_each_file_altered(self, filed: Rig, name: str) -> None:
        rewrite(name, lambda text: re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1))
        ran = verified(filed)
        assert (ran.code, wrong(ran)) == (1, {name: "altered"})

    @pytest.mark.parametrize("name", sorted(FILES - {"manifest.json"}))
    def test_finds_each_file_missing(self, filed: Rig, name: str) -> None:
        (Path("evidence") / name).unlink()
        ran = verified(filed)
        assert (ran.code, wrong(ran)) == (1, {name: "missing"})

    @pytest.mark.parametrize(
        "name", ["note.txt", "before/999999999999.json", ".hidden", "cloudtrail/events.jsonl"]
    )
    def test_finds_a_file_too_many(self, filed: Rig, name: str) -> None:
        path = Path("evidence") / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
        ran = verified(filed)
        assert (ran.code, wrong(ran)) == (1, {name: "extra"})

    def test_finds_a_link_in_a_files_place(self, filed: Rig) -> None:
        Path("evidence/plan.json").unlink()
        Path("evidence/plan.json").symlink_to(Path("plan.json").absolute())
        assert wrong(verified(filed)) == {"plan.json": "altered"}

    def test_finds_no_manifest(self, filed: Rig) -> None:
        Path("evidence/manifest.json").unlink()
        ran = verified(filed)
        assert (ran.code, ran.document["intact"]) == (1, False)
        assert "did not end" in str(ran.document["contents"])

    def test_a_rewritten_manifest_is_told_by_its_hash_and_by_the_chain(self, filed: Rig) -> None:
        """Whoever rewrites a file and the manifest is found by the hash in the ledger."""
        note = filed.json("ledger", "list", "--operation", "evidence written", profile=DELEGATE)
        noted = note.document["entries"][0]["content"]["details"]["manifest_sha256"]
        assert verified(filed, "--manifest-hash", noted).code == 0
        rewrite("manifest.json", lambda text: text + "\n")
        assert verified(filed).code == 0
        assert verified(filed, "--manifest-hash", noted).code == 1

    def test_entries_taken_out_of_the_ledger_do_not_pass_with_a_new_manifest(self, filed: Rig) -> None:
        lines = Path("evidence/ledger.jsonl").read_text().splitlines(keepends=True)
        Path("evidence/ledger.jsonl").write_text("".join(lines[:1] + lines[2:]))
        ran = verified(filed)
        problems = {one["name"]: one["problem"] for one in ran.document["contents"]}
        assert "does not follow" in str(problems["ledger"])

    @pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", "[" * 100_000])
    def test_a_manifest_that_is_none(self, filed: Rig, text: str) -> None:
        Path("evidence/manifest.json").write_text(text)
        assert verified(filed).code == 2

    def test_a_folder_that_is_none(self, rig: Rig) -> None:
        assert verified(rig).code == 2
        Path("evidence").mkdir()
        assert verified(rig).code == 2


class TestComplete:
    def test_finds_every_call_in_the_histories(self, filed: Rig) -> None:
        ran = completed(filed, "--member-role", "TrailReader")
        assert (ran.code, ran.document["missing"]) == (0, [])
        names = [(one["record"]["eventName"], one["account"]) for one in ran.document["events"]]
        assert names.count(("AssumeRoot", SECURITY)) == 4
        for one in (LEGACY, SHOP):
            assert names.count(("DeleteAccessKey", one)) == 2
            assert names.count(("DeleteLoginProfile", one)) == names.count(("DeactivateMFADevice", one)) == 1
        assert verified(filed).code == 0
        assert files() == FILES | {
            f"cloudtrail/{one}" for one in ("events.jsonl", "completion.json", "manifest.json")
        }

    def test_keeps_no_token(self, filed: Rig) -> None:
        completed(filed, "--member-role", "TrailReader")
        text = Path("evidence/cloudtrail/events.jsonl").read_text()
        assert "[removed]" in text
        for credential in filed.emulator.world.keyring._by_id.values():
            assert credential.secret_access_key not in text
            assert credential.token is None or credential.token not in text

    def test_by_profiles(self, filed: Rig) -> None:
        assert completed(filed, "--member-profile", "emulator-{account}").code == 0
        ran = completed(filed, "--member-profile", f"emulator-{MANAGEMENT}")
        assert (ran.code, len(ran.document["not_looked"])) == (6, 2)

    def test_with_exactly_the_actions_of_the_table(self, rig: Rig) -> None:
        needs = COMMANDS["evidence complete"]
        operator = caller(SECURITY, *needs.actions, *needs.optional)
        before = world()
        rig.up(before.model_copy(update={"principals": (*before.principals, operator)}))
        planned(rig)
        applied(rig, "--evidence", "evidence")
        line = ("evidence", "complete", "evidence", "--member-role", "TrailReader")
        assert rig.json(*line, profile=f"emulator-{SECURITY}-Limited").code == 0

    def test_without_access_to_members_it_says_what_it_could_not_see(self, filed: Rig) -> None:
        ran = completed(filed)
        assert ran.code == 6
        assert {one["account"] for one in ran.document["not_looked"]} == {LEGACY, SHOP}
        assert {one["reason"]["code"] for one in ran.document["not_looked"]} == {"no_member_access"}
        assert len(ran.document["missing"]) == 10
        assert verified(filed).code == 0

    def test_says_what_is_not_delivered_yet_and_finds_it_later(self, rig: Rig) -> None:
        rig.up(world(records=RecordsSpec(lookup_delay_seconds=600)))
        planned(rig)
        applied(rig, "--evidence", "evidence")
        first = completed(rig, "--member-role", "TrailReader")
        assert (first.code, len(first.document["missing"]), first.document["events"]) == (6, 7, [])
        assert verified(rig).code == 0
        rig.emulator.control.advance_clock(601)
        assert completed(rig, "--member-role", "TrailReader").code == 0
        assert verified(rig).code == 0

    def test_refuses_a_folder_that_is_not_intact(self, filed: Rig) -> None:
        rewrite("plan.json", lambda text: text + " ")
        assert completed(filed, "--member-role", "TrailReader").code == 4
        assert files() == FILES

    def test_of_another_endpoint(self, filed: Rig) -> None:
        rewrite("manifest.json", lambda text: text.replace(filed.emulator.endpoint_url, "aws"))
        assert completed(filed).code == 4

    def test_finds_what_was_altered_in_it(self, filed: Rig) -> None:
        completed(filed, "--member-role", "TrailReader")
        rewrite("cloudtrail/events.jsonl", lambda text: text.replace("Delete", "Create", 1))
        assert wrong(verified(filed)) == {"cloudtrail/events.jsonl": "altered"}
        assert completed(filed, "--member-role", "TrailReader").code == 0
        assert verified(filed).code == 0


def test_a_removal_closes_the_way_by_mail(filed: Rig) -> None:
    """Whoever asks for a new password afterwards gets a mail whose link does nothing."""
    assert holds(filed.root(LEGACY)) == NOTHING
    mail = filed.emulator.control.request_password_recovery(LEGACY)
    outcome = filed.emulator.control.complete_password_recovery(mail.link, "Another-password-1")
    assert not outcome.succeeded
    assert "Password recovery is disabled" in outcome.message
    assert not filed.emulator.control.sign_in(LEGACY, "Another-password-1").succeeded
