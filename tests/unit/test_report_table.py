"""Tables on terminals of every width: nothing that matters is cut."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rootwarden.reports.ou_column import broken
from rootwarden.reports.report import Cell, Report, Table, cell
from rootwarden.reports.table import render

LONG = (
    "User: arn:aws:iam::888888888888:root is not authorized to perform: iam:GetAccountSummary on resource: *"
)
TABLE = Table(
    title="Accounts",
    columns=("Account", "Name", "OU", "Outcome", "Root credentials", "Reason"),
    rows=(
        (
            cell("888888888888"),
            cell("Payments Vault"),
            cell("/Restricted"),
            cell("unreachable"),
            cell("not read"),
            cell(LONG),
        ),
        (cell("333333333333"), cell("Log Archive"), cell("/Security"), cell("clean"), cell("none"), cell("")),
    ),
)


def shown(width: int, table: Table = TABLE) -> str:
    return render(Report("audit", {}, (table,), (Cell("2 accounts"),)), width=width, color=False)


def words(text: str) -> str:
    """The text without what layout adds."""
    return "".join(text.split())


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 160, 200])
def test_every_cell_is_there_whatever_the_width(width: int) -> None:
    text = words(shown(width).replace("─", ""))
    for row in TABLE.rows:
        for one in row[:1] + row[3:4]:
            assert one.text in text
    assert "2accounts" in text
    assert "iam:GetAccountSummary" in text


def test_a_wide_terminal_has_a_column_of_reasons() -> None:
    assert "Reason" in shown(160)


def test_a_narrow_one_has_the_reasons_below() -> None:
    text = shown(80)
    assert "Reason" not in text
    assert "888888888888: User: arn:aws:iam" in text
    assert "333333333333:" not in text


def test_rows_become_records_where_columns_would_be_slivers() -> None:
    text = shown(50)
    assert "888888888888  Payments Vault" in text
    assert "  Outcome: unreachable" in text
    assert max(len(line) for line in text.splitlines()) <= 50


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30)] * 4),
        min_size=1,
        max_size=5,
    ),
    st.integers(30, 200),
)
def test_no_letter_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    table = Table(
        "", ("Account", "Item", "Identifier", "Why"), tuple(tuple(cell(one) for one in row) for row in rows)
    )
    letters = Counter(char for row in rows for one in row for char in one)
    assert letters <= Counter(shown(width, table))


DEEP = Table(
    title="",
    columns=("Account", "Name", "OU", "Outcome", "Root credentials"),
    rows=(
        (
            cell("888888888888"),
            cell("Payments Vault"),
            cell("/Workloads/Production/Payments and Billing/Europe"),
            cell("exposed"),
            cell("password, 2 access keys, 1 MFA device"),
        ),
        (cell("333333333333"), cell("Log"), cell("/"), cell("clean"), cell("none")),
    ),
)


def test_an_ou_path_is_broken_between_ous() -> None:
    """Never inside the name of one, and only where the terminal is narrow."""
    narrow = shown(80, DEEP)
    for line in ("/Workloads", "/Production", "/Payments and Billing", "/Europe"):
        assert line in narrow
    assert "/Workloads/Production/Payments and Billing/Europe" not in narrow
    assert max(len(line) for line in narrow.splitlines()) <= 80
    assert "/Workloads/Production/Payments and Billing/Europe" in shown(160, DEEP)


OU_NAMES = st.text(st.characters(exclude_characters="/\n", exclude_categories=["Cs", "Cc"]), min_size=1)


@given(st.lists(OU_NAMES, min_size=1, max_size=5), st.integers(1, 60))
def test_breaking_a_path_loses_nothing(names: list[str], columns: int) -> None:
    path = "".join(f"/{name}" for name in names)
    lines = broken(path, columns).split("\n")
    assert "".join(lines) == path
    assert all(line.startswith("/") for line in lines)
    assert all(cell_len(line) <= columns or line.count("/") == 1 for line in lines)


def test_reasons_stand_beside_the_row_only_where_they_can_be_read() -> None:
    """Otherwise below, as sentences, and nothing else of the row is folded for their sake."""
    columns = (*DEEP.columns, "Reason")
    reason = "AccessDenied: an explicit deny in a service control policy"
    table = Table("", columns, tuple((*row, cell(reason)) for row in DEEP.rows))
    for width, beside in ((200, True), (150, False)):
        text = shown(width, table)
        (line,) = [one for one in text.splitlines() if one.lstrip().startswith("888888888888   ")]
        assert "/Workloads/Production/Payments and Billing/Europe" in line
        assert (reason in line) is beside
        assert (f"\n888888888888: {reason}" in text) is not beside
