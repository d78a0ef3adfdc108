"""The SCPs and RCPs above one account or several, for a judgement of something in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.model.diagnosis import Unread
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.operations.doctor.evidence import CallerEvidence, Evidence, Places, PolicyEvidence
from rootwarden.operations.doctor.gather import gather_places, gather_policies
from rootwarden.operations.doctor.shelf import Shelf, shelve
from rootwarden.operations.doctor.stack import stack_of
from rootwarden.policy import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rootwarden.app.accounts import Chosen
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Account
    from rootwarden.policy import ContextValue
    from rootwarden.policy.layers import Level


@dataclass(frozen=True, slots=True)
class OrganizationLayers:
    """What the organization says about requests in one account."""

    scp_levels: tuple[Level, ...]
    rcp_levels: tuple[Level, ...]
    org_paths: ContextValue
    """``aws:PrincipalOrgPaths`` of the account; UNKNOWN where its place was not read."""
    unread: tuple[Unread, ...]
    """What was not read: a stand-in takes its place, by which the answer depends."""


def organization_layers(clients: CallerClients, chosen: Chosen, account: Account) -> OrganizationLayers:
    """Reads the policies above an account; what cannot be read is a layer that may say anything."""
    places = gather_places((account,), chosen.directory.units)
    policies = gather_policies(clients, (places.lineages[account.id],), callers=())
    shelf = _shelf(clients, chosen, places, policies, (account,))
    layers = stack_of(shelf, account.id).layers()
    unread = [*shelf.unread(), *_unplaced(places, (account,))]
    paths = _org_paths(chosen, places, account)
    return OrganizationLayers(layers.scp_levels, layers.rcp_levels, paths, tuple(unread))


@dataclass(frozen=True, slots=True)
class CallLayers:
    """What the organization says about calls that some accounts make and that others are the target of."""

    scp_levels: Mapping[AccountId, tuple[Level, ...]]
    """Of the accounts that call."""
    rcp_levels: Mapping[AccountId, tuple[Level, ...]]
    """Of the targets."""
    org_paths: Mapping[AccountId, ContextValue]
    """Of the accounts that call."""
    unread: tuple[Unread, ...]


def call_layers(
    clients: CallerClients, callers: Chosen, targets: Chosen, reached: Sequence[Account]
) -> CallLayers:
    """Reads the SCPs above accounts that call, and the RCPs above those of the targets that are reached."""
    management = callers.organization.management_account_id
    calling = tuple(
        one for one in callers.directory.accounts if one.id in {each.id for each in callers.accounts}
    )
    from_there = gather_places(calling, callers.directory.units)
    to_there = gather_places(reached, targets.directory.units)
    places = Places({**to_there.lineages, **from_there.lineages}, {**to_there.paths, **from_there.paths})
    policies = gather_policies(
        clients,
        to_there.lineages.values(),
        callers=[found for account, found in from_there.lineages.items() if account != management],
        binding=False,
    )
    shelf = _shelf(clients, callers, places, policies, (*calling, *reached))
    scps = {
        one.id: stack_of(shelf, one.id, (PolicyType.SCP,)).layers().scp_levels
        for one in calling
        if one.id != management
    }
    rcps = {one.id: stack_of(shelf, one.id, (PolicyType.RCP,)).layers().rcp_levels for one in reached}
    bound = {one.id: one for one in calling if one.id != management}
    if policies.enabled[PolicyType.RCP] != Seen(value=False):  # else it does not matter where a target stands
        bound |= {one.id: one for one in reached}
    unread = (*shelf.unread(), *_unplaced(places, bound.values()))
    return CallLayers(scps, rcps, {one.id: _org_paths(callers, places, one) for one in calling}, unread)


def _unplaced(places: Places, accounts: Iterable[Account]) -> Iterator[Unread]:
    for one in accounts:
        lineage = places.lineages[one.id]
        if isinstance(lineage, NotSeen):
            yield Unread(f"the OUs above {one.id}", lineage.reason)


def _org_paths(chosen: Chosen, places: Places, account: Account) -> ContextValue:
    lineage = places.lineages[account.id]
    if isinstance(lineage, NotSeen):
        return UNKNOWN
    return ("/".join((chosen.organization.id, *lineage.value[:-1], "")),)


def _shelf(
    clients: CallerClients,
    chosen: Chosen,
    places: Places,
    policies: PolicyEvidence,
    accounts: tuple[Account, ...],
) -> Shelf:
    """The policies as doctor's evidence, in which nothing else was asked for."""
    not_asked = NotSeen(local("not_asked", "it was not asked for"))
    caller = get_caller(clients.client("sts"))
    evidence = Evidence(
        organization=chosen.organization,
        partition=clients.partition,
        region=clients.region,
        sts_region=clients.region,
        accounts=accounts,
        excluded=chosen.excluded,
        trusted_access=not_asked,
        features=not_asked,
        caller=CallerEvidence(caller, None, not_asked, not_asked, not_asked),
        places=places,
        policies=policies,
    )
    return shelve(evidence)
