"""What a policy of a resource says by itself, where the caller's own policies do not count as well: a bucket or queue of
another account, a role's trust policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from enum import Enum, auto

from rootwarden.policy import (
    Answer,
    Decision,
    Layers,
    Policy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
)


class Grant(Enum):
    """Whom a policy allows."""

    NOBODY = auto()
    ACCOUNT = auto()
    """The caller's account, whose own policies then decide."""
    CALLER = auto()
    """The caller itself."""


EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="everything",
)
"""Allows everything, where the question is what denies."""


def refusal_by(request: Request, policies: tuple[Policy, ...]) -> Decision | None:
    """The decision of a Deny in the policies that meets the caller, or that may; None where there is none."""
    decision = evaluate(request, Layers((EVERYTHING,), resource=_as_own(request, policies)))
    return None if decision.answer is Answer.ALLOW else decision


def grant_by(request: Request, policies: tuple[Policy, ...]) -> Grant:
    """Whom the Allow statements of the policies reach. Conditions on the caller's ARN are not met by its account."""
    layers = Layers((), resource=_as_own(request, policies))
    if evaluate(request, layers).answer is Answer.ALLOW:
        return Grant.CALLER
    partition = str(request.context["aws:principalarn"]).split(":")[1]
    root = f"arn:{partition}:iam::{_account(request)}:root"
    asked = Request(request.action, request.resource, {**request.context, "aws:principalarn": root})
    return Grant.ACCOUNT if evaluate(asked, layers).answer is Answer.ALLOW else Grant.NOBODY


def _as_own(request: Request, policies: tuple[Policy, ...]) -> ResourcePolicy:
    """As if it was the caller's account's: the evaluator judges no other, and who is allowed does not depend on it."""
    return ResourcePolicy(_account(request), policies)


def _account(request: Request) -> str:
    return str(request.context["aws:principalaccount"])
