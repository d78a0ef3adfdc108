"""The actions of policies, from the one table of permissions: nothing is listed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.model.permissions import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

ASSUME_ROOT: Final = "sts:AssumeRoot"
_READS: Final = ("Get", "List", "Describe", "Lookup", "Test", "Generate")
_OF_A_BUCKET_OR_KEY: Final = frozenset({"s3", "kms"})
"""What is allowed on one bucket or one key only has guardrails of its own."""


def reads_of(commands: Iterable[str]) -> tuple[str, ...]:
    """What these commands read besides a bucket's objects, required and optional, in the table's order."""
    return tuple(one for one in _all_of(commands) if _is_read(one))


def calls_of(commands: Iterable[str]) -> tuple[str, ...]:
    """Everything these commands call, but for buckets and keys and for opening root sessions."""
    return tuple(one for one in _all_of(commands) if not _elsewhere(one))


def _all_of(commands: Iterable[str]) -> tuple[str, ...]:
    rows = [COMMANDS[name] for name in commands]
    return tuple(dict.fromkeys(one for row in rows for one in (*row.actions, *row.optional)))


def _is_read(action: str) -> bool:
    return not _elsewhere(action) and action.partition(":")[2].startswith(_READS)


def _elsewhere(action: str) -> bool:
    return action == ASSUME_ROOT or action.partition(":")[0] in _OF_A_BUCKET_OR_KEY
