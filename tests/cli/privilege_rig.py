"""A role that may do exactly what guardrails render, and then the same less one action after the other."""

from __future__ import annotations

import copy
import dataclasses
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import platformdirs
import pytest

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.org_file import PrincipalSpec
from rootwarden.model.permissions import COMMANDS
from rootwarden.policy import parse_policy
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.parameters import Parameters

if TYPE_CHECKING:
    from pathlib import Path

    from product_rig import Ran, Rig

ROLE = "Limited"
_DENIED = ("AccessDenied", "UnauthorizedOperation")
"""AWS's codes; the second is EC2's."""
SPREAD: Final = 6
"""The most actions that are taken away one by one, where not every one is."""


def limited(home: str, documents: tuple[dict[str, Any], ...] = (), **more: Any) -> PrincipalSpec:
    """The role in an organization file, and what IAM says of it; it may do nothing until it is told what."""
    return PrincipalSpec(account=home, name=ROLE, policies=documents, **more)


def papers(*guardrails: str, **given: Any) -> tuple[dict[str, Any], ...]:
    """The documents of guardrails, all for the same parameters."""
    return tuple(
        dict(paper.document)
        for name in guardrails
        for paper in rendered(GUARDRAILS[name], Parameters(**given)).papers
    )


def without(documents: Iterable[Mapping[str, Any]], action: str | None) -> list[dict[str, Any]]:
    """The same documents less one action."""
    left: list[dict[str, Any]] = []
    for document in documents:
        made: dict[str, Any] = copy.deepcopy(dict(document))
        for one in made["Statement"]:
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            one["Action"] = [each for each in actions if each != action]
        made["Statement"] = [one for one in made["Statement"] if one["Action"]]
        if made["Statement"]:
            left.append(made)
    return left


