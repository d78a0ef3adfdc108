"""When the last sweep ran, for ``status``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rootwarden.errors import RootwardenError
from rootwarden.ledger.store import entries
from rootwarden.ledger.sweeps import SweepRegister
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import reason_of
from rootwarden.operations.recovery.sweep import sweep_blocker
from rootwarden.operations.setup.judge import Finding

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.sweep import LastSweep


def last_sweep(app: App, clients: CallerClients, organization_id: str) -> Reading[LastSweep | None]:
    """The last sweep that came to its end, as the ledger tells of it; or why the ledger could not be read."""
    register = SweepRegister()
    try:
        for entry in entries(app.recorder(clients, organization_id).store):
            register.take(entry)
    except RootwardenError as error:
        return NotSeen(reason_of(error))
    return Seen(register.last)


def sweep_findings(app: App, last: Reading[LastSweep | None]) -> tuple[Finding, ...]:
    """The blocker where no sweep ran in the configured time, or where nobody can tell."""
    hours = app.settings.recovery.sweep_within_hours
    if hours is None:
        return ()
    if isinstance(last, NotSeen):
        text = f"Could not read from the ledger when the last sweep ran: {last.reason.text}"
        return (Finding("last_sweep_not_readable", text, last.reason),)
    overdue = sweep_blocker(last.value, timedelta(hours=hours), app.clock())
    return () if overdue is None else (Finding("sweep_overdue", overdue),)
