"""Small changes of one policy as values: what several tasks and accounts need of it can be put together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from rootwarden.operations.doctor import edits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.operations.doctor.edits import Document, Statement

ASSUME_ROOT: Final = "sts:AssumeRoot"
ANY_ROOT: Final = "arn:*:iam::*:root"


class NoChange(Exception):
    """Says why no change of a policy can be computed."""


class Kind(IntEnum):
    """What is done, in the order in which it is done."""

    CORRECT_KEY = 1
    SPARE_ACTION = 2
    SPARE_CALLER = 3
    EXEMPT_SESSIONS = 4
    ALLOW_SESSIONS = 5
    """Allows one action to root sessions alone."""
    ALLOW_CALL = 6
    """Allows sts:AssumeRoot, in an SCP."""
    ALLOW_TASK = 7
    """Allows sts:AssumeRoot with one task policy, in a policy of the caller."""


@dataclass(frozen=True, slots=True, order=True)
class Amendment:
    """One change of one policy."""

    kind: Kind
    number: int = -1
    """The statement, counted from 0; -1 where one is added."""
    text: str = ""
    """The key, the action, the principal or the task policy it is about."""
    other: str = ""
    """The key as it should be spelt."""


def amended(document: Document, wanted: Iterable[Amendment], resources: tuple[str, ...]) -> Document:
    """The document with all of them, each made once, whatever their order. ``resources`` are what ALLOW_TASK allows.

    Raises NoChange where one of them cannot be made.
    """
    in_order = sorted(set(wanted))
    for one in in_order:
        if one.number >= 0:
            changed = _statement(edits.statements(document)[one.number], one)
            document = edits.with_statement(document, one.number, changed)
    for statement in _further(in_order, resources):
        statement["Sid"] = _free(document, statement["Sid"])
        document = edits.with_further(document, statement)
    return document


def _statement(statement: Statement, one: Amendment) -> Statement:
    match one.kind:
        case Kind.CORRECT_KEY:
            return edits.correcting_key(statement, one.text, one.other)
        case Kind.SPARE_ACTION:
            changed = edits.sparing_action(statement, one.text)
        case Kind.SPARE_CALLER:
            return edits.sparing_principal(statement, one.text)
        case _:
            changed = edits.exempting(statement)
    if changed is None:
        raise NoChange("no small change of the statement is known")
    return changed


def _further(wanted: list[Amendment], resources: tuple[str, ...]) -> list[Statement]:
    """The statements that are added: one a kind, for all that is wanted of it."""
    texts = {kind: [one.text for one in wanted if one.kind is kind] for kind in Kind}
    found = []
    if actions := texts[Kind.ALLOW_SESSIONS]:
        alone = {"Null": {edits.KEY: "false"}}
        found.append(edits.allowing(actions, sid="AllowRootSessions", condition=alone))
    if texts[Kind.ALLOW_CALL]:
        found.append(edits.allowing([ASSUME_ROOT], sid="AllowAssumeRoot", resource=ANY_ROOT))
    if tasks := texts[Kind.ALLOW_TASK]:
        where = list(resources) if len(resources) > 1 else resources[0]
        condition = {"ArnEquals": {"sts:TaskPolicyArn": tasks if len(tasks) > 1 else tasks[0]}}
        found.append(edits.allowing([ASSUME_ROOT], sid="AllowRootTasks", resource=where, condition=condition))
    return found


def _free(document: Document, sid: str) -> str:
    taken = {str(one.get(edits.member(one, "Sid"), "")) for one in edits.statements(document)}
    while sid in taken:
        sid += "More"
    return sid
