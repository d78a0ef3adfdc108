"""Does Resource or NotResource cover the request's resource?

An ARN is compared segment by segment: no star reaches across a colon, except in the last segment.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.policy.pattern import Pattern, pattern, segments, tokens
from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, YES, Match, Truth, all_of, any_of, because, maybe, none_of
from rootwarden.policy.wording import as_written

ARN_SEGMENTS = 6


@dataclass(frozen=True, slots=True)
class ResourcePattern:
    """One value of Resource or NotResource."""

    text: str
    whole: Pattern
    parts: tuple[Pattern, ...]

    def match(self, request: Request) -> Match:
        """Whether the pattern covers the resource."""
        if self.whole.glob is not None and self.whole.glob.everything:
            return YES
        if len(self.parts) == ARN_SEGMENTS:
            return self._by_segment(request)
        rough = self.whole.fits(request.resource, request)
        if rough.truth is Truth.NO:
            return NO
        return maybe(keys=rough.keys, warning=f'"{self.text}" is neither "*" nor an ARN of six parts')

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
    reason: str

    def match(self, request: Request) -> Match:
        """Whether the statement covers the resource."""
        found = [pattern.match(request) for pattern in self.patterns]
        answer = none_of(found) if self.negated else any_of(found)
        return because(answer, self.reason) if answer.truth is Truth.MAYBE else answer


def resource_matcher(patterns: tuple[str, ...], *, negated: bool, variables: bool) -> ResourceMatcher:
    """The matcher for the values of Resource, or of NotResource when ``negated``."""
    compiled = []
    for text in patterns:
        whole = tokens(text, variables=variables, wildcards=True)
        compiled.append(
            ResourcePattern(
                text, pattern(whole), tuple(pattern(part) for part in segments(whole, ARN_SEGMENTS))
            )
        )
    return ResourceMatcher(
        tuple(compiled), negated, as_written("NotResource" if negated else "Resource", patterns)
    )
