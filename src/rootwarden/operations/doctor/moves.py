"""Whether accounts moved while the policies above them were being read, which takes minutes in a large organization."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AccessDenied, AwsError, CredentialsExpired, CredentialsRefused, NotFound
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.operations.doctor.evidence import Places

_FEW: Final = 100
"""Accounts up to which each is asked for by itself: AWS answers 20 DescribeAccount a second."""

_MOVED: Final = NotSeen(
    local("account_moved", "it was moved while the policies were read: run the command again")
)
_LEFT: Final = NotSeen(local("not_in_organization", "it left the organization while the policies were read"))

_ELSEWHERE: Final = ""


def leaving_moved_open(clients: CallerClients, places: Places) -> Places:
    """The places, without those of accounts that stand elsewhere by now, or have left.

    OUs cannot be moved, so what an account stands in directly is all that has to be asked. Where this second look is refused, the
    first one holds.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html
    Raises CredentialsExpired and CredentialsRefused.
    """
    before = {
        account: lineage.value[-2]
        for account, lineage in places.lineages.items()
        if isinstance(lineage, Seen)
    }
    api = Organizations(clients.client("organizations"))
    try:
        now = _now(api, before)
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError:
        return places
    lineages: dict[AccountId, Reading[tuple[str, ...]]] = dict(places.lineages)
    for account, home in before.items():
        if account not in now:
            lineages[account] = _LEFT
        elif now[account] != home:
            lineages[account] = _MOVED
    return replace(places, lineages=lineages)


def _now(api: Organizations, before: Mapping[AccountId, str]) -> dict[AccountId, str]:
    if len(before) <= _FEW:
        try:
            return _one_by_one(api, before)
        except AccessDenied:  # who may not ask for one account may list them all perhaps
            pass
    return _listed(api, before)


def _one_by_one(api: Organizations, accounts: Mapping[AccountId, str]) -> dict[AccountId, str]:
    now: dict[AccountId, str] = {}
    for one in accounts:
        try:
            parents = api.account(one).parents
            now[one] = parents[-1] if parents else api.parent(one)
        except NotFound:
            continue
    return now


def _listed(api: Organizations, before: Mapping[AccountId, str]) -> dict[AccountId, str]:
    now: dict[AccountId, str] = {}
    not_told: set[AccountId] = set()
    for one in api.accounts():
        if one.parents:
            now[one.id] = one.parents[-1]
        else:
            not_told.add(one.id)
    for home in {before[one] for one in not_told if one in before}:
        now |= dict.fromkeys(not_told.intersection(api.account_ids_in(home)), home)
    return dict.fromkeys(not_told, _ELSEWHERE) | now
