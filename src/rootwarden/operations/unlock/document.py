"""A policy as text and as values: what AWS gave, taken apart far enough to be edited and compared. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.model.ids import is_account_id
from rootwarden.policy import MalformedPolicy, Policy, parse_policy

_LISTS: Final = frozenset({"action", "notaction", "resource", "notresource"})
_PRINCIPALS: Final = frozenset({"principal", "notprincipal"})
_EVERYONE: Final = "*"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy document that could be read."""

    elements: Mapping[str, Any]
    """The document as JSON values."""
    statements: tuple[Mapping[str, Any], ...]
    """Its statements, one alone as well."""
    policy: Policy
    """The same for the evaluator, statement for statement."""

    def with_statements(self, statements: Iterable[Mapping[str, Any]]) -> str:
        """The text with other statements, everything else as it was."""
        key = key_of(self.elements, "Statement") or "Statement"
        return compact({**self.elements, key: list(statements)})


def read_document(text: str, *, name: str) -> PolicyDocument:
    """The document of a text; raises MalformedPolicy."""
    policy = parse_policy(text, name=name)
    elements = json.loads(text)
    found = value_of(elements, "Statement")
    statements = found if isinstance(found, list) else [found]
    return PolicyDocument(elements, tuple(statements), policy)


def compact(value: Any) -> str:
    """JSON without white space, as S3 and SQS keep it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def key_of(elements: Mapping[str, Any], name: str) -> str | None:
    """The key as it is spelled there: names of elements, operators and condition keys are not case-sensitive."""
    return next((key for key in elements if key.lower() == name.lower()), None)


def value_of(elements: Mapping[str, Any], name: str) -> Any:
    """The value of a key in whatever case; None where there is none."""
    key = key_of(elements, name)
    return None if key is None else elements[key]


def several(found: Any) -> list[Any]:
    """One value or a list of them, as a list."""
    return list(found) if isinstance(found, list) else [found]


def policy_hash(text: str | None) -> str | None:
    """SHA-256 of what a policy says, whatever its white space and order: AWS does not keep either. None for no policy."""
    if text is None:
        return None
    normal = json.dumps(_normal(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(normal.encode(errors="backslashreplace")).hexdigest()


def same_policy(one: str | None, other: str | None) -> bool:
    """Whether two policies say the same, or there is none on either side."""
    return policy_hash(one) == policy_hash(other)


def _normal(text: str) -> Any:
    try:
        document = read_document(text, name="")
    except MalformedPolicy:
        return text
    rest = {key.lower(): value for key, value in document.elements.items() if key.lower() != "statement"}
    return {**rest, "statement": [_normal_statement(one) for one in document.statements]}


def _normal_statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in statement.items():
        name = key.lower()
        if name in _LISTS:
            found[name] = _sorted(value)
        elif name in _PRINCIPALS:
            found[name] = _normal_principal(value)
        elif name == "condition":
            found[name] = {
                operator.lower(): {one.lower(): _sorted(values) for one, values in keys.items()}
                for operator, keys in value.items()
            }
        else:
            found[name] = value
    return found


def _normal_principal(found: Any) -> Any:
    """AWS writes an account's id as its root ARN, and ``*`` in either form."""
    if found == _EVERYONE:
        return {"aws": [_EVERYONE]}
    return {kind.lower(): _sorted(map(_account, several(names))) for kind, names in found.items()}


def _account(name: Any) -> Any:
    is_root = isinstance(name, str) and name.startswith("arn:") and name.endswith(":root")
    account = name.split(":")[4] if is_root else ""
    return account if is_account_id(account) else name


def _sorted(found: Any) -> list[str]:
    values = found if isinstance(found, (list, map)) else [found]
    return sorted({str(one).lower() if isinstance(one, bool) else str(one) for one in values})
