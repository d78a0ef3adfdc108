"""Leases: who works on what until when, so that two operators or a cron job do not meet in one account.

Kept beside the entries and not part of the chain. Reach: with SQLite the processes of one machine, with S3 every machine.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from rootwarden.errors import BadInput, LeaseLost, LedgerUnreadable, NotCanonical
from rootwarden.ledger.canonical import canonical_bytes, parse_canonical
from rootwarden.ledger.entry import format_time, parse_time

SCHEMA: Final = "rootwarden/ledger-lease/1"
TAKEOVER_MARGIN: Final = timedelta(seconds=10)
"""A lease is taken over only this long after its end: clocks of two machines may differ, and a holder stops at the end."""
LONGEST: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on something, until a time."""

    name: str
    """``account:111122223333``, or any other printable ASCII name of up to 200 characters."""
    owner: str
    """For people: who and where."""
    token: str
    """Unique to this acquisition: two processes of one owner do not share a lease."""
    acquired: datetime
    ends: datetime

    def stands(self, now: datetime) -> bool:
        """Whether somebody else has to keep off."""
        return now < self.ends + TAKEOVER_MARGIN


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the lease; not an error, since one busy account need not stop a run over many."""

    by: Lease


def granted(name: str, owner: str, now: datetime, length: timedelta) -> Lease:
    """A new lease. Raises BadInput for a name or length that cannot be meant."""
    check_name(name)
    _check_length(length)
    return Lease(name, owner, uuid.uuid4().hex, now, now + length)


def check_name(name: str) -> None:
    """Raises BadInput for a name that not every store could keep."""
    if not 1 <= len(name) <= 200 or not name.isascii() or not name.isprintable():  # noqa: PLR2004 - S3 keys have 1024 bytes
        raise BadInput(f"{name!r} cannot name a lease", advice="Use up to 200 printable ASCII characters.")


def renewed(mine: Lease, current: Lease | None, now: datetime, length: timedelta) -> Lease:
    """The lease with a later end. Raises LeaseLost where it is no longer ours, or its end has passed.

    Past the end it is not renewed even if nobody took it: work done since then was done without a lease.
    """
    _check_length(length)
    if current is None or current.token != mine.token:
        raise LeaseLost(
            f"the lease on {mine.name} is not ours any more"
            + (f": {current.owner} has it" if current else ""),
            advice="Wait until the other run is over, then look again before changing anything.",
        )
    if now >= current.ends:
        raise LeaseLost(
            f"the lease on {mine.name} ended at {format_time(current.ends)}",
            advice="Run the command again; it looks first.",
        )
    return replace(current, ends=now + length)


def to_bytes(name: str, lease: Lease | None) -> bytes:
    """What a store keeps; None for a lease that was given back."""
    held = None
    if lease is not None:
        times = {"acquired": format_time(lease.acquired), "ends": format_time(lease.ends)}
        held = {"owner": lease.owner, "token": lease.token, **times}
    return canonical_bytes({"schema": SCHEMA, "name": name, "held": held})


def from_bytes(data: bytes, place: str) -> Lease | None:
    """The lease a store kept. Raises LedgerUnreadable for what is none."""
    try:
        return _lease(parse_canonical(data))
    except (NotCanonical, KeyError, TypeError) as error:
        raise LedgerUnreadable(
            f"{place} is not a lease this version can read: {error}",
            advice="Update rootwarden, or remove the damaged lease.",
        ) from error


def _lease(fields: Mapping[str, Any]) -> Lease | None:
    if fields["schema"] != SCHEMA:
        raise NotCanonical(f"its schema is {fields['schema']!r}")
    held: Mapping[str, Any] | None = fields["held"]
    if held is None:
        return None
    times = parse_time(held["acquired"]), parse_time(held["ends"])
    return Lease(str(fields["name"]), str(held["owner"]), str(held["token"]), *times)


def _check_length(length: timedelta) -> None:
    if not timedelta(0) < length <= LONGEST:
        raise BadInput(
            f"a lease cannot last {length}", advice="Leases last up to 24 hours and can be renewed."
        )
