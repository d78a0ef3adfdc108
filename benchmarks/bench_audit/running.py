"""Starting the server and the programs that are measured, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench_audit.sts import CALLER_KEY, CALLER_SECRET

REGION: Final = "eu-central-1"
_ACCEPTED: Final = {0, 1, 6}
"""All well, findings, incomplete: whether a row is right is judged by its content."""


class Server(NamedTuple):
    """A running server."""

    url: str
    ca: str

    def counts(self) -> dict[str, Any]:
        """What it saw."""
        found: dict[str, Any] = json.loads(self._read("counts"))
        return found

    def truths(self) -> Iterator[dict[str, Any]]:
        """What a report has to say of each account."""
        return (json.loads(line) for line in self._read("accounts").splitlines())

    def begin_anew(self, *, assume_root: float) -> None:
        """Counts from nothing, with a full quota of AssumeRoot; what was deleted stays deleted."""
        self._read(f"begin-anew?assume-root={assume_root}")

    def _read(self, path: str) -> bytes:
        context = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(f"{self.url}/_bench/{path}", context=context) as answer:  # noqa: S310 - our own server
            found: bytes = answer.read()
        return found


@contextmanager
def server(options: Mapping[str, bool | float]) -> Iterator[Server]:
    """A server with the options of its command line; True is an option without a value."""
    words = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        words += [flag] if value is True else [flag, str(value)]
    command = [sys.executable, "-m", "bench_audit.server", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None  # noqa: S101 - for the type checker: pipes were asked for
    assert stdout is not None  # noqa: S101 - the same
    try:
        ready = json.loads(stdout.readline())
        yield Server(f"https://127.0.0.1:{ready['port']}", ready["ca"])
    finally:
        stdin.close()
        process.wait(30)
        stdout.close()


class Used(NamedTuple):
    """What a program took."""

    seconds: float
    cpu: float
    """Seconds, user and system."""
    megabytes: float
    """The most memory it held."""


@contextmanager
def home() -> Iterator[Path]:
    """A folder that is home, state, cache and configuration to the programs of one run, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as folder:
        yield Path(folder)


def environment(place: Server, folder: Path) -> dict[str, str]:
    """Nothing but the benchmark's server and caller; neither configuration nor cache of whoever runs it."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": CALLER_KEY,
        "AWS_SECRET_ACCESS_KEY": CALLER_SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": place.url,
        "AWS_CA_BUNDLE": str(_bundle(place, folder)),
    }


def _bundle(place: Server, folder: Path) -> Path:
    """The certificates that botocore trusts by itself, and the server's: reading them is part of what a TLS context costs."""
    found = importlib.util.find_spec("certifi") or importlib.util.find_spec("botocore")
    usual = Path((found and found.origin) or "").with_name("cacert.pem")
    bundle = folder / "bundle.pem"
    bundle.write_bytes(usual.read_bytes() + Path(place.ca).read_bytes())
    return bundle


def measured(words: Sequence[str], place: Server, folder: Path, *, out: Path) -> Used:
    """Runs a Python module with arguments to its end. Raises SystemExit where it did not end as an audit does."""
    errors = out.with_suffix(".stderr")
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", *words], stdout=stdout, stderr=stderr, env=environment(place, folder)
        )
        # The memory of the largest child of all would be RUSAGE_CHILDREN's: this is about one of them. It cannot be less than
        # what this process holds, from which the child was forked, so this process stays small.
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _ACCEPTED:
        said = errors.read_text(errors="replace")[-2000:]
        raise SystemExit(f"{' '.join(words)}: exit {process.returncode}\n{said}")
    return Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
