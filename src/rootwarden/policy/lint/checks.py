"""What is wrong with a policy whatever it decides: elements, sizes, names, and conditions that are not what they look like."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from rootwarden.policy.conditions.condition import OPERATORS
from rootwarden.policy.document import Effect
from rootwarden.policy.lint.lint_finding import LintFinding, PolicyKind
from rootwarden.policy.reader import join

if TYPE_CHECKING:
    from rootwarden.policy.conditions.condition import Condition
    from rootwarden.policy.document import Policy, Statement

_ABSENT_OFTEN: Final = {
    "aws:multifactorauthpresent": "requests with long-term keys do not have it",
    "aws:viaawsservice": "old signatures do not have it",
    "aws:principalisawsservice": "requests that a service passes on do not have it",
    "aws:securetransport": "requests between services do not have it",
}
"""Keys of which a Deny is often written as if they were always there; aws:AssumedRoot has a finding of its own."""


def size_finding(document: Any, kind: PolicyKind, path: str, text: str | None) -> Iterator[LintFinding]:
    """Whether the document fits, and whether its text does, where that is known.

    Organizations' API keeps a policy exactly as it is sent and counts it so; its console, and IAM, leave white space out
    ("Quotas" in the AWS Organizations User Guide).
    """
    size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str))
    if size > kind.limit:
        said = f"it has {size:,} characters without white space, and {_called(kind)} may have {kind.limit:,}"
        yield LintFinding("too_large", said, path)
    elif text is not None and kind is not PolicyKind.IDENTITY and len(text) > kind.limit:
        said = (
            f"it has {len(text):,} characters as it is written, and {_called(kind)} sent through the API may have {kind.limit:,}; "
            f"without white space it has {size:,}"
        )
        yield LintFinding("large_as_written", said, path)


def element_findings(policy: Policy, raw: list[tuple[str, Any]], kind: PolicyKind) -> Iterator[LintFinding]:
    """Principals and other elements that do not belong into this kind of policy."""
    for statement, (path, found) in zip(policy.statements, raw, strict=True):
        names = {name.lower(): name for name in found}
        said = f"{statement.label}:"
        for name in ("principal", "notprincipal"):
            if name in names and kind is not PolicyKind.RCP:
                text = f"{said} {_called(kind)} has no {names[name]}: it is about whoever it is attached to"
                yield LintFinding("principal_here", text, join(path, names[name]))
        if kind is not PolicyKind.RCP:
            continue
        if "notprincipal" in names or not (statement.principal and statement.principal.everyone):
            text = f'{said} an RCP has to have "Principal": "*"; limit it by conditions'
            yield LintFinding("rcp_principal", text, join(path, "Principal"))
        if statement.effect is Effect.ALLOW:
            yield LintFinding("rcp_allow", f"{said} an RCP of a customer cannot allow", join(path, "Effect"))
        if "notaction" in names:
            text = f"{said} an RCP takes no {names['notaction']}"
            yield LintFinding("not_in_scp", text, join(path, names["notaction"]))


def condition_findings(statement: Statement, path: str, found: Any) -> Iterator[LintFinding]:
    """Operators that do not exist, and a Bool that misses whoever lacks the key."""
    for condition in statement.conditions:
        place = condition_path(path, found, condition)
        if condition.operator is None and not condition.null:
            written = condition.reason.split(" ", 1)[0]
            yield LintFinding("unknown_operator", f"{statement.label}: {_unknown(written)}", place)
        elif _misses_absent(statement, condition):
            why = _ABSENT_OFTEN[condition.key]
            text = (
                f"{statement.label}: {condition.reason} does not hold where the key is absent ({why}), so those are not denied. Write "
                "BoolIfExists."
            )
            yield LintFinding("bool_on_absent_key", text, place)


def condition_path(path: str, found: Any, wanted: Condition) -> str:
    """Where a condition stands in its statement."""
    conditions = _member(found, "Condition")
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        for key in keys if isinstance(keys, dict) else ():
            if key.lower() == wanted.key and wanted.reason.startswith(f"{operator} {key} "):
                return join(join(join(path, "Condition"), operator), key)
    return join(path, "Condition")


def raw_statements(document: Any) -> list[tuple[str, Any]]:
    """The statements as written, each with its path."""
    found = _member(document, "Statement")
    if isinstance(found, list):
        return [(f"Statement[{number}]", one) for number, one in enumerate(found)]
    return [("Statement", found)]


def _member(found: Any, name: str) -> Any:
    return next((value for key, value in found.items() if key.lower() == name.lower()), None)


def _misses_absent(statement: Statement, condition: Condition) -> bool:
    return (
        statement.effect is Effect.DENY
        and condition.operator is not None
        and condition.operator.name == "Bool"
        and not condition.if_exists
        and condition.key in _ABSENT_OFTEN
        and all(value.lower() == "false" for value in condition.values)
    )


def _unknown(written: str) -> str:
    bare = re.sub(r"(?i)^(foranyvalue:|forallvalues:)", "", written)
    bare = re.sub(r"(?i)ifexists$", "", bare)
    names = {name: one.name for name, one in OPERATORS.items()} | {"null": "Null"}
    near = difflib.get_close_matches(bare.lower(), names, n=1, cutoff=0.75)
    meant = f"; {names[near[0]]} is probably meant" if near else ""
    return f"there is no condition operator {written}{meant}"


def _called(kind: PolicyKind) -> str:
    return {PolicyKind.IDENTITY: "an identity policy", PolicyKind.SCP: "an SCP", PolicyKind.RCP: "an RCP"}[
        kind
    ]
