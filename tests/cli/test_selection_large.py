"""Selecting in an organization of 2,000 accounts: listed once, kept, and asked for what is needed."""

from __future__ import annotations

import pytest
from product_rig import Rig, company
from selection_world import DELEGATE, asked, audited, ids, kept_file, plan_of, planned

from rootwarden.aws.organizations import Organizations
from rootwarden.emulator import OrganizationFile, account
from rootwarden.model.ids import AccountId

LIST, DESCRIBE, TAGS = (
    f"organizations:{name}" for name in ("ListAccounts", "DescribeAccount", "ListTagsForResource")
)
FIRST = 300_000_000_000


def organization(count: int) -> OrganizationFile:
    """Accounts in forty OUs."""
    return company(
        *(
            account(
                f"{FIRST + number}",
                f"Member {number}",
                f"/Area {number % 4}/Team {number % 40}",
                tags={"team": f"{number % 40}"},
            )
            for number in range(count)
        )
    )


@pytest.fixture
def large(rig: Rig) -> Rig:
    rig.up(organization(2000))
    return rig


def test_two_thousand_accounts(large: Rig) -> None:
    calls = large.calls()
    ran = audited(large, "--account", "member 1234")
    assert ids(ran) == {f"{FIRST + 1234}"}
    assert ran.row(f"{FIRST + 1234}")["ou_path"] == "/Area 2/Team 34"
    assert asked(calls).count(LIST) == 101
    assert "2000 accounts listed so far" in ran.err
    assert kept_file().stat().st_size < 500_000

    calls.clear()
    assert len(ids(audited(large, "--ou", "/Area 2/Team 34", "--details", "never"))) == 50
    assert asked(calls) == []

    calls.clear()
    large.emulator.control.move_account(f"{FIRST + 34}", "/Area 0")
    _, left = plan_of(planned(large, "--ou", "/Area 2/Team 34"))
    assert left[f"{FIRST + 34}"] == "no_longer_selected"
    assert (asked(calls).count(DESCRIBE), asked(calls).count(LIST)) == (50, 0)


def test_more_than_can_be_asked_for_one_by_one_are_listed_for_a_change(large: Rig) -> None:
    audited(large, "--account", "member 1")
    large.emulator.control.move_account(f"{FIRST + 2}", "/Area 0")
    calls = large.calls()
    _, left = plan_of(planned(large, "--ou", "/Area 2"))
    assert left[f"{FIRST + 2}"] == "no_longer_selected"
    assert (asked(calls).count(DESCRIBE), asked(calls).count(LIST)) == (0, 101)
    assert sum(1 for action, _ in calls if action == "sts:AssumeRoot") == 499


def test_tags_that_were_read_are_kept_when_the_rest_is_broken_off(rig: Rig) -> None:
    """The tags of two thousand accounts take AWS some three minutes."""
    rig.up(organization(120))
    read = Organizations.tags
    left = iter(range(80))

    def interrupted(self: Organizations, account: AccountId) -> dict[str, str]:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return read(self, account)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Organizations, "tags", interrupted)
        ran = audited(rig, "--tag", "team=7", "--details", "never")
    assert ran.code == 130
    assert "reading the tags of 122 accounts: AWS answers 10 a second" in ran.err
    calls = rig.calls()
    assert len(ids(audited(rig, "--tag", "team=7", "--details", "never"))) == 3
    assert asked(calls) == [TAGS] * 42
    calls.clear()
    ran = rig.run("audit", "--tag", "team=7", "--details", "never", profile=DELEGATE)
    assert asked(calls) == []
    assert "tags of accounts are those read less than a minute ago" in ran.err
