"""The roles of people and jobs that open root sessions: each for its own tasks and commands, and no other."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from rootwarden.model.tasks import RootTask


class OperatorRole(StrEnum):
    """The operator roles."""

    AUDITOR = "auditor"
    REMOVER = "remover"
    UNLOCKER = "unlocker"
    RECOVERER = "recoverer"

    @property
    def tasks(self) -> tuple[RootTask, ...]:
        """The tasks it may open root sessions for."""
        return _TASKS[self]

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands it runs, by their names in the table of permissions."""
        return _COMMANDS[self]

    @property
    def role_name(self) -> str:
        """The name of its IAM role where nobody names another."""
        return f"Rootwarden{self.value.capitalize()}"


_TASKS: Final = {
    OperatorRole.AUDITOR: (RootTask.AUDIT,),
    OperatorRole.REMOVER: (RootTask.AUDIT, RootTask.DELETE),
    OperatorRole.UNLOCKER: (RootTask.S3_UNLOCK, RootTask.SQS_UNLOCK),
    OperatorRole.RECOVERER: (RootTask.CREATE_PASSWORD, RootTask.DELETE, RootTask.AUDIT),
}
_BY_HAND: Final = ("session", "grant add", "grant list", "grant end")
_LOOKS: Final = ("status", "audit", "doctor", "recovery list", "remove plan")
_COMMANDS: Final = {
    OperatorRole.AUDITOR: _LOOKS,
    OperatorRole.REMOVER: (
        *_LOOKS,
        "remove apply",
        "remove",
        "evidence complete",
        "waiver add",
        "waiver list",
        "waiver end",
        *_BY_HAND,
    ),
    OperatorRole.UNLOCKER: ("status", "unlock bucket", "unlock queue", *_BY_HAND),
    OperatorRole.RECOVERER: (
        "status",
        "recovery open",
        "recovery list",
        "recovery adopt",
        "recovery close",
        "recovery sweep",
        *_BY_HAND,
    ),
}
