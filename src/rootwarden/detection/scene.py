"""Everything a rule may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.detection import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from rootwarden.detection.excepted import Exceptions
    from rootwarden.detection.ledger_index import LedgerIndex
    from rootwarden.model.detection import JudgedEvent, RootSession, Verdict
    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Expected, LedgerRun


def change_severity(event: Event, *, weakens: str) -> Severity:
    """How much a change of the set-up that nobody wrote down matters; ``weakens`` is how the names of the worse ones begin."""
    if event.failed:
        return Severity.LOW
    return Severity.HIGH if event.name.startswith(weakens) else Severity.MEDIUM


@dataclass(frozen=True, slots=True)
class Scene:
    """What happened, with its verdicts, in the order of time."""

    judged: tuple[JudgedEvent, ...]
    """Events of root, and every AssumeRoot."""
    others: tuple[Event, ...]
    """Watched events of others: features, delegates, trails."""
    sessions: Mapping[str, RootSession]
    ledger: LedgerIndex
    exceptions: Exceptions
    expected: Expected

    def named(
        self, names: AbstractSet[str], *, but: AbstractSet[Verdict] = frozenset()
    ) -> Iterator[JudgedEvent]:
        """Events of root of these names, without those of some verdicts."""
        return (one for one in self.judged if one.event.name in names and one.verdict not in but)

    def by_anybody(self, names: AbstractSet[str], source: str) -> Iterator[tuple[Event, LedgerRun | None]]:
        """Events of these names in a service, whoever made them, each with the run of the ledger that made it."""
        everything = (*(one.event for one in self.judged), *self.others)
        found = [one for one in everything if one.name in names and one.source == source]
        for event in sorted(found, key=lambda one: (one.time, one.id)):
            yield event, self.ledger.of_change(event)

    def session_of(self, one: JudgedEvent) -> RootSession | None:
        """The session of a judged event."""
        return self.sessions.get(one.session_id) if one.session_id is not None else None
