"""Reading an organization file: whatever is wrong with it comes out as one clear error that lists everything."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rootwarden.emulator.known_names import did_you_mean, unknown_names
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.errors import BadInput

LARGEST_FILE: Final = 50_000_000
"""Bytes; an organization of 50,000 accounts needs about 15 million."""
MOST_SHOWN: Final = 20
"""Problems listed before the rest is only counted."""

_ADVICE: Final = "docs/emulator-organization.schema.json describes the file; docs/emulator.md has an example."
_LONGEST_SHOWN: Final = 60


def read_organization(path: Path) -> OrganizationFile:
    """The organization a file describes.

    Raises BadInput, naming the file and every problem in it, each with its place in the document.
    """
    text = _text(path)
    document = _parse(path, text)
    if not isinstance(document, dict):
        _fail(path, f"it holds {_kind(document)} where an object is expected")
    try:
        file = OrganizationFile.model_validate_json(text, strict=True)
    except ValidationError as e:
        _fail_with(path, problem_lines(e, document, OrganizationFile))
    unknown = unknown_names(file)
    if unknown:
        _fail_with(path, unknown)
    return file


def _text(path: Path) -> str:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            _fail(path, "it is a folder" if stat.S_ISDIR(found.st_mode) else "it is not a file")
        if found.st_size > LARGEST_FILE:
            _fail(path, f"it has {found.st_size:,} bytes, more than the {LARGEST_FILE:,} that are read")
        content = path.read_bytes()
        if not content.strip():
            _fail(path, "it is empty")
    except (OSError, ValueError) as e:  # ValueError: a NUL in the name
        reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        _fail(path, f"it cannot be read: {reason}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        _fail(path, f"it is not UTF-8: byte {e.start + 1} does not fit")


class NotJson(ValueError):
    """Text that is no JSON, or JSON that Python's parser would let through and should not. The argument says why."""


def _parse(path: Path, text: str) -> Any:
    try:
        return parse_json(text)
    except NotJson as e:
        _fail(path, str(e))


