"""What each owner is asked about: a CSV for each OU or tag value, with what there is to say before anything is removed."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rootwarden.model.audit import AuditOutcome, AuditRow
from rootwarden.model.canonical import rfc3339
from rootwarden.model.credentials import PRESENT, AccessKey, MfaDevice, PresentOnly, SigningCertificate
from rootwarden.reports.csv import safe_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from rootwarden.model.credentials import LastUse, RootCredentials

COLUMNS: Final = (
    "account",
    "name",
    "email",
    "ou",
    "outcome",
    "item",
    "identifier",
    "status",
    "created",
    "key_last_used",
    "key_last_used_service",
    "key_last_used_region",
    "password_last_used",
    "remarks",
    "answer",
)
"""The last one is empty, for the owner's answer."""
LAG: Final = "AWS's last-use data can be hours behind"
_NOT_READ: Final = "not read"
_NO_USE: Final = "no use on record"
_NOTHING_TO_ASK: Final = frozenset({AuditOutcome.CLEAN, AuditOutcome.SKIPPED})
_LONGEST_NAME: Final = 80
INDEX: Final = "index.csv"


def is_asked_about(row: AuditRow) -> bool:
    """Whether an owner has something to answer: what is there, and what could not be read."""
    return row.outcome not in _NOTHING_TO_ASK


def hand_off_files(
    rows: Iterable[AuditRow], owner_of: Callable[[AuditRow], str], prefix: str
) -> dict[str, str]:
    """The content of each file by its name, and of ``index.csv``, which says whose file is which.

    ``owner_of`` is the OU path or the tag's value.
    """
    by_owner: dict[str, list[AuditRow]] = defaultdict(list)
    for row in rows:
        if is_asked_about(row):
            by_owner[owner_of(row)].append(row)
    files: dict[str, str] = {}
    index = []
    for owner in sorted(by_owner):
        name = _file_name(prefix, owner, files)
        asked = sorted(by_owner[owner], key=lambda row: (row.account.name, row.account.id))
        lines = [line for row in asked for line in _lines(row)]
        files[name] = _csv(COLUMNS, lines)
        index.append((name, owner, str(len(asked)), str(len(lines))))
    files[INDEX] = _csv(("file", "owner", "accounts", "items"), index)
    return files


def _file_name(prefix: str, owner: str, taken: Iterable[str]) -> str:
    """A name that every file system takes, and that no two owners share, even where case does not count."""
    plain = unicodedata.normalize("NFKD", owner).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME]
    name = f"{prefix}-{word or 'root'}.csv"
    exact = word == owner.strip("/").replace("/", "-")
    if not exact or name.casefold() in {one.casefold() for one in taken}:
        digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        name = f"{prefix}-{word or 'root'}-{digest}.csv"
    return name


def _csv(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_field(one) for one in line] for line in lines)
    return out.getvalue()


def _lines(row: AuditRow) -> Iterator[tuple[str, ...]]:
    account = row.account
    head = (account.id, account.name, account.email, account.ou_path or "", row.outcome.value)
    said = "; ".join(one.in_words for one in row.explanations)
    listed = list(_items(row.credentials))
    for cells, lags in listed:
        remarks = "; ".join(part for part in (LAG if lags else "", said) if part)
        yield (*head, *cells, remarks, "")
    unread = _unread_kinds(row.credentials)
    if unread or not listed:  # nobody is asked without a line: something could not be read
        why = f"{row.reason.code}: {row.reason.text}" if row.reason else ""
        remarks = f"{_NOT_READ}: {', '.join(unread) or 'details'}{f' ({why})' if why else ''}"
        yield (*head, _NOT_READ, *([""] * 7), remarks, "")


def _items(seen: RootCredentials) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The cells from ``item`` to ``password_last_used``, and whether they hold a last use."""
    if seen.password:
        used = _when(seen.password_last_use)
        yield ("password", "", "", _time(seen.password_created), "", "", "", used), True
    yield from _listed("access key", seen.access_keys)
    yield from _listed("signing certificate", seen.signing_certificates)
    yield from _listed("MFA device", seen.mfa_devices)


def _listed(
    noun: str,
    items: tuple[AccessKey, ...]
    | tuple[SigningCertificate, ...]
    | tuple[MfaDevice, ...]
    | PresentOnly
    | None,
) -> Iterator[tuple[tuple[str, ...], bool]]:
    if items is PRESENT:
        yield (f"{noun}s", "", _NOT_READ, "", "", "", "", ""), False
        return
    for one in items or ():
        match one:
            case AccessKey():
                use = one.last_use
                where = (use.service or "", use.region or "") if use else ("", "")
                yield (noun, one.id, one.status.value, _time(one.created), _when(use), *where, ""), True
            case SigningCertificate():
                yield (noun, one.id, one.status.value, _time(one.created), "", "", "", ""), False
            case MfaDevice():
                yield (noun, one.serial, "", _time(one.enabled), "", "", "", ""), False


def _unread_kinds(seen: RootCredentials) -> list[str]:
    kinds = {
        "password": seen.password,
        "access keys": seen.access_keys,
        "signing certificates": seen.signing_certificates,
        "MFA devices": seen.mfa_devices,
    }
    return [name for name, value in kinds.items() if value is None]


def _when(use: LastUse | None) -> str:
    if use is None:
        return _NOT_READ
    return _NO_USE if use.when is None else rfc3339(use.when)


def _time(when: datetime | None) -> str:
    return "" if when is None else rfc3339(when)
