"""The table of docs/root-only-tasks.md, from the catalogue."""

from __future__ import annotations

from rootwarden.model.root_only_task import Places
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS


def root_only_tasks_table() -> str:
    """A row for every task."""
    lines = ["| task | what | sign-in | what does it, or may save the sign-in |", "| --- | --- | --- | --- |"]
    for task in ROOT_ONLY_TASKS.values():
        said = Places().fill(task.consider or task.instead).replace("|", "\\|")
        sign_in = "yes" if task.needs_sign_in else "no"
        lines.append(
            f"| [`{task.name}`]({task.page}) | {task.title} | {sign_in} | {said[0].upper()}{said[1:]} |"
        )
    return "\n".join(lines) + "\n"
