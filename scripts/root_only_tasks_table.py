"""The table of docs/root-only-tasks.md, from the catalogue."""

from __future__ import annotations

from rootwarden.model.root_only_task import Places
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS
from rootwarden.reports.root_only_task_report import WAYS


def root_only_tasks_table() -> str:
    """A row for every task."""
    lines = ["| task | what | sign-in | done by, or what may save the sign-in |", "| --- | --- | --- | --- |"]
    for task in ROOT_ONLY_TASKS.values():
        said = Places().fill(task.consider or task.instead).replace("|", "\\|")
        way = f"{WAYS[task.way]}: " if not task.needs_sign_in else ""
        sign_in = "yes" if task.needs_sign_in else "no"
        lines.append(f"| [`{task.name}`]({task.page}) | {task.title} | {sign_in} | {way}{said} |")
    return "\n".join(lines) + "\n"
