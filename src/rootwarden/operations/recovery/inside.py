"""Which root credentials came to be inside an exception, so that no last-use rule keeps them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.model.credential_item import ItemName

if TYPE_CHECKING:
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.removal import RemovalItem

CLOCKS_APART: Final = timedelta(minutes=1)
"""The most by which this machine's clock and AWS's may differ; ``opened`` is of one, ``created`` of the other."""


def made_inside(exception: RecoveryException, item: RemovalItem) -> bool:
    """Whether the item was made while the exception was open, as far as its time of creation and what was there before tell.

    One of which AWS tells no time counts as old where the exception knows it, or began with what was there.
    """
    if item.created is None:
        return not exception.adopted and exception.covers(ItemName(item.kind, item.identifier))
    if item.created > exception.opened + CLOCKS_APART:
        return True
    if exception.adopted:
        return False
    fits = item.created >= exception.opened - CLOCKS_APART
    return fits and exception.covers(ItemName(item.kind, item.identifier))
