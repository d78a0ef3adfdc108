"""Composing ``detect run``: reading, the ledger, the verdicts, and what the user asked to see of them."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.app.context import VERSION
from rootwarden.app.detect_expected import expected_of
from rootwarden.app.detect_histories import opening_accounts
from rootwarden.app.detect_known import read_known
from rootwarden.app.detect_sources import Sources, check_sources, period_of, sieves
from rootwarden.aws.caller_identity import get_caller
from rootwarden.detection.engine import judge
from rootwarden.errors import CannotLook, Interrupted, RootwardenError
from rootwarden.model.detection import Severity
from rootwarden.model.detection_run import DetectionRun, LedgerUsed
from rootwarden.model.log_reading import LogReading, Wanted
from rootwarden.model.purpose import PurposeName
from rootwarden.reports.asff import Importer, asff_batches
from rootwarden.reports.detection_report import detection_report
from rootwarden.reports.ocsf import ocsf_lines
from rootwarden.reports.render import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rootwarden.app.context import App
    from rootwarden.model.detection import Judged
    from rootwarden.model.detection_event import Event
    from rootwarden.model.ids import AccountId
    from rootwarden.model.log_reading import Period
    from rootwarden.reports.report import Report

_SECONDS_BETWEEN_LINES: Final = 5.0
_WELL: Final = 0
_FINDINGS: Final = 1
_INCOMPLETE: Final = 6


@dataclass(frozen=True, slots=True)
class DetectChoice:
    """What ``detect run`` was asked."""

    sources: Sources
    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[AccountId] = frozenset()
    """Only what is recorded in these, or about them; all where empty."""
    output: OutputFormat = OutputFormat.TABLE


@dataclass(slots=True)
class _Read:
    events: list[Event] = field(default_factory=list)
    interrupted: bool = False


def run_detect(app: App, choice: DetectChoice) -> tuple[Report, int]:
    """The report and its exit code: 6 where something could not be read, else 1 from a finding of medium severity on.

    Raises BadInput, LedgerError, and CannotLook where nothing could be read at all.
    """
    check_sources(choice.sources)
    importer = _importer(app) if choice.output is OutputFormat.ASFF else None
    now = app.clock()
    period = period_of(choice.sources, choice.since, choice.until, now)
    if choice.since is None and period.since is not None:
        app.notes.append("looking at the last seven days; --since looks further back")
    callers = _callers(app, choice)
    ledger = read_known(app)
    if ledger.missing and choice.output not in {OutputFormat.TABLE, OutputFormat.MARKDOWN}:
        app.notes.append(f"no ledger was read: {ledger.missing.rstrip('.')}")
    reading = LogReading()
    read = _read(app, choice, Wanted(period, callers and choice.accounts | callers), reading)
    judged = judge(read.events, ledger.known, expected_of(app.settings), now)
    run = DetectionRun(
        sources=choice.sources.names,
        period=period,
        reading=reading,
        ledger=LedgerUsed(ledger.location, ledger.entries, ledger.missing),
        judged=_within(judged, choice, period),
        interrupted=read.interrupted,
    )
    texts: dict[str, str] = {}
    if importer is not None:
        texts[OutputFormat.ASFF] = asff_batches(run.judged.findings, importer)
    if choice.output is OutputFormat.OCSF:
        texts[OutputFormat.OCSF] = ocsf_lines(run.judged.findings, product_version=VERSION, at=now)
    return dataclasses.replace(detection_report(run), texts=texts), _code(run)


def _read(app: App, choice: DetectChoice, wanted: Wanted, reading: LogReading) -> _Read:
    """Every event that matters. Ctrl-C ends the reading, and what was read by then is judged."""
    read, told = _Read(), time.monotonic()
    try:
        for sieve in sieves(app, choice.sources, wanted, reading):
            if time.monotonic() - told > _SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                app.say(f"{reading.records:,} records of {reading.files:,} files or histories read so far")
            reading.files += 1
            reading.records += sieve.records
            reading.left_out += sieve.digests
            for trouble in sieve.troubles:
                reading.tell(trouble.place, trouble.reason)
            reading.untold += sieve.untold
            read.events += sieve.events
    except (KeyboardInterrupt, Interrupted):
        read.interrupted = True
    if not reading.records and not reading.complete and not read.interrupted:
        _nothing_read(reading)
    return read


def _nothing_read(reading: LogReading) -> None:
    first = reading.troubles[0]
    more = f"; and {reading.troubled - 1:,} more of the like" if reading.troubled > 1 else ""
    raise CannotLook(
        f"nothing could be read: {first.place}: {first.reason.code}: {first.reason.text}{more}",
        advice="Check what was named, and the permission to read it.",
    )


def _callers(app: App, choice: DetectChoice) -> frozenset[AccountId]:
    """The accounts AssumeRoot may be called from, where that decides what is read; empty where nobody says.

    Sessions in an account are opened from others, whose logs have to be read too.
    """
    if not choice.accounts or not choice.sources.remote:
        return frozenset()
    try:
        return opening_accounts(app)
    except RootwardenError as error:
        app.notes.append(
            f"from which accounts root sessions may be opened is not known, so all accounts are read: {error.message.rstrip('.')}"
        )
        return frozenset()


def _within(judged: Judged, choice: DetectChoice, period: Period) -> Judged:
    """What is of the period and of the accounts: what was read to understand it goes."""

    def wanted(event: Event) -> bool:
        in_time = period.since is None or event.time >= period.since
        return in_time and _is_about(choice.accounts, (event.account, event.target))

    events = tuple(one for one in judged.events if wanted(one.event))
    shown = {one.session_id for one in events}
    return dataclasses.replace(
        judged,
        events=events,
        sessions=tuple(one for one in judged.sessions if one.id in shown),
        findings=tuple(
            one
            for one in judged.findings
            if (period.since is None or one.last >= period.since) and _is_about(choice.accounts, one.accounts)
        ),
        suppressed=tuple(
            one
            for one in judged.suppressed
            if (period.since is None or one.finding.last >= period.since)
            and _is_about(choice.accounts, one.finding.accounts)
        ),
    )


def _is_about(wanted: frozenset[AccountId], accounts: Iterable[AccountId | None]) -> bool:
    return not wanted or not wanted.isdisjoint(accounts)


def _importer(app: App) -> Importer:
    """Who would import the findings. Raises CannotLook where there is no caller: the account is part of every finding."""
    clients = app.caller(PurposeName.LOG_READ)
    account = get_caller(clients.client("sts")).account_id
    return Importer(account, clients.region, clients.partition.name, app.clock(), VERSION)


def _code(run: DetectionRun) -> int:
    if run.interrupted:
        return Interrupted.exit_code
    if not run.reading.complete:
        return _INCOMPLETE
    worst = run.judged.worst
    return _FINDINGS if worst is not None and worst.rank >= Severity.MEDIUM.rank else _WELL
