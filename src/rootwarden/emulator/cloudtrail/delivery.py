"""Log files: what a trail writes to its bucket.

Nothing runs in the background: files are written when somebody looks at a bucket, as if they had been there since they
were due. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import gzip
import random
import string
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.emulator.cloudtrail.event import Event
from rootwarden.emulator.cloudtrail.options import RecordsSpec

if TYPE_CHECKING:
    from rootwarden.emulator.org_file import TrailSpec
    from rootwarden.emulator.world import World

_MINUTES: Final = 5
_NAME_LENGTH: Final = 16
_MOST_WAITING: Final = 10_000


class Delivery:
    """The files of all trails. The caller holds the world's lock."""

    def __init__(self, world: World, options: RecordsSpec) -> None:
        self._world = world
        self._options = options
        self._delay = timedelta(seconds=options.delivery_delay_seconds)
        self._random = random.Random(options.seed)  # noqa: S311 - names and duplicates, no secrets
        self._waiting: deque[tuple[TrailSpec, Event]] = deque()
        self._made: set[str] = set()
        self._files: deque[tuple[str, str]] = deque()

    def add(self, event: Event) -> None:
        """Notes an event for every trail that records it."""
        for trail in self._world.trails:
            if self._records(trail, event):
                self._waiting.append((trail, event))
        if len(self._waiting) > _MOST_WAITING:
            self.deliver()

    def _records(self, trail: TrailSpec, event: Event) -> bool:
        is_covered = event.account == trail.account or (
            trail.organization and event.account in self._world.organization.accounts
        )
        if not trail.logging or not is_covered:
            return False
        if not trail.multi_region and trail.home_region != event.region:
            return False
        return trail.management_events in ("All", "ReadOnly" if event.read_only else "WriteOnly")

    def deliver(self) -> None:
        """Writes the files that are due, and sees to it that every trail has its bucket."""
        for trail in self._world.trails:
            self._make_bucket(trail)
        now = self._world.clock.now()
        batches: dict[tuple[TrailSpec, str, str, datetime], list[Event]] = {}
        while self._waiting and self._waiting[0][1].when + self._delay <= now:
            trail, event = self._waiting.popleft()
            slot = _slot(event.when + self._delay)
            batches.setdefault((trail, event.account, event.region, slot), []).append(event)
        for (trail, account, region, _), events in batches.items():
            written = max(event.when for event in events) + self._delay
            for batch in self._files_of(events):
                self._write(trail, self._key(trail, account, region, written), batch, written)

    def _make_bucket(self, trail: TrailSpec) -> None:
        """A trail cannot be made without its bucket: it is there, but for one that somebody deletes later."""
        if trail.bucket in self._made:
            return
        self._made.add(trail.bucket)
        from rootwarden.emulator.buckets import make_bucket  # noqa: PLC0415 - imports moto

        make_bucket(trail.bucket, trail.account, trail.home_region, self._world.organization.partition)

    def _files_of(self, events: list[Event]) -> Iterator[list[Event]]:
        """The events in no order, as in AWS; those that come twice are repeated in the file or in one of their own."""
        again = [event for event in events if self._random.random() < self._options.duplicate_share]
        together = self._random.random() < 0.5  # noqa: PLR2004 - one half
        first = events + again if together else list(events)
        self._random.shuffle(first)
        yield first
        if again and not together:
            yield again

    def _key(self, trail: TrailSpec, account: str, region: str, when: datetime) -> str:
        organization = f"{self._world.organization.id}/" if trail.organization else ""
        unique = "".join(self._random.choices(string.ascii_letters + string.digits, k=_NAME_LENGTH))
        return (
            f"AWSLogs/{organization}{account}/CloudTrail/{region}/{when:%Y/%m/%d}/"
            f"{account}_CloudTrail_{region}_{when:%Y%m%dT%H%MZ}_{unique}.json.gz"
        )

    def _write(self, trail: TrailSpec, key: str, events: list[Event], when: datetime) -> None:
        from rootwarden.emulator.buckets import drop_object, put_object  # noqa: PLC0415 - imports moto

        content = '{"Records":[' + ",".join(event.text for event in events) + "]}"
        partition = self._world.organization.partition
        if not put_object(trail.bucket, key, gzip.compress(content.encode(), 6, mtime=0), partition, when):
            return  # AWS cannot deliver either where the bucket is gone
        self._files.append((trail.bucket, key))
        if len(self._files) > self._options.keep_files:
            drop_object(*self._files.popleft(), partition)


def _slot(when: datetime) -> datetime:
    """The five minutes that go into one file."""
    return when - timedelta(
        minutes=when.minute % _MINUTES, seconds=when.second, microseconds=when.microsecond
    )
