"""A removal in five accounts that can be begun again and again, ended anywhere, and checked."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crash_rig import CrashRig, Run

from rootwarden.emulator import account
from rootwarden.emulator.builders import MANAGEMENT, SECURITY
from rootwarden.emulator.gateway import Gateway
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.ledger.query import open_intents
from rootwarden.ledger.results import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from rootwarden.emulator import Emulator

FIVE = tuple(f"30000000000{number}" for number in range(1, 6))
NEIGHBOUR = "400000000004"
ROOT: dict[str, Any] = {
    "password": True,
    "access_keys": ({},),
    "signing_certificates": ({},),
    "mfa_devices": ({},),
}
PROFILE = f"emulator-{SECURITY}"
APPLY = (
    "remove",
    "apply",
    "plan.json",
    "--yes",
    "--evidence",
    "evidence",
    "--profile",
    PROFILE,
    "-o",
    "json",
)
DELETES = ("DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate", "DeactivateMFADevice")


def organization() -> OrganizationFile:
    """Five accounts with one credential of each kind, in two OUs, and one that is in no plan."""
    members = [account(one, f"Account {one[-1]}", "/A" if one < FIVE[3] else "/B", root=ROOT) for one in FIVE]
    return OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=(account(SECURITY, "Security"), account(NEIGHBOUR, "Neighbour", root=ROOT), *members),
        security_account=SECURITY,
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
        delegated_administrators={SECURITY: ("iam.amazonaws.com",)},
    )


class RemovalCrash(CrashRig):
    """A plan as it was made, and every delete that took effect."""

    def __init__(self, start: Callable[..., Emulator], patch: pytest.MonkeyPatch, folder: Path) -> None:
        super().__init__(start, folder, organization())
        self._deletes: Counter[tuple[str, str, str]] = Counter()
        self._watch(patch)
        plan = ("remove", "plan", "--account", ",".join(FIVE), "--out", "plan.json", "--profile", PROFILE)
        made = self.run(self.base, "plan", plan)
        assert made.code == 0, made.err

    def _watch(self, patch: pytest.MonkeyPatch) -> None:
        """Counts every delete that took effect, whether or not anybody heard the answer."""
        served = Gateway._served

        def watched(gateway: Any, handler: Any, call: Any, wanted: Any) -> Any:
            output = served(gateway, handler, call, wanted)
            if call.operation in DELETES:
                about = next((str(value) for value in call.params.values()), "login-profile")
                self._deletes[(call.caller.account, call.operation, about)] += 1
            return output

        patch.setattr(Gateway, "_served", watched)

    def begin(self, name: str) -> Path:
        """A folder with the plan and the ledger that knows it; AWS is as it was when the plan was made."""
        self._deletes.clear()
        return super().begin(name)

    def apply(
        self, folder: Path, name: str, *, end_at: int | None = None, how: str = "kill", at_once: int = 1
    ) -> Run:
        """Applies the plan in a process of its own, which ends at a boundary, or not."""
        return self.run(folder, name, APPLY, end_at=end_at, how=how, at_once=at_once)

    def check(self, folder: Path, last: Run) -> None:
        """After the last run: everything of the plan is gone, once, and everything is accounted for, in all three places."""
        assert last.code == 0, last.err
        self._check_aws()
        self._check_report(json.loads(last.out))
        self._check_ledger(folder)
        self._check_evidence(folder)

    def _check_aws(self) -> None:
        world = self.emulator.world
        for one in FIVE:
            user = world.root_users[one]
            assert user.login_profile is None
            assert (user.access_keys, user.signing_certificates, user.mfa_devices) == ([], [], [])
        assert world.root_users[NEIGHBOUR] == self.roots[NEIGHBOUR]
        assert len(self._deletes) == len(FIVE) * len(DELETES)
        assert set(self._deletes.values()) == {1}

    def _check_report(self, document: Any) -> None:
        assert [row["id"] for row in document["accounts"]] == list(FIVE)
        for row in document["accounts"]:
            assert row["verification"] == "verified_clean"
            assert len(row["items"]) == len(DELETES)
            assert {one["result"] for one in row["items"]} <= {"removed", "already_absent"}

    def _check_ledger(self, folder: Path) -> None:
        found = self.ledger(folder)
        assert self.leases(folder) == ()
        assert open_intents(found) == ()
        plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["plan"]
        items = {
            (one["account"], f"{i['kind']}:{i['identifier']}")
            for one in plan["accounts"]
            for i in one["items"]
        }
        lines = [line for entry in found for line in lines_of(entry.content)]
        gone = Counter(
            (line.get("account"), line["item"])
            for line in lines
            if line.get("item") and line["outcome"] in {"removed", "already_absent"}
        )
        assert set(gone) == items
        last_word = {line.get("account"): line["outcome"] for line in lines if not line.get("item")}
        assert {last_word[one] for one in FIVE} <= {"verified_clean", "clean"}

    def _check_evidence(self, folder: Path) -> None:
        ran = self.run(folder, "verify", ("evidence", "verify", "evidence", "-o", "json"))
        assert (ran.code, json.loads(ran.out)["intact"]) == (0, True), ran.out
        for one in FIVE:
            seen = json.loads((folder / "evidence" / "before" / f"{one}.json").read_text(encoding="utf-8"))
            held = seen["credentials"]
            assert held["password"] is True
            assert all(
                len(held[kind]) == 1 for kind in ("access_keys", "signing_certificates", "mfa_devices")
            )
