"""What is asked: one action on one resource, with what is known of its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from rootwarden.errors import BadInput


class Unknown(Enum):
    """A context key may or may not be there, with any value."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

ContextValue = str | tuple[str, ...] | Unknown
"""One value, several values (a multi-valued key, even with one or none), or not known."""


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource. A key that is not in ``context`` is absent; key names are not case-sensitive.

    Raises BadInput for a context value of another type and for two keys that differ in case only.
    """

    action: str
    """``service:Action``."""
    resource: str
    """The resource's ARN, or ``*`` where the action has no resource type."""
    context: Mapping[str, ContextValue] = field(default_factory=dict, hash=False)
    action_folded: str = field(init=False, repr=False, compare=False)
    resource_segments: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        context: dict[str, ContextValue] = {}
        for key, value in self.context.items():
            _check(key, value)
            context[key.lower()] = value
        if len(context) != len(self.context):
            raise BadInput(
                "a context key is given twice in different case",
                advice="Names of condition keys are not case-sensitive: keep one of them.",
            )
        object.__setattr__(self, "context", MappingProxyType(context))
        object.__setattr__(self, "action_folded", self.action.lower())
        object.__setattr__(self, "resource_segments", tuple(self.resource.split(":", 5)))


def _check(key: str, value: object) -> None:
    if isinstance(value, (str, Unknown)):
        return
    if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        return
    raise BadInput(
        f"context key {key} has a value of type {type(value).__name__}",
        advice='Give text ("true" rather than True), a tuple of texts, or UNKNOWN.',
    )
