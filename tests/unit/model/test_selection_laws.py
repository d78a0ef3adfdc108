"""Laws of selections: nothing chosen is nothing, exclusions always win, and no account appears twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import BadInput, CannotLook, UnknownAccount
from rootwarden.model.choice import resolve, select
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState, OrganizationalUnit
from rootwarden.model.selection import Selection
from rootwarden.model.units import UnitTree

UNITS = (
    OrganizationalUnit("r-ab12", "Root", "/"),
    OrganizationalUnit("ou-ab12-aaaaaaaa", "Work", "/Work", "r-ab12"),
    OrganizationalUnit("ou-ab12-bbbbbbbb", "Prod", "/Work/Prod", "ou-ab12-aaaaaaaa"),
    OrganizationalUnit("ou-ab12-cccccccc", "Workshop", "/Workshop", "r-ab12"),
)
TREE = UnitTree(UNITS)
ACCOUNTS = tuple(
    Account(
        AccountId(f"{number:012d}"),
        f"Account {number}",
        f"{number}@example.com",
        AccountState.ACTIVE,
        ou_path=UNITS[number % len(UNITS)].path,
        parents=TREE.lineage(UNITS[number % len(UNITS)].id),
    )
    for number in range(9)
)
TAGS: dict[str, dict[str, str]] = {
    account.id: {"parity": "odd" if int(account.id) % 2 else "even"} for account in ACCOUNTS
}
IDS = st.sampled_from([account.id for account in ACCOUNTS])
NAMES = st.sampled_from([account.name for account in ACCOUNTS])
OUS = st.sampled_from([unit.path for unit in UNITS] + [unit.id for unit in UNITS])
SELECTIONS = st.builds(
    Selection,
    accounts=st.lists(IDS | NAMES | NAMES.map(str.upper), max_size=4).map(tuple),
    ous=st.lists(OUS, max_size=2).map(tuple),
    tags=st.lists(st.sampled_from(["parity", "parity=odd", "parity=none", "color"]), max_size=2).map(tuple),
    exclude=st.lists(IDS | NAMES | OUS, max_size=3).map(tuple),
    everything=st.booleans(),
)


def chosen(selection: Selection) -> list[str]:
    return [account.id for account in select(selection, ACCOUNTS, UNITS, TAGS)]


@given(SELECTIONS)
def test_every_account_at_most_once_and_in_the_order_given(selection: Selection) -> None:
    found = chosen(selection)
    assert found == sorted(set(found))


@given(SELECTIONS)
def test_each_account_can_be_judged_alone(selection: Selection) -> None:
    """What is found once holds for an account that is read later, alone or while a list is under way."""
    choice = resolve(selection, ACCOUNTS, TREE)
    alone = [account.id for account in ACCOUNTS if choice.holds(account, TAGS[account.id])]
    assert alone == chosen(selection)


@given(SELECTIONS)
def test_a_list_is_its_parts(selection: Selection) -> None:
    """Separated by commas or given one by one: the same accounts."""
    accounts, ous, exclude = (
        (",".join(part),) if part else () for part in (selection.accounts, selection.ous, selection.exclude)
    )
    joined = Selection(accounts, ous, selection.tags, exclude, selection.everything)
    assert chosen(joined) == chosen(selection)


@given(SELECTIONS)
def test_ids_are_known_to_be_ids(selection: Selection) -> None:
    """Where it says that ids are all there is, they choose the same as the selection does."""
    ids = selection.ids
    if ids is not None:
        assert not selection.names_units
        assert set(chosen(selection)) == set(ids) - set(selection.excluded_ids or ())


@given(st.lists(IDS | NAMES | OUS, max_size=3).map(tuple), st.lists(OUS, max_size=2).map(tuple))
def test_everything_but_what_is_excluded(exclude: tuple[str, ...], ous: tuple[str, ...]) -> None:
    everything = set(chosen(Selection(everything=True, exclude=(*exclude, *ous))))
    assert everything <= set(chosen(Selection(everything=True, exclude=exclude)))
    assert everything.isdisjoint(chosen(Selection(ous=ous)) if ous else ())


@given(SELECTIONS)
def test_exclusions_win(selection: Selection) -> None:
    """What an exclusion names is never chosen, and nothing else is lost by it."""
    without = Selection(selection.accounts, selection.ous, selection.tags, (), selection.everything)
    excluded = chosen(Selection(accounts=tuple(e for e in selection.exclude if not e.startswith(("/", "ou-", "r-"))),
                                ous=tuple(e for e in selection.exclude if e.startswith(("/", "ou-", "r-")))))  # fmt: skip
    assert set(chosen(selection)) == set(chosen(without)) - set(excluded)


@given(st.lists(IDS | OUS, max_size=3).map(tuple))
def test_nothing_chosen_is_nothing(exclude: tuple[str, ...]) -> None:
    selection = Selection(exclude=exclude)
    assert selection.empty
    assert chosen(selection) == []


@given(SELECTIONS, IDS)
def test_choosing_more_never_loses_any(selection: Selection, more: str) -> None:
    wider = Selection(
        (*selection.accounts, more), selection.ous, selection.tags, selection.exclude, selection.everything
    )
    assert set(chosen(selection)) <= set(chosen(wider))


def test_an_ou_is_its_whole_subtree_and_no_namesake() -> None:
    """``/Work`` means ``/Work/Prod`` too, and not ``/Workshop``."""
    assert {ACCOUNTS[int(one)].ou_path for one in chosen(Selection(ous=("/Work",)))} == {
        "/Work",
        "/Work/Prod",
    }
    assert chosen(Selection(ous=("/Work/",))) == chosen(Selection(ous=("ou-ab12-aaaaaaaa",)))


@pytest.mark.parametrize(
    ("selection", "kind", "words"),
    [
        (Selection(accounts=("Acount 3",)), UnknownAccount, "Account 3"),
        (Selection(accounts=("000000000099",)), UnknownAccount, "000000000009"),
        (Selection(exclude=("Nobody",), everything=True), UnknownAccount, ""),
        (Selection(ous=("/Wrok",)), BadInput, "/Work"),
        (Selection(exclude=("/Prod",), everything=True), BadInput, ""),
        (Selection(accounts=("12",)), BadInput, ""),
    ],
)
def test_a_choice_that_names_nothing(selection: Selection, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        chosen(selection)
    assert words[:-1] in getattr(caught.value, "advice", "")


def test_an_account_that_moved_is_not_taken_past_an_exclusion() -> None:
    """Its OU is not known, so whether it is excluded is not known either."""
    lost = Account(AccountId("000000000077"), "Lost", "l@example.com", AccountState.ACTIVE, ou_path=None)
    with pytest.raises(CannotLook):
        select(Selection(everything=True, exclude=("/Work",)), (*ACCOUNTS, lost), UNITS, TAGS)


WRONG = ("Acount 3", "12", "000000000099", "Nobody")


@given(st.lists(st.sampled_from(WRONG), min_size=2, unique=True), st.lists(IDS | NAMES, max_size=3))
def test_all_that_is_wrong_is_told_at_once(wrong: list[str], right: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        chosen(Selection(accounts=(*right, ",".join(wrong)), places={wrong[0]: "list.txt, line 7"}))
    assert all(repr(one) in caught.value.message for one in wrong)
    assert not any(repr(one) in caught.value.message for one in right)
    assert isinstance(caught.value, UnknownAccount) is ("12" not in wrong)


def test_where_it_was_named_is_told() -> None:
    with pytest.raises(UnknownAccount) as caught:
        chosen(Selection(accounts=("Acount 3",), places={"Acount 3": "list.txt, line 7"}))
    assert caught.value.message == "the organization has no account 'Acount 3' (list.txt, line 7)"


SLASHED = (
    OrganizationalUnit("r-ab12", "Root", "/"),
    OrganizationalUnit("ou-ab12-aaaaaaaa", "A", "/A", "r-ab12"),
    OrganizationalUnit("ou-ab12-bbbbbbbb", "B", "/A/B", "ou-ab12-aaaaaaaa"),
    OrganizationalUnit("ou-ab12-cccccccc", "A/B", "/A/B", "r-ab12"),
    OrganizationalUnit("ou-ab12-dddddddd", "C, D", "/C, D", "r-ab12"),
)


def test_names_with_slashes_and_commas() -> None:
    """A path that fits two OUs is refused with both ids; an OU is its own subtree, not what its path begins like."""
    tree = UnitTree(SLASHED)
    accounts = tuple(
        Account(AccountId(f"{number:012d}"), "x", "x", AccountState.ACTIVE, parents=tree.lineage(unit.id))
        for number, unit in enumerate(SLASHED)
    )

    def under(text: str) -> list[int]:
        return [int(one.id) for one in select(Selection(ous=(text,)), accounts, SLASHED)]

    for exclude in (False, True):
        named = ("/A/B",)
        selection = Selection(everything=True, exclude=named) if exclude else Selection(ous=named)
        with pytest.raises(BadInput) as caught:
            select(selection, accounts, SLASHED)
        assert "2 OUs have the path '/A/B': ou-ab12-bbbbbbbb, ou-ab12-cccccccc" in caught.value.message
    assert under("ou-ab12-cccccccc") == [3]
    assert under("/A") == [1, 2]
    assert under("/C, D") == [4]
