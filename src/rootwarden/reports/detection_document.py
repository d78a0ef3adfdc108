"""What detection found, as one document: events with verdicts, sessions, findings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rootwarden.model.canonical import plain
from rootwarden.model.detection import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.detection import Finding, JudgedEvent, RootSession
    from rootwarden.model.detection_event import Event
    from rootwarden.model.detection_run import DetectionRun


def run_document(run: DetectionRun) -> dict[str, Any]:
    """The whole run."""
    judged, reading = run.judged, run.reading
    by_event = findings_by_event(run)
    return {
        "sources": list(run.sources),
        "period": plain(run.period),
        "read": {
            "files": reading.files,
            "records": reading.records,
            "left_out": reading.left_out,
            "repeated": judged.repeated,
            "complete": reading.complete and not run.interrupted,
            "unreadable": reading.troubled,
            "troubles": [{"place": one.place, "reason": one.reason.as_json()} for one in reading.troubles],
        },
        "ledger": plain(run.ledger),
        "summary": summary(run),
        "findings": [finding_document(one) for one in judged.findings],
        "suppressed": [
            {**finding_document(one.finding), "suppression": plain(one.suppression)}
            for one in judged.suppressed
        ],
        "sessions": [session_document(one) for one in judged.sessions],
        "events": [event_document(one, by_event.get(one.event.id, ())) for one in judged.events],
        "notices": list(judged.notices),
    }


def summary(run: DetectionRun) -> dict[str, Any]:
    """Counts, every verdict and severity named."""
    verdicts = Counter(one.verdict for one in run.judged.events)
    severities = Counter(one.severity for one in run.judged.findings)
    return {
        "events": {verdict.value: verdicts[verdict] for verdict in Verdict},
        "sessions": len(run.judged.sessions),
        "findings": {severity.value: severities[severity] for severity in reversed(Severity)},
        "suppressed": len(run.judged.suppressed),
    }


def findings_by_event(run: DetectionRun) -> Mapping[str, tuple[Finding, ...]]:
    """The findings about each event, by its id."""
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in run.judged.findings:
        for event_id in finding.event_ids:
            found[event_id] = (*found.get(event_id, ()), finding)
    return found


def finding_document(one: Finding) -> dict[str, Any]:
    """One finding."""
    found: dict[str, Any] = plain(one)
    return found


def session_document(one: RootSession) -> dict[str, Any]:
    """One session; its events by their ids."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "account": one.account,
        "began": plain(one.began),
        "verdict": one.verdict.value,
        "reason": one.reason,
        "task": one.task,
        "caller": one.caller,
        "opening": one.opening.id if one.opening else None,
        "events": [event.id for event in one.events],
        "ledger": ledger_document(one),
        "exception_id": one.exception_id,
        "evidence": [each.value for each in one.evidence],
    }


def ledger_document(one: RootSession) -> dict[str, Any] | None:
    """The run of the ledger that a session belongs to: who, why, under which ticket."""
    if one.run is None:
        return None
    run = one.run
    return {
        "intent_id": run.id,
        "operation": run.operation,
        "caller": run.caller,
        "reason": run.reason,
        "ticket": run.ticket,
        "plan_hash": run.plan_hash,
        "exception_id": run.exception_id,
    }


def event_document(one: JudgedEvent, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """One event with its verdict, and the findings about it."""
    event = one.event
    return {
        "id": event.id,
        "time": plain(event.time),
        "account": event.account,
        "region": event.region,
        "source": event.source,
        "name": event.name,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "session_id": one.session_id,
        "exception_id": one.exception_id,
        "findings": [
            {"id": each.id, "rule": each.rule, "severity": each.severity.value} for each in findings
        ],
        "identity": {
            "type": event.identity_type,
            "arn": event.arn,
            "account": event.identity_account,
            "access_key_id": event.access_key_id,
            "invoked_by": event.invoked_by,
            "mfa": event.mfa,
        },
        "address": event.address,
        "user_agent": event.user_agent,
        "failed": event.failed,
        "error": {"code": event.error_code, "text": event.error_message} if event.failed else None,
        "target": event.target,
        "task_policy": event.task_policy,
        "issued_access_key_id": event.issued_key_id,
        "details": dict(event.details),
    }


def action(event: Event) -> str:
    """``iam:DeleteAccessKey``."""
    return f"{event.source.removesuffix('.amazonaws.com')}:{event.name}"
