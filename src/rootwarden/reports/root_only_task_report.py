"""The catalogue of root-only tasks, and the runbook of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.root_only_task import RecordedIn, Way
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rootwarden.model.root_only_task import Places, RootOnlyTask, TrailEvent

WAYS: Final = {
    Way.ROOT_SESSION: "root session",
    Way.ACCOUNT_API: "management account or delegate",
    Way.AWS_SUPPORT: "AWS Support",
    Way.RECOVERY: "sign-in (recovery)",
}
_HOW: Final = {
    Way.ROOT_SESSION: "In a root session for one task, from the delegated administrator {delegate}; STS Region {sts_region}. "
    "Nobody signs in.",
    Way.ACCOUNT_API: "By a call of the management account {management_account} or of a delegated administrator. Nobody signs in.",
    Way.AWS_SUPPORT: "By AWS Support. Nobody signs in as root.",
    Way.RECOVERY: "By a person who signs in as the root user, under an exception that ends. It is opened from the delegated "
    "administrator {delegate}; STS Region {sts_region}.",
}


def catalogue_report(tasks: Sequence[RootOnlyTask]) -> Report:
    """A row for every task, those first for which nobody signs in."""
    rows = tuple(_row(task) for task in tasks)
    signing_in = sum(task.needs_sign_in for task in tasks)
    table = Table(
        title="",
        columns=("Task", "Sign-in", "Done by", "What"),
        rows=tuple(
            (
                cell(task.name),
                cell("yes" if task.needs_sign_in else "no", Tone.WARN if task.needs_sign_in else Tone.GOOD),
                cell(WAYS[task.way]),
                cell(task.title),
            )
            for task in tasks
        ),
    )
    said = f"{len(tasks)} tasks; {signing_in} of them need a root sign-in. 'rootwarden tasks NAME' prints a runbook."
    summary = {"tasks": len(tasks), "need_sign_in": signing_in}
    return Report("tasks", {"tasks": list(rows), "summary": summary}, (table,), (Cell(said),), rows)


def runbook_report(task: RootOnlyTask, places: Places) -> Report:
    """One task: how, step by step, and what CloudTrail shows of it afterwards."""
    document = _document(task, places)
    facts = (
        ("What", task.title),
        ("Sign-in", "needed" if task.needs_sign_in else "not needed"),
        ("How", document["how"]),
        ("Consider first", document["consider"]),
        ("Management account", document["management_account"]),
    )
    return Report(
        command="tasks",
        document={"task": document},
        tables=(
            Table(task.name, ("About", ""), tuple((cell(name), cell(text)) for name, text in facts if text)),
        ),
        blocks=tuple(
            Block(
                f"{number}. {step['text']}",
                (Cell(step["command"]),) if step["command"] else (),
                "console",
                prose=True,
            )
            for number, step in enumerate(document["steps"], start=1)
        ),
        lines=tuple(Cell(line) for line in _events(task)),
        rows=(document,),
        spreadsheet=Table(
            "",
            ("Step", "Text", "Command"),
            tuple(
                (cell(number), cell(step["text"]), cell(step["command"] or ""))
                for number, step in enumerate(document["steps"], start=1)
            ),
        ),
    )


def _row(task: RootOnlyTask) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "way": task.way.value,
        "needs_sign_in": task.needs_sign_in,
        "root_task": task.root_task.value if task.root_task else None,
        "page": task.page,
    }


def _document(task: RootOnlyTask, places: Places) -> dict[str, Any]:
    return {
        **_row(task),
        "how": places.fill(_HOW[task.way]),
        "instead": places.fill(task.instead) or None,
        "consider": places.fill(task.consider) or None,
        "management_account": places.fill(task.management_account),
        "steps": [
            {"text": places.fill(step.text), "command": places.fill(step.command) or None}
            for step in task.steps
        ],
        "events": {
            "procedure": [_event(one) for one in task.procedure_events],
            "task": [_event(one) for one in task.task_events],
            "note": task.events_note or None,
        },
    }


def _event(one: TrailEvent) -> dict[str, Any]:
    return {"source": one.source, "name": one.name, "recorded_in": one.recorded_in.value}


def _events(task: RootOnlyTask) -> Iterator[str]:
    yield f"CloudTrail shows of the procedure: {_named(task.procedure_events)}."
    if task.task_events:
        yield f"CloudTrail shows of the task: {_named(task.task_events)}."
    if task.events_note:
        yield task.events_note
    yield f"AWS's page: {task.page}"


def _named(events: Sequence[TrailEvent]) -> str:
    """Grouped by account and source: ``sts AssumeRoot (caller's account); iam CreateLoginProfile, ... (member account)``."""
    groups: dict[tuple[str, RecordedIn], list[str]] = {}
    for one in events:
        groups.setdefault((one.source or "", one.recorded_in), []).append(one.name)
    whose = {RecordedIn.CALLER: "the caller's account", RecordedIn.MEMBER: "the member account"}
    return "; ".join(
        f"{source} {', '.join(names)} ({whose[place]})".strip() for (source, place), names in groups.items()
    )
