"""The decision: a Deny anywhere wins, every layer that has to allow must allow, and what is unknown stays open.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Sequence

from rootwarden.policy.decision import Answer, Decision, Layer
from rootwarden.policy.layers import Layers, Place
from rootwarden.policy.matching import (
    Hit,
    Matcher,
    deny_matcher,
    hits,
    match_naming_a_user,
    match_plainly,
    match_with_principal,
)
from rootwarden.policy.ownership import ELSEWHERE, Relation, relation
from rootwarden.policy.request import Request
from rootwarden.policy.truth import Truth

_NEED_AN_ALLOW = frozenset({Layer.SCP, Layer.IDENTITY, Layer.BOUNDARY})


def evaluate(request: Request, layers: Layers) -> Decision:
    """Decides one request: allow, deny, or depends on the context keys named in the decision.

    1. A Deny statement that matches, in any layer, denies.
    2. A layer without the Allow it needs denies: each SCP level, the boundary, and the identity policies, in whose stead
       the policy of a resource in the same account may allow.
    3. A Deny that may match, or an Allow that may not, leaves the answer open. So does another account's resource.
    4. Else the request is allowed.
    """
    caller = relation(request, layers)
    denies = _denies(request, layers, caller)
    if denies and denies[0].match.truth is Truth.YES:  # (1)
        return _decision(Answer.DENY, denies, explicit=True)
    open_hits = list(denies)
    allowing: list[Hit] = []
    for place in layers.places:  # (2)
        if place.layer not in _NEED_AN_ALLOW:
            continue
        found = _allows(place, request, layers, caller)
        if not found:
            return _missing(place, request)
        if found[0].match.truth is Truth.MAYBE:
            open_hits += found
        elif place.layer is Layer.IDENTITY:
            allowing = found
    if open_hits:  # (3)
        return _decision(Answer.DEPENDS, open_hits, explicit=bool(denies))
    if caller.same_account.truth is not Truth.YES:
        return _elsewhere(caller)
    return _decision(Answer.ALLOW, allowing, explicit=False)  # (4)


def _denies(request: Request, layers: Layers, caller: Relation) -> list[Hit]:
    """The one statement that denies, else those that may."""
    open_ones = []
    for place in layers.places:
        matcher = deny_matcher(place, request, caller) if place.denies else None
        if matcher is None:
            continue
        for hit in hits(place, place.denies, request, matcher):
            if hit.match.truth is Truth.YES:
                return [hit]
            open_ones.append(hit)
    return open_ones


def _allows(place: Place, request: Request, layers: Layers, caller: Relation) -> list[Hit]:
    """The one statement that allows, else those that may; empty if there is none."""
    found = _first_or_open(place, request, match_plainly)
    settled = found and found[0].match.truth is Truth.YES
    if (
        settled
        or place.layer is Layer.SCP
        or layers.resource is None
        or caller.same_account.truth is Truth.NO
    ):
        return found
    # In the same account the resource's policy may allow instead; only if it names the user does that pass a boundary.
    instead = match_with_principal if place.layer is Layer.IDENTITY else match_naming_a_user
    granted = _first_or_open(layers.places[-1], request, instead)
    return granted if granted and granted[0].match.truth is Truth.YES else found + granted


def _first_or_open(place: Place, request: Request, matcher: Matcher) -> list[Hit]:
    open_ones = []
    for hit in hits(place, place.allows, request, matcher):
        if hit.match.truth is Truth.YES:
            return [hit]
        open_ones.append(hit)
    return open_ones


def _missing(place: Place, request: Request) -> Decision:
    for policy, statement in place.allows:
        if statement.match_target(request).truth is not Truth.NO:
            miss = Hit(place, policy, statement, statement.match_conditions(request))
            return _decision(Answer.DENY, [miss], explicit=False)
    return Decision(Answer.DENY, explicit=False, layer=place.layer, target=place.target)


def _elsewhere(caller: Relation) -> Decision:
    warnings = (ELSEWHERE,) if caller.same_account.truth is Truth.NO else ()
    return Decision(
        Answer.DEPENDS,
        explicit=False,
        layer=Layer.RESOURCE_POLICY,
        depends_on=caller.same_account.keys,
        warnings=warnings,
    )


def _decision(answer: Answer, found: Sequence[Hit], *, explicit: bool) -> Decision:
    if not found:
        return Decision(answer, explicit=explicit)
    first = found[0]
    return Decision(
        answer,
        explicit=explicit,
        layer=first.place.layer,
        target=first.place.target,
        policy=first.policy.name,
        statement=first.statement.label,
        condition=first.match.reason or None,
        depends_on=frozenset().union(*(hit.match.keys for hit in found)),
        warnings=tuple(sorted({warning for hit in found for warning in hit.match.warnings})),
    )
