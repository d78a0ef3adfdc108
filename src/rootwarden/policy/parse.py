"""Reading a policy document. What cannot be read is an error that says where, and what was expected there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from rootwarden.policy.action import action_matcher
from rootwarden.policy.conditions.condition import Condition, condition
from rootwarden.policy.document import Effect, Policy, Statement
from rootwarden.policy.principal import AWS, EVERYONE, KINDS, PrincipalMatcher, principal_matcher
from rootwarden.policy.reader import Reader, is_text, join
from rootwarden.policy.resource import resource_matcher
from rootwarden.policy.truth import Match, Truth

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


def parse_policy(source: str | Mapping[str, object], *, name: str = "") -> Policy:
    """Parses a document, given as JSON text or as a mapping. ``name`` is what decisions call it.

    Raises MalformedPolicy, whose message says where in the document and what was expected there.
    """
    reader = Reader(name)
    text = source if isinstance(source, str) else reader.dump(source)
    document = reader.load(text)
    elements = reader.elements(document, "", _POLICY_ELEMENTS)
    version = elements.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        reader.fail("Version", f"one of {' and '.join(_VERSIONS)}", version)
    if "Id" in elements and not is_text(elements["Id"]):
        reader.fail("Id", "text", elements["Id"])
    statements = _statements(reader, elements.get("Statement"), variables=version == _VERSIONS[1])
    return Policy(
        name=name,
        source=json.dumps(document, separators=(",", ":"), ensure_ascii=False),
        statements=statements,
    )


def _statements(reader: Reader, found: object, *, variables: bool) -> tuple[Statement, ...]:
    if isinstance(found, list):
        if not found:
            reader.fail("Statement", "at least one statement", found)
        return tuple(
            _statement(reader, one, f"Statement[{number}]", number, variables=variables)
            for number, one in enumerate(found)
        )
    return (_statement(reader, found, "Statement", 0, variables=variables),)


def _statement(reader: Reader, found: object, path: str, number: int, *, variables: bool) -> Statement:
    elements = reader.elements(found, path, _STATEMENT_ELEMENTS)
    effect = elements.get("Effect")
    if not isinstance(effect, str) or effect not in tuple(Effect):
        reader.fail(f"{path}.Effect", '"Allow" or "Deny"', effect)
    sid = elements.get("Sid", "")
    if not is_text(sid):
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
            reader.texts(resources, resource_path, of=is_text, what='an ARN or "*"'),
            negated=not_resource,
            variables=variables,
        ),
        conditions=conditions,
        principal=_principal(reader, elements, path, grants=effect == Effect.ALLOW),
        held=Match(Truth.YES, reason=" and ".join(one.reason for one in conditions)),
    )


def _principal(
    reader: Reader, elements: Mapping[str, object], path: str, *, grants: bool
) -> PrincipalMatcher | None:
    if "Principal" not in elements and "NotPrincipal" not in elements:
        return None
    found, negated = _one_of(reader, elements, path, "Principal")
    path = f"{path}.{'NotPrincipal' if negated else 'Principal'}"
    if found == EVERYONE:
        return principal_matcher({AWS: (EVERYONE,)}, negated=negated, grants=grants)
    kinds = reader.elements(found, path, KINDS)
    values = {
        kind: reader.texts(value, f"{path}.{kind}", of=is_text, what="an ARN, an account id or a name")
        for kind, value in kinds.items()
    }
    return principal_matcher(values, negated=negated, grants=grants)


def _one_of(reader: Reader, elements: Mapping[str, object], path: str, name: str) -> tuple[object, bool]:
    """The value of the element or of its Not form, and whether it was the Not form."""
    plain, negated = name in elements, f"Not{name}" in elements
    if plain and negated:
        reader.wrong(path, f"it has both {name} and Not{name}")
    if not plain and not negated:
        reader.wrong(f"{path}.{name}", f"expected {name} or Not{name}")
    return (elements[f"Not{name}"], True) if negated else (elements[name], False)


def _conditions(reader: Reader, found: object, path: str, *, variables: bool) -> tuple[Condition, ...]:
    if found is None:
        return ()
    conditions = []
    for operator, keys in reader.members(found, path).items():
        operator_path = join(path, operator)
        for key, values in reader.members(keys, operator_path).items():
            key_path = join(operator_path, key)
            texts = reader.texts(values, key_path, of=_is_scalar, what="text, a number, true or false")
            conditions.append(condition(operator, key, texts, variables=variables))
    return tuple(conditions)


def _is_action(value: object) -> bool:
    return isinstance(value, str) and (":" in value or (value != "" and not value.strip("*")))


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, bool))
