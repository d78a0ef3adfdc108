"""What every verb of recovery stands on: caller, organization, ledger, a clock that is right, and one run an account at a time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.app.accounts import accounts_now
from rootwarden.app.audit_pass import AuditPass
from rootwarden.app.exceptions import registers_of
from rootwarden.app.machine_clock import check_clock
from rootwarden.app.removal_run import marks_folder, who
from rootwarden.errors import Interrupted, LeaseLost
from rootwarden.ledger.lease_keeper import LeaseKeeper
from rootwarden.ledger.leases import Held
from rootwarden.ledger.run_mark import RunMark
from rootwarden.model.audit import Details
from rootwarden.model.purpose import PurposeName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.app.context import App
    from rootwarden.app.exceptions import Registers
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.lease_keeper import HeldByUs
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Organization
    from rootwarden.model.recovery_exception import RecoveryException


@dataclass(frozen=True, slots=True)
class Ground:
    """One run of one verb."""

    app: App
    clients: CallerClients
    organization: Organization
    caller_arn: str
    recorder: Recorder
    command: str

    def registers(self) -> Registers:
        """What the ledger says now. Raises LedgerError."""
        return registers_of(self.app, self.clients, self.organization.id)

    def not_closed(self) -> tuple[RecoveryException, ...]:
        """Every exception that was not closed. Raises LedgerError."""
        return tuple(one for one in self.registers().exceptions if one.closed is None)

    def look(
        self, accounts: Iterable[AccountId], *, details: Details = Details.ALWAYS
    ) -> dict[AccountId, AuditRow]:
        """The root users of these accounts now; an account that left the organization has no row. Raises AwsError, LedgerError."""
        chosen = accounts_now(self.app, self.clients, accounts)
        one_pass = AuditPass(self.app, self.clients, chosen, details=details, command=self.command)
        rows = {row.account.id: row for row in one_pass.rows()}
        if one_pass.interrupted:
            raise Interrupted("interrupted", advice="Give the same command again: it looks first.")
        return rows

    @contextmanager
    def lease(self, name: str) -> Iterator[HeldByUs]:
        """The right to work on something, for the time of a with block. Raises LeaseLost where another run has it, and LedgerError."""
        with RunMark(marks_folder()) as mark:
            leases = LeaseKeeper(self.recorder.store, mark, who(), clock=self.app.clock)
            taken = leases.take(name)
            if isinstance(taken, Held):
                raise LeaseLost(
                    f"{taken.by.owner.partition(', run ')[0]} works on {name}, until {taken.by.ends:%H:%M:%SZ} at the latest",
                    advice="Wait until that run is over, then look again.",
                )
            with taken:
                yield taken


def ground(app: App, command: str) -> Ground:
    """Raises RefusedByRule where the machine's clock is wrong, WrongOrganization, AwsError."""
    clients = app.caller(PurposeName.DELEGATE)
    known = app.organization(clients)
    check_clock(app, clients)
    recorder = app.recorder(clients, known.organization.id)
    return Ground(app, clients, known.organization, known.caller.arn, recorder, command)


def account_lease(account: AccountId) -> str:
    """The lease under which exceptions of an account are begun, settled and ended."""
    return f"recovery:{account}"
