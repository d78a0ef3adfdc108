"""``rootwarden demo``: the whole story, by the same commands a user types."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from rootwarden.app.emulator import rehearsal_environment, start_document, start_emulator
from rootwarden.cli.help_text import does, needs
from rootwarden.errors import RootwardenError

Runner = Callable[[list[str]], int]
"""Runs one command line and returns its exit code."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One command of the story."""

    says: str
    command: str
    expected: int
    """The exit code the story needs; any other ends it as a failure."""


def scenes(delegate: str, plan: str) -> tuple[Scene, ...]:
    """The story. ``delegate`` is the security account, ``plan`` the file the plan goes to."""
    return (
        Scene("Nothing is set up yet. What is there?", "status", 1),
        Scene(
            "The management account turns centralized root access on, and hands it to the security account.",
            f"enable --delegate {delegate} --yes",
            0,
        ),
        Scene(
            "From now on the security account works. Which root credentials do the member accounts have?\n"
            "Two accounts cannot be read, one because of an SCP and one because AWS throttles it: they are not called clean.",
            "audit",
            6,
        ),
        Scene(
            "A plan says exactly what would go. What could not be read is left out of it, and so is what somebody used lately.",
            f"remove plan --all --out {plan}",
            6,
        ),
        Scene(
            "The billing team has moved its job off that key, so key and password are named: they go however lately they were used.",
            f"remove plan --all --override AKIA0155555555555500,555555555555:password --quiet --out {plan}",
            6,
        ),
        Scene(
            "That plan, and nothing else, is applied; then every account is read again.",
            f"remove apply {plan} --yes --quiet --reason rehearsal",
            0,
        ),
        Scene("And afterwards? What is not clean is still named.", "audit", 6),
        Scene(
            "Every act is on record: what was meant before the call, what came of it after.",
            "ledger list --operation 'remove apply'",
            0,
        ),
        Scene(
            "The record is a chain of hashes: an entry that is altered or gone would be named.",
            "ledger verify",
            0,
        ),
    )


def register(app: typer.Typer, run: Runner) -> None:
    """Adds the command; ``run`` is the program itself, so that the story is what a user would see."""

    def demo() -> None:
        """Needs no AWS account and touches none."""
        tell(run)

    app.command("demo", help=does("demo"), epilog=needs("demo"))(demo)


def tell(run: Runner) -> None:
    """Tells the story; raises RootwardenError when a scene does not end as it should."""
    with tempfile.TemporaryDirectory(prefix="rootwarden-demo-") as name:
        folder = Path(name)
        with start_emulator("small", 0) as emulator, rehearsal_environment(emulator, folder):
            document = start_document(emulator)
            _narrate(
                f"An emulated AWS Organization of 12 accounts answers on this machine ({document['endpoint_url']}).\n"
                "No AWS account is involved; every command below is the real one."
            )
            for scene in scenes(document["security_account_id"], str(folder / "plan.json")):
                _narrate(scene.says)
                _play(scene, run, folder)
    _narrate(
        "Done: root credentials that could be removed are gone, and that they are gone was read, not assumed.\n"
        "Your own rehearsal: rootwarden emulator start --write-aws-config DIR"
    )


def _play(scene: Scene, run: Runner, folder: Path) -> None:
    shown = scene.command.replace(f"{folder}/", "")
    typer.secho(f"$ rootwarden {shown}", bold=True)
    code = run(shlex.split(scene.command))
    typer.echo(f"(exit code {code})\n")
    if code != scene.expected:
        raise RootwardenError(
            f"the demo stopped: 'rootwarden {shown}' ended with {code}, and {scene.expected} was expected",
            advice="This is a bug; please report it with the output above.",
        )


def _narrate(text: str) -> None:
    for line in text.split("\n"):
        typer.secho(f"# {line}", fg=typer.colors.CYAN)
