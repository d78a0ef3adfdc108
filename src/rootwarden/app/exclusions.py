"""What the configuration tells to leave alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rootwarden.errors import BadInput, CannotLook
from rootwarden.model.choice import Choice, resolve
from rootwarden.model.ids import AccountId
from rootwarden.model.reading import NotSeen
from rootwarden.model.reason import Reason, local
from rootwarden.model.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.app.context import App
    from rootwarden.model.directory import Directory
    from rootwarden.model.organization import Account


def excluded_by(app: App) -> Selection:
    """The exclusions of the configuration, as a selection."""
    scope = app.settings.scope
    return Selection(accounts=scope.exclude_accounts, ous=scope.exclude_ous, tags=scope.exclude_tags)


def found_exclusions(exclusions: Selection, directory: Directory, *, whole: bool) -> Choice:
    """The exclusions found in a directory. An id can be told from the ids there are only where the directory is whole.

    Raises BadInput for one that names nothing: what was to be left alone might go by another name now.
    """
    try:
        if whole:
            return resolve(exclusions, directory.accounts, directory.tree)
        found = resolve(replace(exclusions, accounts=()), (), directory.tree)
    except BadInput as error:
        raise BadInput(
            f"scope in the configuration: {error.message}",
            advice="Correct it there: what was to be left alone might go by another name now.",
        ) from error
    return replace(found, accounts=frozenset(AccountId(one) for one in exclusions.accounts))


def excluded_among(
    accounts: Iterable[Account], exclusions: Choice, tags: Mapping[AccountId, Mapping[str, str]]
) -> dict[AccountId, Reason]:
    """Those of the accounts that are excluded, with the reason their rows give."""
    reason = local("excluded", "excluded by the configuration")
    return {one.id: reason for one in accounts if exclusions.holds(one, tags.get(one.id))}


def check_units_seen(directory: Directory, *selections: Selection) -> None:
    """Raises CannotLook where OUs decide and their tree could not be read."""
    if isinstance(directory.units, NotSeen) and any(one.names_units for one in selections):
        reason = directory.units.reason
        raise CannotLook(
            f"OUs were named, and the tree of OUs could not be read: {reason.code}: {reason.text}",
            advice="The caller needs organizations:ListRoots and ListOrganizationalUnitsForParent.",
        )
