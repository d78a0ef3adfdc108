"""A saved audit is read back as it was; wherever it is cut it tells what it holds; and no change goes unseen."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import pytest
from audit_values import HEADER, NOW, account, rows, times
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import BadInput, RefusedByRule, RootwardenError, WrongOrganization
from rootwarden.model.audit import AuditOutcome, AuditRow, RootReading
from rootwarden.model.credentials import RootCredentials
from rootwarden.operations.audit.judge import judged
from rootwarden.operations.audit.saved import SavedAudit, closing_document, read_saved, resumed_document
from rootwarden.operations.audit.saved_lines import LineWriter
from rootwarden.reports.audit_report import row_document

some_rows = st.lists(rows(), max_size=6, unique_by=lambda row: row.account.id)


def file_of(saved: list[AuditRow], *, closed: bool = True, **header: Any) -> bytes:
    writer = LineWriter()
    data = writer.line({**HEADER.as_document(), **header})
    data += b"".join(writer.line({"row": row_document(row)}) for row in saved)
    if closed:
        data += writer.line(closing_document(finished=NOW, interrupted=False, rows=len(saved), summary={}))
    return data


def read(data: bytes) -> SavedAudit:
    return read_saved(io.BytesIO(data), "a.jsonl")


@given(some_rows, st.none() | times, st.booleans())
def test_what_is_saved_is_what_is_read(saved: list[AuditRow], when: Any, closed: bool) -> None:
    saved = [dataclasses.replace(row, read=when) for row in saved]
    found = read(file_of(saved, closed=closed))
    assert list(found.rows.values()) == saved
    assert (found.header, found.complete, found.finished) == (HEADER, closed, NOW if closed else None)
    assert found.as_audit().interrupted is not closed


@given(some_rows, st.data())
def test_a_file_cut_anywhere_tells_what_whole_lines_it_has(
    saved: list[AuditRow], data: st.DataObject
) -> None:
    """As after kill -9 or a power cut: the last line may be torn, and no row before it is lost."""
    whole = file_of(saved)
    header = whole.index(b"\n") + 1
    cut = whole[: data.draw(st.integers(header, len(whole)))]
    found = read(cut)
    assert list(found.rows.values()) == saved[: max(0, min(cut.count(b"\n") - 1, len(saved)))]
    assert found.complete == (cut == whole)


@given(some_rows, some_rows, st.booleans(), st.data())
def test_what_was_saved_before_counts_until_the_audit_that_goes_on_came_to_its_end(
    before: list[AuditRow], after: list[AuditRow], interrupted: bool, data: st.DataObject
) -> None:
    """Wherever it is cut, too: a crash of the second run takes nothing of the first."""
    writer = LineWriter()
    written = [
        writer.line(HEADER.as_document()),
        *(writer.line({"row": row_document(row)}) for row in before),
    ]
    written += [writer.line(resumed_document(NOW, "0.1.0"))]
    written += [writer.line({"row": row_document(row)}) for row in after]
    closing = closing_document(finished=NOW, interrupted=interrupted, rows=len(after), summary={})
    whole = read(b"".join([*written, writer.line(closing)]))
    joined = {row.account.id: row for row in (*before, *after)}
    assert whole.rows == (joined if interrupted else {row.account.id: row for row in after})
    assert whole.complete is not interrupted
    lines = data.draw(st.integers(len(before) + 1, len(written)))
    found = read(b"".join(written[:lines]))
    later = after[: max(0, lines - len(before) - 2)]
    assert found.rows == {row.account.id: row for row in (*before, *later)}
    assert not found.complete


@given(some_rows, st.data())
def test_no_changed_byte_goes_unseen(saved: list[AuditRow], data: st.DataObject) -> None:
    """Any byte of a finished file, and any line taken out, doubled or moved."""
    whole = file_of(saved)
    at = data.draw(st.integers(0, len(whole) - 2))  # without its last newline the file is only torn
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    changed = whole[:at] + bytes([other]) + whole[at + 1 :]
    with pytest.raises(RootwardenError) as raised:
        read(changed)
    assert isinstance(raised.value, (BadInput, RefusedByRule))
    lines = whole.splitlines(keepends=True)
    first, second = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    swapped = list(lines)
    swapped[first], swapped[second] = lines[second], lines[first]
    for wrong in ([*lines[:first], *lines[first + 1 :]], [*lines[: first + 1], *lines[first:]], swapped):
        if wrong not in (
            lines,
            lines[:-1],
        ):  # a file without its closing line was cut short, and may be resumed
            with pytest.raises((BadInput, RefusedByRule)):
                read(b"".join(wrong))


ROW = judged(account(), RootReading(RootCredentials(True, (), (), ())))


def edited(find: bytes, put: bytes) -> bytes:
    data = file_of([ROW])
    assert data.count(find) >= 1
    return data.replace(find, put, 1)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", BadInput, "the file is empty"),
        (b'{"schema":', BadInput, "not a saved audit: it has not even a whole first line"),
        (b"nothing\n", BadInput, "not a saved audit: not JSON"),
        (b"[1]\n", BadInput, "its first line is no JSON object"),
        (b"\xff\xfe\n", BadInput, "not a saved audit: not JSON"),
        (b"[" * 100_000 + b"\n", BadInput, "not a saved audit: not JSON"),
        (b'{"schema":"rootwarden/audit/1"}\n', BadInput, "not a saved audit (schema 'rootwarden/audit/1'"),
        (b'{"schema":7}\n', BadInput, "not a saved audit (schema 7"),
        (
            file_of([], schema="rootwarden/saved-audit/2"),
            BadInput,
            "written by a newer version of rootwarden",
        ),
        (edited(b'"password":true', b'"password":false'), RefusedByRule, "line 2 was changed"),
        (edited(b'{"hash"', b'{ "hash"'), RefusedByRule, "line 2 was changed"),
        (file_of([ROW]) + b"\n", RefusedByRule, "line 4 was changed after it was written: it is not JSON"),
        (file_of([ROW]) + b"[]\n", RefusedByRule, "line 4 was changed after it was written: it is no JSON"),
        (file_of([], details="sometimes"), BadInput, "line 1: details: Input should be"),
        (file_of([], started="yesterday"), BadInput, "line 1: started"),
        (file_of([], started="2026-03-01T09:30:00"), BadInput, "line 1: started"),
        (file_of([], selection=None), BadInput, "line 1: selection"),
        (file_of([ROW, ROW], closed=False), BadInput, "line 3: account 000000000001 is there twice"),
    ],
)
def test_what_is_no_saved_audit(data: bytes, kind: type[RootwardenError], words: str) -> None:
    with pytest.raises(kind) as raised:
        read(data)
    assert raised.value.message.startswith("a.jsonl: ")
    assert words in raised.value.message
    assert raised.value.advice


def lines_of(*documents: dict[str, Any]) -> bytes:
    writer = LineWriter()
    return b"".join(writer.line(one) for one in (HEADER.as_document(), *documents))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"row": 7}, "line 2: row: expected an object"),
        ({"row": {**row_document(ROW), "outcome": "fine"}}, "line 2: row.outcome: Input should be"),
        ({"row": {**row_document(ROW), "id": None}}, "line 2: row.account.id: Input should be"),
        ({"row": {**row_document(ROW), "credentials": 7}}, "line 2: row.credentials"),
        ({"row": {**row_document(ROW), "credentials": {"access_keys": [7]}}}, "line 2: row.credentials"),
        ({"row": {**row_document(ROW), "read": "2026-03-01T09:30:00"}}, "line 2: row.read: it has no zone"),
        ({"closing": None}, "line 2: closing: expected an object"),
        ({"closing": {"rows": 2, "finished": "2026-03-01T09:30:00Z"}}, "it closes 2 rows, and there are 0"),
        ({"closing": {"rows": 0, "finished": "soon"}}, "closing.finished"),
    ],
)
def test_nonsense_that_was_hashed_is_refused_with_its_place(document: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(lines_of(document))
    assert words in raised.value.message


def test_what_a_later_version_adds_is_passed_over() -> None:
    """Members and kinds of lines this version does not know."""
    more = {**row_document(ROW), "mood": "good"}
    found = read(lines_of({"remark": "new"}, {"row": more, "seen_by": 1}))
    assert [row.outcome for row in found.rows.values()] == [AuditOutcome.EXPOSED]


def test_nothing_stands_behind_the_closing_line() -> None:
    closing = closing_document(finished=NOW, interrupted=False, rows=0, summary={})
    with pytest.raises(BadInput, match="line 3: there is something behind the closing line"):
        read(lines_of(closing, {"row": row_document(ROW)}))


@pytest.mark.parametrize(
    ("organization", "endpoint"), [("o-other", "aws"), ("o-exampleorg1", "http://127.0.0.1:1")]
)
def test_a_file_of_somebody_else(organization: str, endpoint: str) -> None:
    found = read(file_of([ROW]))
    found.check_belongs(organization_id="o-exampleorg1", endpoint="aws")
    with pytest.raises(WrongOrganization, match="saved for organization o-exampleorg1 at aws"):
        found.check_belongs(organization_id=organization, endpoint=endpoint)


def test_a_line_is_ascii_and_one_line() -> None:
    """Whatever an account is called, half a surrogate included."""
    line = LineWriter().line({"name": "\u2028\x1b[31m\ud800\u00fc\n"})
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert b"\x1b" not in line
    assert json.loads(line)["name"] == "\u2028\x1b[31m\ud800\u00fc\n"
