"""The ledger of a team: one object per entry in a bucket, and nothing that has to run.

Nobody can overwrite another's entry: its key is its number, and it is written only if there is no such key. Whoever comes
second reads the new head and tries again.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from rootwarden.errors import LedgerBroken, LedgerTooNew, LedgerUnreadable, LedgerUnwritable, NotCanonical
from rootwarden.ledger.canonical import canonical_bytes, parse_canonical
from rootwarden.ledger.chain import (
    Head,
    Identity,
    Record,
    follow,
    genesis,
    head_of,
    last_entry,
    wrong_organization,
)
from rootwarden.ledger.clock import Clock, utc_now
from rootwarden.ledger.entry import Draft, Entry
from rootwarden.ledger.leases import Held, Lease
from rootwarden.ledger.object_store import ObjectStore
from rootwarden.ledger.s3_leases import S3Leases

SCHEMA: Final = "rootwarden/ledger/1"
OWNER_KEY: Final = "ledger.json"
FOLDER: Final = "entries/"
_KEY: Final = re.compile(r"entries/(\d{12})\.json")
_PAGE: Final = 1000
"""What S3 lists at once."""
_READERS: Final = 8
_ATTEMPTS: Final = 200
_LONGEST_PAUSE: Final = 0.25
_BREATH: Final = 0.02
"""Seconds: who writes again sooner than this gives way to others first."""

Sleep = Callable[[float], None]


class S3Store:
    """A ``store.Store`` below a prefix of a bucket."""

    def __init__(
        self, bucket: ObjectStore, identity: Identity, *, clock: Clock = utc_now, sleep: Sleep = time.sleep
    ) -> None:
        """Makes no request yet. ``sleep`` takes seconds."""
        self._bucket = bucket
        self._identity = identity
        self._sleep = sleep
        self._lock = threading.RLock()
        self._head: Head | None = None
        self._owned = False
        self._finished = -_BREATH
        self._put_time = 0.0
        self._random = random.SystemRandom()
        self._leases = S3Leases(bucket, clock, self._pause)

    @property
    def identity(self) -> Identity:
        """Whose ledger it is."""
        return self._identity

    @property
    def location(self) -> str:
        """``s3://BUCKET/PREFIX``."""
        return self._bucket.location

    def append(self, draft: Draft) -> Entry:
        """Adds one entry and returns it once S3 has it: one request while nobody else writes."""
        with self._lock:
            self._give_way()
            entry = self._append(draft)
            self._finished = time.monotonic()
        return entry

    def append_many(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Adds entries one after the other: each is an object of its own."""
        with self._lock:
            return tuple(self._append(draft) for draft in drafts)

    def records(self, after: int = 0) -> Iterator[Record]:
        """The stored bytes behind number ``after``, unverified, fetched several at a time."""
        if not self._open(create=False):
            return
        with ThreadPoolExecutor(_READERS, thread_name_prefix="ledger") as pool:
            while numbers := self._numbers_after(after):
                for number, found in zip(
                    numbers, pool.map(self._bucket.get, map(key_of, numbers)), strict=True
                ):
                    if (
                        found is not None
                    ):  # else it went away since it was listed, and its number will be missing
                        yield Record(f"{self.location}/{key_of(number)}", found.data, number)
                after = numbers[-1]

    def head(self) -> Head:
        """The head as stored."""
        with self._lock:
            return self._find_head(0) if self._open(create=False) else genesis(self._identity)

    def acquire(self, name: str, owner: str, length: timedelta) -> Lease | Held:
        """Takes the lease, or tells who has it."""
        self._open(create=True)
        return self._leases.acquire(name, owner, length)

    def renew(self, lease: Lease, length: timedelta) -> Lease:
        """Moves the end to ``length`` from now."""
        self._open(create=False)
        return self._leases.renew(lease, length)

    def release(self, lease: Lease) -> None:
        """Gives the lease back; does nothing when it is not ours any more."""
        if self._open(create=False):
            self._leases.release(lease)

    def leases(self) -> tuple[Lease, ...]:
        """The leases that stand now, by name."""
        return self._leases.standing() if self._open(create=False) else ()

    def close(self) -> None:
        """Nothing to let go of: the client belongs to whoever made it."""

    def _open(self, *, create: bool) -> bool:
        """Checks once whose ledger this is; False where there is none and none is to be created."""
        with self._lock:
            if self._owned:
                return True
            found = self._bucket.get(OWNER_KEY)
            if found is None:
                if self._numbers_after(0):
                    raise LedgerUnreadable(
                        f"{self.location} holds entries but no {OWNER_KEY}: it is only part of a ledger",
                        advice="Restore the object, or name another prefix with --ledger.",
                    )
                if not create:
                    return False
                self._bucket.put_new(OWNER_KEY, _owner_bytes(self._identity), retain=False)
                found = self._bucket.get(OWNER_KEY)
            if found is None:
                raise LedgerUnreadable(f"{self.location}: {OWNER_KEY} was written and is not there")
            _check_owner(found.data, self.location, self._identity)
            self._owned = True
            return True

    def _append(self, draft: Draft) -> Entry:
        self._open(create=True)
        head = self._head or self._find_head(0)
        for attempt in range(_ATTEMPTS):
            entry = follow(head, draft)
            data, key = entry.to_bytes(), key_of(entry.number)
            begun = time.monotonic()
            written = self._bucket.put_new(key, data, retain=True)
            self._put_time = time.monotonic() - begun
            taken = None if written else self._bucket.get(key)
            if written or (
                taken is not None and taken.data == data
            ):  # the latter: written, and the answer got lost
                self._head = head_of(entry)
                return entry
            if taken is not None and attempt % 2 == 0:
                # At once behind the entry that was faster: whoever looks for the head first is late again.
                head = head_of(last_entry(Record(f"{self.location}/{key}", taken.data, entry.number)))
            else:
                self._pause(attempt)
                head = self._find_head(head.number)
        raise LedgerUnwritable(
            f"ledger {self.location}: other writers were faster {_ATTEMPTS} times",
            advice="Run the command again.",
        )

    def _give_way(self) -> None:
        """Before an entry right behind another: a writer without pause would keep all others from ever being first."""
        if time.monotonic() - self._finished < _BREATH:
            self._sleep(self._random.uniform(0, 2 * self._put_time))

    def _find_head(self, after: int) -> Head:
        number = self._last_number(after)
        if number == 0:
            return genesis(self._identity)
        found = self._bucket.get(key_of(number))
        if found is None:
            raise LedgerUnreadable(f"{self.location}/{key_of(number)} was listed and is not there")
        return head_of(last_entry(Record(f"{self.location}/{key_of(number)}", found.data, number)))

    def _last_number(self, after: int) -> int:
        """The highest number there is, found with few listings: "is there one behind n?" turns once from yes to no."""
        low, step, high = after, 0, None
        while high is None or low < high:
            probe = low + step if high is None else (low + high) // 2
            numbers = self._numbers_after(probe)
            if 0 < len(numbers) < _PAGE:
                return numbers[-1]
            if numbers:
                low, step = numbers[-1], max(_PAGE, step * 2)
            else:
                high = probe
        return low

    def _numbers_after(self, number: int) -> list[int]:
        keys = self._bucket.list_after(FOLDER, key_of(number), _PAGE)
        return [self._number_of(key) for key in keys]

    def _number_of(self, key: str) -> int:
        match = _KEY.fullmatch(key)
        if match is None:
            raise LedgerBroken(
                f"{self.location}/{key} is no entry of a ledger",
                fault="inserted",
                number=0,
                expected="entries only",
                found=key,
                advice="Find out who put it there, and move it elsewhere.",
            )
        return int(match.group(1))

    def _pause(self, attempt: int) -> None:
        """A random time that may grow, so that writers who met once do not meet again."""
        self._sleep(self._random.uniform(0, min(_LONGEST_PAUSE, 0.01 * 2 ** min(attempt, 10))))


def key_of(number: int) -> str:
    """The key of an entry: twelve digits, so that keys sort as numbers do."""
    return f"{FOLDER}{number:012d}.json"


def _owner_bytes(identity: Identity) -> bytes:
    return canonical_bytes(
        {"endpoint": identity.endpoint, "organization_id": identity.organization_id, "schema": SCHEMA}
    )


def identity_in(bucket: ObjectStore) -> Identity | None:
    """Whose ledger a prefix says it is; None where there is none yet. Raises LedgerUnreadable and LedgerTooNew."""
    found = bucket.get(OWNER_KEY)
    return None if found is None else _owner(found.data, bucket.location)


def _check_owner(data: bytes, location: str, identity: Identity) -> None:
    found = _owner(data, location)
    if found != identity:
        raise wrong_organization(f"{location}/{OWNER_KEY}", found, identity)


def _owner(data: bytes, location: str) -> Identity:
    place = f"{location}/{OWNER_KEY}"
    try:
        fields = parse_canonical(data)
    except NotCanonical as error:
        raise LedgerUnreadable(f"{place} is damaged or of another program: {error.message}") from error
    schema = str(fields.get("schema"))
    if schema != SCHEMA:
        if re.fullmatch(r"rootwarden/ledger/[1-9]\d{0,5}", schema):
            raise LedgerTooNew(
                f"{place} has schema {schema!r}; this version knows {SCHEMA!r}", advice="Update rootwarden."
            )
        raise LedgerUnreadable(f"{place} is not of a ledger: its schema is {schema!r}")
    return Identity(str(fields.get("organization_id")), str(fields.get("endpoint")))
