"""Questions to a ledger: which entries, which intents are open, and the export that can be verified elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rootwarden.errors import BadInput, LedgerBroken, LedgerTooNew, NotCanonical
from rootwarden.ledger.canonical import canonical_bytes, parse_canonical
from rootwarden.ledger.chain import Head, Identity, Record, verify, wrong_organization
from rootwarden.ledger.entry import Entry, Kind
from rootwarden.ledger.results import UNKNOWN, lines_of
from rootwarden.model.ids import AccountId

EXPORT_SCHEMA: Final = "rootwarden/ledger-export/1"


@dataclass(frozen=True, slots=True)
class Filter:
    """What ``ledger list`` asks for; None asks for nothing in particular."""

    account: AccountId | None = None
    """Named by the entry, or by one of its result lines."""
    person: str | None = None
    """Any part of the caller's ARN or of its source identity, in any case."""
    operation: str | None = None
    """The whole of it, or its first words: ``remove`` finds ``remove apply``."""
    since: datetime | None = None
    """At or after."""
    until: datetime | None = None
    """Before."""

    def admits(self, entry: Entry) -> bool:
        """Whether the entry is asked for."""
        return (
            (self.account is None or self.account in accounts_of(entry))
            and (self.person is None or self._is_by(entry.content, self.person.casefold()))
            and (
                self.operation is None
                or self._is_operation(str(entry.content.get("operation")), self.operation)
            )
            and (self.since is None or entry.time >= self.since)
            and (self.until is None or entry.time < self.until)
        )

    @staticmethod
    def _is_by(content: Mapping[str, Any], person: str) -> bool:
        names = (content.get("caller_arn"), content.get("source_identity"))
        return any(person in str(name).casefold() for name in names if name is not None)

    @staticmethod
    def _is_operation(operation: str, wanted: str) -> bool:
        return operation == wanted or operation.startswith(f"{wanted} ")


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """Something that was begun and of which no outcome tells the end: a crash, or an answer that never came."""

    intent: Entry
    accounts: tuple[AccountId, ...]
    """Those not accounted for; empty where the intent names none."""


def accounts_of(entry: Entry) -> tuple[AccountId, ...]:
    """The accounts an entry names, those of its result lines included, each once."""
    named = entry.content.get("accounts")
    accounts = list(named) if isinstance(named, (list, tuple)) else []
    accounts += [line.get("account") for line in lines_of(entry.content)]
    return tuple(dict.fromkeys(AccountId(str(account)) for account in accounts if account is not None))


def select(entries: Iterable[Entry], wanted: Filter) -> Iterator[Entry]:
    """The entries asked for, in their order."""
    return (entry for entry in entries if wanted.admits(entry))


def open_intents(entries: Iterable[Entry]) -> tuple[OpenIntent, ...]:
    """The intents without outcome, or with accounts not yet accounted for, in their order.

    An account is accounted for once a result line names it, unless the last line on it (or on one of its items) says
    ``unknown``. An intent that names no account is closed by an outcome none of whose items is ``unknown`` at last.
    """
    intents: dict[str, Entry] = {}
    latest: dict[str, dict[tuple[str | None, str | None], str]] = {}
    for entry in entries:
        if entry.kind is Kind.INTENT:
            intents[entry.id] = entry
        elif entry.kind is Kind.OUTCOME and entry.intent_id is not None:
            lines = latest.setdefault(entry.intent_id, {})
            for line in lines_of(entry.content):
                _add_line(lines, line)
    return tuple(
        OpenIntent(intent, missing)
        for intent in intents.values()
        if (missing := _missing(intent, latest.get(intent.id))) is not None
    )


def _add_line(lines: dict[tuple[str | None, str | None], str], line: Mapping[str, Any]) -> None:
    account, item, outcome = line.get("account"), line.get("item"), str(line.get("outcome"))
    if item is None and outcome != UNKNOWN:
        # A word on the account as a whole settles what was said of its items before.
        for key in [key for key in lines if key[0] == account]:
            del lines[key]
    lines[(account, item)] = outcome


