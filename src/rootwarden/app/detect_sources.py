"""Where a run of detection reads: files, standard input, a bucket, event histories, Athena."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.app.detect_histories import histories
from rootwarden.aws.athena import Athena
from rootwarden.aws.log_bucket import LogBucket
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.detection.watched import WATCHED
from rootwarden.errors import BadInput, CannotLook
from rootwarden.model.log_reading import Period
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import reason_of
from rootwarden.operations.detect.athena_rows import sift_rows
from rootwarden.operations.detect.athena_sql import DEFAULT_TABLE, candidates, checked_table
from rootwarden.operations.detect.event_history import sift_histories
from rootwarden.operations.detect.log_files import sift_paths, sift_stream
from rootwarden.operations.detect.log_layout import is_log
from rootwarden.operations.detect.log_objects import sift_objects
from rootwarden.operations.detect.sift import Catch, Sieve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rootwarden.app.context import App
    from rootwarden.model.log_reading import LogReading, Wanted

__all__ = ["DEFAULT_TABLE", "Sources", "check_sources", "period_of", "sieves"]

STANDARD_INPUT: Final = "-"
_S3: Final = "s3://"
_PLACE: Final = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^\0]{0,1024}))?"
)
USUAL: Final = timedelta(days=7)
"""How far back is looked where reading everything would take long or cost money, and nothing is said."""
KEPT: Final = timedelta(days=90)
"""How long AWS keeps an event history."""

CATCH: Final = Catch(is_candidate, read_event, WATCHED)


@dataclass(frozen=True, slots=True)
class Sources:
    """What the user named."""

    paths: tuple[str, ...] = ()
    """Files, folders, ``s3://BUCKET/PREFIX`` and ``-``."""
    live: bool = False
    athena: str | None = None
    """A workgroup."""
    table: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """For the report."""
        live = ("live",) if self.live else ()
        athena = (f"athena:{self.athena}/{self.table}",) if self.athena else ()
        return (*self.paths, *live, *athena)

    @property
    def remote(self) -> bool:
        """Whether AWS is asked."""
        return self.live or self.athena is not None or any(one.startswith(_S3) for one in self.paths)


def check_sources(sources: Sources) -> None:
    """Raises BadInput where there are none, or they are no good, before anything is read."""
    if not sources.names:
        raise BadInput(
            "there is nothing to read",
            advice="Name files, folders or s3://BUCKET/PREFIX, - for standard input, or give --live or --athena.",
        )
    if sources.paths.count(STANDARD_INPUT) > 1:
        raise BadInput("standard input can be read once", advice="Write - once.")
    for path in sources.paths:
        if path.startswith(_S3):
            _location(path)
    if sources.athena:
        checked_table(sources.table)


def period_of(sources: Sources, since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """The period meant: files are read whole unless something is said. Raises BadInput for one that is none."""
    if since is None and sources.remote:
        since = (until or now) - USUAL
    if since is not None and until is not None and since >= until:
        raise BadInput("--since is not before --until", advice="Turn them round.")
    return Period(since, until)


def sieves(app: App, sources: Sources, wanted: Wanted, reading: LogReading) -> Iterator[Sieve]:
    """What is left of each source, one after the other.

    A source that cannot be read at all is told where there are others. Raises BadInput, and CannotLook where it is the only one.
    """
    here = tuple(one for one in sources.paths if not one.startswith(_S3) and one != STANDARD_INPUT)
    yield from sift_paths(here, wanted, reading, CATCH)
    if STANDARD_INPUT in sources.paths:
        yield sift_stream(sys.stdin.buffer, "standard input", wanted, CATCH)
    for name, read in _remote(app, sources, wanted, reading):
        try:
            yield from read()
        except CannotLook as error:
            if len(sources.names) == 1:
                raise
            reading.tell(name, reason_of(error))


def _remote(
    app: App, sources: Sources, wanted: Wanted, reading: LogReading
) -> Iterator[tuple[str, Callable[[], Iterator[Sieve]]]]:
    """The sources that AWS is asked for, by their names."""
    for url in (one for one in sources.paths if one.startswith(_S3)):
        yield url, partial(_from_bucket, app, url, wanted, reading)
    if sources.live:
        yield "live", partial(_from_histories, app, wanted, reading)
    if sources.athena:
        yield f"athena:{sources.athena}/{sources.table}", partial(_from_athena, app, sources, wanted)


def _from_bucket(app: App, url: str, wanted: Wanted, reading: LogReading) -> Iterator[Sieve]:
    name, prefix = _location(url)
    bucket = LogBucket(app.caller(PurposeName.LOG_READ).client("s3"), name)
    yield from sift_objects(bucket, prefix, wanted, reading, CATCH)


def _from_histories(app: App, wanted: Wanted, reading: LogReading) -> Iterator[Sieve]:
    now, since = app.clock(), wanted.period.since
    if since is not None and since < now - KEPT:
        app.notes.append("AWS keeps an event history for 90 days: what is older is not in it")
    yield from sift_histories(histories(app, wanted, reading), wanted.period, now, CATCH)


def _from_athena(app: App, sources: Sources, wanted: Wanted) -> Iterator[Sieve]:
    athena = Athena(app.caller(PurposeName.LOG_READ).client("athena"), sources.athena or "")
    place = f"athena:{sources.athena}/{sources.table}"
    rows = athena.run(candidates(sources.table, wanted, CATCH.watched))
    yield sift_rows(rows, Sieve(place, wanted.period, CATCH))
    app.notes.append(f"Athena read {athena.scanned / 2**20:,.0f} MB for it")


def _location(url: str) -> tuple[str, str]:
    """Bucket and prefix. Raises BadInput."""
    found = _PLACE.fullmatch(url)
    if found is None:
        raise BadInput(f"{url!r} is no place in S3", advice="Write s3://BUCKET or s3://BUCKET/PREFIX.")
    bucket, prefix = found["bucket"], (found["prefix"] or "").strip("/")
    return bucket, prefix if not prefix or is_log(prefix) else f"{prefix}/"
