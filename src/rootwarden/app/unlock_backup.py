"""Where backups of policies go and come from: files of this machine, or a bucket of the caller's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from rootwarden.app.files import read_bytes, write_private_lines
from rootwarden.app.settle import BACKUP_HASH
from rootwarden.aws.backup_bucket import MAX_BYTES, get_backup, put_backup
from rootwarden.aws.caller_identity import get_caller
from rootwarden.errors import AwsError, BadInput
from rootwarden.ledger.entry import Kind
from rootwarden.ledger.location import S3Location, parse_location
from rootwarden.ledger.store import entries
from rootwarden.model.ids import account_id
from rootwarden.operations.unlock.backup_file import file_hash, file_name, from_bytes, to_bytes

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.ids import AccountId
    from rootwarden.model.unlock import Backup

_S3: Final = "s3://"


@dataclass(frozen=True, slots=True)
class BackupChoice:
    """Where the user wants the backup; the state folder of the platform where nothing is named."""

    folder: Path | None = None
    s3: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was written."""

    places: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Found:
    """A backup that was read."""

    name: str
    backup: Backup
    sha256: str


def check_choice(choice: BackupChoice) -> None:
    """Raises BadInput for a place that can be none, before anything is asked."""
    if choice.s3 is not None:
        _location(choice.s3)


def keep(app: App, clients: CallerClients, backup: Backup, choice: BackupChoice) -> Kept:
    """Writes the backup wherever it is wanted; files have mode 0600 and are flushed to disk. Raises BadInput and AwsError."""
    data = to_bytes(backup)
    name = file_name(backup)
    places = []
    if choice.folder is not None or choice.s3 is None:
        places.append(str(_write_file(choice.folder or _default_folder(), name, data)))
    if choice.s3 is not None:
        location = _location(choice.s3)
        key = f"{location.prefix}/{name}" if location.prefix else name
        try:
            put_backup(clients.client("s3"), location.bucket, key, data, owner=_owner(app, clients))
        except AwsError:
            app.problems.append(
                f"no backup was written to {_S3}{location.bucket}/{key}, so nothing is changed"
            )
            raise
        places.append(f"{_S3}{location.bucket}/{key}")
    return Kept(tuple(places), file_hash(data))


def find(app: App, clients: CallerClients, name: str) -> Found:
    """The backup of a file or of ``s3://BUCKET/KEY``. Raises BadInput, RefusedByRule and AwsError."""
    if name.startswith(_S3):
        location = _location(name)
        data = get_backup(clients.client("s3"), location.bucket, location.prefix, owner=_owner(app, clients))
    else:
        data = read_small(Path(name))
    return Found(name, from_bytes(data, name=name), file_hash(data))


def read_small(path: Path) -> bytes:
    """A file's bytes; raises BadInput where there is none, or it is longer than any policy."""
    path = path.expanduser()
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise BadInput(
            f"{path}: larger than any policy ({path.stat().st_size:,} bytes)", advice="Name the right file."
        )
    return read_bytes(path)


def is_known(recorder: Recorder, sha256: str) -> bool:
    """Whether the ledger holds the hash of a backup's file. Raises LedgerError."""
    return any(
        entry.kind is Kind.INTENT
        and isinstance(details := entry.content.get("details"), Mapping)
        and details.get(BACKUP_HASH) == sha256
        for entry in entries(recorder.store)
    )


def _write_file(folder: Path, name: str, data: bytes) -> Path:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder}: {error.strerror or error}", advice="Name a folder you may write to."
        ) from error
    path = folder / name
    if path.exists():
        raise BadInput(f"{path} is there already", advice="Repeat the command.")
    write_private_lines(path, [data])
    return path


def _default_folder() -> Path:
    return platformdirs.user_state_path("rootwarden", appauthor=False) / "backups"


def _location(text: str) -> S3Location:
    location = parse_location(text) if text.startswith(_S3) else None
    if not isinstance(location, S3Location):
        raise BadInput(
            f"{text!r} is no place in S3", advice="Write s3://BUCKET/PREFIX; a folder goes with --backup-dir."
        )
    return location


def _owner(app: App, clients: CallerClients) -> AccountId:
    # Whoever owned the bucket instead could read the policies, and hand others back.
    return account_id(app.settings.unlock.backup_owner or get_caller(clients.client("sts")).account_id)