def _chosen(asked: Collection[str], only: Iterable[str] | None) -> list[str]:
    """The actions to be taken away."""
    if "PERMISSIONS_EVERY" in os.environ:
        return sorted(asked)
    if only is not None:
        return sorted(set(asked) & set(only))
    return sorted(asked)[:: max(1, -(-len(asked) // SPREAD))]


@dataclasses.dataclass(frozen=True, slots=True)
class Tried:
    """What came of a command under a policy, and under the same less each action that it takes."""

    whole: Ran
    made: frozenset[str]
    """The actions that policies were asked about."""
    less: Mapping[str, Ran]
    """By the action that was missing."""
    also: Collection[int] = ()
    """Exit codes that what was told may have besides."""

    def __post_init__(self) -> None:
        """What AWS refused is said in its words with the action's name, and by the exit code unless it stands beside all that was done."""
        for action, ran in self.less.items():
            said = ran.out + ran.err
            if any(code in said for code in _DENIED):
                assert ran.code in {3, 5, 6, self.whole.code, *self.also}, (action, ran.code, said)
                assert action in said, (action, said)
            else:
                assert ran.code == self.whole.code, (action, ran.code, said)

    @property
    def told(self) -> set[str]:
        """The actions whose lack is told."""
        return {
            action for action, ran in self.less.items() if any(code in ran.out + ran.err for code in _DENIED)
        }

    @property
    def depends(self) -> set[str]:
        """Those without which it says that its word depends on what was not read."""
        said = {one for one, ran in self.less.items() if "depends on what was not read" in ran.out + ran.err}
        return said - self.told

    @property
    def silent(self) -> set[str]:
        """Those without which all is as with them."""
        return set(self.less) - self.told - self.depends


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    """A command line in a world, and which of its actions show how when they are missing."""

    play: Callable[[Rig, Path], Tried]
    told: frozenset[str]
    depends: frozenset[str]
    silent: frozenset[str]

    @property
    def made(self) -> frozenset[str]:
        """Every action it takes."""
        return self.told | self.depends | self.silent


class Scenarios(dict[str, Scenario]):
    """The scenarios of a file by their names, which begin with the command's."""

    def of(
        self, name: str, *, told: Iterable[str] = (), depends: Iterable[str] = (), silent: Iterable[str] = ()
    ) -> Callable[[Callable[[Rig, Path], Tried]], None]:
        """Decorates what plays a scenario."""

        def kept(play: Callable[[Rig, Path], Tried]) -> None:
            self[name] = Scenario(play, frozenset(told), frozenset(depends), frozenset(silent))

        return kept

    def check(self, name: str, rig: Rig, ledger: Path) -> None:
        """Plays one, and compares."""
        one = self[name]
        found = one.play(rig, ledger)
        tried = set(found.less)
        assert found.made == one.made
        assert found.told == one.told & tried
        assert found.depends == one.depends & tried
        assert found.silent == one.silent & tried


def fresh(ledger: Path) -> None:
    """Nothing was recorded yet."""
    for one in ledger.parent.glob("*"):
        one.unlink()


class Limited:
    """The role, whose policies are exchanged while the emulator runs."""

    def __init__(self, rig: Rig, home: str, documents: tuple[dict[str, Any], ...]) -> None:
        self._rig = rig
        self.documents = documents
        self.profile = f"emulator-{home}-{ROLE}"
        self._asked: dict[str, Callable[[Any], None]] = {}
        self._cache = platformdirs.user_cache_path("rootwarden", appauthor=False)
        self._note()
        self.may(documents)

    def may(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """From now on it may do this, and nothing else."""
        world = self._rig.emulator.world
        held = world.profiles[self.profile]
        ring = world.keyring._by_id
        ring[held.access_key_id] = dataclasses.replace(held, principal=self._who(documents))

    def _who(self, documents: Iterable[Mapping[str, Any]]) -> Any:
        policies = tuple(parse_policy(one, name=f"{ROLE}-{n}") for n, one in enumerate(documents, 1))
        held = self._rig.emulator.world.profiles[self.profile].principal
        return dataclasses.replace(held, policies=policies)

    def tried(
        self,
        command: str,
        run: Callable[[], Ran],
        renew: Callable[[], object] = lambda: None,
        *,
        more: Iterable[str] = (),
        only: Iterable[str] | None = None,
        code: int = 0,
        also: Collection[int] = (),
    ) -> Tried:
        """Runs a command with all of the policy, and then less each action that it takes; ``renew`` makes the world as it was.

        It is run less those that ``only`` names, or less a spread of them, and less each with PERMISSIONS_EVERY=1; of each it is
        shown that AWS denies what was asked. What it takes has to stand in the table of permissions, but for ``more``.
        """
        row = COMMANDS[command]
        self.may(self.documents)
        self._asked.clear()
        whole = run()
        asked = dict(self._asked)
        assert whole.code == code, whole.out + whole.err
        assert "AccessDenied" not in whole.out + whole.err, whole.out + whole.err
        assert set(asked) <= {*row.actions, *row.optional, *more}, set(asked)
        for action, ask in asked.items():
            with pytest.raises(AwsAnswer, match=r"not authorized|Access Denied"):
                ask(self._who(without(self.documents, action)))
        less = {}
        for action in _chosen(asked, only):
            shutil.rmtree(self._cache, ignore_errors=True)
            renew()
            self.may(without(self.documents, action))
            less[action] = run()
        return Tried(whole, frozenset(asked), less, also)

    def _note(self) -> None:
        """Notes each action that policies of the role are asked about, and how to ask again for somebody else."""
        arn = self._rig.emulator.world.profiles[self.profile].principal.arn
        for name, module in list(sys.modules.items()):
            judge = vars(module).get("authorize") if name.startswith("rootwarden.emulator.") else None
            if judge is None:
                continue

            def noted(
                world: Any, call: Any, action: str, *more: Any, judge: Any = judge, **named: Any
            ) -> None:
                judge(world, call, action, *more, **named)
                if call.caller.arn == arn:
                    self._asked[action] = lambda who: judge(
                        world, dataclasses.replace(call, caller=who), action, *more, **named
                    )

            self._rig.patch.setattr(module, "authorize", noted)
