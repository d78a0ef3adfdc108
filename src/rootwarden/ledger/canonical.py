"""One value, one sequence of bytes: RFC 8785 (JSON Canonicalization Scheme) for the values a ledger may hold.

Those are: objects, arrays, strings, booleans, null and integers up to 2^53 - 1 in size. Keys are printable ASCII, so that
sorting by code point (Python) and by UTF-16 code unit (RFC 8785) is the same order. No floats, so that nobody has to agree
on how to print one. Strings are kept as they came: no Unicode normalization.
https://www.rfc-editor.org/rfc/rfc8785
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeAlias

from rootwarden.errors import NotCanonical

Json: TypeAlias = str | int | bool | Mapping[str, "Json"] | Sequence["Json"] | None

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 16
MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one canonical document: an intent that names a hundred thousand accounts needs a third of it."""


def canonical_bytes(value: Json) -> bytes:
    """The canonical UTF-8 bytes of a value. Raises NotCanonical for what the ledger cannot hold."""
    text = json.dumps(_plain(value, 0, "$"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("a string has a lone surrogate, which no UTF-8 can hold") from error
    if len(data) > MAX_BYTES:
        raise NotCanonical(f"{len(data)} bytes are more than the {MAX_BYTES} one entry may have")
    return data


def parse_canonical(data: bytes) -> dict[str, Any]:
    """The object that canonical bytes say. Raises NotCanonical unless they are its one canonical form."""
    if len(data) > MAX_BYTES:
        raise NotCanonical(f"{len(data)} bytes are more than the {MAX_BYTES} one entry may have")
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotCanonical("not a JSON object")
    if canonical_bytes(value) != data:
        raise NotCanonical("not in canonical form (order of keys, white space, escapes or a key given twice)")
    return value


def freeze(value: Json) -> Json:
    """The same value, unchangeable: mappings become read-only views of copies, sequences tuples."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item) for item in value)
    return value


def _no_float(text: str) -> NoReturn:
    raise NotCanonical(f"{text} is not an integer")


def _plain(value: Any, depth: int, where: str) -> Any:
    """Lists and dicts in place of whatever holds them, and nothing the ledger cannot hold."""
    if depth > MAX_DEPTH:
        raise NotCanonical(f"{where} is nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # an enumeration of text becomes its text
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical(f"{where} is an integer beyond 2^53 - 1")
        return value
    if isinstance(value, Mapping):
        return {_key(key, where): _plain(item, depth + 1, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1, f"{where}[{place}]") for place, item in enumerate(value)]
    raise NotCanonical(f"{where} is of a kind the ledger cannot hold: {type(value).__name__}")


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable():
        raise NotCanonical(f"{where} has a key that is not printable ASCII text")
    return str(key)
