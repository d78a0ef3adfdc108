"""Reading every SCP and RCP of an organization, with where each is attached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rootwarden.aws.organization_policies import OrganizationPolicies
from rootwarden.errors import AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import reason_of

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """A policy of the organization's own."""

    kind: PolicyType
    policy: AttachedPolicy
    document: Reading[str]
    targets: Reading[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LivePolicies:
    """What could be read of them."""

    policies: tuple[LivePolicy, ...]
    off: tuple[PolicyType, ...]
    """The types that are not enabled: none of these applies."""


def gather_live_policies(clients: CallerClients) -> LivePolicies:
    """Every SCP and RCP but AWS's own. Raises AwsError where they cannot even be listed."""
    api = OrganizationPolicies(clients.client("organizations"))
    status = api.type_status()
    off = tuple(kind for kind in PolicyType if status.get(kind.value) != "ENABLED")
    found = tuple(one for kind in PolicyType if kind not in off for one in _of(api, kind))
    return LivePolicies(found, off)


def _of(api: OrganizationPolicies, kind: PolicyType) -> Iterator[LivePolicy]:
    for one in api.all_of(kind):
        if one.aws_managed:
            continue
        document = _reading(lambda one=one: api.document(one.id))  # type: ignore[misc]  # bound now
        targets = _reading(lambda one=one: tuple(api.targets_of(one.id)))  # type: ignore[misc]  # bound now
        yield LivePolicy(kind, one, document, targets)


def _reading(read: Callable[[], T]) -> Reading[T]:
    try:
        return Seen(read())
    except (CredentialsExpired, CredentialsRefused):
        raise
    except AwsError as error:
        return NotSeen(reason_of(error))
