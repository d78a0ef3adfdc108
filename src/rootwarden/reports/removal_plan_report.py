"""What a removal will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.canonical import plain, rfc3339
from rootwarden.model.credentials import CredentialKind
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rootwarden.model.removal import RemovalItem, RemovalPlan

WARNING = "Access keys and certificates can be neither deactivated first nor restored afterwards."
LAG = "AWS's last-use data lags: a use in the last hours may not show yet."
_KINDS = {
    CredentialKind.PASSWORD: "password",
    CredentialKind.ACCESS_KEYS: "access key",
    CredentialKind.SIGNING_CERTIFICATES: "signing certificate",
    CredentialKind.MFA_DEVICES: "MFA device",
}


def removal_plan_report(plan: RemovalPlan, plan_hash: str, *, command: str = "remove plan") -> Report:
    """Every item that goes, what stays and why, what stays behind, and which accounts are left out."""
    rows = tuple(plain(one) for one in plan.accounts)
    return Report(
        command,
        {"plan_hash": plan_hash, "plan": plain(plan)},
        (_going(plan), _staying(plan), _left_out(plan)),
        tuple(_lines(plan, plan_hash)),
        rows,
    )


def _going(plan: RemovalPlan) -> Table:
    return Table(
        title="Will be removed",
        columns=("Account", "Name", "OU", "Item", "Identifier", "Created", "Last used"),
        rows=tuple(
            (
                cell(one.account),
                cell(one.name),
                cell(one.ou_path, Tone.FAINT),
                cell(item_name(item), Tone.BAD),
                cell(_identifier(item)),
                cell(_day(item.created)),
                cell(_last_use(item)),
            )
            for one in plan.accounts
            for item in one.items
        ),
    )


def _staying(plan: RemovalPlan) -> Table:
    return Table(
        title="Stays",
        columns=("Account", "Name", "Item", "Identifier", "Created", "Last used", "Reason"),
        rows=tuple(
            (
                cell(account),
                cell(name),
                cell(item_name(one.item)),
                cell(_identifier(one.item)),
                cell(_day(one.item.created)),
                cell(_last_use(one.item)),
                cell(reason_text(one.reason), Tone.WARN if one.refused else Tone.PLAIN),
            )
            for account, name, one in plan.kept
        ),
    )


def _left_out(plan: RemovalPlan) -> Table:
    return Table(
        title="Left out",
        columns=("Account", "Name", "Reason"),
        rows=tuple(
            (cell(one.account), cell(one.name), cell(reason_text(one.reason))) for one in plan.left_out
        ),
    )


def _lines(plan: RemovalPlan, plan_hash: str) -> Iterator[Cell]:
    if plan.accounts:
        items = f"{plan.item_count} item{'' if plan.item_count == 1 else 's'}"
        accounts = f"{len(plan.accounts)} account{'' if len(plan.accounts) == 1 else 's'}"
        yield Cell(f"{items} in {accounts} will be removed. {WARNING}", Tone.WARN)
    else:
        yield Cell("Nothing to remove.")
    if plan.keep_used_within_days:
        yield Cell(
            f"What was used within {plan.keep_used_within_days} days stays unless --override names it. {LAG}",
            Tone.FAINT,
        )
    else:
        yield Cell(f"However lately it was used, it goes. {LAG}", Tone.WARN)
    for one in plan.accounts:
        for text in one.stays_behind:
            yield Cell(f"{one.account}: {text} stays behind; the task cannot delete it", Tone.FAINT)
    for one in plan.accounts:
        for item in one.items:
            if item.overridden:
                yield Cell(
                    f"{one.account}: the {' '.join((item_name(item), _identifier(item))).strip()} goes by --override",
                    Tone.WARN,
                )
    yield Cell(f"Plan {plan_hash}")


def item_name(item: RemovalItem) -> str:
    """An item in words: ``access key (inactive)``."""
    return _KINDS[item.kind] + (f" ({item.status.lower()})" if item.status else "")


def _identifier(item: RemovalItem) -> str:
    return "" if item.kind is CredentialKind.PASSWORD else item.identifier


def _day(when: datetime | None) -> str:
    return rfc3339(when)[:10] if when else "?"


def _last_use(item: RemovalItem) -> str:
    use = item.last_use
    if use is None:
        never_told = {CredentialKind.MFA_DEVICES, CredentialKind.SIGNING_CERTIFICATES}
        return "not kept by AWS" if item.kind in never_told else "?"
    if use.when is None:
        return "no use on record"
    where = ", ".join(part for part in (use.service, use.region) if part)
    return f"{_day(use.when)} ({where})" if where else _day(use.when)
