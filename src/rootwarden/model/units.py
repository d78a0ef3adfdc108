"""The tree of OUs: which OU a text names, what is below it, and what it is called."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rootwarden.model.organization import OrganizationalUnit

_NEAR = 3


class UnitTree:
    """The root and the OUs of an organization, or those of them that are known."""

    def __init__(self, units: Iterable[OrganizationalUnit]) -> None:
        self._by_id = {unit.id: unit for unit in units}
        self._by_path: dict[str, list[str]] = {}
        for unit in self._by_id.values():
            self._by_path.setdefault(unit.path, []).append(unit.id)

    def named(self, text: str) -> OrganizationalUnit:
        """The OU with an id or a path. Raises BadInput where there is none, or where the path fits several."""
        if text in self._by_id:
            return self._by_id[text]
        found = self._by_path.get(text) or self._by_path.get(text.rstrip("/") or "/") or []
        if len(found) > 1:  # OU names may hold a slash
            raise BadInput(
                f"{len(found)} OUs have the path {text!r}: {', '.join(sorted(found))}",
                advice="Name the OU by its id.",
            )
        if not found:
            raise BadInput(f"the organization has no OU {text!r}", advice=self._near(text))
        return self._by_id[found[0]]

    def name(self, unit: str) -> str | None:
        """The name of an OU; None where it is not known."""
        return self._by_id[unit].name if unit in self._by_id else None

    def agrees_with(self, units: Iterable[OrganizationalUnit]) -> bool:
        """Whether these OUs are all known, under the same names and in the same places."""
        return all(unit.id in self._by_id and self._by_id[unit.id].path == unit.path for unit in units)

    def knows(self, path: str) -> bool:
        """Whether an OU has this path."""
        return path in self._by_path

    def lineage(self, unit: str) -> tuple[str, ...] | None:
        """The ids from the root down to an OU, itself included; None where one of them is not known."""
        up: list[str] = []
        at: str | None = unit
        while at is not None:
            if at not in self._by_id or at in up:
                return None
            up.append(at)
            at = self._by_id[at].parent
        return tuple(reversed(up))

    def path(self, parents: Sequence[str] | None) -> str | None:
        """The path of what stands below these ids (root first); None where that is not known."""
        if not parents or parents[-1] not in self._by_id:
            return None
        return self._by_id[parents[-1]].path

    def _near(self, text: str) -> str:
        close = difflib.get_close_matches(text, [*self._by_path, *self._by_id], n=_NEAR, cutoff=0.6)
        if close:
            return f"Did you mean {', '.join(close)}?"
        return "Write it as an OU id, or as a path such as /Workloads."
