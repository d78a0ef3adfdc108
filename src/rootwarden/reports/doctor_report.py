"""What ``doctor`` found: equal answers together, worst first, then findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rootwarden.model.diagnosis import AccountDiagnosis, Diagnosis, Probe, TaskAnswer, TaskDiagnosis
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rootwarden.model.diagnosis import Change, DoctorFinding

TONES = {
    TaskAnswer.BLOCKED: Tone.BAD,
    TaskAnswer.DEPENDS: Tone.WARN,
    TaskAnswer.ALLOWED: Tone.GOOD,
    TaskAnswer.SKIPPED: Tone.FAINT,
}
_WORST_FIRST = list(TaskAnswer)
_FEW = 3
"""Accounts that are named one by one."""
_ACTION = re.compile(r"^[a-z0-9-]+:[A-Za-z0-9]+: ")


def doctor_report(diagnosis: Diagnosis) -> Report:
    """The whole diagnosis; its exit code follows from the answers and from what was not read."""
    accounts = [_account_document(one) for one in diagnosis.accounts]
    return Report(
        command="doctor",
        document={
            "organization_id": diagnosis.organization_id,
            "endpoint": diagnosis.endpoint,
            "region": diagnosis.region,
            "accounts": accounts,
            "findings": [_finding_document(one) for one in diagnosis.findings],
            "not_read": [{"what": one.what, "reason": one.reason.as_json()} for one in diagnosis.unread],
            "probes": None
            if diagnosis.probes is None
            else [_probe_document(one) for one in diagnosis.probes],
            "summary": _summary(diagnosis),
        },
        tables=tuple(_tables(diagnosis)),
        lines=tuple(_lines(diagnosis)),
        rows=tuple(
            {key: account[key] for key in ("id", "name", "ou_path", "state")} | task
            for account in accounts
            for task in account["tasks"]
        ),
    )


def _summary(diagnosis: Diagnosis) -> dict[str, Any]:
    probes = diagnosis.probes or ()
    return {
        "accounts": len(diagnosis.accounts),
        "policy_paths": diagnosis.policy_paths,
        "tasks": {answer.value: diagnosis.count(answer) for answer in TaskAnswer},
        "findings": len(diagnosis.findings),
        "not_read": len(diagnosis.unread),
        "probes": {
            "agree": sum(one.agrees is True for one in probes),
            "disagree": sum(one.agrees is False for one in probes),
            "open": sum(one.agrees is None for one in probes),
        },
    }


def _account_document(one: AccountDiagnosis) -> dict[str, Any]:
    account = one.account
    return {
        "id": account.id,
        "name": account.name,
        "ou_path": account.ou_path,
        "state": account.state.value,
        "reason": one.reason.as_json() if one.reason else None,
        "tasks": [_task_document(each) for each in one.tasks],
    }


def _task_document(one: TaskDiagnosis) -> dict[str, Any]:
    return {
        "task": one.task.value,
        "answer": one.answer.value,
        "layer": one.layer,
        "target": one.target,
        "policy": one.policy,
        "policy_id": one.policy_id,
        "statement": one.statement,
        "condition": one.condition,
        "depends_on": list(one.depends_on),
        "warnings": list(one.warnings),
        "blocked_actions": list(one.blocked_actions),
        "sentence": one.sentence,
        "change": None if one.change is None else _change_document(one.change),
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "summary": change.summary,
        "policies": [
            {"policy": one.policy, "policy_id": one.policy_id, "targets": list(one.targets), "diff": one.diff}
            for one in change.policies
        ],
    }


def _finding_document(one: DoctorFinding) -> dict[str, Any]:
    return {
        "code": one.code,
        "text": one.text,
        "policy": one.policy,
        "policy_id": one.policy_id,
        "statement": one.statement,
        "targets": list(one.targets),
    }


def _probe_document(one: Probe) -> dict[str, Any]:
    return {
        "id": one.account.id,
        "name": one.account.name,
        "task": "audit",
        "predicted": one.predicted.value,
        "met": one.met.value,
        "agrees": one.agrees,
        "reason": one.reason.as_json() if one.reason else None,
    }


# -- for people --------------------------------------------------------------------------------------------------------

Key = tuple[tuple[str, str, str, str], ...]


def _tables(diagnosis: Diagnosis) -> Iterator[Table]:
    groups = _groups(diagnosis.accounts)
    yield Table(
        title="",
        columns=("Accounts", "Tasks", "Answer", "Reason"),
        rows=tuple(row for group in groups for row in _rows(group)),
    )
    if diagnosis.probes is not None:
        yield Table(
            title="Probes (audit sessions really opened)",
            columns=("Account", "Name", "Predicted", "Met", "Agrees", "Reason"),
            rows=tuple(_probe_row(one) for one in diagnosis.probes),
        )
    if diagnosis.findings:
        yield Table(
            title="Findings",
            columns=("Finding", "Text"),
            rows=tuple((cell(one.code, Tone.WARN), cell(one.text)) for one in diagnosis.findings),
        )
    if diagnosis.unread:
        yield Table(
            title="Not read",
            columns=("What", "Reason"),
            rows=tuple(
                (cell(one.what, Tone.WARN), cell(reason_text(one.reason))) for one in diagnosis.unread
            ),
        )


def _groups(accounts: Sequence[AccountDiagnosis]) -> list[list[AccountDiagnosis]]:
    """Accounts with the same answers for the same reasons, which the same change would lift; the worst first."""
    found: dict[Key, list[AccountDiagnosis]] = {}
    for one in accounts:
        key = tuple(
            (
                each.task.value,
                each.answer.value,
                each.sentence.replace(one.account.id, ""),
                each.change.summary.replace(one.account.id, "") if each.change else "",
            )
            for each in one.tasks
        )
        found.setdefault(key, []).append(one)
    return sorted(found.values(), key=lambda group: (_WORST_FIRST.index(group[0].worst), -len(group)))


def _rows(group: list[AccountDiagnosis]) -> Iterator[tuple[Cell, ...]]:
    """One row for each answer and cause among the group's tasks."""
    answers: dict[tuple[TaskAnswer, str], list[TaskDiagnosis]] = {}
    for one in group[0].tasks:
        answers.setdefault((one.answer, _cause(one)), []).append(one)
    for number, ((answer, cause), tasks) in enumerate(answers.items()):
        named = ", ".join(one.task.value for one in tasks)
        yield (
            cell(_who(group), Tone.PLAIN if number == 0 else Tone.FAINT),
            cell("all tasks" if len(answers) == 1 and len(tasks) > 1 else named),
            cell(answer.value, TONES[answer]),
            cell("\n".join(_reasons(cause if len(tasks) > 1 else tasks[0].sentence, tasks))),
        )


