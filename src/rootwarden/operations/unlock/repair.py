"""The smallest change of a policy that lets the administrators in again. Pure.

Only statements that lock are touched: the administrators are excepted from them, or, where none is named, they go. The rest
keeps its text, but for principals that were deleted: AWS shows their ids and takes no policy that holds them, and they match
nobody, so that leaving them out changes no meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.unlock import StatementChange
from rootwarden.operations.unlock.document import key_of, several, value_of
from rootwarden.operations.unlock.requests import WHERE
from rootwarden.operations.unlock.words import DEAD, in_words

if TYPE_CHECKING:
    from rootwarden.model.unlock import StatementFinding
    from rootwarden.operations.unlock.diagnose import Judge
    from rootwarden.operations.unlock.document import PolicyDocument

_PRINCIPAL_ARN: Final = "aws:PrincipalArn"
_EXCEPTING: Final = ("arnnotequals", "arnnotlike", "stringnotequals", "stringnotlike")
"""Operators whose values are exceptions, so that one more value is one more exception."""
_NEW_OPERATOR: Final = "ArnNotEquals"
WHO_OR_WHERE: Final = WHERE | {"aws:userid", "aws:principalarn", "aws:principaltype"}
"""Keys that an administrator cannot meet by calling differently (as with TLS or MFA)."""

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired policy; None where no statement is left."""

    text: str | None
    changes: tuple[StatementChange, ...]


def repair(judge: Judge, document: PolicyDocument, *, drop: bool = False) -> Repair | None:
    """The repaired policy; None where no statement locks anybody. ``drop`` takes locking statements out instead of narrowing them.

    What surely locks is repaired. Only where nothing does, what may lock is, if that depends on who calls or from where: the
    operator says that people are locked out, and nothing else would explain it.
    """
    findings = judge.diagnose(document.with_statements(document.statements)).statements
    targets = _targets(findings, named=bool(judge.administrators))
    if not targets:
        return None
    kept: list[Statement] = []
    changes: list[StatementChange] = []
    for statement, finding in zip(document.statements, findings, strict=True):
        edited: Statement | None = statement
        done = ""
        if finding.number in targets:
            excepted = [one for one in (*finding.locks, *finding.may_lock) if one is not None]
            edited = None if drop or not excepted else _excepting(statement, excepted)
            done = "dropped" if edited is None else "narrowed"
        cleaned = None if edited is None else without_deleted(edited)
        if cleaned is None:
            done = "dropped"
        elif cleaned is not edited and not done:
            done = "cleaned"
        if cleaned is not None:
            kept.append(cleaned)
        if done:
            changes.append(StatementChange(finding.label, done, _says(done, finding, cleaned)))
    return Repair(document.with_statements(kept) if kept else None, tuple(changes))


def _targets(findings: tuple[StatementFinding, ...], *, named: bool) -> frozenset[int]:
    sure = frozenset(one.number for one in findings if one.locks)
    if sure or not named:
        return sure
    return frozenset(
        one.number for one in findings if one.may_lock and WHO_OR_WHERE.intersection(one.depends_on)
    )


def cleaned_text(document: PolicyDocument) -> tuple[str | None, tuple[StatementChange, ...]]:
    """The policy without principals that were deleted, for one that is to be put back."""
    kept: list[Statement] = []
    changes: list[StatementChange] = []
    for statement, parsed in zip(document.statements, document.policy.statements, strict=True):
        cleaned = without_deleted(statement)
        if cleaned is not None:
            kept.append(cleaned)
        if cleaned is not statement:
            done = "dropped" if cleaned is None else "cleaned"
            changes.append(StatementChange(parsed.label, done, _CLEANED[done]))
    return (document.with_statements(kept) if kept else None), tuple(changes)


_CLEANED: Final = {
    "dropped": "It names nobody but principals that were deleted, so it matches nobody; AWS does not take it any more.",
    "cleaned": "Principals that were deleted are left out: they match nobody, and AWS does not take them any more.",
}


def _says(done: str, finding: StatementFinding, now: Statement | None) -> str:
    locks = bool(finding.locks or finding.may_lock)
    if done == "narrowed" and now is not None:
        return f"It {in_words(now)}. For everybody else it stays as it was."
    if done == "dropped" and locks:
        return f"It {finding.words}."
    return _CLEANED[done]


def _excepting(statement: Statement, administrators: list[str]) -> Statement:
    """The Deny, with the administrators excepted: beside exceptions it has already, else by a condition of its own."""
    key = key_of(statement, "Condition") or "Condition"
    conditions: dict[str, Any] = dict(statement.get(key) or {})
    for operator, keys in conditions.items():
        arn_key = key_of(keys, _PRINCIPAL_ARN)
        if operator.lower().removesuffix("ifexists") in _EXCEPTING and arn_key is not None:
            values = [*several(keys[arn_key]), *administrators]
            conditions[operator] = {**keys, arn_key: list(dict.fromkeys(values))}
            return {**statement, key: conditions}
    operator = key_of(conditions, _NEW_OPERATOR) or _NEW_OPERATOR
    value: Any = administrators[0] if len(administrators) == 1 else administrators
    conditions[operator] = {**conditions.get(operator, {}), _PRINCIPAL_ARN: value}
    return {**statement, key: conditions}


def without_deleted(statement: Statement) -> Statement | None:
    """The statement without the ids of deleted users and roles; None where it then matches nobody."""
    for name in ("Principal", "NotPrincipal"):
        key = key_of(statement, name)
        if key is None or not isinstance(statement[key], Mapping):
            continue
        left = dict(_left(statement[key]))
        if left == statement[key]:
            return statement
        if left:
            return {**statement, key: left}
        if name == "Principal":
            return None
        # Nobody is excepted any more, which is what it meant already.
        return {
            ("Principal" if one == key else one): ("*" if one == key else value)
            for one, value in statement.items()
        }
    return statement


def _left(principal: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for kind, names in principal.items():
        kept = [one for one in several(names) if not (isinstance(one, str) and DEAD.fullmatch(one))]
        if len(kept) == len(several(names)):
            yield kind, names
        elif kept:
            yield kind, kept[0] if len(kept) == 1 else kept


def deleted_principals(document: PolicyDocument) -> tuple[str, ...]:
    """The ids of deleted users and roles that a policy names."""
    found = (value_of(one, name) for one in document.statements for name in ("Principal", "NotPrincipal"))
    names = (
        one
        for each in found
        if isinstance(each, Mapping)
        for values in each.values()
        for one in several(values)
    )
    return tuple(dict.fromkeys(one for one in names if isinstance(one, str) and DEAD.fullmatch(one)))
