"""Athena's answer becomes records again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.reason import local
from rootwarden.operations.detect.athena_sql import SELECTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.operations.detect.sift import Sieve

_PATHS = tuple((name, tuple(path.split("."))) for name, path, _ in SELECTED)


def sift_rows(rows: Iterable[Mapping[str, str | None]], sieve: Sieve) -> Sieve:
    """What is left of the rows of the query for candidates, in the sieve that was given."""
    for row in rows:
        try:
            sieve.take_record(record_of(row))
        except ValueError as error:
            sieve.tell(local("malformed", f"row {sieve.records}: {error}"))
    return sieve


def record_of(row: Mapping[str, str | None]) -> Mapping[str, Any]:
    """The record a row stands for; members that are null are left out."""
    record: dict[str, Any] = {}
    for name, (*outer, last) in _PATHS:
        value = row.get(name)
        if value is not None:
            inside = record
            for one in outer:
                inside = inside.setdefault(one, {})
            inside[last] = value
    return record
