"""Small edits of policy documents that let root sessions through and change as little else as can be. Pure."""

from __future__ import annotations

import copy
import difflib
import json
from typing import Any, Final

Statement = dict[str, Any]
Document = dict[str, Any]

KEY: Final = "aws:AssumedRoot"
PRINCIPAL: Final = "aws:PrincipalArn"


def member(found: dict[str, Any], name: str) -> str:
    """The name as the document spells it: element names are not case-sensitive."""
    return next((key for key in found if key.lower() == name.lower()), name)


def statements(document: Document) -> list[Statement]:
    """The statements, also where one stands alone."""
    found = document.get(member(document, "Statement"), [])
    return found if isinstance(found, list) else [found]


def with_statement(document: Document, number: int, statement: Statement) -> Document:
    """The document with one statement replaced."""
    changed = copy.deepcopy(document)
    name = member(changed, "Statement")
    if isinstance(changed[name], list):
        changed[name][number] = statement
    else:
        changed[name] = statement
    return changed


def with_further(document: Document, statement: Statement) -> Document:
    """The document with a statement more."""
    changed = copy.deepcopy(document)
    changed[member(changed, "Statement")] = [*statements(changed), statement]
    return changed


def exempting(statement: Statement) -> Statement | None:
    """A Deny that spares root sessions; None for one that is about them on purpose.

    ``Null aws:AssumedRoot "true"`` holds for everybody but a root session, so for them nothing changes. Where it was
    written the wrong way round it is turned.
    """
    changed = copy.deepcopy(statement)
    condition = changed.setdefault(member(changed, "Condition"), {})
    for operator, keys in condition.items():
        for key in keys:
            if key.lower() != KEY.lower():
                continue
            if operator.lower() != "null" or _texts(keys[key]) != {"false"}:
                return None
    null = condition.setdefault(member(condition, "Null"), {})
    null[member(null, KEY)] = "true"
    return changed


def is_turned(statement: Statement) -> bool:
    """Whether the exemption stands there the wrong way round."""
    condition = statement.get(member(statement, "Condition"), {})
    null = condition.get(member(condition, "Null"), {})
    return member(null, KEY) in null


def allowing(
    actions: list[str], *, sid: str, resource: object = "*", condition: dict[str, Any] | None = None
) -> Statement:
    """An Allow for these actions."""
    found: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": resource,
    }
    if condition is not None:
        found["Condition"] = condition
    return found


def sparing_action(statement: Statement, action: str) -> Statement | None:
    """A Deny without one action; None where it names the action alone, or by a pattern that takes others with it.

    The action is added to NotAction, taken out of Action where others stand beside it, or excepted from ``"Action": "*"``.
    """
    changed = copy.deepcopy(statement)
    excepted = member(changed, "NotAction")
    if excepted in changed:
        changed[excepted] = [*_listed(changed[excepted]), action]
        return changed
    name = member(changed, "Action")
    named = _listed(changed.get(name, []))
    if "*" in named:
        return {("NotAction" if key == name else key): value for key, value in changed.items()} | {
            "NotAction": action
        }
    left = [one for one in named if one.lower() != action.lower()]
    if not left or len(left) == len(named):
        return None
    changed[name] = left
    return changed


def sparing_principal(statement: Statement, arn: str) -> Statement:
    """A Deny that spares one principal: a negated condition holds for everybody who is in none of its values."""
    changed = copy.deepcopy(statement)
    condition = changed.setdefault(member(changed, "Condition"), {})
    operator = next(
        (
            one
            for one, keys in condition.items()
            if one.lower() in {"arnnotlike", "arnnotequals"} and member(keys, PRINCIPAL) in keys
        ),
        "ArnNotEquals",
    )
    keys = condition.setdefault(member(condition, operator), {})
    name = member(keys, PRINCIPAL)
    spared = [*_listed(keys.get(name, [])), arn]
    keys[name] = spared if len(spared) > 1 else arn
    return changed


def correcting_key(statement: Statement, wrong: str, right: str) -> Statement:
    """The statement with one condition key spelt otherwise."""
    changed = copy.deepcopy(statement)
    condition = changed[member(changed, "Condition")]
    for operator, keys in condition.items():
        condition[operator] = {
            (right if key.lower() == wrong.lower() else key): value for key, value in keys.items()
        }
    return changed


def diff(before: Document | None, after: Document, name: str) -> str:
    """Unified diff of two documents, each with two spaces a level; before is None for a policy that does not exist yet."""
    now = "now" if before is not None else "does not exist yet"
    lines = difflib.unified_diff(
        _lines(before) if before is not None else [],
        _lines(after),
        f"{name} ({now})",
        f"{name} (changed)",
        n=3,
        lineterm="",
    )
    return "\n".join(lines) + "\n"


def compact(document: Document) -> str:
    """The document as short as it can be written, which is how AWS's limits are best kept."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _lines(document: Document) -> list[str]:
    return json.dumps(document, indent=2, ensure_ascii=False).split("\n")


def _texts(values: object) -> set[str]:
    return {str(one).lower() for one in _listed(values)}


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]
