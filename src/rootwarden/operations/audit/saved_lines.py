"""A saved audit as lines: a header, a row for each account, and a closing line. Specified in docs/saved-audits.md. Pure.

Each line holds the hash of itself and the line before it, so that a change to any of them shows. It needs no secret: it finds
slips of the hand and editors that save in their own way, not somebody who computes the hashes anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.errors import BadInput, RefusedByRule

SCHEMA: Final = "rootwarden/saved-audit/1"
_FAMILY: Final = re.compile(r"rootwarden/saved-audit/[1-9]\d{0,5}")
_ADVICE: Final = "Name a file that 'rootwarden audit --save' wrote."


class LineWriter:
    """Makes the lines, each bound to the one before."""

    def __init__(self) -> None:
        self._previous = ""

    def line(self, document: Mapping[str, Any]) -> bytes:
        """The next line, ended by a newline. ASCII only, so that no name can break it in two or reach a terminal."""
        said = {key: value for key, value in document.items() if key != "hash"}
        self._previous = hash_of(said, self._previous)
        return _bytes({**said, "hash": self._previous}) + b"\n"


def hash_of(document: Mapping[str, Any], previous: str) -> str:
    """SHA-256, hexadecimal, of the hash of the line before (none for the first) and the line without its own."""
    said = {key: value for key, value in document.items() if key != "hash"}
    return hashlib.sha256(previous.encode() + _bytes(said)).hexdigest()


@dataclass(frozen=True, slots=True)
class SavedLine:
    """One line that was read, its hash checked."""

    number: int
    document: Mapping[str, Any]


def read_lines(lines: Iterable[bytes], name: str) -> Iterator[SavedLine]:
    """The lines of a file, the header first; a last line without its newline was torn by a crash, and is left out.

    Raises BadInput for a file that is no saved audit or is of a newer version, and RefusedByRule for one that was changed.
    """
    previous = ""
    number = 0
    for number, raw in enumerate(lines, start=1):
        if not raw.endswith(b"\n"):
            if number == 1:
                raise BadInput(
                    f"{name}: not a saved audit: it has not even a whole first line", advice=_ADVICE
                )
            return
        document = _parsed(raw, name, number)
        if number == 1:
            _check_schema(document, name)
        previous = _checked(document, raw, previous, name, number)
        yield SavedLine(number, document)
    if number == 0:
        raise BadInput(f"{name}: the file is empty", advice=_ADVICE)


def _parsed(raw: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        document: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        if number == 1:
            raise BadInput(f"{name}: not a saved audit: not JSON: {error}", advice=_ADVICE) from error
        raise _changed(name, number, f"it is not JSON: {error}") from error
    if not isinstance(document, dict):
        if number == 1:
            raise BadInput(f"{name}: not a saved audit: its first line is no JSON object", advice=_ADVICE)
        raise _changed(name, number, "it is no JSON object")
    return document


def _check_schema(header: Mapping[str, Any], name: str) -> None:
    found = header.get("schema")
    if found == SCHEMA:
        return
    if isinstance(found, str) and _FAMILY.fullmatch(found):
        raise BadInput(
            f"{name}: written by a newer version of rootwarden (schema {found!r}, this one knows {SCHEMA!r})",
            advice="Update rootwarden, or take a new audit.",
        )
    raise BadInput(f"{name}: not a saved audit (schema {found!r}, expected {SCHEMA!r})", advice=_ADVICE)


def _checked(document: Mapping[str, Any], raw: bytes, previous: str, name: str, number: int) -> str:
    expected = hash_of(document, previous)
    if document.get("hash") != expected:
        raise _changed(name, number, "its hash does not fit it and the lines before it")
    if raw != _bytes(document) + b"\n":
        raise _changed(name, number, "it is not how its content is written")
    return expected


def _changed(name: str, number: int, what: str) -> RefusedByRule:
    return RefusedByRule(
        f"{name}: line {number} was changed after it was written: {what}",
        advice="Take a new audit; choose accounts with its options, not in the file.",
    )


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
