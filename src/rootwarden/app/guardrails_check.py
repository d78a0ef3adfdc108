"""Composing ``guardrails check``: policies of files, or those of the organization."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rootwarden.app.context import VERSION
from rootwarden.app.files import read_bytes
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import BadInput
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.guardrails.gather import gather_live_policies
from rootwarden.policy.lint.lint import lint_document, lint_file
from rootwarden.policy.lint.lint_finding import Linted, LintFinding, PolicyKind
from rootwarden.reports.guardrail_check_report import guardrail_check_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rootwarden.app.context import App
    from rootwarden.operations.guardrails.gather import LivePolicy
    from rootwarden.reports.report import Report

__all__ = ["PolicyKind", "run_check_files", "run_check_live"]

_MOST_BYTES: Final = 4 * 1024 * 1024
_CLEAN, _FINDINGS, _INCOMPLETE = 0, 1, 6


def run_check_files(files: Sequence[Path], *, kind: PolicyKind | None, partition: str) -> tuple[Report, int]:
    """The report on every policy in these files and the exit code. Raises BadInput for a file that cannot be read."""
    found = [
        one for file in files for one in lint_file(str(file), _text(file), kind=kind, partition=partition)
    ]
    if not found:
        raise BadInput(
            "the files hold no policy", advice="Name policy documents, or templates with policies in them."
        )
    return guardrail_check_report(found, version=VERSION), _code(found)


def run_check_live(app: App) -> tuple[Report, int]:
    """The report on the organization's SCPs and RCPs and the exit code. Raises AwsError where they cannot be listed."""
    clients = app.caller(PurposeName.MANAGEMENT_READ)
    organization = Organizations(clients.client("organizations")).describe()
    app.check_organization(organization.id)
    live = gather_live_policies(clients)
    app.notes += [f"{kind.short}s are not enabled in this organization: none apply" for kind in live.off]
    found = [_linted(one, clients.partition.name) for one in live.policies]
    app.notes += _not_told(live.policies)
    unread = any(isinstance(one.document, NotSeen) for one in live.policies)
    return guardrail_check_report(found, version=VERSION), _INCOMPLETE if unread else _code(found)


def _linted(one: LivePolicy, partition: str) -> Linted:
    kind = PolicyKind[one.kind.name]
    targets = one.targets.value if isinstance(one.targets, Seen) else ()
    if isinstance(one.document, NotSeen):
        reason = one.document.reason
        unread = LintFinding("unreadable", f"it could not be read: {reason.code}: {reason.text}")
        return Linted(one.policy.label, "", kind, (unread,), targets=targets)
    return lint_document(one.policy.label, one.document.value, kind, targets=targets, partition=partition)


def _not_told(policies: Sequence[LivePolicy]) -> Iterator[str]:
    for one in policies:
        if isinstance(one.targets, NotSeen):
            reason = one.targets.reason
            yield f"where {one.policy.label} is attached could not be read: {reason.code}: {reason.text}"


def _code(found: Sequence[Linted]) -> int:
    return _FINDINGS if any(one.counted for one in found) else _CLEAN


def _text(file: Path) -> str:
    content = read_bytes(file)
    if len(content) > _MOST_BYTES:
        raise BadInput(f"{file}: larger than {_MOST_BYTES // 2**20} MB", advice="Name the right file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file}: not UTF-8 text", advice="Save it as UTF-8.") from error
