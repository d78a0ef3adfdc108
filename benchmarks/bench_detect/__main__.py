"""``make bench-detect``: one core against its bar, beside plain Python and DuckDB on the same files; and memory on 10 GB.

``--records`` and ``--gigabytes`` choose other sizes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from bench_detect.logs import write_logs
from rootwarden.app.detect_sources import CATCH
from rootwarden.detection.engine import judge
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.detection.watched import WATCHED
from rootwarden.model.detection_known import Expected, Known
from rootwarden.model.log_reading import LogReading, Wanted
from rootwarden.operations.detect.log_files import sift_paths

BAR: Final = 40_000
"""Records a second."""
_FLAT: Final = 64
"""MB that memory may grow after the first gigabyte."""
_ROUNDS: Final = 3


def ours(folder: Path) -> tuple[int, int]:
    """Reads, filters and judges, as ``detect run`` does; records and events."""
    reading, records, events = LogReading(), 0, []
    for sieve in sift_paths((str(folder),), Wanted(), reading, CATCH):
        records += sieve.records
        events += sieve.events
    judged = judge(events, Known(ledger_read=False), Expected(), datetime.now(UTC))
    return records, len(judged.events)


def plain(folder: Path) -> tuple[int, int]:
    """gzip and json.loads, and the same filter and engine."""
    records, events = 0, []
    for path in sorted(folder.iterdir()):
        with gzip.open(path) as file:
            for record in json.load(file)["Records"]:
                records += 1
                if is_candidate(record):
                    events.append(read_event(record))
    judged = judge(events, Known(ledger_read=False), Expected(), datetime.now(UTC))
    return records, len(judged.events)


def with_duckdb(folder: Path) -> tuple[int, int]:
    """The filter alone, in SQL on one thread."""
    names = ", ".join(f"'{one}'" for one in sorted(WATCHED))
    query = f"""
        SELECT count(*), count(*) FILTER (e->>'$.userIdentity.type' = 'Root' OR e->>'$.eventName' IN ({names}))
        FROM (SELECT unnest(Records) AS e FROM read_json('{folder}/*.json.gz', columns = {{Records: 'JSON[]'}},
              maximum_object_size = 268435456))
    """  # noqa: S608 - our own names
    connection = duckdb.connect(config={"threads": 1})
    found: Any = connection.execute(query).fetchone()
    connection.close()
    return int(found[0]), int(found[1])


READERS: Final[dict[str, Callable[[Path], tuple[int, int]]]] = {
    "rootwarden": ours,
    "gzip + json.loads": plain,
    "DuckDB, filter only": with_duckdb,
}


def speed(folder: Path) -> bool:
    """Prints each reader's best of some rounds; whether ours holds the bar."""
    best: dict[str, float] = {}
    for name, read in READERS.items():
        for _ in range(_ROUNDS):
            begun = time.process_time()
            records, events = read(folder)
            spent = time.process_time() - begun
            best[name] = max(best.get(name, 0.0), records / spent)
        print(f"{name:<22} {best[name]:>10,.0f} records/s of CPU, {events} events of {records:,}", flush=True)
    held = best["rootwarden"] >= BAR
    print(f"bar {BAR:,} records/s: {'held' if held else 'MISSED'}")
    return held


def memory(folder: Path, block: int, gigabytes: float) -> bool:
    """Reads the same files until so much went by, and prints how memory went; whether it stayed flat."""
    seen, marks = 0, [0.0]
    first: float | None = None
    events = 0
    while seen < gigabytes * 2**30:
        for sieve in sift_paths((str(folder),), Wanted(), LogReading(), CATCH):
            events += len(sieve.events)
        seen += block
        if seen >= marks[-1] * 2**30 + 2**30:
            marks.append(seen / 2**30)
            now = _resident()
            first = first or now
            print(
                f"{seen / 2**30:>6.1f} GB unpacked: {now:,.0f} MB resident, peak {_peak():,.0f} MB",
                flush=True,
            )
    grown = _resident() - (first or _resident())
    flat = grown <= _FLAT
    print(f"grown by {grown:,.0f} MB since the first gigabyte: {'flat' if flat else 'NOT FLAT'}")
    return flat


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="make bench-detect")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--records", type=int, default=1000, help="in each file")
    parser.add_argument("--gigabytes", type=float, default=10.0, help="read for memory; 0 leaves it out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-detect-") as name:
        folder = Path(name)
        block = write_logs(folder, files=given.files, records=given.records)
        total = given.files * given.records
        print(
            f"{total:,} records in {given.files} files, {block / total:,.0f} bytes each; load {os.getloadavg()[0]:.1f}"
        )
        flat = memory(folder, block, given.gigabytes) if given.gigabytes else True
        return 0 if speed(folder) and flat else 1


if __name__ == "__main__":
    sys.exit(main())
