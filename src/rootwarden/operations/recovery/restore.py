"""Taking an exemption out of a policy again, also where somebody else changed the policy meanwhile. Pure."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rootwarden.model.recovery_exception import TemporaryExemption

_SPARING: Final = frozenset({"arnnotequals", "arnnotlike"})
_PRINCIPAL: Final = "aws:principalarn"


def same_document(one: str, other: str) -> bool:
    """Whether two texts are the same document, however they are written."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other


def without_exemption(now: str, exemption: TemporaryExemption, arn: str) -> str | None:
    """The document without the exemption of a root user; None where it is not in there.

    Where nobody changed the policy since, that is the document as it was before, to the letter. Raises ValueError for what is no
    policy document.
    """
    if same_document(now, exemption.after):
        return exemption.before
    if same_document(now, exemption.before) or _spares(json.loads(exemption.before), arn):
        # Spared before the exemption as well: which mention is whose cannot be told, so the one that is there stays.
        return None
    document = json.loads(now)
    if not _spares(document, arn):
        return None
    return json.dumps(_without(document, arn), separators=(",", ":"), ensure_ascii=False)


def _spares(document: Any, arn: str) -> bool:
    return any(
        arn in _listed(values)
        for statement in _statements(document)
        for _, keys in _sparing(statement)
        for key, values in keys.items()
        if key.lower() == _PRINCIPAL
    )


def _without(document: Any, arn: str) -> Any:
    changed = copy.deepcopy(document)
    for statement in _statements(changed):
        condition = statement.get(_member(statement, "Condition"), {})
        for operator, keys in list(_sparing(statement)):
            for key in [one for one in keys if one.lower() == _PRINCIPAL]:
                left = [one for one in _listed(keys[key]) if one != arn]
                if left:
                    keys[key] = left if len(left) > 1 else left[0]
                else:
                    del keys[key]
            if not keys:
                del condition[operator]
        if not condition:
            statement.pop(_member(statement, "Condition"), None)
    return changed


def _statements(document: Any) -> list[Any]:
    found = document.get(_member(document, "Statement"), [])
    return found if isinstance(found, list) else [found]


def _sparing(statement: Any) -> list[tuple[str, Any]]:
    condition = statement.get(_member(statement, "Condition"), {})
    return [(operator, keys) for operator, keys in condition.items() if operator.lower() in _SPARING]


def _member(found: Any, name: str) -> str:
    return next((key for key in found if key.lower() == name.lower()), name)


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]
