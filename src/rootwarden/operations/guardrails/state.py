"""Reading what there is of a guardrail: the policy by its name, its document, and where it is attached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.aws.organization_policies import OrganizationPolicies
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients


@dataclass(frozen=True, slots=True)
class ScpState:
    """What the organization has of one SCP, and of the places it is meant for."""

    enabled: bool
    id: str | None
    """None where there is no such policy."""
    document: str
    description: str
    targets: tuple[str, ...]
    attached: Mapping[str, tuple[AttachedPolicy, ...]]
    """Every SCP at each place that was asked for."""


def gather_scp(clients: CallerClients, name: str, places: Sequence[str]) -> ScpState:
    """Reads it now, and nothing kept. Raises AwsError: what could not be read is not taken for absent."""
    api = OrganizationPolicies(clients.client("organizations"))
    enabled = api.type_status().get(PolicyType.SCP.value) == "ENABLED"
    found = next(
        (one for one in api.all_of(PolicyType.SCP) if one.name == name and not one.aws_managed), None
    )
    document, description = api.described(found.id) if found else ("", "")
    targets = tuple(api.targets_of(found.id)) if found else ()
    attached = {place: api.attached_to(place, PolicyType.SCP) for place in places} if enabled else {}
    return ScpState(enabled, found.id if found else None, document, description, targets, attached)
