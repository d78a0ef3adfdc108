"""Laws of the waves of a removal: whole OUs, in order, small ones together, and never more begun than one OU at a time would."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.ids import AccountId
from rootwarden.model.removal import AccountRemoval
from rootwarden.operations.removal.stop import Stop
from rootwarden.operations.removal.waves import in_order, waves

OUS = st.none() | st.integers(10, 40).map(lambda number: f"/OU {number}")


@st.composite
def plans(draw: Any) -> tuple[AccountRemoval, ...]:
    places = draw(st.lists(OUS, max_size=20))
    return in_order(
        AccountRemoval(AccountId(f"{n:012d}"), f"Account {n}", place, ()) for n, place in enumerate(places)
    )


def units(accounts: tuple[AccountRemoval, ...]) -> list[str | None]:
    return [place for place, _ in itertools.groupby(accounts, key=lambda one: one.ou_path)]


@given(plans(), st.integers(1, 12))
def test_whole_ous_in_order_as_many_together_as_have_room(
    accounts: tuple[AccountRemoval, ...], most: int
) -> None:
    found = list(waves(accounts, lambda: most))
    assert tuple(itertools.chain(*found)) == accounts
    held = [units(wave) for wave in found]
    assert list(itertools.chain(*held)) == units(accounts), "an OU is cut in two"
    for wave, kinds in zip(found, held, strict=True):
        assert len(kinds) == 1 or len(wave) <= most
    for before, after in itertools.pairwise(found):
        first = [one for one in after if one.ou_path == after[0].ou_path]
        assert len(before) + len(first) > most, "there was room for the next OU"


@given(plans(), st.integers(1, 8), st.data())
def test_a_failure_count_ends_it_no_later_than_one_ou_at_a_time(
    accounts: tuple[AccountRemoval, ...], allowed: int, data: st.DataObject
) -> None:
    """However many of a wave are under work at a time: those begun are at most those that one OU at a time would have begun."""
    fails = data.draw(st.lists(st.booleans(), min_size=len(accounts), max_size=len(accounts)))
    bad = {one.account for one, fail in zip(accounts, fails, strict=True) if fail}

    def begun(one_by_one: bool) -> int:
        stop, count = Stop(after_failures=allowed), 0
        for wave in waves(accounts, lambda: 0 if one_by_one else stop.failures_left or 0):
            if stop.reason:
                break
            count += len(wave)  # the worst case: all of it is under work before the first fails
            for one in wave:
                if one.account in bad:
                    stop.failed()
        return count

    assert begun(one_by_one=False) <= begun(one_by_one=True)
