"""Does an event pattern of ours match an event? Only the operators that our rules use; the tests ask EventBridge's own matcher too.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_ABSENT: Final = object()


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether every field of the pattern is met. Raises ValueError for an operator that is not known here."""
    for name, wanted in pattern.items():
        given = event.get(name, _ABSENT)
        if isinstance(wanted, Mapping):
            if not matches(wanted, given if isinstance(given, Mapping) else {}):
                return False
        elif not any(_met(one, given) for one in wanted):
            return False
    return True


def _met(wanted: Any, given: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(given == wanted)
    ((operator, value),) = wanted.items()
    if operator == "exists":
        return (given is not _ABSENT) is value
    if operator == "prefix":
        return isinstance(given, str) and given.startswith(value)
    if operator == "anything-but":
        return given is not _ABSENT and given not in value
    if operator == "suffix":
        return isinstance(given, str) and given.endswith(value)
    raise ValueError(f"the operator {operator} is not known here")
