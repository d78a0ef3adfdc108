"""Composing ``who-can``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.organization_layers import call_layers
from rootwarden.aws.caller_identity import get_caller
from rootwarden.errors import BadInput, CredentialsExpired, CredentialsRefused, RootwardenError
from rootwarden.model.access import WhoCan
from rootwarden.model.diagnosis import Unread
from rootwarden.model.features import CallerRole
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import NotSeen, Seen, try_reading
from rootwarden.model.reason import local, reason_of
from rootwarden.model.selection import Selection
from rootwarden.operations.access.evidence import AccessEvidence, AccountEvidence
from rootwarden.operations.access.gather import gather_account
from rootwarden.operations.access.judge import judge_access, trusted_accounts
from rootwarden.operations.directory.gather import gather_accounts
from rootwarden.operations.doctor.gates import skip_reason
from rootwarden.policy import UNKNOWN
from rootwarden.reports.who_can_report import who_can_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.app.organization_layers import CallLayers
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.model.reading import Reading
    from rootwarden.model.reason import Reason
    from rootwarden.reports.report import Report

_NO_PROFILE = (
    "no caller reads it: name a profile with --read-as, or purposes.management_read and purposes.delegate in the "
    "configuration"
)
_WELL, _FINDINGS, _INCOMPLETE = 0, 1, 6


def run_who_can(app: App, selection: Selection, read_as: Sequence[str]) -> tuple[Report, int]:
    """The report and its exit code: 6 where something was not read, else 1 where a flag is high.

    ``read_as`` are profiles that may read other accounts than the caller's own.
    """
    clients = app.caller(PurposeName.DELEGATE)
    chosen = choose_accounts(app, clients, selection, changing=False, placing=True)
    evidence = _evidence(app, clients, chosen, selection, read_as)
    access = judge_access(evidence)
    found = WhoCan(
        organization_id=chosen.organization.id,
        endpoint=clients.endpoint,
        targets=evidence.targets,
        every_member=evidence.every_member,
        skipped=evidence.skipped,
        accounts=access.accounts,
        can=access.can,
        one_step=access.one_step,
        unread=access.unread,
    )
    return who_can_report(found), _INCOMPLETE if found.unread else _FINDINGS if found.has_high else _WELL


def _evidence(
    app: App, clients: CallerClients, chosen: Chosen, selection: Selection, read_as: Sequence[str]
) -> AccessEvidence:
    known = app.organization(clients)
    accounts = tuple(chosen.accounts)
    reasons = {one.id: skip_reason(chosen.organization, {}, one) for one in accounts}
    targets = tuple(one for one in accounts if reasons[one.id] is None)
    delegates = try_reading(lambda: known.api.delegated_administrators(IAM_SERVICE_PRINCIPAL))
    unread = []
    if isinstance(delegates, NotSeen):
        unread.append(Unread("which accounts are delegated administrators for IAM", delegates.reason))
    management = chosen.organization.management_account_id
    homes = _homes(delegates, management, known.caller.account_id)
    calling = choose_accounts(app, clients, Selection(accounts=tuple(homes)), changing=False, placing=True)
    layers = call_layers(clients, calling, chosen, targets)
    callers, refused = _callers(app, clients, read_as, homes)
    evidence = AccessEvidence(
        organization_id=chosen.organization.id,
        partition=clients.partition.name,
        targets=targets,
        accounts=tuple(_account(callers.get(one), one, role, layers, refused) for one, role in homes.items()),
        rcp_levels=layers.rcp_levels,
        every_member=_means_all(app, selection),
        skipped={account: reason for account, reason in reasons.items() if reason is not None},
        unread=(*unread, *layers.unread),
    )
    return _with_inside(evidence, app, clients, (*chosen.directory.accounts, *calling.directory.accounts))


def _homes(
    delegates: Reading[tuple[AccountId, ...]], management: AccountId, own: AccountId
) -> dict[AccountId, CallerRole]:
    """The accounts from which root sessions can be opened; where nobody says which are delegates, the caller's own counts as one."""
    found = delegates.value if isinstance(delegates, Seen) else (own,)
    homes = {one: CallerRole.DELEGATED_ADMINISTRATOR for one in found if one != management}
    return {**homes, management: CallerRole.MANAGEMENT}


def _callers(
    app: App, clients: CallerClients, read_as: Sequence[str], homes: Mapping[AccountId, CallerRole]
) -> tuple[Mapping[AccountId, CallerClients], Reason | None]:
    """Who reads which account, and why the caller for the management account could not be used.

    Raises BadInput for a profile of another endpoint: what it reads would be of another world.
    """
    found = {get_caller(clients.client("sts")).account_id: clients}
    refused = None
    try:
        other = app.caller(PurposeName.MANAGEMENT_READ)
        account = get_caller(other.client("sts")).account_id
    except RootwardenError as error:
        refused = reason_of(error)
    else:
        if other.endpoint == clients.endpoint:
            found.setdefault(account, other)
        else:
            refused = local("other_endpoint", f"its profile is for {other.endpoint}")
    for profile in read_as:
        named = app.reader(profile)
        if named.endpoint != clients.endpoint:
            raise BadInput(
                f"profile {profile} is for {named.endpoint}, and the caller's for {clients.endpoint}",
                advice="Name a profile of the same endpoint.",
            )
        account = get_caller(named.client("sts")).account_id
        if account not in homes:
            app.notes.append(
                f"profile {profile} belongs to account {account}, from which no root session is opened: it is not read"
            )
        found.setdefault(account, named)
    return found, refused


def _account(
    clients: CallerClients | None,
    account: AccountId,
    role: CallerRole,
    layers: CallLayers,
    refused: Reason | None,
) -> AccountEvidence:
    paths = layers.org_paths.get(account, UNKNOWN)
    scps = layers.scp_levels.get(account, ())
    reason = local("no_caller", _NO_PROFILE)
    if role is CallerRole.MANAGEMENT and refused is not None:
        reason = refused
    if clients is not None:
        try:
            return gather_account(clients, account, role, org_paths=paths, scp_levels=scps)
        except (CredentialsExpired, CredentialsRefused) as error:
            reason = reason_of(error)
    return AccountEvidence(account, role, NotSeen(reason), paths, scps)


def _means_all(app: App, selection: Selection) -> bool:
    scoped = selection.empty and app.settings.scope.names_some
    return (selection.everything or selection.empty) and not selection.exclude and not scoped


def _with_inside(
    evidence: AccessEvidence, app: App, clients: CallerClients, accounts: Sequence[Account]
) -> AccessEvidence:
    """Says of the accounts that trust policies name whether they belong to the organization; asks for those not met so far."""
    inside = {one.id: True for one in accounts}
    others = sorted(trusted_accounts(evidence) - inside.keys())
    asked = try_reading(lambda: gather_accounts(app.organization(clients).api, others))
    if isinstance(asked, NotSeen):
        what = f"whether {len(others)} accounts that trust policies name belong to the organization"
        unread = (*evidence.unread, Unread(what, asked.reason))
        return dataclasses.replace(evidence, inside=inside, unread=unread)
    there, missing = asked.value
    answers = {**inside, **dict.fromkeys(there, True), **dict.fromkeys(missing, False)}
    return dataclasses.replace(evidence, inside=answers)
