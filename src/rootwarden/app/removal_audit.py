"""The audit a plan is made from: taken now, or read from a file and held against the accounts there are now."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.age import check_age
from rootwarden.app.audit import take_audit
from rootwarden.app.saved_audits import read_saved_audit
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import BadInput, Interrupted
from rootwarden.model.audit import Audit, Details
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local
from rootwarden.model.selection import Selection
from rootwarden.operations.audit.judge import skip_reason, skipped, unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.model.audit import AuditRow
    from rootwarden.operations.audit.saved import SavedAudit

_NOT_SAVED = local("not_in_saved_audit", "the saved audit did not look at it")
_LEFT = local("not_in_organization", "the account has left the organization since the audit")


def fresh_audit(
    app: App,
    selection: Selection,
    *,
    command: str,
    progress: Callable[[int, int | None, AuditRow], None],
) -> Audit:
    """Reads the selected accounts in detail. Raises Interrupted when it is broken off."""
    audit = take_audit(app, selection, Details.ALWAYS, command=command, progress=progress)
    if audit.interrupted:
        raise Interrupted("interrupted; no plan was made")
    return audit


def saved_audit(app: App, selection: Selection, path: Path) -> Audit:
    """The audit of a file, as far as it is about the selected accounts; without a selection all it looked at.

    Raises BadInput for a file that is none or was cut short, WrongOrganization for another organization or endpoint, and
    RefusedByRule for one that is too old.
    """
    saved = read_saved_audit(path)
    if not saved.complete:
        raise BadInput(
            f"{path}: the audit was cut short", advice=f"Finish it first: rootwarden audit --resume {path}"
        )
    clients = app.caller(PurposeName.DELEGATE)
    organization = Organizations(clients.client("organizations")).describe()
    saved.check_belongs(organization_id=organization.id, endpoint=clients.endpoint)
    taken = min((row.read for row in saved.rows.values() if row.read), default=saved.header.started)
    check_age(app, taken, f"{path}: the audit")
    whole = Selection(everything=True) if selection.empty else selection
    chosen = choose_accounts(app, clients, whole, changing=True)
    rows = tuple(_rows(saved, chosen, named=not selection.empty))
    return dataclasses.replace(saved.as_audit(), taken=taken, rows=rows)


def _rows(saved: SavedAudit, chosen: Chosen, *, named: bool) -> Iterator[AuditRow]:
    """The file's rows with the accounts as they are now, which decides what is left alone."""
    management = chosen.organization.management_account_id
    left = dict(saved.rows)
    for account in chosen.accounts:
        row = left.pop(account.id, None)
        reason = skip_reason(account, management, chosen.excluded)
        if row and reason:
            yield skipped(account, reason)
        elif row:
            yield dataclasses.replace(row, account=account)
        elif named:
            yield skipped(account, reason) if reason else unreachable(account, _NOT_SAVED)
    if not named:
        for row in left.values():
            yield skipped(row.account, _LEFT)
