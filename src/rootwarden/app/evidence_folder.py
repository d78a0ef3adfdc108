"""The folder of ``--evidence`` while a removal runs: what has to be there before a delete is on disk before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rootwarden.app.files import read_text, sync_folder, write_private, write_private_lines
from rootwarden.app.ledger import checkpoint_signer
from rootwarden.errors import BadInput
from rootwarden.ledger.chain import Head
from rootwarden.ledger.checkpoint import Checkpoint, SignedCheckpoint, sign
from rootwarden.ledger.store import entries
from rootwarden.model.canonical import plain
from rootwarden.model.evidence import FileSeal, Manifest
from rootwarden.operations.evidence import manifest as manifests
from rootwarden.operations.evidence.excerpt import CHECKPOINT, FILE, excerpt
from rootwarden.reports.audit_report import row_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rootwarden.app.context import App
    from rootwarden.ledger.entry import Entry
    from rootwarden.ledger.recorder import Recorder
    from rootwarden.model.audit import AuditRow, RootReading
    from rootwarden.model.ids import AccountId

PLAN: Final = "plan.json"
NOTE: Final = "evidence written"
"""The operation of the ledger note that holds a manifest's hash."""
_FOLDERS: Final = ("before", "after", "outcomes")
_BEFORE_SCHEMA: Final = "rootwarden/evidence-before/1"
_AFTER_SCHEMA: Final = "rootwarden/evidence-after/1"


class EvidenceFolder:
    """One folder, of one plan. A later run of the same plan goes on with it; what was there before the first delete stays."""

    def __init__(self, path: Path, plan_text: str) -> None:
        """Makes the folder (0700) with the plan in it. Raises BadInput when that cannot be done, or it holds something else."""
        self._path = path.expanduser().absolute()
        try:
            for folder in (self._path, *(self._path / name for name in _FOLDERS)):
                if folder == self._path:
                    self._check_ours(plan_text)
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
            sync_folder(self._path.parent)
            for left_over in _temporary(self._path):
                left_over.unlink()
        except OSError as error:
            raise BadInput(
                f"{path}: {error.strerror or error}",
                advice="Name a folder for the evidence that you may write, or one that does not exist yet.",
            ) from error
        write_private(self._path / PLAN, plan_text)

    def _check_ours(self, plan_text: str) -> None:
        """A folder that is there is empty, or holds the evidence of this very plan."""
        if not self._path.exists() or not any(self._path.iterdir()):
            return
        plan = self._path / PLAN
        if any(one.is_symlink() for one in (self._path, plan)) or not plan.is_file():
            found = None
        else:
            found = read_text(plan)
        if found != plan_text and not _only_begun(self._path):
            raise BadInput(
                f"{self._path}: holds something else than the evidence of this plan",
                advice="Name a folder of its own for each plan.",
            )

    def before(self, account: AccountId, seen: RootReading) -> None:
        """Keeps what an account held before the plan's first delete in it. Raises BadInput: then nothing may be deleted."""
        path = self._path / "before" / f"{account}.json"
        if not path.exists():  # an earlier run of the plan saw it first
            document = {
                "schema": _BEFORE_SCHEMA,
                "account": account,
                "read": datetime.now(UTC),
                "credentials": seen.credentials,
                "problems": seen.problems,
            }
            write_private(path, _text(document))

    def after(self, row: AuditRow) -> None:
        """Keeps the last look at an account. Raises BadInput."""
        document = {"schema": _AFTER_SCHEMA, "read": datetime.now(UTC), "row": row_document(row)}
        write_private(self._path / "after" / f"{row.account.id}.json", _text(document))

    def close(
        self,
        *,
        outcomes: Mapping[str, Any],
        entries: Iterable[Entry],
        checkpoint: SignedCheckpoint,
        plan_hash: str,
    ) -> str:
        """Adds what the run came to, and the manifest; its SHA-256. Raises BadInput, and what reading the entries raises."""
        number = sum(1 for _ in (self._path / "outcomes").iterdir()) + 1
        write_private(self._path / "outcomes" / f"{number:03d}.json", _text(outcomes))
        write_private_lines(self._path / FILE, (entry.to_bytes() + b"\n" for entry in entries))
        write_private(self._path / CHECKPOINT, checkpoint.to_bytes().decode())
        identity = checkpoint.checkpoint.identity
        seals = (seal for path, seal in files_of(self._path).items() if seal and not _stands_apart(path))
        manifest = Manifest(
            identity.organization_id, identity.endpoint, plan_hash, datetime.now(UTC), tuple(seals)
        )
        text = manifests.to_text(manifest)
        write_private(self._path / manifests.NAME, text)
        return hashlib.sha256(text.encode()).hexdigest()


def close_evidence(
    app: App, folder: EvidenceFolder, recorder: Recorder, *, outcomes: Mapping[str, Any], plan_hash: str
) -> str:
    """Completes a folder from the run's ledger and notes its manifest's SHA-256 there, which is returned.

    Raises BadInput, LedgerError, and AwsError where the checkpoint cannot be signed.
    """
    store = recorder.store
    found = excerpt(entries(store), plan_hash)
    head = Head(found[-1].number, found[-1].hash)
    checkpoint = Checkpoint(store.identity, head, datetime.now(UTC))
    signer = checkpoint_signer(app)
    signed = sign(checkpoint, signer) if signer else SignedCheckpoint(checkpoint)
    sha256 = folder.close(outcomes=outcomes, entries=found, checkpoint=signed, plan_hash=plan_hash)
    recorder.note(operation=NOTE, details={"plan_hash": plan_hash, "manifest_sha256": sha256})
    return sha256


def files_of(folder: Path) -> dict[str, FileSeal | None]:
    """Every file below a folder by its path within, in order; None for a link or anything else that is no ordinary file."""
    found: dict[str, FileSeal | None] = {}
    for path in sorted(_below(folder)):
        name = path.relative_to(folder).as_posix()
        found[name] = _seal(path, name) if path.is_file() and not path.is_symlink() else None
    return found


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _seal(path: Path, name: str) -> FileSeal:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileSeal(name, file.tell(), digest)


def _stands_apart(path: str) -> bool:
    """The manifest itself, and what CloudTrail tells later, which has its own."""
    return path == manifests.NAME or path.startswith(f"{manifests.TRAIL}/")


def _temporary(folder: Path) -> list[Path]:
    """Halves of files that a crash left."""
    return [path for path in _below(folder) if path.name.startswith(".") and path.is_file()]


def _only_begun(folder: Path) -> bool:
    """Whether there is nothing but what a crash before the first file leaves."""
    return all(path.name.startswith(".") for path in _below(folder))


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(plain(document), indent=2) + "\n"
