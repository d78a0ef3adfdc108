"""Members of a record by their names: text, times and flags, or an error that says where, never what."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any, Final, Literal, overload

from rootwarden.detection.scrub import scrubbed
from rootwarden.errors import MalformedRecord

_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_EMPTY: Final[Mapping[str, Any]] = {}
_KINDS: Final = {
    bool: "a flag",
    int: "a number",
    float: "a number",
    list: "a list",
    str: "text",
    dict: "an object",
}


class Members:
    """The members of one object of a record, each scrubbed as it is taken."""

    __slots__ = ("_at", "_found")

    def __init__(self, found: Any, at: str = "") -> None:
        """Raises MalformedRecord where the thing is no object."""
        if not isinstance(found, Mapping):
            raise MalformedRecord(f"it is {_kind(found)}, not an object", path=at)
        self._found = found
        self._at = at

    def path(self, name: str) -> str:
        """Where a member stands, from the top of the record."""
        return f"{self._at}.{name}" if self._at else name

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def raw(self, name: str) -> Any:
        """A member as it is, or None; for looking at its kind only."""
        return self._found.get(name)

    def texts(self, names: AbstractSet[str]) -> tuple[str, ...]:
        """Which of these members are there, and are text."""
        return tuple(name for name, value in self._found.items() if name in names and isinstance(value, str))

    def inner(self, name: str, *, required: bool = False) -> Members:
        """An object; an empty one where there is none. JSON text is read as Athena's rows need it."""
        found = self._found.get(name)
        if isinstance(found, str):
            found = self._parsed(found, name)
        if found is None:
            if required:
                raise MalformedRecord("it is missing", path=self.path(name))
            found = _EMPTY
        return Members(found, self.path(name))

    def loose(self, name: str) -> Members:
        """An object, or an empty one for whatever else stands there: services put many things into their parameters."""
        try:
            return self.inner(name)
        except MalformedRecord:
            return Members(_EMPTY, self.path(name))

    @overload
    def text(self, name: str, *, required: Literal[True]) -> str: ...
    @overload
    def text(self, name: str) -> str | None: ...
    def text(self, name: str, *, required: bool = False) -> str | None:
        """Text without secrets; None where it is missing or empty. Texts that are alike are kept once: most records say the same."""
        found = self._text(name, required=required)
        return None if found is None else sys.intern(scrubbed(found))

    def _text(self, name: str, *, required: bool) -> str | None:
        found = self._found.get(name)
        if found is None or found == "":
            if required:
                raise MalformedRecord("it is missing", path=self.path(name))
            return None
        if not isinstance(found, str):
            raise MalformedRecord(f"it is {_kind(found)}, not text", path=self.path(name))
        return found

    @overload
    def time(self, name: str, *, required: Literal[True]) -> datetime: ...
    @overload
    def time(self, name: str) -> datetime | None: ...
    def time(self, name: str, *, required: bool = False) -> datetime | None:
        """A time in ISO 8601, UTC where it names no zone."""
        text = self._text(name, required=required)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise MalformedRecord("it is no time", path=self.path(name)) from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def flag(self, name: str) -> bool | None:
        """A flag, which CloudTrail writes as such, as ``"true"`` or as ``"Yes"``."""
        found = self._found.get(name)
        if found is None or isinstance(found, bool):
            return found
        if isinstance(found, str):
            return _FLAGS.get(found.lower())
        raise MalformedRecord(f"it is {_kind(found)}, not a flag", path=self.path(name))

    def _parsed(self, text: str, name: str) -> Any:
        if not text:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise MalformedRecord("it is text, not an object", path=self.path(name)) from None


def _kind(found: Any) -> str:
    return "null" if found is None else _KINDS.get(type(found), "something else")
