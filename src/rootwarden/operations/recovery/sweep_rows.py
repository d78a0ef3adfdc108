"""One line per account of a sweep, from what was seen of it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.model.audit import AuditOutcome
from rootwarden.model.canonical import rfc3339
from rootwarden.model.credential_item import all_items
from rootwarden.model.explanation import ExplanationKind
from rootwarden.model.sweep import SweepRow, SweepWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.operations.recovery.sweep import Duties

_WORDS: Final = {
    AuditOutcome.CLEAN: SweepWord.CLEAN,
    AuditOutcome.LEFTOVER: SweepWord.LEFTOVER,
    AuditOutcome.SKIPPED: SweepWord.SKIPPED,
    AuditOutcome.UNREACHABLE: SweepWord.UNREACHABLE,
    AuditOutcome.EXCEPTED: SweepWord.EXCEPTED,
    AuditOutcome.EXPOSED: SweepWord.UNREACHABLE,
}
"""An exposed account is a stray, or about to be closed; one that is neither was not read wholly."""


def seen_row(row: AuditRow, found: Duties) -> SweepRow:
    """What is to be said of an account in which nothing is done."""
    account = row.account
    joined = account.id in {one.account.id for one in found.joined} or account.id in found.pending
    items = tuple(map(str, all_items(row.credentials)))
    base = SweepRow(
        account.id, account.name, _WORDS[row.outcome], items=items, joined=joined, reason=row.reason
    )
    stray = next((one for one in found.strays if one.row.account.id == account.id), None)
    if stray is not None:
        text = "neither an exception nor a waiver explains it"
        return replace(base, word=SweepWord.STRAY, items=stray.items, text=text)
    exception = next((one for one in row.explanations if one.kind is ExplanationKind.EXCEPTION), None)
    if row.outcome is AuditOutcome.EXCEPTED and exception is not None:
        text = f"{exception.owner}, until {rfc3339(exception.until)} ({exception.why})"
        return replace(base, word=SweepWord.OPEN, exception_id=exception.id, text=text, reason=None)
    if row.outcome is AuditOutcome.EXCEPTED:
        return replace(base, text=row.reason.text if row.reason else "", reason=None)
    if joined and row.outcome is AuditOutcome.CLEAN:
        return replace(base, word=SweepWord.JOINED, text="joined since the last sweep, and holds nothing")
    return base


def gone_row(exception: RecoveryException) -> SweepRow:
    """The line of an account that the organization does not have any more."""
    return SweepRow(
        exception.account,
        "",
        SweepWord.ACCOUNT_GONE,
        "the account is not in the organization any more: nothing of ours reaches its root user",
        exception.id,
    )


def planned_rows(
    rows: Mapping[AccountId, AuditRow], found: Duties, removing: Iterable[AccountId]
) -> dict[AccountId, SweepRow]:
    """What a sweep would say and do."""
    lines = {account: seen_row(row, found) for account, row in rows.items()}
    for account in removing:
        text = "joined since the last sweep: its root credentials will be removed (recovery.remove_on_join)"
        lines[account] = replace(lines[account], word=SweepWord.TO_REMOVE, text=text)
    for one in found.closing:
        base = lines.get(one.account) or gone_row(one)
        text = f"exception {one.id} of {one.owner} ended at {rfc3339(one.until)}: it will be closed"
        lines[one.account] = replace(
            base, word=SweepWord.TO_CLOSE, text=text, exception_id=one.id, reason=None
        )
    for one in found.settling:
        base = lines.get(one.account) or gone_row(one)
        text = (
            f"the opening of exception {one.id} did not come to its end: it will be settled by what AWS shows"
        )
        lines[one.account] = replace(base, word=SweepWord.TO_SETTLE, text=text, exception_id=one.id)
    return lines


def counted(rows: Iterable[SweepRow]) -> dict[str, int]:
    """How many accounts came out in which way."""
    return dict(Counter(row.word.value for row in rows))
