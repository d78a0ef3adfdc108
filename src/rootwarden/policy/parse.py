"""Reading a policy document. What cannot be read is an error that says where, and what was expected there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from rootwarden.errors import MalformedPolicy
from rootwarden.policy.action import action_matcher
from rootwarden.policy.conditions.condition import Condition, condition
from rootwarden.policy.document import Effect, Policy, Statement
from rootwarden.policy.principal import AWS, EVERYONE, KINDS, PrincipalMatcher, principal_matcher
from rootwarden.policy.resource import resource_matcher
from rootwarden.policy.truth import Match, Truth

MAX_CHARACTERS: Final = 100_000
"""Longest document read; AWS's own limits are 20,480 and below."""

_LONGEST_SHOWN = 60
_VERSIONS = ("2008-10-17", "2012-10-17")
_POLICY_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


class _Number(str):
    """A number as written in the document."""

    __slots__ = ()


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys came twice."""

    twice: str | None = None


def parse_policy(source: str | Mapping[str, object], *, name: str = "") -> Policy:
    """Parses a document, given as JSON text or as a mapping. ``name`` is what decisions call it.

    Raises MalformedPolicy, whose message says where in the document and what was expected there.
    """
    reader = _Reader(name)
    text = source if isinstance(source, str) else reader.dump(source)
    document = reader.load(text)
    elements = reader.elements(document, "", _POLICY_ELEMENTS)
    version = elements.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        reader.fail("Version", f"one of {' and '.join(_VERSIONS)}", version)
    if "Id" in elements and not _is_text(elements["Id"]):
        reader.fail("Id", "text", elements["Id"])
    statements = _statements(reader, elements.get("Statement"), variables=version == _VERSIONS[1])
    return Policy(
        name=name,
        source=json.dumps(document, separators=(",", ":"), ensure_ascii=False),
        statements=statements,
    )


class _Reader:
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
                self.wrong(_join(path, key), f"expected one of {', '.join(known)} here")
            elements[name] = value
        return elements

    def members(self, found: object, path: str) -> dict[str, object]:
        """The members of an object, none of them twice, in whatever case."""
        if not isinstance(found, _Object):
            self.fail(path, "an object", found)
        if found.twice is not None:
            self.wrong(_join(path, found.twice), "it is there twice")
        return found

    def texts(self, found: object, path: str, *, of: Callable[[object], bool], what: str) -> tuple[str, ...]:
        """One value or a list of them."""
        values = found if isinstance(found, list) else [found]
        for number, value in enumerate(values):
            if not of(value):
                self.fail(f"{path}[{number}]" if isinstance(found, list) else path, what, value)
        return tuple(_literal(value) for value in values)


def _statements(reader: _Reader, found: object, *, variables: bool) -> tuple[Statement, ...]:
    if isinstance(found, list):
        if not found:
            reader.fail("Statement", "at least one statement", found)
        return tuple(
            _statement(reader, one, f"Statement[{number}]", number, variables=variables)
            for number, one in enumerate(found)
        )
    return (_statement(reader, found, "Statement", 0, variables=variables),)


def _statement(reader: _Reader, found: object, path: str, number: int, *, variables: bool) -> Statement:
    elements = reader.elements(found, path, _STATEMENT_ELEMENTS)
    effect = elements.get("Effect")
    if not isinstance(effect, str) or effect not in tuple(Effect):
        reader.fail(f"{path}.Effect", '"Allow" or "Deny"', effect)
    sid = elements.get("Sid", "")
    if not _is_text(sid):
        reader.fail(f"{path}.Sid", "text", sid)
    actions, not_action = _one_of(reader, elements, path, "Action")
    resources, not_resource = _one_of(reader, elements, path, "Resource")
    action_path = f"{path}.{'NotAction' if not_action else 'Action'}"
    resource_path = f"{path}.{'NotResource' if not_resource else 'Resource'}"
    conditions = _conditions(reader, elements.get("Condition"), f"{path}.Condition", variables=variables)
    return Statement(
        effect=Effect(effect),
        label=str(sid) or f"statement {number + 1}",
        action=action_matcher(
            reader.texts(actions, action_path, of=_is_action, what='"*" or "service:Action"'),
            negated=not_action,
        ),
        resource=resource_matcher(
            reader.texts(resources, resource_path, of=_is_text, what='an ARN or "*"'),
            negated=not_resource,
            variables=variables,
        ),
        conditions=conditions,
        principal=_principal(reader, elements, path, grants=effect == Effect.ALLOW),
        held=Match(Truth.YES, reason=" and ".join(one.reason for one in conditions)),
    )


def _principal(
    reader: _Reader, elements: Mapping[str, object], path: str, *, grants: bool
) -> PrincipalMatcher | None:
    if "Principal" not in elements and "NotPrincipal" not in elements:
        return None
    found, negated = _one_of(reader, elements, path, "Principal")
    path = f"{path}.{'NotPrincipal' if negated else 'Principal'}"
    if found == EVERYONE:
        return principal_matcher({AWS: (EVERYONE,)}, negated=negated, grants=grants)
    kinds = reader.elements(found, path, KINDS)
    values = {
        kind: reader.texts(value, f"{path}.{kind}", of=_is_text, what="an ARN, an account id or a name")
        for kind, value in kinds.items()
    }
    return principal_matcher(values, negated=negated, grants=grants)


def _one_of(reader: _Reader, elements: Mapping[str, object], path: str, name: str) -> tuple[object, bool]:
    """The value of the element or of its Not form, and whether it was the Not form."""
    plain, negated = name in elements, f"Not{name}" in elements
    if plain and negated:
        reader.wrong(path, f"it has both {name} and Not{name}")
    if not plain and not negated:
        reader.wrong(f"{path}.{name}", f"expected {name} or Not{name}")
    return (elements[f"Not{name}"], True) if negated else (elements[name], False)


def _conditions(reader: _Reader, found: object, path: str, *, variables: bool) -> tuple[Condition, ...]:
    if found is None:
        return ()
    conditions = []
    for operator, keys in reader.members(found, path).items():
        for key, values in reader.members(keys, f"{path}.{operator}").items():
            texts = reader.texts(
                values, f"{path}.{operator}.{key}", of=_is_scalar, what="text, a number, true or false"
            )
            conditions.append(condition(operator, key, texts, variables=variables))
    return tuple(conditions)


def _object(pairs: list[tuple[str, object]]) -> _Object:
    found = _Object()
    seen = set()
    for key, value in pairs:
        if key.lower() in seen:
            found.twice = key
        seen.add(key.lower())
        found[key] = value
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, _Number)


def _is_action(value: object) -> bool:
    return isinstance(value, str) and (":" in value or (value != "" and not value.strip("*")))


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, bool))


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(found: object) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, list):
        return "a list"
    if isinstance(found, dict):
        return "an object"
    text = str(found) if isinstance(found, _Number) else json.dumps(found, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
