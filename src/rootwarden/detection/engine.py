"""Judging: events in, verdicts and findings out, whatever the order and however often each event comes."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.detection.distinct import distinct
from rootwarden.detection.excepted import Exceptions
from rootwarden.detection.findings import findings_of, suppress
from rootwarden.detection.gathering import Gathered, Gathering, is_recovery
from rootwarden.detection.ledger_index import LedgerIndex
from rootwarden.detection.rules.catalog import RULES
from rootwarden.detection.scene import Scene
from rootwarden.detection.verdicts import Standing, Verdicts
from rootwarden.model.detection import Evidence, Judged, JudgedEvent, RootSession, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_known import Expected, Known

_AHEAD: Final = timedelta(minutes=15)
"""How far a record's time may be ahead of this machine's clock without a word."""
_WORST_FIRST: Final = (Verdict.UNEXPLAINED, Verdict.UNEXPECTED, Verdict.EXPLAINED, Verdict.AWS_SERVICE)


def judge(events: Iterable[Event], known: Known, expected: Expected, now: datetime) -> Judged:
    """Every event of root with its verdict, the sessions, and the findings of all rules.

    ``now`` decides which suppressions have ended. Keeps all events it is given, so give it candidates only.
    """
    taken, repeated = distinct(events)
    ledger, exceptions = LedgerIndex(known), Exceptions(known.exceptions)
    gathering = Gathering(taken, ledger)
    verdicts = Verdicts(ledger, exceptions, expected)
    gathered = gathering.sessions
    standings = {one.id: verdicts.standing(one) for one in gathered}
    judged = tuple(_judged(one, gathering, standings, verdicts) for one in taken if _is_judged(one))
    members: dict[str, list[JudgedEvent]] = defaultdict(list)
    for one in judged:
        members[one.session_id or ""].append(one)
    sessions = tuple(_session(one, standings[one.id], members[one.id]) for one in gathered)
    scene = Scene(
        judged=judged,
        others=tuple(one for one in taken if not _is_judged(one)),
        sessions={one.id: one for one in sessions},
        ledger=ledger,
        exceptions=exceptions,
        expected=expected,
    )
    standing, suppressed, notices = suppress(
        findings_of(RULES, scene), expected.suppressions, now, {rule.id for rule in RULES}
    )
    return Judged(judged, sessions, standing, suppressed, (*_ahead(taken, now), *notices), repeated)


def _is_judged(event: Event) -> bool:
    return event.is_root or event.is_assume_root or is_recovery(event)


def _judged(
    event: Event, gathering: Gathering, standings: Mapping[str, Standing], verdicts: Verdicts
) -> JudgedEvent:
    session = gathering.of(event)
    if event.is_assume_root:
        ruling = verdicts.of_refused(event) if session is None else standings[session.id].ruling
    elif session is None or event is session.opening:
        ruling = verdicts.of_event(event)
    else:
        ruling = verdicts.of_member(event, session, standings[session.id])
    session_id = session.id if session is not None else None
    return JudgedEvent(event, ruling.verdict, ruling.reason, session_id, ruling.exception_id)


def _session(gathered: Gathered, standing: Standing, members: list[JudgedEvent]) -> RootSession:
    """The session, with the worst that was said of its events."""
    worst = min(members, key=lambda one: _WORST_FIRST.index(one.verdict))
    evidence = {*gathered.evidence, *((standing.evidence,) if standing.evidence else ())}
    opening = gathered.opening
    return RootSession(
        id=gathered.id,
        kind=gathered.kind,
        account=gathered.account,
        began=gathered.began,
        opening=opening,
        events=tuple(gathered.events),
        verdict=worst.verdict,
        reason=worst.reason,
        task=standing.task or (opening.task_policy if opening is not None else None),
        caller=_caller(gathered, standing),
        run=standing.run,
        exception_id=next((one.exception_id for one in members if one.exception_id), None)
        or (standing.run.exception_id if standing.run else None),
        evidence=tuple(one for one in Evidence if one in evidence),
    )


def _caller(gathered: Gathered, standing: Standing) -> str | None:
    if gathered.opening is not None and gathered.opening.is_assume_root:
        return gathered.opening.arn
    return standing.run.caller if standing.run else None


def _ahead(events: tuple[Event, ...], now: datetime) -> tuple[str, ...]:
    """Events of the future are judged like any other, and told: a clock is wrong, here or where the records were made."""
    ahead = [one for one in events if one.time > now + _AHEAD]
    if not ahead:
        return ()
    last = max(one.time for one in ahead).astimezone(UTC)
    have, they = ("event has", "It was") if len(ahead) == 1 else ("events have", "They were")
    text = (
        f"{len(ahead)} {have} a time in the future, up to {last:%Y-%m-%d %H:%M} UTC: a clock is wrong, here or in the records. "
        f"{they} judged all the same."
    )
    return (text,)
