"""The registers of the ledger: waivers and exceptions, which explain root credentials that are there, and grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rootwarden.app.settle import root_work
from rootwarden.ledger.grants import GrantRegister
from rootwarden.ledger.query import open_intents
from rootwarden.ledger.recovery_exceptions import ExceptionRegister
from rootwarden.ledger.store import entries
from rootwarden.ledger.waivers import WaiverRegister

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.entry import Entry
    from rootwarden.ledger.query import OpenIntent
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.grant import Grant
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Registers:
    """Every waiver, exception and grant a ledger tells of, in the order they came to be."""

    waivers: tuple[Waiver, ...] = ()
    exceptions: tuple[RecoveryException, ...] = ()
    grants: tuple[Grant, ...] = ()


def registers_in(found: Iterable[Entry]) -> Registers:
    """The registers from one reading of the entries. Raises LedgerUnreadable for a note that says nonsense."""
    waivers, exceptions, grants = WaiverRegister(), ExceptionRegister(), GrantRegister()
    for entry in found:
        for register in (waivers, exceptions, grants):
            register.take(entry)
    return Registers(waivers.all(), exceptions.all(), grants.all())


def read_ledger(recorder: Recorder) -> tuple[Registers, tuple[OpenIntent, ...]]:
    """Both registers, and what earlier runs left open in root users, from one reading of the ledger.

    To be asked before a run writes its own intent. Raises LedgerError.
    """
    waivers, exceptions = WaiverRegister(), ExceptionRegister()

    def passing() -> Iterator[Entry]:
        for entry in entries(recorder.store):
            waivers.take(entry)
            exceptions.take(entry)
            yield entry

    left_open = root_work(open_intents(passing()))
    return Registers(waivers.all(), exceptions.all()), left_open


def registers_of(app: App, clients: CallerClients, organization_id: str) -> Registers:
    """The registers of the run's ledger, which is verified as it is read. Raises LedgerError."""
    return registers_in(entries(app.recorder(clients, organization_id).store))


def open_exceptions(app: App, clients: CallerClients, organization_id: str) -> tuple[RecoveryException, ...]:
    """The exceptions that were not closed, those still opening, closing or overdue included. Raises LedgerError.

    Only those that are ``is_open(now)`` entitle to anything.
    """
    found = registers_of(app, clients, organization_id).exceptions
    return tuple(one for one in found if one.closed is None)


def current_waivers(
    app: App, clients: CallerClients, organization_id: str, *, now: datetime | None = None
) -> tuple[Waiver, ...]:
    """The waivers that explain something at this moment: neither ended nor expired. Raises LedgerError."""
    moment = now or datetime.now(UTC)
    found = registers_of(app, clients, organization_id).waivers
    return tuple(one for one in found if one.is_current(moment))
