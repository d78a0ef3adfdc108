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
    """For MAYBE: the context keys that would decide it. For NO: those that leave open whether its negation holds."""
    warnings: tuple[str, ...] = ()
    """What in the policy itself cannot be judged, in the same sense."""

    @property
    def doubtful(self) -> bool:
        """For NO: whether the negation does not follow."""
        return bool(self.keys or self.warnings)


YES: Final = Match(Truth.YES)
NO: Final = Match(Truth.NO)


def maybe(*, keys: frozenset[str] = frozenset(), warning: str = "") -> Match:
    """A match that depends on context keys, or on something in the policy that cannot be judged."""
    return Match(Truth.MAYBE, keys=keys, warnings=(warning,) if warning else ())


def because(match: Match, reason: str) -> Match:
    """The same match with a reason."""
    return replace(match, reason=reason)


def negation(match: Match) -> Match:
    """What holds where the match, which is none in doubt, does not."""
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
    return _joined(Truth.MAYBE, open_ones) if open_ones else NO


def none_of(matches: Iterable[Match]) -> Match:
    """Yes if all surely fail (also if there are none); no if one holds; else it depends on the others."""
    open_ones = []
    for match in matches:
        if match.truth is Truth.YES:
            return NO
        if match.truth is Truth.MAYBE or match.doubtful:
            open_ones.append(match)
    return _joined(Truth.MAYBE, open_ones) if open_ones else YES


def all_of(matches: Iterable[Match]) -> Match:
    """No if one fails, doubtful if all that fail are; yes if all hold (also if there are none); else it depends on those that may."""
    open_ones = []
    doubts = []
    for match in matches:
        if match.truth is Truth.MAYBE:
            open_ones.append(match)
        elif match.truth is Truth.NO:
            if not match.doubtful:
                return match
            doubts.append(match)
    if doubts:
        return _joined(Truth.NO, doubts)
    return _joined(Truth.MAYBE, open_ones) if open_ones else YES


def _joined(truth: Truth, matches: list[Match]) -> Match:
    return Match(
        truth,
        reason=" and ".join(dict.fromkeys(match.reason for match in matches if match.reason)),
        keys=frozenset().union(*(match.keys for match in matches)),
        warnings=tuple(dict.fromkeys(warning for match in matches for warning in match.warnings)),
    )
