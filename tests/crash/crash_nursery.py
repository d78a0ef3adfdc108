"""Runs the program again and again, each time in a process of its own, and ends it at a boundary it is told.

A boundary is the moment before or after an AWS call, a write to the ledger, or the renaming of a file. The product knows
nothing of them: they are laid around its functions in the child, after the fork. Read by ``crash_rig``: one JSON object a line.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import botocore.loaders
import botocore.session
from botocore.client import BaseClient
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from rootwarden.app import recovery_open
from rootwarden.app.context import App, build_app
from rootwarden.aws.pacing import Pacing
from rootwarden.cli import main, terminal
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.operations.removal import deletion

LEDGER_WRITES = ("append_many", "acquire", "renew", "release")
_CALL = "_make_api_call"
_KNOWN = {"sts": "service-2", "iam": "service-2", "organizations": "service-2", "cloudtrail": "service-2"}


class Boundaries:
    """Counts boundaries, and does what it was told at one of them."""

    def __init__(self, end_at: int | None, how: str) -> None:
        self.crossed: list[str] = []
        self.unplugged = False
        self._end_at = end_at
        self._how = how
        self._lock = threading.Lock()

    def cross(self, name: str) -> None:
        """One boundary."""
        with self._lock:
            self.crossed.append(name)
            here = len(self.crossed) == self._end_at
        if not here:
            return
        if self._how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._how == "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
        else:
            self.unplugged = True

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function between two boundaries."""

        @functools.wraps(function)
        def bounded(*arguments: Any, **named: Any) -> Any:
            self.cross(f"before {name}")
            result = function(*arguments, **named)
            self.cross(f"after {name}")
            return result

        return bounded

    def around_calls(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Every AWS call between two boundaries; without a network it is not sent, or its answer is lost."""

        def called(client: Any, operation: str, arguments: Any) -> Any:
            name = f"{client.meta.service_model.service_name}:{operation}"
            self.cross(f"before {name}")
            if self.unplugged:
                raise EndpointConnectionError(endpoint_url=client.meta.endpoint_url)
            result = make(client, operation, arguments)
            self.cross(f"after {name}")
            if self.unplugged:
                raise ConnectionClosedError(endpoint_url=client.meta.endpoint_url)
            return result

        return called

    def lay(self) -> None:
        """Lays them around the product's functions."""
        setattr(BaseClient, _CALL, self.around_calls(getattr(BaseClient, _CALL)))
        for name in LEDGER_WRITES:
            setattr(SqliteStore, name, self.around(f"ledger {name}", getattr(SqliteStore, name)))
        Path.replace = self.around("rename", Path.replace)  # type: ignore[method-assign]  # that is what it is for


def child(task: dict[str, Any]) -> int:
    """One run of the program. Its output goes to files; how many boundaries there were, to a third."""
    os.chdir(task["folder"])
    os.environ.update(task["environment"])
    for descriptor, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{task['name']}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    App.concurrency = property(lambda _: task["at_once"])  # type: ignore[assignment, method-assign]  # for this child
    ahead = timedelta(seconds=task["ahead"])
    mock.patch.object(
        terminal, "build_app", functools.partial(build_app, clock=lambda: datetime.now(UTC) + ahead)
    ).start()
    boundaries = Boundaries(task["end_at"], task["how"])
    boundaries.lay()
    code = main.run(task["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    Path(f"{task['name']}.boundaries").write_text("\n".join(boundaries.crossed), encoding="utf-8")
    return code


def serve() -> None:
    """Forks a child for each line; answers with its exit code, negative for a signal."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 99  # what was not meant to happen: its traceback is in the file
            try:
                code = child(json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)  # noqa: T201 - the answer


def warm() -> None:
    """Reads once what every child would read, and makes errors come at once."""
    loader = botocore.loaders.Loader()
    for service, kind in _KNOWN.items():
        loader.load_service_model(service, kind)
    loader.load_data("endpoints")
    botocore.session.create_loader = lambda search_path_string=None: loader  # noqa: ARG005 - botocore names it
    Pacing._gives_up = lambda *_: True  # type: ignore[method-assign]  # as the rig does
    mock.patch.object(recovery_open, "PAUSES", ()).start()
    deletion._PAUSES = (0.0, 0.0, 0.0)  # type: ignore[misc]  # Final, for the product


if __name__ == "__main__":
    warm()
    serve()
