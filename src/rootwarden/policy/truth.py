"""Three values instead of two, each with its reason: yes, no, and "that depends"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final


class Truth(Enum):
    """Whether something holds."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Match:
    """Whether one part of a policy matches a request, and why."""

    truth: Truth
    reason: str = ""
    """The part of the policy that decided, as written there."""
    keys: frozenset[str] = frozenset()
    """For MAYBE: the context keys that would decide it."""
    warnings: tuple[str, ...] = ()
    """For MAYBE: what in the policy itself cannot be judged."""


YES: Final = Match(Truth.YES)
NO: Final = Match(Truth.NO)


def maybe(*, keys: frozenset[str] = frozenset(), warning: str = "") -> Match:
    """A match that depends on context keys, or on something in the policy that cannot be judged."""
    return Match(Truth.MAYBE, keys=keys, warnings=(warning,) if warning else ())


def because(match: Match, reason: str) -> Match:
    """The same match with a reason."""
    return replace(match, reason=reason)


def negation(match: Match) -> Match:
    """What holds where the match does not."""
    if match.truth is Truth.MAYBE:
        return match
    return NO if match.truth is Truth.YES else YES


def any_of(matches: Iterable[Match]) -> Match:
    """Yes if one holds; no if none can; else it depends on those that may. The reason is the first deciding one's."""
    open_ones = []
    for match in matches:
        if match.truth is Truth.YES:
            return match
        if match.truth is Truth.MAYBE:
            open_ones.append(match)
    return _joined(open_ones) if open_ones else NO


def all_of(matches: Iterable[Match]) -> Match:
    """No if one fails; yes if all hold (also if there are none); else it depends on those that may."""
    open_ones = []
    for match in matches:
        if match.truth is Truth.NO:
            return match
        if match.truth is Truth.MAYBE:
            open_ones.append(match)
    return _joined(open_ones) if open_ones else YES


def _joined(matches: list[Match]) -> Match:
    if len(matches) == 1:
        return matches[0]
    return Match(
        Truth.MAYBE,
        reason=" and ".join(dict.fromkeys(match.reason for match in matches if match.reason)),
        keys=frozenset().union(*(match.keys for match in matches)),
        warnings=tuple(dict.fromkeys(warning for match in matches for warning in match.warnings)),
    )