def parse_json(text: str) -> Any:
    """The value of a JSON text; raises NotJson, for keys given twice and for NaN as well."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as e:
        raise NotJson(f"it is not JSON: {e.msg} in line {e.lineno}, column {e.colno}") from e
    except RecursionError as e:
        raise NotJson("it is nested too deeply") from e
    except NotJson:
        raise
    except ValueError as e:  # Python converts no more than some thousand digits
        raise NotJson("a number in it is too long") from e


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # set.add returns None, which is the point
        raise NotJson(f"key {twice!r} is there twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"it is not JSON: {name} is not a number there")


def problem_lines(error: ValidationError, document: Any, model: type[BaseModel]) -> list[str]:
    """Every problem of a document that is to be a model, each with its place, in words."""
    return [line for one in error.errors() for line in _lines(one, document, model)]


def _lines(error: ErrorDetails, document: Any, model: type[BaseModel]) -> Iterable[str]:
    problems = error.get("ctx", {}).get("problems")
    if problems is not None:
        above = _place(error["loc"])
        return [f"{above}.{one.path}: {one.text}" if above else f"{one.path}: {one.text}" for one in problems]
    if error["type"] == "json_invalid":
        return [f"the document: {error['msg']}"]
    where, branch = _without_branch(error["loc"])
    if branch:
        is_object = isinstance(_at(document, where[: where.index("password") + 1]), dict)
        if (branch == "PasswordSpec") != is_object:
            return []  # the other branch says what is wrong
    place = _place(where) or "the document"
    if error["type"] == "extra_forbidden":
        return [f"{place}: unknown key{_near(str(where[-1]), _fields(where[:-1], model))}"]
    return [f"{place}: {_wrong(error, where, branch, document)}"]


def _wrong(error: ErrorDetails, where: list[int | str], branch: str, document: Any) -> str:
    if error["type"] == "missing":
        return "it is required, and missing"
    expected = "true, false or an object" if branch == "bool" else _expected(error)
    return f"expected {expected}, found {_shown(_at(document, where))}"


def _without_branch(loc: tuple[int | str, ...]) -> tuple[list[int | str], str]:
    """Pydantic names the branch of a union in the path; the document has no such step. ``password`` is the only one."""
    for n, part in enumerate(loc):
        if part in ("PasswordSpec", "bool") and n and loc[n - 1] == "password":
            return [*loc[:n], *loc[n + 1 :]], str(part)
    return list(loc), ""


def _place(where: Iterable[int | str]) -> str:
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text.removesuffix(".[key]")


def _at(document: Any, where: Iterable[int | str]) -> Any:
    found, above = document, None
    for part in where:
        if part == "[key]":  # what is wrong is the key itself
            return above
        above = part
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return found
    return found


_TYPES: Final[Mapping[str, str]] = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "tuple_type": "a list",
    "timezone_aware": 'a time with its UTC offset, such as "2026-01-31T12:00:00Z"',
    "datetime_type": 'a time such as "2026-01-31T12:00:00Z"',
    "datetime_parsing": 'a time such as "2026-01-31T12:00:00Z"',
    "datetime_from_date_parsing": 'a time such as "2026-01-31T12:00:00Z"',
}

_PATTERNS: Final[Mapping[str, str]] = {
    "^[0-9]{12}$": "an account id of twelve digits, as text",
    "^/([^/]+(/[^/]+)*)?$": 'a path of OU names such as "/Workloads/Production", or "/"',
    "^o-[a-z0-9]{10,32}$": 'an organization id: "o-" and 10 to 32 lower-case letters or digits',
    "^AKIA[A-Z0-9]{16}$": 'an access key id: "AKIA" and 16 capital letters or digits',
    "^[A-Z0-9]{24,128}$": "a certificate id: 24 to 128 capital letters or digits",
    r"^[^@\s]+@[^@\s]+$": "an e-mail address",
    "^[A-Za-z0-9_+=,.@-]{1,64}$": "an IAM name: 1 to 64 letters, digits or _+=,.@-",
    r"^(\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+))$": 'an operation such as "sts:AssumeRoot", or "iam:*", or "*"',
    r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$": 'a service principal such as "iam.amazonaws.com"',
    "^[a-z]{2}(-[a-z]+)+-[0-9]$": 'a Region such as "us-east-1"',
    "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": "a bucket name: 3 to 63 lower-case letters, digits, dots or dashes",
    r"^[A-Za-z0-9_-]{1,75}(\.fifo|[A-Za-z0-9_-]{0,5})$": (
        'a queue name: up to 80 letters, digits, dashes or _, with ".fifo" at its end for a FIFO queue'
    ),
    "^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$": "a trail name: 3 to 128 letters, digits, dots, dashes or _",
}

_LIMITS: Final[Mapping[str, str]] = {
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "too_long": "at most {max_length} of them",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] in _TYPES:
        return _TYPES[error["type"]]
    if error["type"] == "literal_error":
        return f"one of {context['expected']}".replace(" or ", ", ")
    if error["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
    if error["type"] in _LIMITS:
        return _LIMITS[error["type"]].format(**context)
    return f"something else ({error['msg']})"


def _near(name: str, known: Iterable[str]) -> str:
    listed = list(known)
    return did_you_mean(name, listed) or f"; known here: {', '.join(listed)}"


def _fields(where: Iterable[int | str], model: type[BaseModel]) -> Iterable[str]:
    """The fields of the model that the path leads to."""
    for part in where:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_within(model.model_fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_within(one) for one in getattr(annotation, "__args__", ()))
    return next((one for one in inner if one is not None), None)


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _fail_with(path: Path, problems: list[str]) -> NoReturn:
    lines = list(dict.fromkeys(_printable(problem) for problem in problems))
    more = len(lines) - MOST_SHOWN
    shown = lines[:MOST_SHOWN] + ([f"and {more} more"] if more > 0 else [])
    found = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    _fail(path, f"{found}:\n" + "\n".join(f"  {line}" for line in shown))


def _printable(text: str) -> str:
    """Keys and names come from the file: control characters in them must not reach a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _fail(path: Path, what: str) -> NoReturn:
    raise BadInput(f"organization file {path}: {what}", advice=_ADVICE)
