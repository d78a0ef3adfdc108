"""What ``doctor`` found: equal answers together, worst first, then findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.diagnosis import AccountDiagnosis, Diagnosis, Probe, TaskAnswer, TaskDiagnosis
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rootwarden.model.diagnosis import Cause, Change, DoctorFinding, PolicyChange

TONES = {
    TaskAnswer.BLOCKED: Tone.BAD,
    TaskAnswer.DEPENDS: Tone.WARN,
    TaskAnswer.ALLOWED: Tone.GOOD,
    TaskAnswer.SKIPPED: Tone.FAINT,
}
_WORST_FIRST = list(TaskAnswer)
_FEW = 3
"""Accounts that are named one by one."""
_OF_ACCOUNT = ("id", "name", "ou_path", "state")
_OF_TASK = ("task", "answer", "layer", "target", "policy", "policy_id", "statement", "condition", "sentence")
_LISTS = ("blocked_actions", "depends_on")


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
            "changes": [_policy_document(one) | {"content": one.content} for one in diagnosis.changes],
            "findings": [_finding_document(one) for one in diagnosis.findings],
            "not_read": [{"what": one.what, "reason": one.reason.as_json()} for one in diagnosis.unread],
            "probes": None
            if diagnosis.probes is None
            else [_probe_document(one) for one in diagnosis.probes],
            "summary": _summary(diagnosis),
        },
        tables=tuple(_tables(diagnosis)),
        blocks=tuple(_blocks(diagnosis)),
        lines=(_count(diagnosis),),
        rows=tuple(
            {key: account[key] for key in _OF_ACCOUNT} | task
            for account in accounts
            for task in account["tasks"]
        ),
        spreadsheet=_spreadsheet(accounts),
    )


def _spreadsheet(accounts: Sequence[Mapping[str, Any]]) -> Table:
    """A row for every account and task, so that it can be filtered."""
    rows = [
        (
            *(cell(account[key] or "") for key in _OF_ACCOUNT),
            *(cell(task[key] or "") for key in _OF_TASK),
            *(cell(" ".join(task[key])) for key in _LISTS),
            cell(task["change"]["summary"] if task["change"] else ""),
        )
        for account in accounts
        for task in account["tasks"]
    ]
    return Table("", (*_OF_ACCOUNT, *_OF_TASK, *_LISTS, "change"), tuple(rows))


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
        "causes": [
            {
                "sentence": each.sentence,
                "actions": list(each.actions),
                "layer": each.layer,
                "target": each.target,
                "policy": each.policy,
                "policy_id": each.policy_id,
                "statement": each.statement,
                "condition": each.condition,
            }
            for each in one.causes
        ],
        "depends_on": list(one.depends_on),
        "warnings": list(one.warnings),
        "blocked_actions": list(one.blocked_actions),
        "sentence": one.sentence,
        "change": None if one.change is None else _change_document(one.change),
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "summary": change.summary,
        "policies_suffice": change.policies_suffice,
        "policies": [_policy_document(one) for one in change.policies],
    }


def _policy_document(one: PolicyChange) -> dict[str, Any]:
    return {"policy": one.policy, "policy_id": one.policy_id, "targets": list(one.targets), "diff": one.diff}


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
        headed=True,
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
            columns=("Finding", "Where", "Reason"),
            rows=tuple(_finding_row(one, diagnosis.paths) for one in diagnosis.findings),
            headed=True,
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
                "".join(_texts(each)).replace(one.account.id, ""),
                each.change.summary.replace(one.account.id, "") if each.change else "",
            )
            for each in one.tasks
        )
        found.setdefault(key, []).append(one)
    return sorted(found.values(), key=lambda group: (_WORST_FIRST.index(group[0].worst), -len(group)))


def _rows(group: list[AccountDiagnosis]) -> Iterator[tuple[Cell, ...]]:
    """One row for each answer and cause among the group's tasks."""
    answers: dict[tuple[TaskAnswer, tuple[str, ...]], list[TaskDiagnosis]] = {}
    for one in group[0].tasks:
        answers.setdefault((one.answer, _texts(one)), []).append(one)
    for number, ((answer, _), tasks) in enumerate(answers.items()):
        named = ", ".join(one.task.value for one in tasks)
        yield (
            cell(_who(group), Tone.PLAIN if number == 0 else Tone.FAINT),
            cell("all tasks" if len(answers) == 1 and len(tasks) > 1 else named),
            cell(answer.value, TONES[answer]),
            cell("\n".join(_reasons(tasks))),
        )


