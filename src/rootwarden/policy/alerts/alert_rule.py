"""One thing that EventBridge is to notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class AlertStack(StrEnum):
    """Which accounts a rule belongs to. Each is a stack of its own: the management account has both."""

    CALLERS = "RootwardenCallers"
    """The management account and the delegated administrator, from which root sessions are opened."""
    ROOT = "RootwardenRoot"
    """Every member account, and the management account itself: its own root user."""
    HUB = "RootwardenHub"
    """The account of the central event bus, where there is one."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A rule of one stack."""

    stack: AlertStack
    name: str
    """In camel case; with the stack's name before it the name of the rule."""
    tells: str
    """What happened, as the message begins."""
    pattern: Mapping[str, Any]
    everywhere: bool = True
    """Whether it has to be in every enabled Region, and not only where global services are recorded."""
    reads: bool = False
    """Whether it is about read-only calls as well, which a rule gets in a state of its own only."""
    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the message says besides what every message says, by word: paths into the event."""

    @property
    def rule_name(self) -> str:
        """What it is called at AWS."""
        return f"{self.stack.value}{self.name}"

    @property
    def state(self) -> str:
        """The state of the rule.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
        """
        return "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" if self.reads else "ENABLED"
