"""Proving that an edited policy changes nothing for anybody but root sessions. Pure."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import AccountId
from rootwarden.model.tasks import RootTask
from rootwarden.policy.document import Effect
from rootwarden.policy.matching import match_plainly, match_with_principal
from rootwarden.policy.spelling import meant_by
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.policy import Policy, Request

_OTHER_ACTIONS: Final = (
    "iam:CreateAccessKey",
    "iam:CreateUser",
    "s3:GetObject",
    "ec2:RunInstances",
    "organizations:LeaveOrganization",
    "sts:AssumeRole",
)
ACTIONS: Final = (*dict.fromkeys(action for task in RootTask for action in task.actions), *_OTHER_ACTIONS)


def harmless(asker: Asker, before: Policy, after: Policy, account: AccountId) -> bool:
    """Whether no role is treated otherwise, and the signed-in root user loses no Deny and gains no Allow.

    Shown for every action of the five tasks and some besides, policy by policy: then it holds for all policies together. A
    misspelt key, which does not exist, is taken as absent.
    """
    asker = dataclasses.replace(asker, keys=frozenset(key for key in asker.keys if meant_by(key) is None))
    for action in ACTIONS:
        role = asker.role(action, account)
        if _matches(before, role) != _matches(after, role):
            return False
        root = asker.signed_in(action, account)
        (denied, allowed), (still_denied, now_allowed) = _matches(before, root), _matches(after, root)
        if _RANK[still_denied] < _RANK[denied] or _RANK[now_allowed] > _RANK[allowed]:
            return False
    return True


_ANOTHER: Final = AccountId("000000000000")
"""An account that no organization has: what holds for it holds for every account no policy names."""


def spares_only(
    asker: Asker, before: Policy, after: Policy, account: AccountId, actions: Iterable[str]
) -> bool:
    """Whether nobody but the root user of one account is treated otherwise: no role of it, no other root user, signed in or not."""
    for action in dict.fromkeys((*ACTIONS, *actions)):
        others = (
            asker.role(action, account),
            asker.role(action, _ANOTHER),
            asker.signed_in(action, _ANOTHER),
            asker.session(action, _ANOTHER),
        )
        if any(_matches(before, one) != _matches(after, one) for one in others):
            return False
        mine = asker.signed_in(action, account)
        if _matches(before, mine)[1] != _matches(after, mine)[1]:
            return False
    return True


_RANK: Final = {Truth.NO: 0, Truth.MAYBE: 1, Truth.YES: 2}


def _matches(policy: Policy, request: Request) -> tuple[Truth, Truth]:
    """Whether the policy denies and whether it allows."""
    return _strongest(policy, request, Effect.DENY), _strongest(policy, request, Effect.ALLOW)


def _strongest(policy: Policy, request: Request, effect: Effect) -> Truth:
    return max(_each(policy, request, effect), key=_RANK.__getitem__, default=Truth.NO)


def _each(policy: Policy, request: Request, effect: Effect) -> Iterator[Truth]:
    for statement in policy.statements:
        if statement.effect is effect:
            matcher = match_plainly if statement.principal is None else match_with_principal
            yield matcher(statement, request).truth
