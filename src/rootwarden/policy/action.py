"""Does Action or NotAction cover the request's action?"""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, Match, Truth
from rootwarden.policy.wildcard import Glob, glob, pieces
from rootwarden.policy.wording import as_written


@dataclass(frozen=True, slots=True)
class ActionMatcher:
    """Action or NotAction of one statement. Actions are not case-sensitive and have no policy variables."""

    patterns: tuple[tuple[Glob, Match], ...]
    """Each pattern with what it answers when it fits."""
    otherwise: Match
    """What holds when no pattern fits."""

    def match(self, request: Request) -> Match:
        """Whether the statement covers the action."""
        for wanted, answer in self.patterns:
            if wanted.matches(request.action_folded):
                return answer
        return self.otherwise


def action_matcher(patterns: tuple[str, ...], *, negated: bool) -> ActionMatcher:
    """The matcher for the values of Action, or of NotAction when ``negated``."""
    return ActionMatcher(
        patterns=tuple(
            (
                glob(pieces(pattern.lower())),
                NO if negated else Match(Truth.YES, reason=as_written("Action", (pattern,))),
            )
            for pattern in patterns
        ),
        otherwise=Match(Truth.YES, reason=as_written("NotAction", patterns)) if negated else NO,
    )
