"""Composing ``waiver add``, ``list`` and ``end``. They change the ledger, and nothing at AWS."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_account
from rootwarden.app.exceptions import registers_in, registers_of
from rootwarden.app.ledger import open_store_for_reading
from rootwarden.app.register_names import named
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.ledger.store import entries
from rootwarden.ledger.waivers import record_waiver, record_waiver_end
from rootwarden.model.canonical import rfc3339
from rootwarden.model.credential_item import item_name
from rootwarden.model.purpose import PurposeName
from rootwarden.model.register_id import new_waiver_id
from rootwarden.reports.waiver_report import waiver_list_report, waiver_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.app.context import App
    from rootwarden.reports.report import Report

_LAST_SECOND = time(23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WantedWaiver:
    """What ``waiver add`` was told, checked as far as it can be without AWS."""

    items: tuple[str, ...]
    owner: str
    until: datetime


def wanted_waiver(app: App, items: Sequence[str], owner: str, until: str) -> WantedWaiver:
    """The waiver these options mean. Raises BadInput, and RefusedByRule for an end beyond the configured longest time."""
    app.require_why("waiver add")
    named = tuple(dict.fromkeys(str(item_name(one)) for text in items for one in _parts(text)))
    if not owner.strip():
        raise BadInput("--owner is empty", advice="Name who answers for it: a person, a team, an address.")
    end = _end_of(until)
    now = app.clock()
    if end <= now:
        raise BadInput(
            f"--until {until} is over already (it is {rfc3339(now.replace(microsecond=0))})",
            advice="Name a day to come.",
        )
    days = app.settings.limits.waiver_days
    if end > now + timedelta(days=days + 1):  # the last day counts to its end
        raise RefusedByRule(
            f"--until {until} is further away than the {days} days a waiver may last",
            advice="Name an earlier day, and renew it then; limits.waiver_days in the configuration sets the limit.",
        )
    return WantedWaiver(named, owner.strip(), end)


def run_waiver_add(app: App, account: str, wanted: WantedWaiver) -> Report:
    """Adds a waiver for an account that is in the organization now, unless the same one stands already. Raises LedgerError."""
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_account(app, clients, account)
    one = chosen.account
    if one.id == chosen.organization.management_account_id:
        raise BadInput(
            f"{one.id} is the management account, which no audit reads, so there is nothing to waive",
            advice="Look after its root user by hand.",
        )
    now = app.clock()
    for waiver in registers_of(app, clients, chosen.organization.id).waivers:
        same = (waiver.account, set(waiver.items), waiver.owner, waiver.until)
        if waiver.is_current(now) and same == (one.id, set(wanted.items), wanted.owner, wanted.until):
            return waiver_report("waiver add", waiver, now, outcome="nothing_to_do", name=one.name)
    added = record_waiver(
        app.recorder(clients, chosen.organization.id),
        waiver_id=new_waiver_id(),
        account=one.id,
        items=wanted.items,
        owner=wanted.owner,
        until=wanted.until,
        reason=app.choices.reason or "waiver add",
        ticket=app.choices.ticket,
    )
    return waiver_report("waiver add", added, now, outcome="done", name=one.name)


def run_waiver_list(app: App) -> Report:
    """Every waiver of the ledger, those that explain something first. Verifies the ledger as it reads."""
    store = open_store_for_reading(app)
    found = registers_in(entries(store)).waivers
    return waiver_list_report(found, app.clock(), location=store.location)


def run_waiver_end(app: App, waiver_id: str) -> Report:
    """Ends a waiver; does nothing where it is over. Raises BadInput with near matches for an id there is not, and LedgerError."""
    app.require_why("waiver end")
    clients = app.caller(PurposeName.DELEGATE)
    organization = Organizations(clients.client("organizations")).describe()
    app.check_organization(organization.id)
    found = registers_of(app, clients, organization.id).waivers
    waiver = named(waiver_id, found, "waiver", lambda one: f"account {one.account}, {one.owner}")
    now = app.clock()
    if not waiver.is_current(now):
        return waiver_report("waiver end", waiver, now, outcome="nothing_to_do")
    ended = record_waiver_end(
        app.recorder(clients, organization.id),
        waiver,
        reason=app.choices.reason or "waiver end",
        ticket=app.choices.ticket,
    )
    return waiver_report("waiver end", ended, now, outcome="done")


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise BadInput("--item names nothing", advice="Write KIND or KIND:IDENTIFIER.")
    return parts


def _end_of(text: str) -> datetime:
    """The moment a text names: a day lasts to its last second, in UTC."""
    with suppress(ValueError):
        return datetime.combine(date.fromisoformat(text), _LAST_SECOND)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"--until {text!r} is no date", advice="Write 2026-12-31 or 2026-12-31T18:00:00Z."
        ) from error
