"""The order of a removal: OU by OU, so that what goes wrong in one is seen before the next begins. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from rootwarden.model.removal import AccountRemoval


def in_order(accounts: Iterable[AccountRemoval]) -> tuple[AccountRemoval, ...]:
    """The accounts by the paths of their OUs, then by id; those of which no OU is known come last."""
    return tuple(sorted(accounts, key=lambda one: (_place(one), one.account)))


def waves(accounts: Sequence[AccountRemoval]) -> Iterator[tuple[AccountRemoval, ...]]:
    """The accounts OU by OU, in their order: each wave ends before the next begins."""
    for _, group in itertools.groupby(accounts, key=_place):
        yield tuple(group)


def canary(
    accounts: Sequence[AccountRemoval], count: int
) -> tuple[tuple[AccountRemoval, ...], tuple[AccountRemoval, ...]]:
    """The first accounts of the order, and the others."""
    return tuple(accounts[:count]), tuple(accounts[count:])


def _place(one: AccountRemoval) -> tuple[bool, str]:
    return (one.ou_path is None, one.ou_path or "")
