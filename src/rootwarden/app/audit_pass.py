"""One pass over the chosen accounts: a row for each, as they come, with what explains it; earlier runs are settled by it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from rootwarden.app.exceptions import read_ledger
from rootwarden.app.settle import settle_by_audit
from rootwarden.errors import Interrupted, ListBrokeOff
from rootwarden.model.reason import local, reason_of
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.explain import explanations_of
from rootwarden.operations.audit.gather import Rules, audit_accounts
from rootwarden.sessions.door import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.audit import AuditRow, Details
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason


_UNLISTED = local("interrupted", "interrupted before all were listed")


def _nobody(_: Account) -> AuditRow | None:
    return None


class AuditPass:
    """Reads the accounts of a choice, once."""

    def __init__(
        self,
        app: App,
        clients: CallerClients,
        chosen: Chosen,
        *,
        details: Details,
        command: str,
        carried: Callable[[Account], AuditRow | None] = _nobody,
    ) -> None:
        """``carried`` gives the row of an account that need not be read, None for one that is to be read."""
        self._app = app
        self._clients = clients
        self._chosen = chosen
        self._details = details
        self._command = command
        self._carried = carried
        self.places: dict[AccountId, int] = {}
        """The place of each account in the choice."""
        self.interrupted = False
        """Whether it was broken off; the accounts that were left are unreachable for that reason."""
        self.unlisted: ListBrokeOff | None = None
        """Why not all accounts could be listed; of those that are missing nothing is known, not even that they exist."""

    @property
    def whole(self) -> bool:
        """Whether every account of the choice has its row, from a run that went to its end."""
        return not self.interrupted and self.unlisted is None

    @property
    def why_unlisted(self) -> Reason | None:
        """Why not all accounts are known, where that is so."""
        if self.unlisted is not None:
            return reason_of(self.unlisted.why)
        return _UNLISTED if self.interrupted and self.total is None else None

    @property
    def total(self) -> int | None:
        """How many rows there will be; None while the accounts are being listed."""
        return self._chosen.counted() if self._chosen.total is None else self._chosen.total

    def rows(self) -> Generator[AuditRow]:
        """Every account's row. Raises what reading the first account raises where all would fail alike, and LedgerError."""
        organization = self._chosen.organization
        recorder = self._app.recorder(self._clients, organization.id)
        registers, earlier = read_ledger(recorder)
        rules = Rules(
            organization.management_account_id,
            self._chosen.excluded,
            self._details,
            explanations_of(registers.waivers, registers.exceptions),
            clock=self._app.clock,
        )
        left_open = {account for one in earlier for account in one.accounts}
        settling: list[AuditRow] = []
        carried = set()
        accounts, ready = self._split(rules)
        work = Work(
            operation=self._command,
            accounts=(),
            tasks=(RootTask.AUDIT,),
            authority=self._app.for_reading(self._command),
        )
        with self._app.door(self._clients, organization.id).begin(work) as run:
            read = audit_accounts(run, accounts, rules, at_once=self._app.concurrency)
            for row, is_carried in self._in_turn(read, ready):
                if row.account.id in left_open:
                    settling.append(row)
                if is_carried:
                    carried.add(row.account.id)
                yield row
        settle_by_audit(recorder, earlier, settling, carried=carried)

    def _split(self, rules: Rules) -> tuple[Iterable[Account], deque[AuditRow]]:
        """The accounts to be read, and where the rows of the others gather while those are walked through."""
        ready: deque[AuditRow] = deque()

        def to_read() -> Iterator[Account]:
            for account in self._chosen.accounts:
                self.places[account.id] = len(self.places)
                row = None if rules.skip_reason(account) else self._carried(account)
                if row is None:
                    yield account
                else:
                    ready.append(rules.explained(row))

        return (tuple(to_read()) if self._chosen.total is not None else to_read()), ready

    def _in_turn(self, read: Iterator[AuditRow], ready: deque[AuditRow]) -> Iterator[tuple[AuditRow, bool]]:
        try:
            while ready:
                yield ready.popleft(), True
            for row in read:
                yield row, False
                while ready:
                    yield ready.popleft(), True
        except Interrupted:  # raised after the last row
            self.interrupted = True
            if self.total is None:
                self._app.problems.append(f"INCOMPLETE: not all accounts are known: {_UNLISTED.text}")
        except ListBrokeOff as error:  # likewise
            self.unlisted = error
            self._app.problems.append(f"INCOMPLETE: {error.message}")
        while ready:
            yield ready.popleft(), True
