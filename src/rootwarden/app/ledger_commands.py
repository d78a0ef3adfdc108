"""Composing ``ledger list``, ``show``, ``verify``, ``checkpoint`` and ``export``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rootwarden.app.files import read_bytes, write_private, write_private_lines
from rootwarden.app.ledger import checkpoint_signer, open_store_for_reading
from rootwarden.errors import BadInput
from rootwarden.ledger.chain import verify
from rootwarden.ledger.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    parse_checkpoint,
    sign,
    verify_against,
    verify_signed,
)
from rootwarden.ledger.export import export
from rootwarden.ledger.query import Filter, accounts_of, open_intents, select
from rootwarden.ledger.signature import public_key_pem
from rootwarden.ledger.store import entries
from rootwarden.model.ids import account_id
from rootwarden.reports.ledger_report import (
    EntryLine,
    entry_report,
    list_report,
    verified_report,
    written_report,
)

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.ledger.entry import Entry
    from rootwarden.reports.report import Report


def wanted_entries(
    account: str | None,
    person: str | None,
    operation: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Filter:
    """The filter of ``ledger list``; raises BadInput for a text that is no account id."""
    return Filter(account_id(account) if account else None, person, operation, since, until)


def run_list(app: App, wanted: Filter, *, only_open: bool) -> Report:
    """The entries asked for, or the intents among them of which no outcome tells the end. Verifies the ledger as it reads."""
    store = open_store_for_reading(app)
    everything = list(entries(store))
    left_open = {one.intent.id: one.accounts for one in open_intents(everything)}
    found = [one for one in select(everything, wanted) if not only_open or one.id in left_open]
    lines = tuple(_line(one, is_open=one.id in left_open, missing=left_open.get(one.id, ())) for one in found)
    return list_report(lines, total=len(everything), location=store.location)


def run_show(app: App, number: int) -> Report:
    """One entry, whole, with what belongs to it: an intent's outcomes, an outcome's intent. Verifies the ledger as it reads."""
    store = open_store_for_reading(app)
    everything = list(entries(store))
    if not 1 <= number <= len(everything):
        raise BadInput(
            f"the ledger has entries 1 to {len(everything)}, not {number}",
            advice="'rootwarden ledger list' shows them.",
        )
    entry = everything[number - 1]
    intent_id = entry.intent_id or entry.id
    related = [one for one in everything if intent_id in {one.id, one.intent_id} and one.number != number]
    return entry_report(
        _line(entry, is_open=False, missing=()), [_line(one, is_open=False, missing=()) for one in related]
    )


def run_verify(app: App, checkpoint_file: Path | None, public_key: Path | None) -> Report:
    """Verifies every entry, and against a checkpoint where one is given. Raises LedgerBroken and its siblings."""
    if public_key is not None and checkpoint_file is None:
        raise BadInput("--public-key goes with --checkpoint", advice="Name the signed checkpoint.")
    signed = parse_checkpoint(read_bytes(checkpoint_file)) if checkpoint_file else None
    if signed is not None and public_key is not None:
        verify_signed(signed, read_bytes(public_key))
    store = open_store_for_reading(app)
    if signed is None:
        head = verify(store.identity, store.records())
    else:
        head = verify_against(signed.checkpoint, store.identity, store.records())
    return verified_report(
        organization_id=store.identity.organization_id,
        endpoint=store.identity.endpoint,
        location=store.location,
        entries=head.number,
        head=head.hash,
        checkpoint=signed.checkpoint.head.number if signed else None,
        signature_checked=public_key is not None,
    )


def run_checkpoint(app: App, path: Path, public_key: Path | None) -> Report:
    """Verifies the ledger, writes its head to a file, signed where the configuration names a key, and the key's public half."""
    signer = checkpoint_signer(app)
    if public_key is not None and signer is None:
        raise BadInput(
            "the configuration names no ledger.signing_key, so there is no public key",
            advice="Leave --public-key out.",
        )
    store = open_store_for_reading(app)
    head = verify(store.identity, store.records())
    checkpoint = Checkpoint(store.identity, head, datetime.now(UTC))
    signed = sign(checkpoint, signer) if signer else SignedCheckpoint(checkpoint)
    write_private(path, signed.to_bytes().decode())
    if public_key is not None and signer is not None:
        write_private(public_key, public_key_pem(signer.public_key()).decode("ascii"))
    return written_report(
        "ledger checkpoint", str(path), entries=head.number, head=head.hash, signed=signer is not None
    )


def run_export(app: App, path: Path) -> Report:
    """Writes the whole ledger as JSON Lines. Verifies it as it reads."""
    store = open_store_for_reading(app)
    head = store.head()
    write_private_lines(path, export(store.identity, head, entries(store)))
    return written_report("ledger export", str(path), entries=head.number, head=head.hash, signed=None)


def _line(entry: Entry, *, is_open: bool, missing: tuple[str, ...]) -> EntryLine:
    return EntryLine(
        number=entry.number,
        kind=entry.kind.value,
        id=entry.id,
        intent_id=entry.intent_id,
        time=entry.time,
        accounts=accounts_of(entry),
        content=entry.content,
        hash=entry.hash,
        is_open=is_open,
        missing=missing,
    )
