"""From an audit to a plan of what goes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rootwarden.model.audit import Audit, AuditOutcome, AuditRow
from rootwarden.model.credential_item import PASSWORD_ID
from rootwarden.model.credentials import PRESENT, CredentialKind, PresentOnly, RootCredentials
from rootwarden.model.reason import Reason, local
from rootwarden.model.removal import AccountRemoval, LeftOut, RemovalItem, RemovalPlan

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

T = TypeVar("T")

ALL_KINDS = frozenset(CredentialKind)


def plan_removal(audit: Audit, kinds: AbstractSet[CredentialKind] = ALL_KINDS) -> RemovalPlan:
    """What goes, from an audit that read details. An account that was not wholly read is left out, never guessed at."""
    planned: list[AccountRemoval] = []
    left_out: list[LeftOut] = []
    for row in audit.rows:
        reason = _why_not(row)
        items = () if reason else items_of(row.credentials, _safe_kinds(row.credentials, kinds))
        if items:
            planned.append(_removal(row, items))
        elif reason or row.outcome is not AuditOutcome.CLEAN:
            left_out.append(
                LeftOut(row.account.id, row.account.name, row.outcome, reason or _nothing_chosen(row, kinds))
            )
    return RemovalPlan(
        organization_id=audit.organization_id,
        endpoint=audit.endpoint,
        made=audit.taken,
        accounts=tuple(planned),
        left_out=tuple(left_out),
    )


BARE_PASSWORD = local(
    "password_without_mfa", "it would leave the root password without MFA: the password has to go first"
)


def _safe_kinds(seen: RootCredentials, kinds: AbstractSet[CredentialKind]) -> AbstractSet[CredentialKind]:
    """The chosen kinds, without MFA where it would be taken from a password that stays."""
    bare = seen.password and CredentialKind.PASSWORD not in kinds
    return kinds - {CredentialKind.MFA_DEVICES} if bare else kinds


def _nothing_chosen(row: AuditRow, kinds: AbstractSet[CredentialKind]) -> Reason:
    if items_of(row.credentials, kinds):
        return BARE_PASSWORD
    return local("kinds_not_chosen", "only holds kinds of credentials that were not chosen")


def _why_not(row: AuditRow) -> Reason | None:
    if row.outcome in {AuditOutcome.SKIPPED, AuditOutcome.UNREACHABLE, AuditOutcome.EXCEPTED}:
        return row.reason or local(row.outcome.value, "the audit gave no reason")
    if row.problems:
        return row.problems[0]
    seen = row.credentials
    if PRESENT in (seen.access_keys, seen.signing_certificates, seen.mfa_devices) or not seen.all_read:
        return row.reason or local("details_not_read", "the audit saw that something is there, but not what")
    return None


def items_of(
    seen: RootCredentials, kinds: AbstractSet[CredentialKind] = ALL_KINDS
) -> tuple[RemovalItem, ...]:
    """The items of a root user in the order they go: the password first and MFA last, never a password without its MFA."""
    items: list[RemovalItem] = []
    if seen.password:
        items.append(
            RemovalItem(
                CredentialKind.PASSWORD,
                PASSWORD_ID,
                created=seen.password_created,
                last_use=seen.password_last_use,
            )
        )
    items += [
        RemovalItem(CredentialKind.ACCESS_KEYS, key.id, key.status.value, key.created, key.last_use)
        for key in _listed(seen.access_keys)
    ]
    items += [
        RemovalItem(CredentialKind.SIGNING_CERTIFICATES, one.id, one.status.value, one.created)
        for one in _listed(seen.signing_certificates)
    ]
    items += [
        RemovalItem(CredentialKind.MFA_DEVICES, one.serial, created=one.enabled)
        for one in _listed(seen.mfa_devices)
    ]
    return tuple(item for item in items if item.kind in kinds)


def _removal(row: AuditRow, items: tuple[RemovalItem, ...]) -> AccountRemoval:
    going = {item.identifier for item in items}
    virtual = [
        one.serial for one in _listed(row.credentials.mfa_devices) if one.is_virtual and one.serial in going
    ]
    return AccountRemoval(
        account=row.account.id,
        name=row.account.name,
        ou_path=row.account.ou_path,
        items=items,
        stays_behind=tuple(f"the object of virtual MFA device {serial}" for serial in virtual),
        kept=tuple(item.name for item in items_of(row.credentials) if item not in items),
    )


def _listed(items: tuple[T, ...] | PresentOnly | None) -> tuple[T, ...]:
    return () if items is None or items is PRESENT else items
