"""The catalogue of root-only tasks: what AWS keeps, or kept, for the root user of an account, and how it is done today.

As of 2026-09-26. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#root-user-tasks
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from rootwarden.errors import BadInput
from rootwarden.model.root_only import accounts, billing, sessions, sign_ins, support
from rootwarden.model.root_only_task import RootOnlyTask

ROOT_ONLY_TASKS: Final[Mapping[str, RootOnlyTask]] = MappingProxyType(
    {task.name: task for module in (sessions, accounts, support, sign_ins, billing) for task in module.TASKS}
)
"""Every task by its name, those first for which nobody signs in."""

_TELLING = 3
"""Letters from which a word of a wrong name tells what was meant."""


def root_only_task_named(text: str) -> RootOnlyTask:
    """The task of a name; raises BadInput with near matches, by the words of the titles too."""
    wanted = text.strip().lower()
    found = ROOT_ONLY_TASKS.get(wanted)
    if found is not None:
        return found
    near = _near(wanted)
    every = "'rootwarden tasks' lists them all."
    raise BadInput(
        f"there is no root-only task {text!r}",
        advice=f"Did you mean {' or '.join(near)}? {every}" if near else every,
    )


def _near(wanted: str) -> list[str]:
    words = [word for word in wanted.replace("-", " ").replace("_", " ").split() if len(word) >= _TELLING]
    scores = {
        name: sum(word in f"{name} {task.title}".lower() for word in words)
        for name, task in ROOT_ONLY_TASKS.items()
    }
    by_words = sorted((name for name in scores if scores[name]), key=lambda name: -scores[name])
    by_spelling = get_close_matches(wanted, ROOT_ONLY_TASKS, n=3, cutoff=0.6)
    return list(dict.fromkeys((*by_spelling, *by_words)))[:3]
