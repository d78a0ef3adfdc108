"""Commands that can be begun again and again from the same state of AWS and ledger, and ended anywhere."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rootwarden.emulator.aws_config import write_aws_config
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.emulator import Emulator
    from rootwarden.emulator.org_file import OrganizationFile
    from rootwarden.ledger.entry import Entry
    from rootwarden.ledger.leases import Lease


@dataclass(frozen=True, slots=True)
class Run:
    """How one process ended."""

    code: int
    """Negative for a signal."""
    out: str
    err: str
    boundaries: tuple[str, ...]
    """Those it crossed; empty where it did not live to tell."""


class CrashRig:
    """The emulator, the nursery, and a state to begin from: a folder with a ledger and what is in AWS."""

    def __init__(self, start: Callable[..., Emulator], folder: Path, organization: OrganizationFile) -> None:
        self.emulator = start(organization)
        self.ahead = 0.0
        """Seconds by which the children's clock is ahead of the machine's, as the emulator's is."""
        self._folder = folder
        world = self.emulator.world
        written = write_aws_config(
            folder / "aws",
            world.profiles,
            endpoint_url=self.emulator.endpoint_url,
            region=self.emulator.environment()["AWS_REGION"],
        )
        self._environment = written.environment
        self._nursery = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crash_nursery.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=dict(os.environ),
        )
        self.base = folder / "base"
        self.base.mkdir()
        self.keep_state()

    def close(self) -> None:
        """Ends the nursery."""
        with self._nursery:  # closes the pipes, which ends it
            pass

    def keep_state(self) -> None:
        """What AWS holds now is what every run begins from, together with the folder ``base``."""
        world = self.emulator.world
        self.roots = copy.deepcopy(world.root_users)
        self.policies = {one.id: one.content for one in world.organization.policies.values()}

    def begin(self, name: str) -> Path:
        """A copy of the folder; AWS is as it was when its state was kept."""
        world = self.emulator.world
        world.root_users.clear()
        world.root_users.update(copy.deepcopy(self.roots))
        for policy_id, content in self.policies.items():
            world.organization.policies[policy_id].replace(content)
        folder = self._folder / name
        shutil.copytree(self.base, folder)
        return folder

    def run(
        self,
        folder: Path,
        name: str,
        arguments: tuple[str, ...],
        *,
        end_at: int | None = None,
        how: str = "kill",
        at_once: int = 1,
    ) -> Run:
        """Runs the program in a process of its own, which ends at a boundary, or not."""
        places = {
            "ROOTWARDEN_LEDGER": f"sqlite:///{folder}/ledger.sqlite3",
            "XDG_STATE_HOME": str(folder / "state"),
        }
        task = {
            "folder": str(folder),
            "name": name,
            "arguments": arguments,
            "environment": {**self._environment, **places},
            "end_at": end_at,
            "how": how,
            "at_once": at_once,
            "ahead": self.ahead,
        }
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(json.dumps(task) + "\n")
        self._nursery.stdin.flush()
        code = json.loads(self._nursery.stdout.readline())
        told = folder / f"{name}.boundaries"
        crossed = tuple(told.read_text(encoding="utf-8").splitlines()) if told.exists() else ()
        out, err = ((folder / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("out", "err"))
        assert "Traceback" not in err, err
        return Run(code, out, err, crossed)

    def ledger(self, folder: Path) -> tuple[Entry, ...]:
        """Everything that was written down, verified as it is read."""
        store = self._store(folder)
        found = tuple(entries(store))
        store.close()
        return found

    def leases(self, folder: Path) -> tuple[Lease, ...]:
        """Those that stand."""
        store = self._store(folder)
        found = store.leases()
        store.close()
        return found

    def _store(self, folder: Path) -> SqliteStore:
        identity = Identity(self.emulator.world.organization.id, self.emulator.endpoint_url)
        return SqliteStore(folder / "ledger.sqlite3", identity)
