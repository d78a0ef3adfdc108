"""Composing ``evidence verify`` and ``evidence complete``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rootwarden.app.evidence_folder import PLAN, files_of
from rootwarden.app.files import read_bytes, read_text, write_private, write_private_lines
from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.aws.trail_events import TrailEvents
from rootwarden.errors import BadInput, RefusedByRule, RootwardenError, WrongOrganization
from rootwarden.ledger.checkpoint import parse_checkpoint, verify_signed
from rootwarden.model.canonical import plain
from rootwarden.model.evidence import ContentCheck, FileSeal, FolderCheck, Manifest
from rootwarden.model.ids import account_id
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local
from rootwarden.operations.evidence import manifest as manifests
from rootwarden.operations.evidence.excerpt import CHECKPOINT, FILE, problem_of, read_excerpt
from rootwarden.operations.evidence.gather import Histories, look_up
from rootwarden.operations.evidence.manifest import compare
from rootwarden.operations.removal.plan_file import from_text, hash_of
from rootwarden.reports.evidence_report import completion_report, folder_report

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.model.evidence import Completion, FileCheck
    from rootwarden.reports.report import Report

_FINDINGS = 1
_INCOMPLETE = 6
_EVENTS = "events.jsonl"
_COMPLETION = "completion.json"


@dataclasses.dataclass(frozen=True, slots=True)
class MemberAccess:
    """How the members' histories are read: a role of that name, or a profile with ``{account}`` in its name."""

    role: str | None = None
    profile: str | None = None


def run_verify(folder: Path, *, manifest_hash: str | None, public_key: Path | None) -> tuple[Report, int]:
    """Whether a folder is as it was written; 1 where it is not. Raises BadInput for a folder without evidence."""
    check = _check(folder, manifest_hash=manifest_hash, public_key=public_key)
    return folder_report(check), 0 if check.intact else _FINDINGS


def _check(
    folder: Path,
    *,
    manifest_hash: str | None = None,
    public_key: Path | None = None,
    with_trail: bool = True,
) -> FolderCheck:
    try:
        found = files_of(folder)
    except OSError as error:
        raise BadInput(
            f"{folder}: {error.strerror or error}", advice="Name a folder that --evidence wrote."
        ) from error
    if not {manifests.NAME, PLAN} & found.keys():
        raise BadInput(
            f"{folder}: holds no evidence", advice="Name a folder that 'remove apply --evidence' wrote."
        )
    manifest = _manifest(folder / manifests.NAME) if found.get(manifests.NAME) else None
    trail = {path: seal for path, seal in found.items() if path.startswith(f"{manifests.TRAIL}/")}
    own = {path: seal for path, seal in found.items() if path not in trail}
    own_seal = own.pop(manifests.NAME, None)
    files = compare(manifest.files if manifest else (), own)
    files += _trail_files(folder, trail) if with_trail else ()
    sha256 = own_seal.sha256 if own_seal else None
    contents = [ContentCheck("manifest", None if manifest else "there is no manifest: the run did not end")]
    if manifest:
        contents += _contents(folder, manifest, public_key)
    if manifest_hash is not None and manifest_hash != sha256:
        contents.append(ContentCheck("manifest hash", f"the manifest has {sha256}, not the stated one"))
    return FolderCheck(str(folder), manifest.plan_hash if manifest else None, sha256, files, tuple(contents))


def _trail_files(folder: Path, there: dict[str, FileSeal | None]) -> tuple[FileCheck, ...]:
    """What came from CloudTrail, held against its own manifest; without one all of it is extra."""
    name = f"{manifests.TRAIL}/{manifests.NAME}"
    sealed = _manifest(folder / name).files if there.pop(name, None) else ()
    return compare(sealed, there)


def _manifest(path: Path) -> Manifest:
    return manifests.from_text(read_text(path), str(path))