def _missing(
    intent: Entry, lines: Mapping[tuple[str | None, str | None], str] | None
) -> tuple[AccountId, ...] | None:
    """The accounts an intent still misses; None when it is closed."""
    accounts = accounts_of(intent)
    if lines is None:
        return accounts
    unsettled = {key[0] for key, outcome in lines.items() if outcome == UNKNOWN}
    if not accounts:
        return () if unsettled else None
    settled = {key[0] for key in lines} - unsettled
    return tuple(account for account in accounts if account not in settled) or None


def export(identity: Identity, head: Head, entries: Iterable[Entry]) -> Iterator[bytes]:
    """The lines of an export: a header that says what follows, then each entry up to ``head`` as it is stored.

    Raises LedgerBroken where the entries end before the head.
    """
    yield _header(identity, head)
    number = 0
    for entry in entries:
        if entry.number > head.number:
            return
        number = entry.number
        yield entry.to_bytes() + b"\n"
    if number < head.number:
        raise _cut_off(number, head)


def verify_export(lines: Iterable[bytes], identity: Identity | None = None) -> Head:
    """Verifies an export, header and all, and returns its head.

    Raises what ``chain.verify`` raises, also where the header and the entries disagree; BadInput for what is no export; and
    WrongOrganization where ``identity`` is given and the export is of another one.
    """
    rest = iter(lines)
    header = _parse_header(next(rest, b""))
    found, vouched = header
    if identity is not None and found != identity:
        raise wrong_organization("the export", found, identity)
    records = (Record(f"line {place}", line.removesuffix(b"\n")) for place, line in enumerate(rest, start=2))
    head = verify(found, records)
    if head.number < vouched.number:
        raise _cut_off(head.number, vouched)
    if head != vouched:
        raise LedgerBroken(
            f"the export's header vouches for entry {vouched.number} with hash {vouched.hash}, but its last entry is "
            f"{head.number} with hash {head.hash}",
            fault="inserted" if head.number > vouched.number else "rewritten",
            number=head.number,
            expected=f"hash {vouched.hash}",
            found=f"hash {head.hash}",
            advice="Export the ledger again and compare.",
        )
    return head


def _header(identity: Identity, head: Head) -> bytes:
    fields = {
        "endpoint": identity.endpoint,
        "hash": head.hash,
        "number": head.number,
        "organization_id": identity.organization_id,
        "schema": EXPORT_SCHEMA,
    }
    return canonical_bytes(fields) + b"\n"


def _parse_header(line: bytes) -> tuple[Identity, Head]:
    advice = "Give a file that 'rootwarden ledger export' wrote, unchanged."
    try:
        fields = parse_canonical(line.removesuffix(b"\n"))
    except NotCanonical as error:
        raise BadInput(f"not an export of a ledger: {error.message}", advice=advice) from error
    schema = str(fields.get("schema"))
    if schema.startswith("rootwarden/ledger-export/") and schema != EXPORT_SCHEMA:
        raise LedgerTooNew(
            f"the export has schema {schema!r}; this version knows {EXPORT_SCHEMA!r}",
            advice="Update rootwarden.",
        )
    number, digest = fields.get("number"), fields.get("hash")
    if (
        schema != EXPORT_SCHEMA
        or len(fields) != 5
        or not isinstance(number, int)
        or not isinstance(digest, str)
    ):  # noqa: PLR2004
        raise BadInput(f"not an export of a ledger: its header has schema {schema!r}", advice=advice)
    return Identity(str(fields.get("organization_id")), str(fields.get("endpoint"))), Head(number, digest)


def _cut_off(number: int, vouched: Head) -> LedgerBroken:
    return LedgerBroken(
        f"the entries end with {number}, but entry {vouched.number} was there: {number + 1} to {vouched.number} were cut off",
        fault="missing",
        number=number + 1,
        expected=f"entries up to {vouched.number}",
        found=f"entries up to {number}",
        advice="Keep what is there as evidence; export the ledger again.",
    )
