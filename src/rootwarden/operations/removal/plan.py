"""From an audit to a plan of what goes. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput
from rootwarden.model.audit import Audit, AuditOutcome, AuditRow
from rootwarden.model.credentials import PRESENT, CredentialKind
from rootwarden.model.reason import Reason, local
from rootwarden.model.removal import AccountRemoval, KeptItem, LeftOut, RemovalItem, RemovalPlan
from rootwarden.operations.removal.gate import Overrides, last_use_refusal, names_of
from rootwarden.operations.removal.items import items_of, listed
from rootwarden.operations.removal.protection import Protection
from rootwarden.operations.removal.waves import in_order

if TYPE_CHECKING:
    from datetime import datetime

ALL_KINDS = frozenset(CredentialKind)
BARE_PASSWORD = local(
    "password_without_mfa", "it would leave the root password without MFA: the password has to go first"
)
_NOT_CHOSEN = local("kind_not_chosen", "this kind of credentials was not chosen")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants gone."""

    kinds: frozenset[CredentialKind] = ALL_KINDS
    keep_used_within_days: int = 0
    overrides: Overrides = field(default_factory=Overrides)


def plan_removal(
    audit: Audit, wishes: Wishes, *, now: datetime, protection: Protection | None = None
) -> RemovalPlan:
    """What goes, from an audit that read details. An account that was not wholly read is left out, never guessed at.

    Raises BadInput when an override names nothing that the audit saw.
    """
    _check_overrides(audit, wishes.overrides)
    judge = _Judge(wishes, protection or Protection(), now)
    planned: list[AccountRemoval] = []
    left_out: list[LeftOut] = []
    for row in audit.rows:
        found = judge.account(row)
        if isinstance(found, AccountRemoval):
            planned.append(found)
        elif found:
            left_out.append(found)
    return RemovalPlan(
        organization_id=audit.organization_id,
        endpoint=audit.endpoint,
        made=now,
        audited=audit.taken,
        keep_used_within_days=wishes.keep_used_within_days,
        accounts=in_order(planned),
        left_out=tuple(left_out),
    )


def _check_overrides(audit: Audit, overrides: Overrides) -> None:
    seen: set[str] = set()
    for row in audit.rows:
        for item in items_of(row.credentials):
            seen |= names_of(row.account.id, item)
    unknown = sorted(overrides.names - seen)
    if unknown:
        raise BadInput(
            f"--override names what was not found: {', '.join(unknown)}",
            advice="Name an access key by its id, a password as ACCOUNT:password; the audit shows what there is.",
        )


class _Judge:
    """Says of every item whether it goes."""

    def __init__(self, wishes: Wishes, protection: Protection, now: datetime) -> None:
        self._wishes = wishes
        self._protection = protection
        self._now = now

    def account(self, row: AuditRow) -> AccountRemoval | LeftOut | None:
        """What goes in an account, why nothing does, or None where nothing is there."""
        reason = self._why_not(row)
        if reason:
            kept = tuple(KeptItem(item, reason) for item in items_of(row.credentials))
            return LeftOut(row.account.id, row.account.name, row.outcome, reason, kept)
        items, kept = self._sorted(row)
        if items:
            return _removal(row, items, kept)
        if kept:
            return LeftOut(row.account.id, row.account.name, row.outcome, _telling(kept), kept)
        return None

    def _why_not(self, row: AuditRow) -> Reason | None:
        if row.outcome in {AuditOutcome.SKIPPED, AuditOutcome.UNREACHABLE}:
            return row.reason or local(row.outcome.value, "the audit gave no reason")
        if row.problems:
            return row.problems[0]
        seen = row.credentials
        if PRESENT in (seen.access_keys, seen.signing_certificates, seen.mfa_devices) or not seen.all_read:
            return row.reason or local(
                "details_not_read", "the audit saw that something is there, but not what"
            )
        return self._protection.of_account(row.account.id)

    def _sorted(self, row: AuditRow) -> tuple[tuple[RemovalItem, ...], tuple[KeptItem, ...]]:
        going: list[RemovalItem] = []
        kept: list[KeptItem] = []
        for item in self._named(row):
            stays = self._stays(row, item)
            if stays is None and item.kind is CredentialKind.MFA_DEVICES and _has_password(kept):
                stays = KeptItem(item, BARE_PASSWORD)
            if stays:
                kept.append(stays)
            else:
                going.append(item)
        return tuple(going), tuple(kept)

    def _named(self, row: AuditRow) -> Iterator[RemovalItem]:
        for item in items_of(row.credentials):
            named = self._wishes.overrides.match(row.account.id, item)
            yield dataclasses.replace(item, overridden=named) if named else item

    def _stays(self, row: AuditRow, item: RemovalItem) -> KeptItem | None:
        if item.kind not in self._wishes.kinds:
            return KeptItem(item, _NOT_CHOSEN)
        waived = self._protection.of_item(row.account.id, item)
        if waived:
            return KeptItem(item, waived)
        used = last_use_refusal(item, days=self._wishes.keep_used_within_days, now=self._now)
        return KeptItem(item, used, refused=True) if used else None


def _has_password(kept: list[KeptItem]) -> bool:
    return any(one.item.kind is CredentialKind.PASSWORD for one in kept)


def _telling(kept: tuple[KeptItem, ...]) -> Reason:
    """The reason that says most about why nothing goes: what was refused before what was chosen."""
    refused = [one.reason for one in kept if one.refused]
    others = [one.reason for one in kept if one.reason != _NOT_CHOSEN]
    return (*refused, *others, _NOT_CHOSEN)[0]


def _removal(row: AuditRow, items: tuple[RemovalItem, ...], kept: tuple[KeptItem, ...]) -> AccountRemoval:
    going = {item.identifier for item in items}
    virtual = [
        one.serial for one in listed(row.credentials.mfa_devices) if one.is_virtual and one.serial in going
    ]
    return AccountRemoval(
        account=row.account.id,
        name=row.account.name,
        ou_path=row.account.ou_path,
        items=items,
        stays_behind=tuple(f"the object of virtual MFA device {serial}" for serial in virtual),
        kept=kept,
    )
