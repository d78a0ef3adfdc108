"""What a removal will do, and what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.canonical import plain, rfc3339
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.removal import AccountOutcome, ItemResult, RemovalItem, RemovalPlan, Verification
from rootwarden.reports.audit_report import reason_text, row_document
from rootwarden.reports.credentials_text import in_words
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from datetime import datetime

WARNING = "Access keys and certificates can be neither deactivated first nor restored afterwards."
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
_KINDS = {
    CredentialKind.PASSWORD: "password",
    CredentialKind.ACCESS_KEYS: "access key",
    CredentialKind.SIGNING_CERTIFICATES: "signing certificate",
    CredentialKind.MFA_DEVICES: "MFA device",
}


def removal_plan_report(plan: RemovalPlan, plan_hash: str, *, command: str = "remove plan") -> Report:
    """Every item that goes, what stays behind, and which accounts are left out."""
    going = Table(
        title="Will be removed",
        columns=("Account", "Name", "OU", "Item", "Identifier", "Created", "Last used"),
        rows=tuple(
            (
                cell(one.account),
                cell(one.name),
                cell(one.ou_path, Tone.FAINT),
                cell(_item_name(item), Tone.BAD),
                cell("" if item.kind is CredentialKind.PASSWORD else item.identifier),
                cell(_day(item.created)),
                cell(_last_use(item)),
            )
            for one in plan.accounts
            for item in one.items
        ),
    )
    left_out = Table(
        title="Left out",
        columns=("Account", "Name", "Reason"),
        rows=tuple(
            (cell(one.account), cell(one.name), cell(reason_text(one.reason))) for one in plan.left_out
        ),
    )
    behind = [
        f"{one.account}: {text} stays behind; the task cannot delete it"
        for one in plan.accounts
        for text in one.stays_behind
    ]
    behind += [
        f"{one.account}: not chosen, so it stays: {', '.join(one.kept)}" for one in plan.accounts if one.kept
    ]
    count = f"{plan.item_count} item{'' if plan.item_count == 1 else 's'} in {len(plan.accounts)} account"
    lines = [Cell(f"{count}{'' if len(plan.accounts) == 1 else 's'} will be removed. {WARNING}", Tone.WARN)]
    if not plan.accounts:
        lines = [Cell("Nothing to remove.")]
    lines += [Cell(text, Tone.FAINT) for text in behind]
    lines.append(Cell(f"Plan {plan_hash}"))
    rows = tuple(plain(one) for one in plan.accounts)
    return Report(
        command, {"plan_hash": plan_hash, "plan": plain(plan)}, (going, left_out), tuple(lines), rows
    )


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
                cell(_item_name(done.item)),
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


def _item_name(item: RemovalItem) -> str:
    return _KINDS[item.kind] + (f" ({item.status.lower()})" if item.status else "")


def _day(when: datetime | None) -> str:
    return rfc3339(when)[:10] if when else "?"


def _last_use(item: RemovalItem) -> str:
    use = item.last_use
    if use is None:
        return "" if item.kind in {CredentialKind.MFA_DEVICES, CredentialKind.SIGNING_CERTIFICATES} else "?"
    if use.when is None:
        return "no use on record"
    where = ", ".join(part for part in (use.service, use.region) if part)
    return f"{_day(use.when)} ({where})" if where else _day(use.when)
