"""Reading again what was chosen from a list that was kept: whether it still is what was meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rootwarden.app.chosen import Found
from rootwarden.errors import AccessDenied
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.reason import Reason, local
from rootwarden.operations.directory.gather import gather_accounts, gather_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rootwarden.app.organization import KnownOrganization
    from rootwarden.model.ids import AccountId


def read_again(
    known: KnownOrganization,
    found: Found,
    *,
    few: int,
    changing: bool,
    placing: bool = False,
    besides: Iterable[AccountId] = (),
) -> Found | None:
    """The accounts as they are now; those that are not what was chosen any more are told with the reason.

    For a change all of them are read, with their OUs and tags as far as these decide; where they are to be placed (``placing``) all
    of them and the accounts ``besides``, in the OUs they are in; otherwise those alone whose state, as it was kept, forbids to look
    at them. None where everything has to be listed anew: they are too many, may not be asked for one by one,
    or are called otherwise now, as are the OUs above them. Raises AwsError.
    """
    everyone = changing or placing
    wanted = [one.id for one in found.accounts if everyone or one.state is not AccountState.ACTIVE]
    if len(wanted) > few:
        return None
    try:
        read, missing = gather_accounts(known.api, dict.fromkeys((*wanted, *besides)))
    except AccessDenied:
        return None
    here = known.few(tuple(read.values()), deciding=False, afresh=changing and found.uses_units)
    now = {one.id: one for one in here.accounts}
    if everyone and not _called_as_before(found, now):
        return None
    if changing and found.uses_units and here.units is not found.directory.units:
        return None
    before = {one.id: one for one in found.accounts}
    gone = {one: _gone(reason) for one, reason in missing.items() if one in before}
    again = replace(found, accounts=tuple(now.get(one, before[one]) for one in before), left=gone)
    if placing:
        there = tuple(now.get(one.id, one) for one in found.directory.accounts if one.id not in missing)
        again = replace(again, directory=replace(found.directory, accounts=there))
    if not everyone:
        return again
    if changing and found.uses_tags:
        again = with_tags_now(known, again)
    return _compared(before, again)


def with_tags_now(known: KnownOrganization, found: Found) -> Found:
    """The same with the tags of its accounts read again; those whose tags do not fit any more are told. Raises AwsError."""
    there = [one.id for one in found.accounts if one.id not in found.left]
    tags = {**found.directory.tags, **gather_tags(known.api, there)}
    again = replace(found, directory=replace(found.directory, tags=tags))
    return _compared({one.id: one for one in found.accounts}, again)


def since(before: Found, now: Found) -> Found:
    """What was found now, and what was found before and is not any more, with the reason."""
    there = {one.id: one for one in now.directory.accounts}
    chosen = {one.id for one in now.accounts}
    lost = [one for one in before.accounts if one.id not in chosen]
    left = {one.id: _moved(one, there[one.id]) if one.id in there else _gone(None) for one in lost}
    rows = (*now.accounts, *(there.get(one.id, one) for one in lost))
    return replace(now, accounts=rows, left={**now.left, **left})


def _called_as_before(found: Found, now: Mapping[AccountId, Account]) -> bool:
    """Whether the accounts that were named (by name, perhaps) still have their names."""
    return all(
        one.id not in found.choice.accounts or one.id not in now or now[one.id].name == one.name
        for one in found.accounts
    )


def _compared(before: Mapping[AccountId, Account], again: Found) -> Found:
    left = dict(again.left)
    for one in again.accounts:
        if one.id not in left and not again.choice.holds(one, again.directory.tags.get(one.id)):
            left[one.id] = _moved(before[one.id], one)
    return replace(again, left=left)


def _moved(before: Account, now: Account) -> Reason:
    if before.parents != now.parents:
        return local(
            "no_longer_selected",
            f"no longer selected: it was in {before.ou_path or 'another OU'} when the accounts were listed, and is in "
            f"{now.ou_path or 'another one'} now",
        )
    if before.name != now.name:
        return local("no_longer_selected", f"no longer selected: it is called {now.name} now")
    return local(
        "no_longer_selected", "no longer selected: its tags are not what they were when they were kept"
    )


def _gone(reason: Reason | None) -> Reason:
    answer = f" ({reason.code}: {reason.text})" if reason else ""
    return local("not_in_organization", f"the account has left the organization since it was listed{answer}")
