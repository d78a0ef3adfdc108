"""How a statement is matched where it stands: the same text means different things in an SCP and in a bucket policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rootwarden.policy.decision import Layer
from rootwarden.policy.document import Policy, Statement
from rootwarden.policy.layers import Place, Rule
from rootwarden.policy.ownership import Relation
from rootwarden.policy.rcp_services import UNCONFIRMED, restricted
from rootwarden.policy.request import Request
from rootwarden.policy.truth import NO, Match, Truth, all_of, maybe, negation

Matcher = Callable[[Statement, Request], Match]

OWN_BUCKET_POLICY: Final = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""What no bucket policy can keep from the root user of the account that owns the bucket.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
"""

_WITHOUT_PRINCIPAL = maybe(
    warning="a statement has no Principal, which AWS requires in an RCP and in a resource policy"
)
_WITH_PRINCIPAL = maybe(
    warning="a statement has a Principal, which AWS does not accept in this kind of policy"
)
_RCP_UNCONFIRMED = "whether RCPs apply to sts:AssumeRoot is not confirmed; by the written rule they do"


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that matches, or may, and where it stands."""

    place: Place
    policy: Policy
    statement: Statement
    match: Match


def hits(place: Place, rules: Sequence[Rule], request: Request, matcher: Matcher) -> Iterator[Hit]:
    """The statements that match or may."""
    for policy, statement in rules:
        match = matcher(statement, request)
        if match.truth is not Truth.NO:
            yield Hit(place, policy, statement, match)


def deny_matcher(place: Place, request: Request, caller: Relation) -> Matcher | None:
    """How a Deny is matched in this place; None where the place has no say in this request."""
    if place.layer is Layer.RCP:
        if not restricted(request):
            return None
        return _match_unconfirmed if request.action_folded in UNCONFIRMED else match_with_principal
    if place.layer is not Layer.RESOURCE_POLICY:
        return match_plainly
    if caller.is_bounded:
        return _match_bounded
    if request.action_folded not in OWN_BUCKET_POLICY or not caller.is_root:
        return match_with_principal
    counts = negation(caller.same_account)
    return lambda statement, asked: all_of([match_with_principal(statement, asked), counts])


def match_plainly(statement: Statement, request: Request) -> Match:
    """In a policy that belongs to the principal or its account, where no Principal is written."""
    match = statement.match(request)
    if statement.principal is None or match.truth is Truth.NO:
        return match
    return all_of([match, _WITH_PRINCIPAL])


def match_with_principal(statement: Statement, request: Request) -> Match:
    """In an RCP or a resource policy, where the statement says whom it is about."""
    match = statement.match(request)
    if match.truth is Truth.NO:
        return match
    if statement.principal is None:
        return match if match.truth is Truth.MAYBE else _WITHOUT_PRINCIPAL
    principal = statement.principal.match(request)
    return match if principal.truth is Truth.YES else all_of([principal, match])


def match_naming_a_user(statement: Statement, request: Request) -> Match:
    """In a resource policy, where the statement names the calling IAM user itself."""
    named = statement.principal.names_user(request) if statement.principal else NO
    return all_of([named, match_with_principal(statement, request)])


def _match_bounded(statement: Statement, request: Request) -> Match:
    """For a Deny of a resource policy and a caller with a boundary, whom NotPrincipal never excepts.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    excepts = statement.principal is not None and statement.principal.negated
    return statement.match(request) if excepts else match_with_principal(statement, request)


def _match_unconfirmed(statement: Statement, request: Request) -> Match:
    match = match_with_principal(statement, request)
    if match.truth is Truth.NO:
        return match
    return Match(Truth.MAYBE, match.reason, match.keys, (*match.warnings, _RCP_UNCONFIRMED))
