"""Trouble in the middle of an account: changes under way, sessions that end, lost answers, items that come and go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from product_rig import LEGACY, NOTHING, SHOP, Rig, holds
from removal_rig import DELETES, applied, fault, legacy_and_shop, planned, results

from rootwarden.emulator import FaultSpec
from rootwarden.emulator.root_user import RootAccessKey
from rootwarden.ledger import lease_keeper
from rootwarden.ledger.lease_keeper import HeldByUs

PASSING = ("EntityTemporarilyUnmodifiable", "ConcurrentModification")


@pytest.fixture
def legacy(rig: Rig) -> Rig:
    """One account with two keys, a certificate, a password and MFA, and one like it that comes after."""
    return legacy_and_shop(rig)


def reasons(ran: Any) -> set[str]:
    return {one["reason"]["code"] for one in ran.row(LEGACY)["items"] if one["reason"]}


class TestChangesUnderWay:
    @pytest.mark.parametrize("code", PASSING)
    @pytest.mark.parametrize("call", DELETES)
    def test_that_pass_are_waited_for(self, legacy: Rig, call: str, code: str) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(fault(call, code=code, http_status=409, count=2))
        ran = applied(legacy)
        assert (ran.code, set(results(ran).values())) == (0, {"removed"})
        assert holds(legacy.root(LEGACY)) == NOTHING

    @pytest.mark.parametrize("code", PASSING)
    def test_that_do_not_pass_fail_the_item_and_keep_mfa_with_the_password(
        self, legacy: Rig, code: str
    ) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(fault("iam:DeleteLoginProfile", code=code, http_status=409))
        calls = legacy.calls()
        ran = applied(legacy)
        assert list(results(ran).values()) == ["failed", "removed", "removed", "removed", "refused"]
        assert reasons(ran) == {code, "password_without_mfa"}
        assert holds(legacy.root(LEGACY)) == {**NOTHING, "password": 1, "mfa_devices": 1}
        assert "iam:DeactivateMFADevice" not in {action for action, _ in calls}

    def test_what_changes_meanwhile_is_not_deleted(self, legacy: Rig) -> None:
        """Each further attempt looks again first."""
        planned(legacy)
        key = legacy.root(LEGACY).access_keys[1]
        made = RootAccessKey(key.id, "Active", key.created)

        def change() -> None:
            legacy.root(LEGACY).access_keys[:] = [made]

        legacy.emulator.world.faults.append(
            fault("iam:DeleteAccessKey", code="ConcurrentModification", http_status=409, count=2)
        )
        legacy.after("iam:GetAccessKeyLastUsed", change)
        ran = applied(legacy)
        assert legacy.root(LEGACY).access_keys == [made]
        assert results(ran)[f"access-keys {key.id}"] == "refused"


class TestSessionsThatEnd:
    @pytest.mark.parametrize("call", [*DELETES, "iam:ListAccessKeys", "iam:ListMFADevices", "iam:GetUser"])
    def test_are_followed_by_another(self, legacy: Rig, call: str) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(FaultSpec(operation=call, kind="expired-credentials", count=1))
        calls = legacy.calls()
        ran = applied(legacy)
        assert (ran.code, set(results(ran).values())) == (0, {"removed"})
        assert holds(legacy.root(LEGACY)) == NOTHING
        assert sum(action == "sts:AssumeRoot" for action, _ in calls) == 3

    def test_again_and_again_without_an_item_done_fail_what_is_left(self, legacy: Rig) -> None:
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        legacy.emulator.world.faults.append(
            FaultSpec(operation="iam:ListAccessKeys", kind="expired-credentials", account=LEGACY)
        )
        calls = legacy.calls()
        ran = applied(legacy)
        assert list(results(ran).values()) == ["removed", *["failed"] * 4]
        assert reasons(ran) == {"ExpiredToken"}
        assert holds(legacy.root(SHOP)) == NOTHING
        assert sum(action == "sts:AssumeRoot" for action, _ in calls) < 7
        assert ran.code == 6

    def test_and_no_other_is_given(self, legacy: Rig) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(
            FaultSpec(operation="iam:ListSigningCertificates", kind="expired-credentials", count=1)
        )
        legacy.after(
            "iam:DeleteLoginProfile",
            lambda: legacy.emulator.world.faults.append(fault("sts:AssumeRoot", count=1)),
        )
        ran = applied(legacy)
        assert list(results(ran).values()) == ["removed", "removed", "removed", "failed", "failed"]
        assert ran.row(LEGACY)["verification"] == "still_there"


class TestLostAnswers:
    @pytest.mark.parametrize("call", DELETES)
    def test_with_effect_are_resolved_by_looking_without_a_second_delete(
        self, legacy: Rig, call: str
    ) -> None:
        planned(legacy)
        count = 2 if call == "iam:DeleteAccessKey" else 1
        legacy.emulator.world.faults.append(FaultSpec(operation=call, kind="reset-after-effect", count=count))
        ran = applied(legacy)
        assert (ran.code, set(results(ran).values())) == (0, {"removed"})
        assert {one["reason"]["source"] for one in ran.row(LEGACY)["items"] if one["reason"]} == {"network"}

    @pytest.mark.parametrize("call", DELETES)
    def test_without_effect_are_tried_again(self, legacy: Rig, call: str) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(FaultSpec(operation=call, kind="reset", count=1))
        ran = applied(legacy)
        assert (ran.code, set(results(ran).values())) == (0, {"removed"})

    def test_and_nobody_can_look_are_unknown_until_somebody_can(self, legacy: Rig) -> None:
        planned(legacy)
        faults = legacy.emulator.world.faults
        faults.append(FaultSpec(operation="iam:DeleteSigningCertificate", kind="reset-after-effect", count=1))
        legacy.after(
            "iam:DeleteSigningCertificate",
            lambda: faults.append(
                fault("iam:ListSigningCertificates", code="ServiceFailure", http_status=500)
            ),
        )
        faults.append(fault("iam:GetAccountSummary"))
        ran = applied(legacy)
        assert ran.code == 6
        assert list(results(ran).values()) == ["removed", "removed", "removed", "unknown", "removed"]
        faults.clear()
        again = applied(legacy)
        assert (again.code, holds(legacy.root(LEGACY))) == (0, NOTHING)


class TestLeasesInTheMiddle:
    def test_one_that_is_lost_stops_the_deletes_in_its_account(self, legacy: Rig) -> None:
        planned(legacy)
        legacy.patch.setattr(HeldByUs, "keep", _lost_after(2, HeldByUs.keep))
        ran = applied(legacy)
        assert list(results(ran).values()) == ["removed", "removed", "refused", "refused", "refused"]
        assert reasons(ran) == {"LeaseLost"}
        assert ran.code == 6

    def test_one_is_renewed_in_time(self, legacy: Rig) -> None:
        planned(legacy)
        legacy.patch.setattr(lease_keeper, "LENGTH", timedelta(minutes=10))
        later = datetime.now(UTC) + timedelta(minutes=6)
        keep = HeldByUs.keep
        ends: list[datetime] = []

        def late(lease: HeldByUs) -> None:
            lease._clock = lambda: later
            keep(lease)
            ends.append(lease.ends)

        legacy.patch.setattr(HeldByUs, "keep", late)
        assert applied(legacy).code == 0
        assert len(set(ends)) > 1


def _lost_after(times: int, keep: Any) -> Any:
    left = [times]

    def kept(lease: HeldByUs) -> None:
        if left[0] == 0:
            lease._store.release(lease._lease)
            lease._clock = lambda: lease._lease.ends
        left[0] -= 1
        keep(lease)

    return kept
