"""What detection found, for people: findings first, then every session as a timeline, then what stands alone."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from rootwarden.model.canonical import rfc3339
from rootwarden.model.detection import Severity, Verdict
from rootwarden.reports.detection_document import (
    action,
    event_document,
    finding_document,
    findings_by_event,
    run_document,
    session_document,
    summary,
)
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from rootwarden.model.detection import Finding, JudgedEvent, RootSession
    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_run import DetectionRun

COMMAND: Final = "detect run"
SEVERITY_TONES: Final = {
    Severity.CRITICAL: Tone.BAD,
    Severity.HIGH: Tone.BAD,
    Severity.MEDIUM: Tone.WARN,
    Severity.LOW: Tone.PLAIN,
    Severity.INFO: Tone.FAINT,
}
_TONES: Final = {
    Verdict.UNEXPLAINED: Tone.BAD,
    Verdict.UNEXPECTED: Tone.WARN,
    Verdict.EXPLAINED: Tone.GOOD,
    Verdict.AWS_SERVICE: Tone.FAINT,
}
_WORDS: Final = {Verdict.AWS_SERVICE: "AWS service"}
_WORST_FIRST: Final = tuple(_TONES)
_MOST_BLOCKS: Final = 60
"""Timelines that are shown; the documents hold all."""
_A_BULK: Final = 3
"""Alike sessions beyond which one line tells of all."""
_SOME: Final = 6
_FEW: Final = 2
_MOST_LINES: Final = 25
"""Lines of one timeline."""
_MOST_TROUBLES: Final = 20
_MOST_ROWS: Final = 50
_MOST_FINDINGS: Final = 200


def detection_report(run: DetectionRun) -> Report:
    """The whole run; ``texts`` for other programs are added where they are asked for."""
    return Report(
        command=COMMAND,
        document=run_document(run),
        tables=(_findings(run.judged.findings), _alone(run)),
        blocks=tuple(_timelines(run)),
        lines=tuple(_lines(run)),
        rows=tuple(_rows(run)),
        spreadsheet=_spreadsheet(run),
    )


def _findings(findings: Sequence[Finding]) -> Table:
    more = f", the first {_MOST_FINDINGS} of {len(findings):,}" if len(findings) > _MOST_FINDINGS else ""
    return Table(
        f"Findings{more}",
        ("Severity", "Rule", "Account", "Time", "What"),
        tuple(
            (
                cell(one.severity.value, SEVERITY_TONES[one.severity]),
                cell(one.rule),
                cell(_accounts(one)),
                cell(_moment(one.first)),
                cell(one.description),
            )
            for one in findings[:_MOST_FINDINGS]
        ),
    )


def _accounts(one: Finding) -> str:
    """Two by name; of more the first."""
    few = one.accounts if len(one.accounts) <= _FEW else one.accounts[:1]
    more = len(one.accounts) - len(few)
    return ", ".join(few) + (f" and {more:,} more" if more else "")


def _timelines(run: DetectionRun) -> list[Block]:
    sessions = sorted(
        run.judged.sessions, key=lambda one: (_WORST_FIRST.index(one.verdict), one.began, one.id)
    )
    by_id = {one.event.id: one for one in run.judged.events}
    found: list[Block] = []
    for many in _bulks(sessions):
        found += [_bulk(many)] if len(many) > _A_BULK else [_timeline(one, by_id) for one in many]
    if len(found) > _MOST_BLOCKS:
        rest = len(found) - _MOST_BLOCKS
        words = f"{rest:,} more timelines, none worse than these: -o json has all of them."
        found[_MOST_BLOCKS:] = [Block(words, (), prose=True)]
    return found


def _bulks(sessions: Sequence[RootSession]) -> list[list[RootSession]]:
    """Explained sessions of one run for one task go together: an audit has one for each account."""
    found: dict[tuple[str, str | None], list[RootSession]] = {}
    for one in sessions:
        alike = one.run is not None and one.verdict is Verdict.EXPLAINED
        found.setdefault((one.run.id, one.task) if alike and one.run else (one.id, None), []).append(one)
    return list(found.values())


def _bulk(many: Sequence[RootSession]) -> Block:
    first = many[0]
    accounts = list(dict.fromkeys(one.account for one in many))
    shown = ", ".join(accounts[:_SOME]) + (
        f" and {len(accounts) - _SOME} more" if len(accounts) > _SOME else ""
    )
    head = f"{_moment(first.began)}  {len(many):,} sessions  {_kind(first)}: {_word(first.verdict)}"
    return Block(head, (*_why(first), Cell(f"in {shown}")), prose=True)


def _timeline(session: RootSession, by_id: Mapping[str, JudgedEvent]) -> Block:
    head = f"{_moment(session.began)}  {session.account}  {_kind(session)}: {_word(session.verdict)}"
    opening = (session.opening,) if session.opening else ()
    events = [*opening, *(one for one in session.events if one is not session.opening)]
    steps = [_step(group, session.began, by_id) for group in _alike(events)]
    if len(steps) > _MOST_LINES:
        steps[_MOST_LINES:] = [Cell(f"... and {len(steps) - _MOST_LINES} more lines", Tone.FAINT)]
    return Block(head, (*_why(session), *steps), prose=True)


def _why(session: RootSession) -> list[Cell]:
    """The reason, and what of caller, run and exception it does not say itself."""
    said, run = session.reason, session.run
    found = [Cell(said, _TONES[session.verdict])]
    if session.caller and session.caller not in said:
        found.append(Cell(f"by {session.caller}"))
    if run is not None and (run.reason or "") not in said:
        found.append(Cell(f"{run.operation}: {run.reason}"))
    if run is not None and run.ticket and run.ticket not in said:
        found.append(Cell(f"ticket {run.ticket}"))
    if session.exception_id and session.exception_id not in said:
        found.append(Cell(f"exception {session.exception_id}"))
    return found


def _kind(session: RootSession) -> str:
    words = session.kind.value.replace("_", " ")
    return f"{words} ({session.task})" if session.task else words


def _alike(events: list[Event]) -> list[list[Event]]:
    """Calls of the same kind that follow each other, such as the reads of a console, are one line."""
    return [
        list(group)
        for _, group in groupby(events, key=lambda one: (one.source, one.name, one.region, one.failed))
    ]


def _step(group: list[Event], began: datetime, by_id: Mapping[str, JudgedEvent]) -> Cell:
    first = group[0]
    judged = by_id.get(first.id)
    times = f" x{len(group)}" if len(group) > 1 else ""
    details = "" if times else ", ".join(f"{name} {value}" for name, value in first.details)
    failed = f"failed: {first.error_code or first.error_message or 'no reason'}" if first.failed else ""
    parts = (
        f"{_after(first.time - began):>7}",
        f"{action(first)}{times}",
        first.region,
        first.address,
        details,
        failed,
    )
    return Cell("  ".join(one for one in parts if one), _TONES[judged.verdict] if judged else Tone.PLAIN)


def _after(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes}:{rest:02}"


def _alone(run: DetectionRun) -> Table:
    """Events of no session, the worst first and alike ones together, without those of AWS's services."""
    found: dict[tuple[str, ...], list[JudgedEvent]] = {}
    for one in run.judged.events:
        if one.session_id is None and one.verdict is not Verdict.AWS_SERVICE:
            key = (one.event.account, action(one.event), one.verdict, one.reason)
            found.setdefault(key, []).append(one)
    groups = sorted(found.values(), key=lambda many: _WORST_FIRST.index(many[0].verdict))
    rows = tuple(_alone_row(many) for many in groups[:_MOST_ROWS])
    more = f", the first {_MOST_ROWS} kinds of {len(groups):,}" if len(groups) > _MOST_ROWS else ""
    return Table(f"Events of no session{more}", ("Time", "Account", "Event", "Verdict", "Reason"), rows)