def _contents(folder: Path, manifest: Manifest, public_key: Path | None) -> list[ContentCheck]:
    """Whether plan, ledger and checkpoint say what the manifest says. Of a file that is not there its own row tells."""
    checks = []
    if (folder / PLAN).is_file():
        checks.append(ContentCheck("plan", _plan_problem(folder / PLAN, manifest)))
    if (folder / FILE).is_file() and (folder / CHECKPOINT).is_file():
        checkpoint = read_bytes(folder / CHECKPOINT)
        ledger = _problem(lambda: problem_of(read_bytes(folder / FILE), checkpoint, manifest.plan_hash))
        checks.append(ContentCheck("ledger", ledger))
        if public_key is not None:
            key = read_bytes(public_key)
            checks.append(
                ContentCheck("signature", _problem(lambda: verify_signed(parse_checkpoint(checkpoint), key)))
            )
    return checks


def _plan_problem(path: Path, manifest: Manifest) -> str | None:
    def wrong() -> str | None:
        plan = from_text(read_text(path), name=PLAN, stated_hash=None)
        if hash_of(plan) != manifest.plan_hash:
            return f"it has hash {hash_of(plan)}, the manifest says {manifest.plan_hash}"
        return None

    return _problem(wrong)


def _problem(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except RootwardenError as error:
        return error.message


def run_complete(app: App, folder: Path, access: MemberAccess) -> tuple[Report, int]:
    """Adds what CloudTrail tells by now; 6 while something is missing.

    Raises RefusedByRule for a folder that is not intact, WrongOrganization for one of another organization or endpoint, AwsError.
    """
    if access.role and access.profile:
        raise BadInput("--member-role and --member-profile exclude each other", advice="Give one of them.")
    check = _check(folder, with_trail=False)  # what an earlier look added is replaced
    if not check.intact:
        raise RefusedByRule(
            f"{folder}: the evidence is not intact",
            advice="'rootwarden evidence verify' says what is wrong with it.",
        )
    manifest = _manifest(folder / manifests.NAME)
    histories = _histories(app, manifest, access)
    found = look_up(read_excerpt(read_bytes(folder / FILE)), manifest.plan_hash, histories)
    _write(folder / manifests.TRAIL, found, manifest)
    return completion_report(str(folder), manifest.plan_hash, found), 0 if found.complete else _INCOMPLETE


def _histories(app: App, manifest: Manifest, access: MemberAccess) -> Histories:
    clients = app.caller(PurposeName.DELEGATE)
    organization = Organizations(clients.client("organizations")).describe()
    if (manifest.organization_id, manifest.endpoint) != (organization.id, clients.endpoint):
        raise WrongOrganization(
            f"the evidence is of organization {manifest.organization_id} at {manifest.endpoint}, and this is organization "
            f"{organization.id} at {clients.endpoint}",
            advice="Use the profile and endpoint the plan was applied with.",
        )

    def member(account: str) -> TrailEvents:
        theirs = app.member_caller(account_id(account), role=access.role, profile=access.profile)
        found = get_caller(theirs.client("sts")).account_id
        if found != account:
            raise BadInput(
                f"the profile for {account} is of account {found}", advice="Check --member-profile."
            )
        return TrailEvents(theirs.client("cloudtrail", theirs.partition.control_region))

    nobody = local(
        "no_member_access", "neither --member-role nor --member-profile says how to read the member's history"
    )
    region = app.settings.regions.sts or clients.region
    return Histories(
        caller_account=get_caller(clients.client("sts")).account_id,
        of_caller=TrailEvents(clients.client("cloudtrail", region)),
        of_member=member if access.role or access.profile else nobody,
    )


def _write(folder: Path, found: Completion, manifest: Manifest) -> None:
    """The events and what is missing, and last their manifest: a crash before it leaves the folder not intact, never wrong."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / manifests.NAME).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder}: {error.strerror or error}", advice="Check the folder's permissions."
        ) from error
    lines = (json.dumps(plain(one.record), sort_keys=True).encode() + b"\n" for one in found.events)
    write_private_lines(folder / _EVENTS, lines)
    missing = {"looked": datetime.now(UTC), "missing": found.missing, "not_looked": found.not_looked}
    write_private(folder / _COMPLETION, json.dumps(plain(missing), indent=2) + "\n")
    seals = (
        dataclasses.replace(seal, path=f"{manifests.TRAIL}/{path}")
        for path, seal in files_of(folder).items()
        if seal and path != manifests.NAME
    )
    made = dataclasses.replace(manifest, made=datetime.now(UTC), files=tuple(seals))
    write_private(folder / manifests.NAME, manifests.to_text(made))
