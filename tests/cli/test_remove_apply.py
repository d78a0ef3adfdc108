"""``remove apply``: exactly what the plan lists goes, in an order that never bares a password."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from product_rig import (
    IAM,
    LEGACY,
    NOTHING,
    SECURITY,
    SHOP,
    Rig,
    configuration,
    holds,
)
from removal_rig import DELEGATE, DELETES, applied, fault, legacy_and_shop, planned, results

from rootwarden.emulator import small
from rootwarden.emulator.root_user import RootAccessKey, RootMfaDevice


@pytest.fixture
def legacy(rig: Rig) -> Rig:
    """One account with two keys, a certificate, a password and MFA, and a neighbour that has the same."""
    return legacy_and_shop(rig)


class TestWhatGoes:
    def test_everything_in_the_plan_and_only_that(self, legacy: Rig) -> None:
        planned(legacy)
        neighbour = holds(legacy.root(SHOP))
        ran = applied(legacy)
        assert ran.code == 0
        assert set(results(ran).values()) == {"removed"}
        assert ran.row(LEGACY)["verification"] == "verified_clean"
        assert holds(legacy.root(LEGACY)) == NOTHING
        assert holds(legacy.root(SHOP)) == neighbour

    def test_the_password_first_and_mfa_last(self, legacy: Rig) -> None:
        planned(legacy)
        calls = legacy.calls()
        applied(legacy)
        made = [
            action
            for action, who in calls
            if who == LEGACY and action.startswith(("iam:Delete", "iam:Deact"))
        ]
        assert (made[0], made[-1]) == ("iam:DeleteLoginProfile", "iam:DeactivateMFADevice")
        assert len(made) == 5

    @pytest.mark.parametrize("only", ["password", "access-keys", "signing-certificates"])
    def test_nothing_but_the_chosen_kind(self, legacy: Rig, only: str) -> None:
        planned(legacy, "--only", only)
        ran = applied(legacy)
        left = holds(legacy.root(LEGACY))
        gone = only.replace("-", "_")
        assert left == {**holds(legacy.root(SHOP)), gone: 0}
        assert ran.row(LEGACY)["verification"] == "still_there"

    def test_a_second_time_there_is_nothing_left(self, legacy: Rig) -> None:
        planned(legacy)
        applied(legacy)
        again = applied(legacy)
        assert set(results(again).values()) == {"already_absent"}
        assert again.code == 0
        empty = planned(legacy)
        assert (empty.document["plan"]["accounts"], empty.code) == ([], 0)
        assert applied(legacy).code == 0

    def test_in_the_small_company(self, rig: Rig) -> None:
        complete = {"trusted_services": (IAM,), "root_features": ("RootCredentialsManagement",)}
        rig.up(small().model_copy(update={**complete, "delegated_administrators": {SECURITY: (IAM,)}}))
        before = {one: holds(user) for one, user in rig.emulator.world.root_users.items()}
        rig.json("remove", "plan", "--all", "--keep-used-within", "0", "--out", "plan.json", profile=DELEGATE)
        ran = applied(rig)
        assert ran.code == 0
        touched = {"555555555555", "666666666666", "777777777777", "012345678901"}
        for one, user in rig.emulator.world.root_users.items():
            assert holds(user) == (NOTHING if one in touched else before[one])


class TestWhatChangedSince:
    def test_an_item_that_is_gone(self, legacy: Rig) -> None:
        planned(legacy)
        legacy.root(LEGACY).delete_login_profile()
        ran = applied(legacy)
        assert results(ran)["password login-profile"] == "already_absent"
        assert (ran.code, holds(legacy.root(LEGACY))) == (0, NOTHING)

    def test_a_key_that_was_activated(self, legacy: Rig) -> None:
        planned(legacy)
        keys = legacy.root(LEGACY).access_keys
        keys[1] = RootAccessKey(keys[1].id, "Active", keys[1].created)
        ran = applied(legacy)
        assert results(ran)[f"access-keys {keys[0].id}"] == "refused"
        assert [key.status for key in legacy.root(LEGACY).access_keys] == ["Active"]
        assert ran.row(LEGACY)["verification"] == "still_there"
        assert ran.code == 6

    def test_a_password_that_was_made_anew(self, legacy: Rig) -> None:
        """The MFA device stays as well: it guards the new password."""
        planned(legacy)
        legacy.root(LEGACY).login_profile = datetime.now(UTC)
        ran = applied(legacy)
        found = results(ran)
        assert found["password login-profile"] == "refused"
        assert {result for key, result in found.items() if key.startswith("mfa")} == {"refused"}
        assert holds(legacy.root(LEGACY)) == {**NOTHING, "password": 1, "mfa_devices": 1}
        assert ran.code == 6

    def test_something_new_is_reported_and_left_alone(self, legacy: Rig) -> None:
        planned(legacy)
        made = RootMfaDevice(f"arn:aws:iam::{LEGACY}:mfa/second", datetime.now(UTC))
        legacy.root(LEGACY).mfa_devices.append(made)
        ran = applied(legacy)
        assert legacy.root(LEGACY).mfa_devices == [made]
        assert ran.row(LEGACY)["verification"] == "still_there"
        assert ran.row(LEGACY)["after"]["credentials"]["mfa_devices"][0]["serial"] == made.id
        assert ran.code == 6

    def test_an_account_that_was_suspended(self, legacy: Rig) -> None:
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        legacy.emulator.world.organization.accounts[LEGACY].state = "SUSPENDED"
        before = holds(legacy.root(LEGACY))
        ran = applied(legacy)
        assert set(results(ran).values()) == {"refused"}
        assert ran.row(LEGACY)["reason"]["code"] == "account_suspended"
        assert holds(legacy.root(LEGACY)) == before
        assert holds(legacy.root(SHOP)) == NOTHING
        assert ran.code == 6

    def test_an_account_that_left(self, legacy: Rig) -> None:
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        organization = legacy.emulator.world.organization
        organization.remove_account(organization.accounts[LEGACY])
        ran = applied(legacy)
        assert set(results(ran).values()) == {"refused"}
        assert ran.row(LEGACY)["reason"]["code"] == "not_in_organization"
        assert holds(legacy.root(SHOP)) == NOTHING
        assert ran.code == 6

    def test_an_account_that_was_excluded(self, legacy: Rig) -> None:
        planned(legacy)
        before = holds(legacy.root(LEGACY))
        ran = applied(
            legacy, "--config", configuration(legacy.folder, f'[scope]\nexclude_accounts = ["{LEGACY}"]\n')
        )
        assert ran.row(LEGACY)["reason"]["code"] == "excluded"
        assert holds(legacy.root(LEGACY)) == before


class TestWhatFails:
    @pytest.mark.parametrize("call", DELETES)
    def test_one_call_that_aws_refuses(self, legacy: Rig, call: str) -> None:
        """The item is failed with AWS's words, the others go; MFA stays when the password does."""
        planned(legacy)
        legacy.emulator.world.faults.append(fault(call))
        ran = applied(legacy)
        failed = [one for one in ran.row(LEGACY)["items"] if one["result"] == "failed"]
        assert failed
        assert {one["reason"]["text"] for one in failed} == {"Not today."}
        left = holds(legacy.root(LEGACY))
        assert left["mfa_devices"] == int(call in {"iam:DeactivateMFADevice", "iam:DeleteLoginProfile"})
        assert left["password"] == int(call == "iam:DeleteLoginProfile")
        assert left["access_keys"] == (2 if call == "iam:DeleteAccessKey" else 0)
        assert ran.row(LEGACY)["verification"] == "still_there"
        assert ran.code == 6

    @pytest.mark.parametrize("call", DELETES)
    def test_a_lost_answer_is_settled_by_the_look(self, legacy: Rig, call: str) -> None:
        """It took effect: another look in the same session says so, and what comes after goes as well."""
        planned(legacy)
        legacy.lose_answers(call)
        ran = applied(legacy)
        settled = [
            one
            for one in ran.row(LEGACY)["items"]
            if (one["reason"] or {}).get("code") == "ServiceUnavailable"
        ]
        assert {one["result"] for one in settled} == {"removed"}
        assert (ran.code, holds(legacy.root(LEGACY))) == (0, NOTHING)

    @pytest.mark.parametrize("call", DELETES)
    def test_no_answer_and_no_effect(self, legacy: Rig, call: str) -> None:
        """The look afterwards still sees the item: failed, not removed."""
        planned(legacy)
        legacy.emulator.world.faults.append(fault(call, code="ServiceFailure", http_status=500))
        ran = applied(legacy)
        assert "failed" in set(results(ran).values())
        assert ran.code == 6

    def test_an_unknown_key_stays_unknown_while_the_keys_cannot_be_listed(self, legacy: Rig) -> None:
        """The summary says that there are some, not which: that settles nothing."""
        planned(legacy)
        faults = legacy.emulator.world.faults
        faults.append(fault("iam:DeleteAccessKey", code="ServiceFailure", http_status=500))
        legacy.after("iam:DeactivateMFADevice", lambda: faults.append(fault("iam:ListAccessKeys")))
        ran = applied(legacy)
        keys = {result for item, result in results(ran).items() if item.startswith("access-keys")}
        assert keys == {"unknown"}
        assert len(legacy.root(LEGACY).access_keys) == 2
        assert ran.code == 6

    def test_a_look_afterwards_that_fails_proves_nothing(self, legacy: Rig) -> None:
        planned(legacy)
        legacy.emulator.world.faults.append(fault("iam:GetAccountSummary"))
        ran = applied(legacy)
        assert set(results(ran).values()) == {"removed"}
        assert ran.row(LEGACY)["verification"] == "not_verified"
        assert ran.row(LEGACY)["reason"]["text"] == "Not today."
        assert ran.code == 6

    @pytest.mark.parametrize(
        "read",
        ["iam:GetLoginProfile", "iam:ListAccessKeys", "iam:ListSigningCertificates", "iam:ListMFADevices"],
    )
    def test_nothing_is_removed_that_could_not_be_read_again(self, legacy: Rig, read: str) -> None:
        """An item that is not seen is neither gone nor removed; without a look at the password MFA stays."""
        planned(legacy)
        legacy.emulator.world.faults.append(fault(read))
        ran = applied(legacy)
        kind = {"iam:GetLoginProfile": "password", "iam:ListAccessKeys": "access_keys"}.get(
            read, "mfa_devices" if "MFA" in read else "signing_certificates"
        )
        left = holds(legacy.root(LEGACY))
        assert left[kind] == holds(legacy.root(SHOP))[kind]
        assert left["mfa_devices"] == int(kind in {"password", "mfa_devices"})
        assert ran.code == 6

    def test_a_session_that_is_not_given(self, legacy: Rig) -> None:
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        before = holds(legacy.root(LEGACY))
        legacy.emulator.world.faults.append(fault("sts:AssumeRoot", account=LEGACY))
        ran = applied(legacy)
        assert set(results(ran).values()) == {"failed"}
        assert ran.row(LEGACY)["verification"] == "not_verified"
        assert holds(legacy.root(LEGACY)) == before
        assert holds(legacy.root(SHOP)) == NOTHING
        assert ran.code == 6

    def test_credentials_that_end_between_two_accounts(self, legacy: Rig) -> None:
        """What was done is reported; the rest was not tried."""
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        expired = fault("sts:AssumeRoot", account=SHOP, code="ExpiredToken")
        legacy.emulator.world.faults.append(expired)
        ran = applied(legacy, "--concurrency", "1")
        assert set(results(ran, LEGACY).values()) == {"removed"}
        assert set(results(ran, SHOP).values()) == {"refused"}
        assert ran.code == 6

    def test_credentials_that_end_before_the_look_afterwards(self, legacy: Rig) -> None:
        planned(legacy)
        expired = fault("sts:AssumeRoot", code="ExpiredToken")
        legacy.after("iam:DeactivateMFADevice", lambda: legacy.emulator.world.faults.append(expired))
        ran = applied(legacy)
        assert set(results(ran).values()) == {"removed"}
        assert ran.row(LEGACY)["verification"] == "not_verified"

    def test_ctrl_c_in_the_middle_of_an_account(self, legacy: Rig) -> None:
        """What was done stays reported, the item it met is unknown, and what comes after was not tried."""
        planned(legacy, accounts=f"{LEGACY},{SHOP}")
        untouched = holds(legacy.root(SHOP))
        legacy.interrupt_at("iam:DeleteSigningCertificate", LEGACY)
        ran = applied(legacy, "--concurrency", "1")
        assert ran.code == 130
        assert list(results(ran, LEGACY).values()) == ["removed", "removed", "removed", "unknown", "refused"]
        assert set(results(ran, SHOP).values()) == {"refused"}
        assert holds(legacy.root(SHOP)) == untouched


