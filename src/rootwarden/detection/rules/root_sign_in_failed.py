"""Sign-ins of a root user that failed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rootwarden.detection.gathering import is_sign_in
from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event


def _find(scene: Scene) -> Iterator[Match]:
    by_day: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for one in scene.judged:
        if is_sign_in(one.event) and one.event.failed and one.verdict is not Verdict.EXPLAINED:
            by_day[one.event.account, f"{one.event.time:%Y-%m-%d}"].append(one.event)
    for (account, day), events in by_day.items():
        origins = sorted({one.address for one in events})
        text = f"{calls(len(events))} to sign in as the root user of {account} failed, from {', '.join(origins[:5])}."
        yield Match(tuple(events), text, anchor=f"{account} {day}")


RULE = Rule(
    id="root-sign-in-failed",
    severity=Severity.LOW,
    title="A root sign-in failed",
    techniques=("T1110",),
    why="Alone it is a mistyped password, or somebody who does not know that the account has none. It is counted, in the account and "
    "across the organization, by the rules root-brute-force and root-password-spray.",
    next_step="Nothing, unless it goes on.",
    find=_find,
)
