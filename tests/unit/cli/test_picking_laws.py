"""Laws of choosing from a list: what is barred is never chosen, and a filter loses nothing and chooses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.cli.picking import Line, Picking

LINES = tuple(
    Line(
        f"{number:012d}",
        f"{number:012d}  {name}  /Work",
        "management account" if number % 5 == 0 else "",
    )
    for number, name in enumerate(
        ["Shop", "Shop Staging", "Legacy", "Data", "Vault", "Old", "Log", "Sandbox"] * 3
    )
)
KEYS = st.lists(
    st.sampled_from(["toggle", "shown", "up", "down", "pagedown", "end"])
    | st.sampled_from(["", "s", "shop", "nothing at all", "0000", "MANAGEMENT", "İ"]).map(lambda t: f"/{t}"),
    max_size=25,
)


def press(picking: Picking, key: str) -> None:
    if key.startswith("/"):
        picking.filter(key[1:])
    elif key == "toggle":
        picking.toggle()
    elif key == "shown":
        picking.toggle_shown()
    else:
        picking.move({"up": -1, "down": 1, "pagedown": 10, "end": 1000}[key])


@given(KEYS)
def test_what_is_barred_is_never_chosen(keys: list[str]) -> None:
    picking = Picking(LINES)
    for key in keys:
        press(picking, key)
        chosen = picking.chosen
        assert len(set(chosen)) == len(chosen)
        assert all(not line.barred for line in LINES if line.key in chosen)


@given(KEYS, st.sampled_from(["up", "down", "end", "/shop", "/", "/nothing at all"]))
def test_looking_round_chooses_nothing_and_loses_nothing(keys: list[str], look: str) -> None:
    picking = Picking(LINES)
    for key in keys:
        press(picking, key)
    before = picking.chosen
    press(picking, look)
    assert picking.chosen == before


@given(KEYS)
def test_only_what_is_shown_changes(keys: list[str]) -> None:
    """A key cannot choose an account nobody sees."""
    picking = Picking(LINES)
    for key in keys:
        before = set(picking.chosen)
        shown = {line.key for line in picking.shown}
        press(picking, key)
        assert set(picking.chosen) ^ before <= shown


@given(KEYS, st.integers(1, 40))
def test_the_cursor_is_in_the_window(keys: list[str], height: int) -> None:
    picking = Picking(LINES)
    for key in keys:
        press(picking, key)
        first, lines = picking.window(height)
        assert len(lines) == min(height, len(picking.shown))
        assert not lines or first <= picking.at < first + len(lines)
        assert list(lines) == list(picking.shown[first : first + height])


def test_no_match_means_nothing_to_choose() -> None:
    picking = Picking(LINES)
    picking.filter("no such account")
    picking.toggle()
    picking.toggle_shown()
    assert (picking.chosen, picking.hint) == ((), "")
    assert picking.summary() == "0 of 24 chosen, 0 shown"


def test_all_that_is_shown_and_back() -> None:
    picking = Picking(LINES)
    picking.filter("shop")
    picking.toggle_shown()
    assert {LINES[int(key)].text.split("  ")[1] for key in picking.chosen} == {"Shop", "Shop Staging"}
    picking.filter("staging")
    picking.toggle_shown()
    assert {LINES[int(key)].text.split("  ")[1] for key in picking.chosen} == {"Shop"}


def test_a_barred_line_says_why() -> None:
    picking = Picking(LINES)
    picking.toggle()
    assert picking.hint == "000000000000 cannot be chosen: management account"