def _alone_row(many: Sequence[JudgedEvent]) -> tuple[Cell, ...]:
    first, times = many[0], f" x{len(many)}" if len(many) > 1 else ""
    return (
        cell(_moment(first.event.time)),
        cell(first.event.account),
        cell(f"{action(first.event)}{times}"),
        cell(_word(first.verdict), _TONES[first.verdict]),
        cell(first.reason),
    )


def _lines(run: DetectionRun) -> list[Cell]:
    reading, counts = run.reading, summary(run)
    found = [
        Cell(f"{rule}: {step}")
        for rule, step in {one.rule: one.next_step for one in run.judged.findings}.items()
    ]
    found += [
        Cell(f"Not read: {one.place}: {one.reason.code}: {one.reason.text}", Tone.WARN)
        for one in reading.troubles[:_MOST_TROUBLES]
    ]
    if reading.troubled > _MOST_TROUBLES:
        found.append(
            Cell(f"... and {reading.troubled - _MOST_TROUBLES:,} more that could not be read.", Tone.WARN)
        )
    found += [Cell(_sentence(one), Tone.WARN) for one in run.judged.notices]
    found += [
        Cell(
            f"Suppressed: {one.finding.rule} in {_accounts(one.finding)}, {_moment(one.finding.first)}: {one.suppression.owner} "
            f"answers for it until {_moment(one.suppression.until)} ({one.suppression.reason}).",
            Tone.FAINT,
        )
        for one in run.judged.suppressed[:_MOST_TROUBLES]
    ]
    if run.ledger.missing:
        found.append(
            Cell(
                f"No ledger was read ({run.ledger.missing.rstrip('.')}): who opened a session, and why, is not known.",
                Tone.WARN,
            )
        )
    if run.interrupted:
        found.append(Cell("Interrupted: this is what was read until then.", Tone.WARN))
    verdicts = ", ".join(
        f"{count:,} {_word(Verdict(name))}" for name, count in counts["events"].items() if count
    )
    severities = ", ".join(f"{count} {name}" for name, count in counts["findings"].items() if count)
    suppressed = f", {counts['suppressed']} suppressed" if counts["suppressed"] else ""
    found.append(
        Cell(
            f"{reading.records:,} records of {reading.files:,} files or histories read. Root events: {verdicts or 'none'}; "
            f"{counts['sessions']:,} sessions. Findings: {severities or 'none'}{suppressed}."
        )
    )
    return found


