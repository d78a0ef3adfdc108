"""AWS's own check of a request against the service's model, in its words; it comes before authorization."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.service_models import Asked

_NULL = "Value null at '{path}' failed to satisfy constraint: Member must not be null"
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "map": Mapping}


def validate(asked: Asked, params: Mapping[str, Any]) -> None:
    """Checks presence, lengths, ranges, value sets and patterns; raises AwsAnswer that names every one that fails.

    Of a JSON service only types and presence are checked: how each words the rest differs. S3 has its own way for each
    operation.
    """
    shape = asked.model.input_shape
    if shape is None or asked.protocol == "rest-xml":
        return
    if asked.protocol != "query":
        _check_json(asked, shape, params)
        return
    problems = list(_structure(shape, params, ""))
    if problems:
        raise AwsAnswer("ValidationError", _summary(problems))


def _check_json(asked: Asked, shape: Any, params: Mapping[str, Any]) -> None:
    if not _is_typed(shape, params):
        raise AwsAnswer("SerializationException", "A member of the request has the wrong type.")
    missing = [
        _NULL.format(path=_path("", name)) for name in shape.required_members if params.get(name) is None
    ]
    if missing and asked.service == "organizations":
        text = "You must include a value for all required parameters."
        raise AwsAnswer("InvalidInputException", text, Reason="INPUT_REQUIRED")
    if missing:
        raise AwsAnswer("ValidationException", _summary(missing))


def _summary(problems: list[str]) -> str:
    count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
    return count + "; ".join(problems)


def _is_typed(shape: Any, value: Any) -> bool:
    kind = shape.type_name
    if value is None:
        return True
    if kind == "structure":
        return isinstance(value, Mapping) and all(
            _is_typed(member, value.get(name)) for name, member in shape.members.items()
        )
    if kind == "list":
        return isinstance(value, list) and all(_is_typed(shape.member, item) for item in value)
    if kind in ("integer", "long"):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, _TYPES.get(kind, object))


def _structure(shape: Any, values: Mapping[str, Any], above: str) -> Iterator[str]:
    for name in shape.required_members:
        if values.get(name) is None:
            yield _NULL.format(path=_path(above, name))
    for name, value in values.items():
        member = shape.members.get(name)
        if member is not None and value is not None:
            yield from _value(member, value, _path(above, name))


def _value(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        # AssumeRoot's task policy is the one structure AWS was seen to answer for as a whole: empty counts as null.
        yield from _structure(shape, value, path) if value else (_NULL.format(path=path),)
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _value(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from (_failed(value, path, rule) for rule in _broken_text_rules(shape, value))
    elif shape.type_name in ("integer", "long") and isinstance(value, int):
        yield from (_failed(str(value), path, rule) for rule in _broken_number_rules(shape, value))


def _broken_text_rules(shape: Any, value: str) -> Iterator[str]:
    rules = shape.metadata
    if len(value) < rules.get("min", 0):
        yield f"Member must have length greater than or equal to {rules['min']}"
    if len(value) > rules.get("max", len(value)):
        yield f"Member must have length less than or equal to {rules['max']}"
    if rules.get("enum") and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"
    pattern = _compiled(rules.get("pattern", ""))
    if pattern is not None and pattern.fullmatch(value) is None:
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}"


def _broken_number_rules(shape: Any, value: int) -> Iterator[str]:
    rules = shape.metadata
    if value < rules.get("min", value):
        yield f"Member must have value greater than or equal to {rules['min']}"
    if value > rules.get("max", value):
        yield f"Member must have value less than or equal to {rules['max']}"


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error:  # the models' patterns are Java's; a few have no meaning here
        return None


def _failed(value: str, path: str, rule: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"


def _path(above: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{above}.{member}" if above else member
