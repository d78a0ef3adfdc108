"""What a removal has to leave alone by now: the ledger's open exceptions and current waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.exceptions import registers_of
from rootwarden.operations.removal.protection import Protection, protection

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients


def protection_now(
    app: App, clients: CallerClients, organization_id: str, *, now: datetime, closing: str | None = None
) -> Protection:
    """Both registers of the run's ledger as reasons to keep, but for the exception ``closing``. Raises LedgerError."""
    registers = registers_of(app, clients, organization_id)
    exceptions = (one for one in registers.exceptions if one.id != closing)
    return protection(exceptions, registers.waivers, now=now)