def _texts(one: TaskDiagnosis) -> tuple[str, ...]:
    """What decides, without the actions that meet it; nothing where all is well."""
    if one.answer is TaskAnswer.ALLOWED:
        return ()
    return tuple(each.sentence for each in one.causes) or (one.sentence,)


def _reasons(tasks: list[TaskDiagnosis]) -> list[str]:
    first, *others = tasks
    found = list(_texts(first))
    if not others:
        found = [
            f"{', '.join(each.actions)}: {each.sentence}" if 0 < len(each.actions) <= _FEW else each.sentence
            for each in first.causes
        ] or found
    found += _changes_in_words(tasks)
    said = "".join(found)
    found += [f"Warning: {text}" for one in tasks for text in one.warnings if text not in said]
    return list(dict.fromkeys(found))


def _told(cause: Cause, tasks: list[TaskDiagnosis]) -> str:
    """The sentence with the actions that meet it, where they are few and the same for all of the tasks."""
    same = all(cause in one.causes for one in tasks)
    named = same and 0 < len(cause.actions) <= _FEW
    return f"{', '.join(cause.actions)}: {cause.sentence}" if named else cause.sentence


def _changes_in_words(tasks: list[TaskDiagnosis]) -> Iterator[str]:
    """What would lift it, step by step: what is not the same for all of the tasks with the tasks it is for."""
    steps: dict[str, list[str]] = {}
    for one in tasks:
        for text in one.change.steps if one.change else ():
            steps.setdefault(text, []).append(one.task.value)
    for text, named in sorted(steps.items(), key=lambda step: -len(step[1])):
        whom = "" if len(named) == len(tasks) else f" for {', '.join(named)}"
        yield f"Change{whom}: {text}"
    if any(one.change and one.change.policies and not one.change.policies_suffice for one in tasks):
        yield "The diffs below do not do all of this."


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


def _finding_row(one: DoctorFinding, paths: Mapping[str, str]) -> tuple[Cell, ...]:
    return cell(one.code, Tone.WARN), cell(_places(one.targets, paths)), cell(one.text)


def _places(targets: Sequence[str], paths: Mapping[str, str]) -> str:
    named = [paths.get(one, one) for one in targets]
    more = f" and {len(named) - _FEW} more" if len(named) > _FEW else ""
    return ", ".join(named[:_FEW]) + more


def _blocks(diagnosis: Diagnosis) -> Iterator[Block]:
    """Every changed policy once, however many accounts and tasks it would help."""
    if diagnosis.changes:
        yield Block(
            "Changes, none of which was made; each holds all that the tasks above need of its policy", ()
        )
    for one in diagnosis.changes:
        yield Block(
            title=f"{one.policy}, attached to {_places(one.targets, diagnosis.paths)}",
            lines=tuple(Cell(line, _diff_tone(line)) for line in one.diff.rstrip("\n").split("\n")),
            language="diff",
        )


def _count(diagnosis: Diagnosis) -> Cell:
    total = len(diagnosis.accounts)
    counts = ", ".join(
        f"{diagnosis.count(answer)} {answer.value}" for answer in TaskAnswer if diagnosis.count(answer)
    )
    sets = f"{diagnosis.policy_paths} set{'' if diagnosis.policy_paths == 1 else 's'} of policies"
    return Cell(
        f"{total} account{'' if total == 1 else 's'} below {sets}; tasks: {counts or 'none'}. "
        f"S3 and SQS judged for {diagnosis.region}."
    )


def _diff_tone(line: str) -> Tone:
    if line.startswith(("---", "+++", "@@")):
        return Tone.FAINT
    return Tone.GOOD if line.startswith("+") else Tone.BAD if line.startswith("-") else Tone.PLAIN
