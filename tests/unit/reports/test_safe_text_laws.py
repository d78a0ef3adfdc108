"""Laws of text that came from elsewhere."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.reports import csv as csv_report
from rootwarden.reports import markdown, table
from rootwarden.reports.report import Cell, Report, Table
from rootwarden.reports.safe_text import printable

HOSTILE = st.text(
    alphabet=st.characters() | st.sampled_from("\x1b\x9b[]m;\x07\\\r\n\u202e\u2066|=+-@,\"'"), max_size=40
)


def report(text: str) -> Report:
    return Report("audit", {}, (Table("", ("Account", "Name"), ((Cell("1"), Cell(text)),)),))


@given(HOSTILE)
def test_what_is_printed_is_one_line_without_controls(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(HOSTILE)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@given(HOSTILE)
def test_a_spreadsheet_gets_two_rows_of_two_fields_and_no_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_report.render(report(text)))))
    assert [len(row) for row in rows] == [2, 2]
    assert not rows[1][1].lstrip().startswith(("=", "+", "-", "@"))


@given(HOSTILE)
def test_a_markdown_table_keeps_its_columns(text: str) -> None:
    lines = markdown.render(report(text)).splitlines()
    assert len(lines) == 3
    bars = lines[2].replace("\\\\", "").replace("\\|", "").count("|")
    assert bars == 3


@given(HOSTILE)
def test_a_terminal_gets_no_control_but_new_lines(text: str) -> None:
    shown = table.render(report(text), width=100, color=False)
    assert not {char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs"}} - {"\n"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\r\nb\tc", "a b c"),
        ("\u202eabc", "abc"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("", ""),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert printable(text) == shown