class TestWhoIsAsked:
    def test_nobody_there(self, legacy: Rig) -> None:
        planned(legacy)
        before = holds(legacy.root(LEGACY))
        ran = legacy.json("remove", "apply", "plan.json", profile=DELEGATE)
        assert (ran.code, ran.document["error"]["type"]) == (4, "Unconfirmed")
        assert "login-profile" not in ran.out
        assert "password" in ran.err
        assert holds(legacy.root(LEGACY)) == before

    def test_remove_alone_needs_a_terminal(self, legacy: Rig) -> None:
        before = holds(legacy.root(LEGACY))
        ran = legacy.json("remove", "--account", LEGACY, profile=DELEGATE)
        assert (ran.code, ran.document["error"]["type"]) == (4, "Unconfirmed")
        assert "remove plan --out" in ran.document["error"]["advice"]
        assert holds(legacy.root(LEGACY)) == before

    @pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 4)])
    def test_on_a_terminal(self, legacy: Rig, answer: str, code: int) -> None:
        before = holds(legacy.root(LEGACY))
        ran = legacy.on_terminal("remove", "--account", LEGACY, answer=answer, profile=DELEGATE)
        assert ran.code == code, ran.err
        assert "Delete 5 root credentials for good?" in ran.err
        assert holds(legacy.root(LEGACY)) == (NOTHING if code == 0 else before)
        assert ("verified clean" in ran.out) is (code == 0)

    def test_the_configuration_can_require_reason_and_ticket(self, legacy: Rig) -> None:
        planned(legacy)
        path = configuration(legacy.folder, "[require]\nreason = true\nticket = true\n")
        before = holds(legacy.root(LEGACY))
        ran = applied(legacy, "--config", path, "--reason", " ")
        assert (ran.code, "--reason" in ran.err) == (2, True)
        assert holds(legacy.root(LEGACY)) == before
        assert applied(legacy, "--config", path, "--reason", "clean up", "--ticket", "OPS-1").code == 0
