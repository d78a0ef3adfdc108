"""Which accounts a command is about, from the user's choice and the configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rootwarden.app.choosing import Chooser
from rootwarden.app.chosen import Chosen, ChosenAccount
from rootwarden.errors import BadInput
from rootwarden.model.purpose import PurposeName
from rootwarden.model.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId

__all__ = ["Chosen", "ChosenAccount", "accounts_now", "choose_account", "choose_accounts", "offered_accounts"]


def choose_accounts(
    app: App,
    clients: CallerClients,
    selection: Selection,
    *,
    changing: bool,
    lazily: bool = False,
    placing: bool = False,
) -> Chosen:
    """Finds the accounts that are meant, with as few calls as that takes.

    A reading command without a selection takes the configuration's scope, or every account; a changing one has to be told, and
    does not rest on what is kept. ``lazily`` gives every account, where no OU or tag decides, while they are being listed.
    ``placing`` is for what depends on where accounts stand: they and the caller's own are placed where they are now, whatever is
    kept. Raises BadInput, UnknownAccount, CannotLook and AwsError.
    """
    selection = _with_defaults(app, selection, changing=changing)
    app.notes += selection.notes
    chooser = Chooser(app, clients, selection, changing=changing, placing=placing)
    return chooser.choose(lazily=lazily)


def choose_account(app: App, clients: CallerClients, text: str) -> ChosenAccount:
    """Finds one account by its id or name, as it is now. Raises as ``choose_accounts`` does."""
    chosen = choose_accounts(app, clients, Selection(accounts=(text,)), changing=True)
    accounts = tuple(chosen.accounts)
    if len(accounts) != 1:
        raise BadInput(
            f"{text!r} names {len(accounts)} accounts, and this works on one at a time",
            advice="Name one account.",
        )
    return ChosenAccount(chosen.organization, accounts[0], chosen.against(accounts[0]))


def accounts_now(app: App, clients: CallerClients, ids: Iterable[AccountId]) -> Chosen:
    """These accounts as AWS has them now, with what the configuration excludes; one that left the organization is not among them.

    For what was chosen and confirmed before. Raises AwsError, and BadInput for a scope in the configuration that cannot be meant.
    """
    selection = Selection(accounts=tuple(ids))
    return Chooser(app, clients, selection, changing=True).now()


def offered_accounts(app: App, selection: Selection) -> Chosen:
    """Every account but those the selection excludes, for somebody to choose from; as recent as what is kept."""
    clients = app.caller(PurposeName.DELEGATE)
    everything = replace(selection, everything=True)
    return Chooser(app, clients, everything, changing=False).choose(lazily=False)


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
        return replace(selection, accounts=scope.accounts, ous=scope.ous, tags=scope.tags)
    return replace(selection, everything=True)
