"""Which accounts a command is about, from the user's choice and the configuration."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AccessDenied, AwsError, BadInput, CannotLook, WrongAccount
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.reading import NotSeen
from rootwarden.model.selection import Selection, select
from rootwarden.operations.directory.gather import Directory, gather_directory, gather_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account, Organization, OrganizationalUnit


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accounts a command is about."""

    organization: Organization
    accounts: tuple[Account, ...]
    excluded: frozenset[AccountId]
    """Those among them that the configuration tells to leave alone."""
    directory: Directory
    """The whole organization they were chosen from."""


def choose_accounts(app: App, clients: CallerClients, selection: Selection, *, changing: bool) -> Chosen:
    """Lists the organization and picks the accounts.

    A reading command without a selection takes the configuration's scope, or every account; a changing one has to be told. Raises
    BadInput, UnknownAccount, CannotLook and AwsError.
    """
    directory = _directory(app, clients)
    exclusions = _excluding(app)
    selection = _with_defaults(app, selection, changing=changing)
    needs_tags = selection.tags or exclusions.tags
    tags = gather_tags(clients, (account.id for account in directory.accounts)) if needs_tags else {}
    units = () if isinstance(directory.units, NotSeen) else directory.units.value
    if isinstance(directory.units, NotSeen):
        if selection.names_units or exclusions.names_units:
            reason = directory.units.reason
            raise CannotLook(
                f"OUs were named, and the tree of OUs could not be read: {reason.code}: {reason.text}",
                advice="The caller needs organizations:ListRoots, ListOrganizationalUnitsForParent and ListAccountsForParent.",
            )
        app.notes.append(
            f"OU paths are not shown: {directory.units.reason.code}: {directory.units.reason.text}"
        )
    chosen = select(selection, directory.accounts, units, tags)
    if not chosen:
        raise BadInput(
            "no account of the organization matches the selection",
            advice="Check the tags, OUs and exclusions; 'rootwarden audit --details never' lists the accounts there are.",
        )
    excluded = _excluded(exclusions, directory, units, tags)
    return Chosen(directory.organization, chosen, frozenset(account.id for account in excluded), directory)


def _excluded(
    exclusions: Selection,
    directory: Directory,
    units: Iterable[OrganizationalUnit],
    tags: Mapping[str, Mapping[str, str]],
) -> tuple[Account, ...]:
    if exclusions.empty:
        return ()
    try:
        return select(exclusions, directory.accounts, units, tags)
    except BadInput as error:
        raise BadInput(
            f"scope in the configuration: {error.message}",
            advice="Correct it there: what was to be left alone might go by another name now.",
        ) from error


def _directory(app: App, clients: CallerClients) -> Directory:
    caller = get_caller(clients.client("sts"))
    if caller.is_root:
        raise WrongAccount(
            f"the caller is {caller.arn}; AWS does not let a root user open root sessions",
            advice="Use a role or user of the delegated administrator.",
        )
    try:
        directory = gather_directory(clients)
    except AccessDenied as error:
        raise WrongAccount(
            f"account {caller.account_id} cannot list the organization's accounts: {error.code}: {error.text}",
            advice="Use a profile of the IAM delegated administrator (or of the management account) whose policies allow "
            "organizations:ListAccounts.",
        ) from error
    app.check_organization(directory.organization.id)
    if caller.account_id == directory.organization.management_account_id:
        _say_management_in_use(app, clients)
    return directory


def _say_management_in_use(app: App, clients: CallerClients) -> None:
    try:
        delegates = Organizations(clients.client("organizations")).delegated_administrators(
            IAM_SERVICE_PRINCIPAL
        )
    except AwsError:
        delegates = ()
    instead = (
        f"the delegated administrator {' or '.join(delegates)}" if delegates else "a delegated administrator"
    )
    app.notes.append(f"this runs from the management account; for routine work use {instead}")


def _with_defaults(app: App, selection: Selection, *, changing: bool) -> Selection:
    if not selection.empty:
        return selection
    if changing:
        raise BadInput(
            "no accounts are selected, which means none",
            advice="Name them with --account, --ou or --tag, or say --all.",
        )
    scope = app.settings.scope
    if scope.names_some:
        app.notes.append("looking at the scope of the configuration; --all looks at every account")
        return dataclasses.replace(selection, accounts=scope.accounts, ous=scope.ous, tags=scope.tags)
    return dataclasses.replace(selection, everything=True)


def _excluding(app: App) -> Selection:
    scope = app.settings.scope
    return Selection(accounts=scope.exclude_accounts, ous=scope.exclude_ous, tags=scope.exclude_tags)
