"""Whether evidence is intact, and what CloudTrail tells of a removal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.canonical import plain
from rootwarden.model.evidence import FileState
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.evidence import Completion, FolderCheck

_TONES = {
    FileState.INTACT: Tone.GOOD,
    FileState.ALTERED: Tone.BAD,
    FileState.MISSING: Tone.BAD,
    FileState.EXTRA: Tone.BAD,
}


def folder_report(check: FolderCheck) -> Report:
    """Every file of a folder, and whether what they say fits together."""
    files = Table(
        "Files",
        ("File", "State"),
        tuple((cell(one.path), cell(one.state.value, _TONES[one.state])) for one in check.files),
    )
    contents = Table(
        "Contents",
        ("Part", "State"),
        tuple(
            (cell(one.name), cell(one.problem or "holds", Tone.BAD if one.problem else Tone.GOOD))
            for one in check.contents
        ),
    )
    wrong = [one for one in check.files if one.state is not FileState.INTACT]
    said = "intact" if check.intact else f"NOT intact: {len(wrong)} of {len(check.files)} files"
    lines = [Cell(f"{check.folder}: {said}", Tone.GOOD if check.intact else Tone.BAD)]
    if check.manifest_sha256:
        lines.append(Cell(f"Manifest {check.manifest_sha256}; the ledger holds the one that was written"))
    document = {
        "folder": check.folder,
        "intact": check.intact,
        "plan_hash": check.plan_hash,
        "manifest_sha256": check.manifest_sha256,
        "files": plain(check.files),
        "contents": plain(check.contents),
    }
    rows = tuple(plain(one) for one in check.files)
    return Report("evidence verify", document, (files, contents), tuple(lines), rows)


def completion_report(folder: str, plan_hash: str, found: Completion) -> Report:
    """The events by account, and the calls of which there is none yet."""
    changing = [one for one in found.events if one.record.get("readOnly") is not True]
    events = Table(
        "Sessions and deletes",
        ("Time", "Account", "Event", "Request"),
        tuple(
            (cell(one.time), cell(one.account), cell(one.record.get("eventName")), cell(one.request_id))
            for one in changing
        ),
    )
    missing = Table(
        "Without an event so far",
        ("Account", "Call", "Request"),
        tuple(
            (cell(one.account), cell(one.item or "session"), cell(one.request_id, Tone.WARN))
            for one in found.missing
        ),
    )
    not_looked = Table(
        "Histories not read",
        ("Account", "Reason"),
        tuple((cell(one.account), cell(reason_text(one.reason), Tone.WARN)) for one in found.not_looked),
    )
    count = f"{len(found.events)} events, {len(found.events) - len(changing)} of them reads"
    if found.complete:
        line = Cell(f"{count}; every call has its event", Tone.GOOD)
    else:
        line = Cell(
            f"{count}; {len(found.missing)} calls have none yet. CloudTrail takes minutes, sometimes "
            "more than an hour: run the command again.",
            Tone.WARN,
        )
    document = {
        "folder": folder,
        "plan_hash": plan_hash,
        "complete": found.complete,
        "events": plain(found.events),
        "missing": plain(found.missing),
        "not_looked": plain(found.not_looked),
    }
    rows = tuple(plain(one) for one in found.events)
    return Report("evidence complete", document, (events, missing, not_looked), (line,), rows)
