"""What an entry costs: alone, in one commit with others, and as a line of a group; and what many writers cost each other.

``python benchmarks/bench_ledger.py [--entries N] [--writers N] [--each N] [--latency MS]`` prints a table. S3 is a local server
in a process of its own, so its times say how many requests are made rather than how long AWS takes; ``--latency`` adds a pause
to each of its answers.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "ledger_support"))

from ledger_world import IDENTITY, KEYS_VARIABLE, Place, command, draft, s3_client

from rootwarden.ledger.chain import verify
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.results import Result
from rootwarden.ledger.store import Store
from rootwarden.model.ids import AccountId

CONTEXT = RunContext(
    "arn:aws:sts::111122223333:assumed-role/Operators/alice", "alice@example.com", "0.1.0", "ab" * 32
)


def serve(pipe: Any, latency: float) -> None:
    """A local S3. moto checks and writes in two steps, so a lock makes them one."""
    warnings.simplefilter("ignore")
    responses: Any = importlib.import_module("moto.s3.responses")  # here only: it takes a second
    server_module: Any = importlib.import_module("moto.server")
    handler: Any = importlib.import_module("werkzeug.serving").WSGIRequestHandler
    s3 = responses.S3Response

    lock, put_object, dispatch = threading.Lock(), s3.put_object, s3.dispatch

    def one_at_a_time(response: Any) -> Any:
        with lock:
            return put_object(response)

    def late(*arguments: Any, **named: Any) -> Any:
        time.sleep(latency)
        return dispatch(*arguments, **named)

    s3.put_object = one_at_a_time
    s3.dispatch = late if latency else dispatch
    handler.log = lambda *_: None
    handler.protocol_version = "HTTP/1.1"
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    pipe.send("http://{}:{}".format(*server.get_host_and_port()))
    pipe.recv()


@contextmanager
def local_s3(latency: float) -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, latency), daemon=True)
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join()


def timed(repeat: int, action: Callable[[int], object], pause: float = 0) -> float:
    """The median time of an action in milliseconds, after a pause in seconds that does not count."""
    times = []
    for number in range(repeat):
        time.sleep(pause)
        start = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def lines(store: Store, group: int, count: int) -> float:
    """Milliseconds per account of a bulk run: result lines in outcomes of ``group``."""
    accounts = [AccountId(f"{number:012d}") for number in range(count)]
    recorder = Recorder(store, CONTEXT, group_size=group)
    with recorder.begin(operation="audit", accounts=accounts, task="audit") as intent:
        start = time.perf_counter()
        for account in accounts:
            intent.record(
                Result(
                    "clean", account, request_ids=(str(uuid.uuid4()),), access_key_id="ASIAIOSFODNN7EXAMPLE"
                )
            )
        intent.flush()
    return (time.perf_counter() - start) * 1000 / count


def append_batch(store: Store, size: int, _: int) -> None:
    store.append_many([draft(number, operation="bench") for number in range(size)])


def costs(place: Place, entries: int) -> list[tuple[str, float]]:
    """What one entry, or one account of a bulk run, costs in milliseconds."""
    store = place.open()
    store.append(draft(0))
    # As between an intent and its outcome; a store gives way to others when it writes again without one.
    alone = timed(entries, lambda number: store.append(draft(number, operation="bench")), pause=0.03)
    groups = []
    for size in (10, 100):
        batch = partial(append_batch, store, size)
        groups.append((f"entry, {size} at once", timed(max(1, entries // size), batch) / size))
    bulk = [
        (f"account of a bulk run, outcomes of {size}", lines(store, size, entries)) for size in (1, 20, 200)
    ]
    lease = timed(entries, lambda number: store.acquire(f"account:{number}", "bench", timedelta(minutes=1)))
    verified = timed(3, lambda _: verify(IDENTITY, store.records())) / max(1, store.head().number)
    return [("entry, alone", alone), *groups, *bulk, ("lease", lease), ("entry, verified", verified)]


def crowd(place: Place, writers: int, each: int) -> tuple[float, int]:
    """Seconds that many writing processes take, and the entries of the verified chain."""
    start = time.perf_counter()
    commands = [command(place, f"writer-{n}", each) for n in range(writers)]
    processes = [subprocess.Popen(line, stdout=subprocess.DEVNULL) for line in commands]  # noqa: S603 - our own program
    if any(process.wait() for process in processes):
        raise SystemExit("a writer failed")
    seconds = time.perf_counter() - start
    return seconds, verify(IDENTITY, place.open().records()).number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=int, default=200)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument(
        "--latency", type=float, default=0.0, help="milliseconds added to each answer of the local S3"
    )
    asked = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, "AKIA0000000000000000 invented")  # the local S3 takes any
    with tempfile.TemporaryDirectory() as folder, local_s3(asked.latency / 1000) as url:
        s3_client(url).create_bucket(Bucket="bench-ledger")
        places: dict[str, Callable[[str], Place]] = {
            "SQLite": lambda name: Place(f"sqlite:///{folder}/{name}.sqlite3"),
            "S3": lambda name: Place(f"s3://bench-ledger/{name}", url),
        }
        found = {name: costs(place("costs"), asked.entries) for name, place in places.items()}
        print(f"{'milliseconds (median)':44}{'SQLite':>10}{'ratio':>8}{'S3':>10}{'ratio':>8}")
        for (label, one), (_, other) in zip(found["SQLite"], found["S3"], strict=True):
            print(
                f"{label:44}{one:10.3f}{one / found['SQLite'][0][1]:8.2f}{other:10.3f}{other / found['S3'][0][1]:8.2f}",
                flush=True,
            )
        print("ratio: to an entry alone on the same store\n")
        for name, place in places.items():
            seconds, number = crowd(place("crowd"), asked.writers, asked.each)
            written = asked.writers * asked.each
            verdict = "whole" if number == written else "NOT WHOLE"
            print(
                f"{name}: {asked.writers} processes x {asked.each} entries in {seconds:.1f} s, {written / seconds:.0f} entries/s; "
                f"chain of {number} verified: {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
