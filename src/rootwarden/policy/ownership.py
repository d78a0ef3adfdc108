"""Whose resource it is: a resource policy is judged for callers of the owner's own account only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rootwarden.policy.caller import PRINCIPAL_ACCOUNT, caller_of
from rootwarden.policy.layers import Layers
from rootwarden.policy.request import Request, Unknown
from rootwarden.policy.truth import NO, YES, Match, maybe

ELSEWHERE: Final = "the resource is another account's, and access across accounts is not judged here"


@dataclass(frozen=True, slots=True)
class Relation:
    """How the caller stands to the resource."""

    same_account: Match
    """Whether the caller's account owns it: yes also where no resource policy takes part."""
    is_root: bool
    """Whether the caller is a root user."""
    is_bounded: bool
    """Whether the caller is a user or role with a permissions boundary."""


def relation(request: Request, layers: Layers) -> Relation:
    """How the caller stands to the resource whose policy takes part."""
    is_root = layers.identity is None
    is_bounded = layers.boundary is not None and not is_root
    if layers.resource is None:
        return Relation(YES, is_root, is_bounded)
    account = caller_of(request).account
    if isinstance(account, Unknown):
        return Relation(maybe(keys=frozenset({PRINCIPAL_ACCOUNT})), is_root, is_bounded)
    return Relation(YES if account == layers.resource.owner else NO, is_root, is_bounded)
