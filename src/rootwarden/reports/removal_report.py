"""What a removal did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.credentials import CredentialKind
from rootwarden.model.removal_outcome import AccountOutcome, ItemResult, Verification
from rootwarden.reports.audit_report import reason_text, row_document
from rootwarden.reports.credentials_text import in_words
from rootwarden.reports.removal_plan_report import item_name
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.removal import RemovalPlan

_RESULTS = {
    ItemResult.REMOVED: Tone.GOOD,
    ItemResult.ALREADY_ABSENT: Tone.GOOD,
    ItemResult.REFUSED: Tone.WARN,
    ItemResult.FAILED: Tone.BAD,
    ItemResult.UNKNOWN: Tone.BAD,
}
_VERIFICATIONS = {
    Verification.VERIFIED_CLEAN: Tone.GOOD,
    Verification.STILL_THERE: Tone.BAD,
    Verification.NOT_VERIFIED: Tone.BAD,
}


def removal_outcome_report(
    plan: RemovalPlan, plan_hash: str, outcomes: tuple[AccountOutcome, ...], *, command: str
) -> Report:
    """Per item and per account, what came out of it."""
    documents = tuple(_account_document(one) for one in outcomes)
    summary = _summary(outcomes)
    clean = sum(1 for one in outcomes if one.verification is Verification.VERIFIED_CLEAN)
    counted = ", ".join(f"{count} {result}" for result, count in summary.items() if count) or "no items"
    line = Cell(
        f"{counted}; {clean} of {len(outcomes)} accounts verified clean",
        Tone.GOOD if clean == len(outcomes) else Tone.WARN,
    )
    document = {
        "organization_id": plan.organization_id,
        "endpoint": plan.endpoint,
        "plan_hash": plan_hash,
        "accounts": list(documents),
        "summary": summary,
    }
    tables = (_items_table(outcomes), _accounts_table(outcomes))
    return Report(command, document, tables, (line,), documents)


def _items_table(outcomes: tuple[AccountOutcome, ...]) -> Table:
    return Table(
        title="Items",
        columns=("Account", "Name", "Item", "Identifier", "Result", "Reason"),
        rows=tuple(
            (
                cell(one.account),
                cell(one.name),
                cell(item_name(done.item)),
                cell("" if done.item.kind is CredentialKind.PASSWORD else done.item.identifier),
                cell(done.result.value, _RESULTS[done.result]),
                cell(
                    reason_text(done.reason) if done.reason and done.result is not ItemResult.REMOVED else ""
                ),
            )
            for one in outcomes
            for done in one.items
        ),
    )


def _accounts_table(outcomes: tuple[AccountOutcome, ...]) -> Table:
    return Table(
        title="Looked at again",
        columns=("Account", "Name", "Verification", "Root credentials now", "Reason"),
        rows=tuple(
            (
                cell(one.account),
                cell(one.name),
                cell(one.verification.value, _VERIFICATIONS[one.verification]),
                cell(in_words(one.after.credentials) if one.after else "not read"),
                cell(reason_text(one.reason) if one.reason else ""),
            )
            for one in outcomes
        ),
    )


def _account_document(one: AccountOutcome) -> dict[str, Any]:
    return {
        "id": one.account,
        "name": one.name,
        "items": [
            {
                "kind": done.item.kind.value,
                "identifier": done.item.identifier,
                "result": done.result.value,
                "reason": done.reason.as_json() if done.reason else None,
            }
            for done in one.items
        ],
        "verification": one.verification.value,
        "after": row_document(one.after) if one.after else None,
        "reason": one.reason.as_json() if one.reason else None,
    }


def _summary(outcomes: tuple[AccountOutcome, ...]) -> dict[str, int]:
    return {
        result.value: sum(1 for one in outcomes for done in one.items if done.result is result)
        for result in ItemResult
    }
