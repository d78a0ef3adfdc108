"""No account's answers are ever another's: over real connections that are reused, reset and answered out of turn.

The server knows whose session a request was signed with. It refuses, and counts, one whose key, secret and token are not of the
same session; and every identifier it gives out names the account it belongs to.
"""

from __future__ import annotations

import asyncio
import queue
import random
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bench_audit.certificate import write_certificate
from bench_audit.faults import Faults
from bench_audit.organization import MANAGEMENT, ORGANIZATION_ID, Plan
from bench_audit.server import Connection, Options, Service
from bench_audit.sts import CALLER_ARN, CALLER_KEY, CALLER_SECRET
from bench_audit.wire import Answer
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.aws import pacing
from rootwarden.aws.clients import CallerChoice, CallerClients
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.query import open_intents
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.results import lines_of
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.store import entries
from rootwarden.model.audit import AuditOutcome, AuditRow, Details
from rootwarden.model.authority import ForReading
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.tasks import RootTask
from rootwarden.operations.audit.gather import Rules, audit_accounts
from rootwarden.reports.credentials_text import as_document
from rootwarden.sessions.door import RootDoor, Work


class OutOfTurn(Connection):
    """Answers when it pleases."""

    chance = random.Random()  # noqa: S311 - to shuffle

    def _later(self, delay: float, answer: Answer) -> None:
        super()._later(delay + self.chance.uniform(0.0001, 0.01), answer)


@contextmanager
def served(service: Service, folder: Path) -> Iterator[tuple[str, Path]]:
    """The service over TLS: its address and the authority to trust."""
    authority, chain, key = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    connections: list[OutOfTurn] = []

    def connected() -> OutOfTurn:
        connections.append(OutOfTurn(service, asyncio.get_running_loop()))
        return connections[-1]

    ready: queue.Queue[tuple[int, Callable[[], object]]] = queue.Queue()

    async def serve() -> None:
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        async with await loop.create_server(connected, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            ready.put((port, lambda: loop.call_soon_threadsafe(ending.set)))
            await ending.wait()
            for one in connections:
                if one._transport is not None:
                    one._transport.abort()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    port, end = ready.get(timeout=20)
    try:
        yield f"https://127.0.0.1:{port}", authority
    finally:
        end()
        thread.join()


@contextmanager
def eager(authority: Path) -> Iterator[None]:
    """Threads take turns all the time, and failed calls are repeated without much ado."""
    before = sys.getswitchinterval()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "_FIRST_PAUSE", 0.002)
        patch.setattr(pacing, "_LONGEST_PAUSE", 0.01)
        patch.setenv("AWS_ACCESS_KEY_ID", CALLER_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)
        patch.setenv("AWS_REGION", "eu-central-1")
        patch.setenv("AWS_CA_BUNDLE", str(authority))
        sys.setswitchinterval(1e-5)
        try:
            yield
        finally:
            sys.setswitchinterval(before)


def accounts_of(service: Service, members: int) -> list[Account]:
    organization = service._organization
    described = (organization.described(number) for number in range(1, members + 1))
    return [Account(AccountId(one["Id"]), one["Name"], "", AccountState(one["State"])) for one in described]


def identifiers(row: AuditRow) -> dict[str, Any]:
    """What the row says that is the account's alone."""
    document = as_document(row.credentials)
    return {
        "outcome": row.outcome.value,
        "password": document["password"],
        "access_keys": sorted(one["id"] for one in document["access_keys"]),
        "signing_certificates": sorted(one["id"] for one in document["signing_certificates"]),
        "mfa_devices": sorted(one["serial"] for one in document["mfa_devices"]),
    }


FAULTS = st.builds(
    Faults,
    throttle=st.floats(0, 0.1),
    server_error=st.floats(0, 0.1),
    reset=st.floats(0, 0.15),
    stall=st.just(0.0),
    stall_seconds=st.just(0.0),
    seed=st.integers(0, 1_000_000),
)


@settings(max_examples=12)
@given(faults=FAULTS, members=st.integers(1, 40), at_once=st.integers(1, 24), closely=st.booleans())
def test_every_row_is_its_account_s(
    tmp_path_factory: pytest.TempPathFactory, faults: Faults, members: int, at_once: int, closely: bool
) -> None:
    OutOfTurn.chance.seed(faults.seed)
    service = Service(Options(Plan(members, holding_every=2, denied_every=7), faults=faults))
    accounts, details = accounts_of(service, members), Details.ALWAYS if closely else Details.AUTO
    folder = tmp_path_factory.mktemp("served")
    with served(service, folder) as (url, authority), eager(authority):
        rows, store = audited(url, accounts, details, at_once, folder)

    assert "mix-up" not in service.counts.outcomes
    assert sorted(row.account.id for row in rows) == [account.id for account in accounts]
    for row in rows:
        number = service._organization.number_of(row.account.id)
        assert number is not None
        truth = service._organization.truth(number)
        assert row.outcome.value == truth["outcome"]
        if row.wholly_read:
            assert identifiers(row) == {name: truth[name] for name in identifiers(row)}
    check_ledger(store, service, rows)


def audited(
    url: str, accounts: list[Account], details: Details, at_once: int, folder: Path
) -> tuple[list[AuditRow], SqliteStore]:
    """The rows, and the ledger of the run; the accounts come as from a list that is still being read."""
    clients = CallerClients(CallerChoice(endpoint_url=url), version="1")
    store = SqliteStore(folder / "ledger.sqlite3", Identity(ORGANIZATION_ID, url))
    door = RootDoor(clients, Recorder(store, RunContext(CALLER_ARN, None, "1")))
    work = Work(operation="audit", accounts=(), tasks=(RootTask.AUDIT,), authority=ForReading(reason="test"))
    rules = Rules(AccountId(MANAGEMENT), details=details)
    with door.begin(work) as run:
        return list(audit_accounts(run, iter(accounts), rules, at_once=at_once)), store


def check_ledger(store: SqliteStore, service: Service, rows: list[AuditRow]) -> None:
    """One last word on every account that was opened, with the key of one of its own sessions; nothing is left open."""
    lines = [line for entry in entries(store) for line in lines_of(entry.content)]
    words = {str(line["account"]): line for line in lines}
    opened = {str(row.account.id): row for row in rows if row.outcome is not AuditOutcome.SKIPPED}
    assert len(lines) == len(words)
    assert words.keys() == opened.keys()
    for account, line in words.items():
        assert line["outcome"] == opened[account].outcome.value
        if "access_key_id" in line:
            number = service._sts.sessions[str(line["access_key_id"])].number
            assert service._organization.account_id(number) == account
    assert not open_intents(entries(store))
