"""Taking a JSON document apart, and saying where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from rootwarden.errors import MalformedPolicy

MAX_CHARACTERS: Final = 100_000
"""Longest document read; AWS's own limits are 20,480 and below."""

_LONGEST_SHOWN = 60


class _Number(str):
    """A number as written in the document."""

    __slots__ = ()


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys came twice."""

    twice: str | None = None


class Reader:
    """Takes a document apart, and says where it is wrong."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fail(self, path: str, expected: str, found: object) -> NoReturn:
        """Raises MalformedPolicy for what was found at the path."""
        self.wrong(path, f"expected {expected}, found {_shown(found)}")

    def wrong(self, path: str, what: str) -> NoReturn:
        """Raises MalformedPolicy with the path in front."""
        where = f"{path}: " if path else ""
        raise MalformedPolicy(
            f"policy {self._name or 'document'}: {where}{what}",
            path=path,
            advice="Correct the policy document; AWS would not accept it like this either.",
        )

    def dump(self, source: Mapping[str, object]) -> str:
        """The mapping as JSON text."""
        try:
            return json.dumps(source, default=self._plain)
        except (TypeError, ValueError, RecursionError) as e:
            self.wrong("", f"it is not a JSON document: {e}")

    def _plain(self, value: object) -> object:
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError(f"a value of type {type(value).__name__}")

    def load(self, text: str) -> object:
        """The document as JSON values."""
        if len(text) > MAX_CHARACTERS:
            self.wrong("", f"it has {len(text)} characters, more than the {MAX_CHARACTERS} we read")
        try:
            return json.loads(
                text,
                object_pairs_hook=_object,
                parse_int=_Number,
                parse_float=_Number,
                parse_constant=_Number,
            )
        except json.JSONDecodeError as e:
            self.wrong("", f"it is not JSON: {e.msg} in line {e.lineno}, column {e.colno}")
        except RecursionError:
            self.wrong("", "it is nested too deeply")

    def elements(self, found: object, path: str, known: tuple[str, ...]) -> dict[str, object]:
        """The elements of an object by the names we know; element names are not case-sensitive."""
        spelled = {name.lower(): name for name in known}
        elements = {}
        for key, value in self.members(found, path).items():
            name = spelled.get(key.lower())
            if name is None:
                self.wrong(join(path, key), f"expected one of {', '.join(known)} here")
            elements[name] = value
        return elements

    def members(self, found: object, path: str) -> dict[str, object]:
        """The members of an object, none of them twice, in whatever case."""
        if not isinstance(found, _Object):
            self.fail(path, "an object", found)
        if found.twice is not None:
            self.wrong(join(path, found.twice), "it is there twice")
        return found

    def texts(self, found: object, path: str, *, of: Callable[[object], bool], what: str) -> tuple[str, ...]:
        """One value or a list of them."""
        values = found if isinstance(found, list) else [found]
        for number, value in enumerate(values):
            if not of(value):
                self.fail(f"{path}[{number}]" if isinstance(found, list) else path, what, value)
        return tuple(_literal(value) for value in values)


def is_text(value: object) -> bool:
    """Whether the value is text, and not a number."""
    return isinstance(value, str) and not isinstance(value, _Number)


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _object(pairs: list[tuple[str, object]]) -> _Object:
    found = _Object()
    seen = set()
    for key, value in pairs:
        if key.lower() in seen:
            found.twice = key
        seen.add(key.lower())
        found[key] = value
    return found


def join(path: str, key: str) -> str:
    """The path one key further down."""
    shown = key if len(key) <= _LONGEST_SHOWN else f"{key[:_LONGEST_SHOWN]}..."
    return f"{path}.{shown}" if path else shown


def _shown(found: object) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, list):
        return "a list"
    if isinstance(found, dict):
        return "an object"
    text = str(found) if isinstance(found, _Number) else json.dumps(found, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
