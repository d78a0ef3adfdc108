"""Logs in every form they are found in, whole and broken."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.operations.detect import log_text
from rootwarden.operations.detect.log_text import LogText

RECORD: dict[str, Any] = {
    "eventName": "A",
    "eventSource": "b",
    "eventID": "1",
    "userIdentity": {"type": "Root"},
}
OTHER = {**RECORD, "eventID": "2"}
TWO = (RECORD, OTHER)
ENVELOPE = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": RECORD}


def read(data: bytes, *, most: int = log_text.MOST_BYTES) -> tuple[list[Any], list[str]]:
    """The records in some bytes, and what could not be read."""
    records: list[Any] = []
    troubles: list[str] = []
    text = LogText(
        lambda one: records.append(json.loads(bytes(one))),
        lambda reason: troubles.append(f"{reason.code}: {reason.text}"),
        most=most,
    )
    text.read(io.BytesIO(data))
    return records, troubles


def dumped(value: Any, **more: Any) -> bytes:
    return json.dumps(value, **more).encode()


def lines(*values: Any) -> bytes:
    return b"\n".join(map(dumped, values)) + b"\n"


FORMS: dict[str, tuple[bytes, list[Any]]] = {
    "a trail's file": (dumped({"Records": TWO}), list(TWO)),
    "without records": (dumped({"Records": []}), []),
    "indented": (dumped({"Records": TWO}, indent=2), list(TWO)),
    "one record": (dumped(RECORD), [RECORD]),
    "one record, indented": (dumped(RECORD, indent=2), [RECORD]),
    "a list": (dumped(TWO), list(TWO)),
    "a list after blank lines": (b"\n\n  " + dumped(TWO), list(TWO)),
    "JSON Lines": (lines(*TWO), list(TWO)),
    "JSON Lines with blank ones": (b"\n" + lines(RECORD) + b"\r\n" + lines(OTHER), list(TWO)),
    "files in lines": (lines({"Records": TWO}, {"Records": [RECORD]}), [*TWO, RECORD]),
    "EventBridge": (dumped(ENVELOPE), [RECORD]),
    "EventBridge in lines": (lines(ENVELOPE, OTHER), list(TWO)),
    "EventBridge in a list": (dumped([ENVELOPE, OTHER]), list(TWO)),
    "LookupEvents": (dumped({"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(RECORD)}]}), [RECORD]),
    "one behind the other": (dumped(ENVELOPE) + dumped(OTHER), list(TWO)),
    "a digest": (dumped({"digestStartTime": "2026-01-01T00:00:00Z", "logFiles": []}), []),
    "a byte order mark": (b"\xef\xbb\xbf" + dumped({"Records": TWO}), list(TWO)),
    "half a surrogate pair": (
        b'{"Records": [' + dumped(RECORD) + b', {"eventName": "\\ud800"}]}',
        [RECORD, {"eventName": "?"}],
    ),
    "half a pair in lines": (
        dumped(RECORD) + b'\n{"eventName": "\\ud800"}\n',
        [RECORD, {"eventName": "\ud800"}],
    ),
    "half a pair in a list": (b'[{"eventName": "\\ud800"}]', [{"eventName": "?"}]),
    "NaN": (b'{"Records": [{"a": NaN}]}', [{"a": None}]),
    "UTF-16": (json.dumps({"Records": TWO}).encode("utf-16"), list(TWO)),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_every_form_is_read(name: str, packed: bool) -> None:
    data, expected = FORMS[name]
    assert read(gzip.compress(data) if packed else data) == (expected, [])


def test_packed_files_one_behind_the_other_are_one_file() -> None:
    data = gzip.compress(lines(RECORD)) + gzip.compress(lines(OTHER)) + b"\0\0"
    assert read(data) == (list(TWO), [])


MANY = [{**RECORD, "eventID": str(number)} for number in range(2000)]
BROKEN: dict[str, tuple[bytes, list[Any], str]] = {
    "nothing": (b"", [], "empty: there is nothing in it"),
    "blanks": (b" \n", [], "empty: there is nothing in it"),
    "no JSON": (b"hello", [], "malformed: no JSON (JSON is malformed: invalid character (byte 0))"),
    "other JSON": (b'{"a": 1}', [], "malformed: JSON that holds no events of CloudTrail's"),
    "a number": (b"12", [], "malformed: JSON of another form than a record's"),
    "records that are none": (b'{"Records": 7}', [], "malformed: JSON of another form than a record's"),
    "cut off": (dumped({"Records": TWO})[:-20], [RECORD], "; the 1 records before were read"),
    "packed and broken": (b"\x1f\x8b\x08\x00" + b"\xff" * 40, [], "packed data that is broken or cut off"),
    "a bad line": (lines(RECORD) + b"{oops\n" + lines(OTHER), list(TWO), "malformed: line 2: no JSON"),
    "a bad member": (
        b"[7," + dumped(RECORD) + b"]",
        [RECORD],
        "malformed: a member of a list: JSON of another form",
    ),
    "nested": (b"[" * 5000 + b"]" * 5000, [], "malformed: "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_and_the_rest_is_read(name: str) -> None:
    data, expected, words = BROKEN[name]
    records, troubles = read(data)
    assert records == expected
    assert len(troubles) == 1
    assert words in troubles[0]


def test_what_is_there_of_a_packed_file_that_is_cut_off_is_read() -> None:
    packed = gzip.compress(dumped({"Records": MANY}))
    records, troubles = read(packed[: len(packed) // 2])
    assert 0 < len(records) < len(MANY)
    assert records == MANY[: len(records)]
    assert troubles == [
        f"malformed: packed data that is cut off; the {len(records):,} records before were read"
    ]


def test_a_record_that_is_refused_is_told_by_its_number() -> None:
    troubles: list[str] = []

    def refuse(one: Any) -> None:
        if b'"2"' in bytes(one):
            raise ValueError("it names no account")

    LogText(refuse, lambda reason: troubles.append(reason.text)).read(io.BytesIO(dumped({"Records": TWO})))
    assert troubles == ["record 2: it names no account"]


def test_a_document_that_is_too_large_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_text, "_SOON", 1000)
    monkeypatch.setattr(log_text, "_PIECE", 100)
    large = gzip.compress(dumped({**RECORD, "requestParameters": "x" * 2**20}))
    records, troubles = read(large, most=5000)
    assert records == []
    assert troubles == [
        "too_large: a single document of more than 0 MB: no log file of CloudTrail's is that large; what follows was not read"
    ]


def test_a_file_of_lines_may_be_larger_than_any_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_text, "_SOON", 1000)
    monkeypatch.setattr(log_text, "_PIECE", 100)
    assert read(gzip.compress(lines(*MANY)), most=5000) == (MANY, [])


def test_lines_that_break_off_are_read_up_to_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_text, "_SOON", 1000)
    monkeypatch.setattr(log_text, "_PIECE", 100)
    packed = gzip.compress(lines(*MANY))
    records, troubles = read(packed[:-200], most=5000)
    assert records == MANY[: len(records)]
    assert troubles == [f"cut_off: packed data that is broken or cut off after line {len(records)}"]


SECRET = "FwoGZXIvYXdzEPlantedPlantedPlanted"


@given(st.binary(max_size=60), st.integers(0, 200), st.booleans())
def test_no_byte_of_a_broken_file_is_in_what_is_told(noise: bytes, at: int, packed: bool) -> None:
    """Planted in a record, in its keys and in text that is none."""
    good = dumped(
        {
            "Records": [{**RECORD, "responseElements": {"credentials": {"sessionToken": SECRET}}}],
            SECRET: SECRET,
        }
    )
    broken = good[:at] + noise + good[at:]
    _, troubles = read(gzip.compress(broken) if packed else broken)
    assert not any(SECRET[:12] in one for one in troubles)