def _cause(one: TaskDiagnosis) -> str:
    """The sentence without the action that met it first; nothing where all is well."""
    return "" if one.answer is TaskAnswer.ALLOWED else _ACTION.sub("", one.sentence)


def _reasons(cause: str, tasks: list[TaskDiagnosis]) -> list[str]:
    fine = tasks[0].answer is TaskAnswer.ALLOWED
    found = [] if fine else [cause]
    found += [f"Change: {one.change.summary}" for one in tasks if one.change is not None]
    found += [f"Warning: {text}" for one in tasks for text in one.warnings if text not in cause]
    return list(dict.fromkeys(found))


def _who(group: list[AccountDiagnosis]) -> str:
    if len(group) <= _FEW:
        return "\n".join(f"{one.account.id} {one.account.name}" for one in group)
    return f"{len(group)} accounts under {_above([one.account.ou_path for one in group])}"


def _above(paths: Sequence[str | None]) -> str:
    """The deepest OU that holds all these paths."""
    split = [(path or "/").strip("/").split("/") for path in paths]
    common: list[str] = []
    for names in zip(*split, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return "/" + "/".join(name for name in common if name)


def _probe_row(one: Probe) -> tuple[Cell, ...]:
    agrees = {True: cell("yes", Tone.GOOD), False: cell("no", Tone.BAD), None: cell("open", Tone.WARN)}
    return (
        cell(one.account.id),
        cell(one.account.name),
        cell(one.predicted.value, TONES[one.predicted]),
        cell(one.met.value, TONES[one.met]),
        agrees[one.agrees],
        cell(reason_text(one.reason) if one.reason else ""),
    )


def _lines(diagnosis: Diagnosis) -> Iterator[Cell]:
    for change in _changes(diagnosis):
        for line in change.diff.rstrip("\n").split("\n"):
            yield Cell(line, _diff_tone(line))
    total = len(diagnosis.accounts)
    counts = ", ".join(
        f"{diagnosis.count(answer)} {answer.value}" for answer in TaskAnswer if diagnosis.count(answer)
    )
    yield Cell(
        f"{total} account{'' if total == 1 else 's'} below {diagnosis.policy_paths} sets of policies; "
        f"tasks: {counts or 'none'}. S3 and SQS judged for {diagnosis.region}."
    )


def _changes(diagnosis: Diagnosis) -> list[Any]:
    """Every diff once, however many accounts and tasks it would help."""
    found = {
        one.diff: one
        for account in diagnosis.accounts
        for task in account.tasks
        if task.change is not None
        for one in task.change.policies
    }
    return list(found.values())


def _diff_tone(line: str) -> Tone:
    if line.startswith(("---", "+++", "@@")):
        return Tone.FAINT
    return Tone.GOOD if line.startswith("+") else Tone.BAD if line.startswith("-") else Tone.PLAIN
