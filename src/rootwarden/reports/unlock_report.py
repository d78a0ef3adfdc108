"""What a policy does to its administrators, what an unlock will change, and what came of it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.model.outcome import Done, Failed, NothingToDo, Outcome, Refused, Unknown
from rootwarden.model.unlock import Entry, Method
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.diagnosis import Unread
    from rootwarden.model.reason import Reason
    from rootwarden.model.unlock import (
        AdministratorAnswer,
        LockDiagnosis,
        Objection,
        Resource,
        StatementFinding,
        UnlockPlan,
    )

_ENTRIES = {Entry.GETS_IN: Tone.GOOD, Entry.LOCKED_OUT: Tone.BAD, Entry.DEPENDS: Tone.WARN}
_WORDS: dict[type[Outcome], tuple[str, Tone]] = {
    Done: ("done", Tone.GOOD),
    NothingToDo: ("nothing_to_do", Tone.GOOD),
    Refused: ("refused", Tone.WARN),
    Failed: ("failed", Tone.BAD),
    Unknown: ("unknown", Tone.BAD),
}
_DONE = {
    Method.DELETE: "the policy will be taken away",
    Method.REPLACE: "the policy will be replaced",
    Method.REPAIR: "the policy will be repaired",
    Method.RESTORE: "the policy of the backup will be put back",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What every report of ``unlock`` is about."""

    command: str
    resource: Resource
    account_name: str
    origin: str
    """Where administrators are taken to call from, in words."""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan with what is said about it."""

    plan: UnlockPlan
    plan_hash: str
    hashes: tuple[str | None, str | None]
    """Of the policy before and after."""
    objections: tuple[Objection, ...]
    after: LockDiagnosis


def policy_report(subject: Subject, policy: str | None, policy_sha256: str | None) -> Report:
    """The policy as it is."""
    document = _document(subject, policy, policy_sha256)
    row = (cell(subject.resource.arn), cell(subject.resource.region), cell(policy or ""))
    return Report(
        subject.command,
        document,
        lines=tuple(_no_policy(subject, policy)),
        rows=(document,),
        blocks=tuple(_policy_block(subject, policy)),
        spreadsheet=Table("", ("ARN", "Region", "Policy"), (row,)),
    )


def diagnosis_report(
    subject: Subject, policy: str | None, policy_sha256: str | None, diagnosis: LockDiagnosis
) -> Report:
    """The policy, what each statement says and whom it locks out, and whether the administrators get in."""
    document = _document(subject, policy, policy_sha256) | _diagnosis(diagnosis)
    lines = [*_no_policy(subject, policy), *_judged(subject, diagnosis), *_unread_lines(subject)]
    tables = (_administrators(diagnosis, "Administrators"), _statements(diagnosis))
    rows, blocks = tuple(document["administrators"]), tuple(_policy_block(subject, policy))
    return Report(subject.command, document, tables, tuple(lines), rows, blocks)


def plan_report(subject: Subject, shown: ShownPlan) -> Report:
    """The change as a diff, what it does to each statement, and whether the administrators get in afterwards."""
    plan = shown.plan
    document = {
        **_document(subject, plan.before, shown.hashes[0]),
        "plan": _plan(shown),
        "unread": [_unread(one) for one in subject.unread],
    }
    lines, blocks = [], []
    if plan.before == plan.after:
        lines.append(Cell(f"Nothing to do: the policy of {_about(subject)}, is as wanted.", Tone.GOOD))
    else:
        diff = tuple(Cell(line, _diff_tone(line)) for line in _diff(plan))
        blocks.append(Block(f"Change of the policy of {_about(subject)}", diff, "diff"))
        lines.append(Cell(f"{_sentence(_DONE[plan.method])} A backup is written first.", Tone.WARN))
        lines += [Cell(f"{one.label}: {one.done}. {one.words}") for one in plan.changes]
        lines += [Cell(f"Against it: {one.text}.", Tone.BAD) for one in shown.objections]
    lines += [*_judged(subject, shown.after), *_unread_lines(subject), Cell(f"Plan {shown.plan_hash}")]
    tables = (_administrators(shown.after, "Administrators afterwards"),)
    rows = tuple(document["plan"]["administrators"])
    return Report(subject.command, document, tables, tuple(lines), rows, tuple(blocks))


def outcome_report(
    subject: Subject,
    shown: ShownPlan,
    outcome: Outcome,
    *,
    backup: dict[str, Any] | None,
    request_id: str | None,
    after: LockDiagnosis | None,
    as_planned: bool | None,
) -> Report:
    """What came of a plan, and whether the administrators get in by what was read back."""
    word, tone = _WORDS[type(outcome)]
    reason = None if isinstance(outcome, Done) else outcome.reason
    document: dict[str, Any] = {
        **_base(subject),
        "plan": _plan(shown),
        "outcome": {"result": word, "reason": reason.as_json() if reason else None, "request_id": request_id},
        "as_planned": as_planned,
        "backup": backup,
        "unread": [_unread(one) for one in subject.unread],
        "administrators": [_administrator(one) for one in after.administrators] if after else None,
    }
    said = f"{subject.resource.kind.value} {subject.resource.name}: {word}"
    lines = [Cell(f"{said}{f': {reason_text(reason)}' if reason else ''}", tone)]
    if backup is not None:
        lines.append(Cell(f"Backup: {' and '.join(backup['places'])}"))
    lines += [_read_back(as_planned), *(_judged(subject, after) if after else ()), *_unread_lines(subject)]
    tables = (_administrators(after, "Administrators now"),) if after else ()
    return Report(subject.command, document, tables, tuple(lines), ({"outcome": document["outcome"]},))


def _read_back(as_planned: bool | None) -> Cell:
    if as_planned is None:
        return Cell("The policy was not read back: nothing is claimed about it.", Tone.BAD)
    if as_planned:
        return Cell("Read back: the policy is as planned.", Tone.GOOD)
    return Cell("Read back: the policy is not as planned.", Tone.BAD)


# -- documents ---------------------------------------------------------------------------------------------------------


def _base(subject: Subject) -> dict[str, Any]:
    resource = subject.resource
    return {
        "account": {"id": resource.account, "name": subject.account_name},
        "resource": {
            "kind": resource.kind.value,
            "name": resource.name,
            "arn": resource.arn,
            "region": resource.region,
        },
        "judged_for_calls": subject.origin,
    }


def _document(subject: Subject, policy: str | None, policy_sha256: str | None) -> dict[str, Any]:
    return {**_base(subject), "policy": _values(policy), "policy_sha256": policy_sha256}


def _values(policy: str | None) -> Any:
    """The policy as JSON values; its text where it is none."""
    if policy is None:
        return None
    try:
        return json.loads(policy)
    except (ValueError, RecursionError):
        return policy


def _diagnosis(diagnosis: LockDiagnosis) -> dict[str, Any]:
    return {
        "locked": diagnosis.locked,
        "administrators": [_administrator(one) for one in diagnosis.administrators],
        "statements": [_statement(one) for one in diagnosis.statements],
        "unreadable": diagnosis.unreadable,
    }


def _administrator(one: AdministratorAnswer) -> dict[str, Any]:
    return {
        "principal": one.principal,
        "answer": one.entry.value,
        "sentence": one.sentence,
        "layer": one.layer,
        "depends_on": list(one.depends_on),
        "denied_usual": list(one.denied_usual),
    }


def _statement(one: StatementFinding) -> dict[str, Any]:
    return {
        "statement": one.label,
        "words": one.words,
        "locks": list(one.locks),
        "may_lock": list(one.may_lock),
        "depends_on": list(one.depends_on),
    }


def _plan(shown: ShownPlan) -> dict[str, Any]:
    plan = shown.plan
    return {
        "plan_hash": shown.plan_hash,
        "method": plan.method.value,
        "policy_sha256_before": shown.hashes[0],
        "policy_sha256_after": shown.hashes[1],
        "policy_after": _values(plan.after),
        "diff": "\n".join(_diff(plan)),
        "changes": [{"statement": one.label, "change": one.done, "words": one.words} for one in plan.changes],
        "objections": [{"code": one.code, "text": one.text} for one in shown.objections],
        "administrators": [_administrator(one) for one in shown.after.administrators],
    }


def _unread(one: Unread) -> dict[str, Any]:
    return {"what": one.what, "reason": one.reason.as_json()}


# -- for people --------------------------------------------------------------------------------------------------------


def _about(subject: Subject) -> str:
    resource = subject.resource
    return f"{resource.arn} in {resource.region}, account {resource.account} {subject.account_name}"


def _policy_block(subject: Subject, policy: str | None) -> Iterator[Block]:
    if policy is not None:
        yield Block(f"Policy of {_about(subject)}", tuple(map(Cell, _indented(policy))), "json")


def _no_policy(subject: Subject, policy: str | None) -> Iterator[Cell]:
    if policy is None:
        yield Cell(f"{_about(subject)}, has no policy.")


def _indented(policy: str | None) -> list[str]:
    """The policy line by line, in ASCII, so that nothing in it can move a cursor."""
    return [] if policy is None else json.dumps(_values(policy), indent=2).split("\n")


def _diff(plan: UnlockPlan) -> list[str]:
    return list(
        difflib.unified_diff(
            _indented(plan.before), _indented(plan.after), "policy now", "policy planned", lineterm=""
        )
    )


def _diff_tone(line: str) -> Tone:
    if line.startswith(("---", "+++", "@@")):
        return Tone.FAINT
    return Tone.GOOD if line.startswith("+") else Tone.BAD if line.startswith("-") else Tone.PLAIN


def _administrators(diagnosis: LockDiagnosis, title: str) -> Table:
    return Table(
        title=title,
        columns=("Administrator", "Answer", "Reason"),
        rows=tuple(
            (
                cell(_who(one.principal)),
                cell(one.entry.value, _ENTRIES[one.entry]),
                cell(_why(one)),
            )
            for one in diagnosis.administrators
        ),
    )


def _why(one: AdministratorAnswer) -> str:
    if one.entry is Entry.GETS_IN and one.denied_usual:
        return f"May put the policy right; {', '.join(one.denied_usual)} are denied."
    return one.sentence


def _who(principal: str | None) -> str:
    return principal or "every user and role of the account"


def _statements(diagnosis: LockDiagnosis) -> Table:
    return Table(
        title="Statements",
        columns=("Statement", "Says", "Locks out"),
        rows=tuple((cell(one.label), cell(one.words), _locks(one)) for one in diagnosis.statements),
    )


def _locks(one: StatementFinding) -> Cell:
    if one.locks:
        return cell("\n".join(map(_who, one.locks)), Tone.BAD)
    if one.may_lock:
        names = "\n".join(map(_who, one.may_lock))
        return cell(f"may lock out {names}: depends on {', '.join(one.depends_on)}", Tone.WARN)
    return cell("nobody", Tone.FAINT)


def _judged(subject: Subject, diagnosis: LockDiagnosis) -> Iterator[Cell]:
    if diagnosis.unreadable:
        yield Cell(f"The policy cannot be judged: {diagnosis.unreadable}", Tone.BAD)
    named = any(one.principal for one in diagnosis.administrators)
    whose = "own policies are taken to allow everything" if named else "are named: --admin ARN judges for one"
    who = "The administrators'" if named else "No administrators"
    yield Cell(f"{who} {whose}. Judged for calls {subject.origin}.", Tone.FAINT)
    by_organization = [one for one in diagnosis.administrators if one.layer in {"scp", "rcp"}]
    for one in by_organization:
        verb = "is kept out" if one.entry is Entry.LOCKED_OUT else "may be kept out"
        yield Cell(
            f"{_who(one.principal)} {verb} by the organization, whatever the policy says: {one.sentence}",
            Tone.BAD,
        )


def _unread_lines(subject: Subject) -> Iterator[Cell]:
    for one in subject.unread:
        yield Cell(f"Not read: {one.what}: {_short(one.reason)}", Tone.WARN)


def _short(reason: Reason) -> str:
    return reason_text(reason)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
