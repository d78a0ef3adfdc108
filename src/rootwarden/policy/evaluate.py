"""The decision: a Deny anywhere wins, every layer that has to allow must allow, and what is unknown stays open.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rootwarden.policy.decision import Answer, Decision, Layer
from rootwarden.policy.document import Policy, Statement
from rootwarden.policy.layers import Layers
from rootwarden.policy.request import Request
from rootwarden.policy.truth import Match, Truth


@dataclass(frozen=True, slots=True)
class _Place:
    """One set of policies at one place: a layer, or one level of it."""

    layer: Layer
    target: str | None
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A statement that matches, or may, and where it stands."""

    place: _Place
    policy: Policy
    statement: Statement
    match: Match


def evaluate(request: Request, layers: Layers) -> Decision:
    """Decides one request: allow, deny, or depends on the context keys named in the decision.

    1. A Deny statement that matches, in any layer, denies.
    2. A layer without the Allow it needs denies: identity, boundary, and each SCP level.
    3. A Deny that may match, or an Allow that may not, leaves the answer open.
    4. Else the request is allowed.
    """
    open_denies: list[_Hit] = []
    for hit in _denies(request, layers):  # (1)
        if hit.match.truth is Truth.YES:
            return _explicit(hit)
        open_denies.append(hit)
    allowing: _Hit | None = None
    open_allows: list[_Hit] = []
    for place in _needing_an_allow(layers):  # (2)
        found = _allow(request, place)
        if not found:
            return _missing(request, place)
        if found[0].match.truth is Truth.MAYBE:
            open_allows += found
        elif place.layer is Layer.IDENTITY:
            allowing = found[0]
    if open_denies or open_allows:  # (3)
        return _depends(open_denies, open_allows)
    return _allowed(allowing)  # (4)


def _denies(request: Request, layers: Layers) -> Iterator[_Hit]:
    for place in _places(layers):
        for policy in place.policies:
            for statement in policy.denies:
                match = statement.match(request)
                if match.truth is not Truth.NO:
                    yield _Hit(place, policy, statement, match)


def _places(layers: Layers) -> Iterator[_Place]:
    yield from (_Place(Layer.SCP, level.target, level.policies) for level in layers.scp_levels)
    yield from (_Place(Layer.RCP, level.target, level.policies) for level in layers.rcp_levels)
    yield _Place(Layer.BOUNDARY, None, layers.boundary or ())
    yield _Place(Layer.TASK_POLICY, None, layers.ceiling)
    yield _Place(Layer.IDENTITY, None, layers.identity or ())


def _needing_an_allow(layers: Layers) -> Iterator[_Place]:
    yield from (_Place(Layer.SCP, level.target, level.policies) for level in layers.scp_levels)
    if layers.identity is not None:
        yield _Place(Layer.IDENTITY, None, layers.identity)
    if layers.boundary is not None:
        yield _Place(Layer.BOUNDARY, None, layers.boundary)


def _allow(request: Request, place: _Place) -> list[_Hit]:
    """The statement that allows, else those that may; empty if there is none."""
    open_ones = []
    for policy in place.policies:
        for statement in policy.allows:
            match = statement.match(request)
            if match.truth is Truth.YES:
                return [_Hit(place, policy, statement, match)]
            if match.truth is Truth.MAYBE:
                open_ones.append(_Hit(place, policy, statement, match))
    return open_ones


def _explicit(hit: _Hit) -> Decision:
    return _decision(Answer.DENY, hit, explicit=True)


def _missing(request: Request, place: _Place) -> Decision:
    for policy in place.policies:
        for statement in policy.allows:
            if statement.match_target(request).truth is not Truth.NO:
                miss = _Hit(place, policy, statement, statement.match_conditions(request))
                return _decision(Answer.DENY, miss, explicit=False)
    return Decision(Answer.DENY, explicit=False, layer=place.layer, target=place.target)


def _depends(denies: list[_Hit], allows: list[_Hit]) -> Decision:
    hits = denies + allows
    return _decision(Answer.DEPENDS, hits[0], explicit=bool(denies), others=hits[1:])


def _allowed(hit: _Hit | None) -> Decision:
    return _decision(Answer.ALLOW, hit, explicit=False) if hit else Decision(Answer.ALLOW, explicit=False)


def _decision(answer: Answer, hit: _Hit, *, explicit: bool, others: Iterable[_Hit] = ()) -> Decision:
    matches = [hit.match, *(other.match for other in others)]
    return Decision(
        answer,
        explicit=explicit,
        layer=hit.place.layer,
        target=hit.place.target,
        policy=hit.policy.name,
        statement=hit.statement.label,
        condition=hit.match.reason or None,
        depends_on=frozenset().union(*(match.keys for match in matches)),
        warnings=tuple(sorted({warning for match in matches for warning in match.warnings})),
    )
