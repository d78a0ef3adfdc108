"""A long-term access key of a root user was used."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rootwarden.detection.rule import Match, Rule
from rootwarden.detection.words import calls, names
from rootwarden.model.detection import SessionKind, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_event import Event

_FINE: Final = frozenset({Verdict.EXPLAINED, Verdict.AWS_SERVICE})


def _find(scene: Scene) -> Iterator[Match]:
    by_key: dict[str, list[Event]] = defaultdict(list)
    for one in scene.judged:
        session = scene.session_of(one)
        if session is not None and session.kind is SessionKind.ACCESS_KEY and one.verdict not in _FINE:
            by_key[session.id].append(one.event)
    for name, events in by_key.items():
        origins = sorted({one.address for one in events})
        what = f"{calls(len(events))} with {events[0].access_key_id}, a key of the root user of {events[0].account}"
        text = f"{what}, from {', '.join(origins[:5])}: {names(events)}."
        yield Match(tuple(events), text, session_id=name, anchor=name)


RULE = Rule(
    id="root-key-used",
    severity=Severity.HIGH,
    title="A root access key was used",
    techniques=("T1078.004", "T1552"),
    why="Nothing should depend on a root key, and no MFA stands before it: wherever its secret is, root is.",
    next_step="Find out what uses it ('rootwarden audit' shows when and for what it was used last), move that to a role, and remove the "
    "key.",
    find=_find,
)
