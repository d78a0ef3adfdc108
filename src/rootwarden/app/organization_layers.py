"""The SCPs and RCPs above one account, for a judgement of something in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.model.diagnosis import Unread
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.model.reason import local
from rootwarden.operations.doctor.evidence import CallerEvidence, Evidence
from rootwarden.operations.doctor.gather import gather_places, gather_policies
from rootwarden.operations.doctor.shelf import shelve
from rootwarden.operations.doctor.stack import stack_of
from rootwarden.policy import UNKNOWN

if TYPE_CHECKING:
    from rootwarden.app.accounts import Chosen
    from rootwarden.aws.clients import CallerClients
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
    lineage = places.lineages[account.id]
    not_asked = NotSeen(local("not_asked", "it was not asked for"))
    caller = get_caller(clients.client("sts"))
    evidence = Evidence(
        organization=chosen.organization,
        partition=clients.partition,
        region=clients.region,
        sts_region=clients.region,
        accounts=(account,),
        excluded=chosen.excluded,
        trusted_access=not_asked,
        features=not_asked,
        caller=CallerEvidence(caller, None, not_asked, not_asked, not_asked),
        places=places,
        policies=gather_policies(clients, (lineage,), callers=None),
    )
    shelf = shelve(evidence)
    layers = stack_of(shelf, account.id).layers()
    unread = list(shelf.unread())
    paths: ContextValue = UNKNOWN
    if isinstance(lineage, Seen):
        paths = ("/".join((chosen.organization.id, *lineage.value[:-1], "")),)
    else:
        unread.append(Unread(f"the OUs above {account.id}", lineage.reason))
    return OrganizationLayers(layers.scp_levels, layers.rcp_levels, paths, tuple(unread))
