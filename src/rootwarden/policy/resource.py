"""Does Resource or NotResource cover the request's resource?

An ARN is compared segment by segment: no star reaches across a colon, except in the last segment.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rootwarden.policy.pattern import Pattern, Variable, pattern, segments, tokens
from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, YES, Match, Truth, all_of, any_of, because, maybe, none_of
from rootwarden.policy.wording import as_written

ARN_SEGMENTS = 6


@dataclass(frozen=True, slots=True)
class ResourcePattern:
    """One value of Resource or NotResource."""

    whole: Pattern
    parts: tuple[Pattern, ...]
    fault: str
    """Why it is no pattern AWS documents; such a one covers nothing for sure."""

    def match(self, request: Request) -> Match:
        """Whether the pattern, which is more than a star, covers the resource."""
        if not self.fault:
            exact = self.whole.glob.exact if self.whole.glob else None
            if (
                exact is not None
            ):  # an ARN in full: the same by segments, and this is what long lists are made of
                return YES if exact == request.resource else NO
            return self._by_segment(request)
        rough = self.whole.fits(request.resource, request)
        return rough if rough.truth is Truth.NO else maybe(keys=rough.keys, warning=self.fault)

    @property
    def is_everything(self) -> bool:
        """Whether the pattern is nothing but stars."""
        return self.whole.glob is not None and self.whole.glob.everything

    def _by_segment(self, request: Request) -> Match:
        given = request.resource_segments
        if len(given) != ARN_SEGMENTS:
            return NO
        return all_of(part.fits(text, request) for part, text in zip(self.parts, given, strict=True))


@dataclass(frozen=True, slots=True)
class ResourceMatcher:
    """Resource or NotResource of one statement."""

    patterns: tuple[ResourcePattern, ...]
    negated: bool
    everything: bool
    """Whether one of the patterns is "*", as in most statements."""
    reason: str

    def match(self, request: Request) -> Match:
        """Whether the statement covers the resource."""
        if self.everything:
            return NO if self.negated else YES
        found = [pattern.match(request) for pattern in self.patterns]
        answer = none_of(found) if self.negated else any_of(found)
        return because(answer, self.reason) if answer.truth is Truth.MAYBE else answer


def resource_matcher(patterns: tuple[str, ...], *, negated: bool, variables: bool) -> ResourceMatcher:
    """The matcher for the values of Resource, or of NotResource when ``negated``."""
    compiled = tuple(_pattern(text, variables=variables) for text in patterns)
    return ResourceMatcher(
        compiled,
        negated,
        everything=any(one.is_everything for one in compiled),
        reason=as_written("NotResource" if negated else "Resource", patterns),
    )


@functools.lru_cache(maxsize=20_000)  # thousands of policies name the same ARNs
def _pattern(text: str, *, variables: bool) -> ResourcePattern:
    whole = tokens(text, variables=variables, wildcards=True)
    parts = segments(whole, ARN_SEGMENTS)
    fault = ""
    if len(parts) != ARN_SEGMENTS:
        fault = f'"{text}" is neither "*" nor an ARN of six parts'
    elif any(isinstance(token, Variable) for part in parts[:-1] for token in part):
        fault = f'"{text}" has a policy variable before the fifth colon, where AWS allows none'
    return ResourcePattern(pattern(whole), tuple(pattern(part) for part in parts), fault)