def _rows(run: DetectionRun) -> list[dict[str, Any]]:
    by_event = findings_by_event(run)
    return [
        *({"kind": "finding", **finding_document(one)} for one in run.judged.findings),
        *({"kind": "session", **session_document(one)} for one in run.judged.sessions),
        *(
            {"kind": "event", **event_document(one, by_event.get(one.event.id, ()))}
            for one in run.judged.events
        ),
    ]


def _spreadsheet(run: DetectionRun) -> Table:
    """A row for each event, and one for each finding that is about none of them."""
    by_event = findings_by_event(run)
    sessions = {one.id: one for one in run.judged.sessions}
    rows = [_event_row(one, by_event.get(one.event.id, ()), sessions) for one in run.judged.events]
    there = {one.event.id for one in run.judged.events}
    rows += [_finding_row(one) for one in run.judged.findings if not there & set(one.event_ids)]
    columns = (
        *("Time", "Account", "Region", "Event", "Verdict", "Reason", "Rules", "Severity", "Session", "Task"),
        *("Caller", "Why", "Ticket", "Exception", "Address", "Event id"),
    )
    return Table("", columns, tuple(tuple(cell(one) for one in row) for row in rows))


def _event_row(
    one: JudgedEvent, findings: Sequence[Finding], sessions: Mapping[str, RootSession]
) -> tuple[str, ...]:
    event, session = one.event, sessions.get(one.session_id or "")
    worst = max((each.severity for each in findings), key=lambda each: each.rank, default=None)
    return (
        rfc3339(event.time),
        event.account,
        event.region,
        action(event),
        one.verdict.value,
        one.reason,
        " ".join(dict.fromkeys(each.rule for each in findings)),
        worst.value if worst else "",
        one.session_id or "",
        (session.task or "") if session else "",
        (session.caller or "") if session else event.arn or "",
        (session.ledger_reason or "") if session else "",
        (session.ticket or "") if session else "",
        one.exception_id or "",
        event.address,
        event.id,
    )


def _finding_row(one: Finding) -> tuple[str, ...]:
    shown = (rfc3339(one.first), " ".join(one.accounts), " ".join(one.regions), "", "", one.description)
    rest = (
        one.rule,
        one.severity.value,
        one.session_id or "",
        "",
        "",
        "",
        "",
        "",
        "",
        " ".join(one.event_ids),
    )
    return (*shown, *rest)


def _word(verdict: Verdict) -> str:
    return _WORDS.get(verdict, verdict.value)


def _moment(when: datetime) -> str:
    return rfc3339(when.replace(microsecond=0))


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."
