"""What is wrong with a configuration, one line per key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rootwarden.settings.schema import Configuration
from rootwarden.settings.section import Section

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_ECHO: Final = 60


def problems_of(error: ValidationError) -> list[str]:
    """A line per problem: the key's path, what was expected and what was found."""
    return [f"{key_path(detail['loc'])}: {_text(detail)}" for detail in error.errors(include_url=False)]


def key_path(location: tuple[int | str, ...]) -> str:
    """A key as one would write it: ``limits.max_accounts``, ``scope.accounts[0]``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part)
            path += f".{key}" if path else key
    return path


def all_keys(
    model: type[BaseModel] = Configuration, prefix: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The path of every key there is, sections included."""
    for name, field in model.model_fields.items():
        yield (*prefix, name)
        section = section_of(field.annotation)
        if section is not None:
            yield from all_keys(section, (*prefix, name))


def section_of(annotation: Any) -> type[Section] | None:
    """The section a field's type stands for, optional, or one of a list of them, or not; None for a plain value."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return None


def is_list_of_sections(annotation: Any) -> bool:
    """Whether a field's type stands for a list of sections, ``[[...]]`` in the file."""
    return get_origin(annotation) is tuple and section_of(annotation) is not None


def _text(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown_key(tuple(part for part in detail["loc"] if isinstance(part, str)))
    found = f", found {_found(detail['input'])}"
    expected = _EXPECTED.get(detail["type"])
    if expected is not None:
        return f"expected {expected(detail.get('ctx', {}))}{found}"
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in {"one_of", "unquoted", "hidden"}:
        return detail["msg"]
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}{found}"


_EXPECTED: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "string_type": lambda _: "text in quotes",
    "int_type": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "finite_number": lambda _: "a finite number",
    "bool_type": lambda _: "true or false",
    "tuple_type": lambda _: "a list in square brackets",
    "model_type": lambda _: "a section of its own",
    "greater_than": lambda limits: f"more than {limits['gt']:g}",
    "greater_than_equal": lambda limits: f"at least {limits['ge']}",
    "less_than_equal": lambda limits: f"at most {limits['le']}",
}


def _found(value: object) -> str:
    if isinstance(value, str):
        text = json.dumps(value)  # control characters come out escaped
        return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    return str(value)


def _unknown_key(location: tuple[str, ...]) -> str:
    *section, key = location
    keys = list(all_keys())
    here = [path[-1] for path in keys if list(path[:-1]) == section]
    near = get_close_matches(key, here, n=2, cutoff=0.6)
    if near:
        return f"unknown key; did you mean {' or '.join(near)}?"
    elsewhere = {path[-1]: path for path in keys if list(path[:-1]) != section}
    moved = get_close_matches(key, elsewhere, n=1, cutoff=0.85)
    if moved:
        return f"unknown key; did you mean {key_path(elsewhere[moved[0]])}?"
    return f"unknown key; the keys here are {', '.join(here)}"
