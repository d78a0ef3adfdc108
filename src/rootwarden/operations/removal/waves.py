"""The order of a removal: OU by OU, so that what goes wrong in some is seen before the next begin. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from rootwarden.model.removal import AccountRemoval


def in_order(accounts: Iterable[AccountRemoval]) -> tuple[AccountRemoval, ...]:
    """The accounts by the paths of their OUs, then by id; those of which no OU is known come last."""
    return tuple(sorted(accounts, key=lambda one: (_place(one), one.account)))


def waves(
    accounts: Sequence[AccountRemoval], room: Callable[[], int]
) -> Iterator[tuple[AccountRemoval, ...]]:
    """The accounts in their order, in waves of whole OUs: each wave ends before the next begins.

    Small OUs share a wave as long as all their accounts have room in it; ``room`` is asked once the wave before has ended.
    """
    wave: list[AccountRemoval] = []
    for _, group in itertools.groupby(accounts, key=_place):
        unit = tuple(group)
        if wave and len(wave) + len(unit) > room():
            yield tuple(wave)
            wave = []
        wave += unit
    if wave:
        yield tuple(wave)


def canary(
    accounts: Sequence[AccountRemoval], count: int
) -> tuple[tuple[AccountRemoval, ...], tuple[AccountRemoval, ...]]:
    """The first accounts of the order, and the others."""
    return tuple(accounts[:count]), tuple(accounts[count:])


def _place(one: AccountRemoval) -> tuple[bool, str]:
    return (one.ou_path is None, one.ou_path or "")
