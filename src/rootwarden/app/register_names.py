"""Finding one thing of a register by the id a person typed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from rootwarden.errors import BadInput


class Named(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=Named)


def named(wanted: str, found: Iterable[T], what: str, describe: Callable[[T], str]) -> T:
    """The one of that id; raises BadInput with near matches, each described. ``what`` is its sort and its command's name."""
    by_id = {one.id: one for one in found}
    if wanted not in by_id:
        close = difflib.get_close_matches(wanted, by_id, n=3, cutoff=0.5)
        near = ", ".join(f"{one} ({describe(by_id[one])})" for one in close)
        raise BadInput(
            f"the ledger knows no {what} {wanted!r}",
            advice=f"Did you mean {near}?" if near else f"'rootwarden {what} list' shows them.",
        )
    return by_id[wanted]
