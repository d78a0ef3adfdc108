"""Reading the state of centralized root access; each read stands for itself."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.aws.root_features import RootFeatures
from rootwarden.aws.trail import Trail, Trails
from rootwarden.model.baseline import Baseline, Logging, Standing
from rootwarden.model.features import CallerRole
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.organization import NO_ORGANIZATION
from rootwarden.model.reading import NotSeen, Reading, Seen, map_seen, try_reading

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.features import RootFeature
    from rootwarden.model.ids import AccountId
    from rootwarden.model.organization import Organization


def gather_baseline(clients: CallerClients) -> Baseline:
    """Everything ``status`` looks at. Raises AwsError only when AWS does not even say who the caller is."""
    standing = gather_standing(clients)
    known = {one.name: getattr(standing, one.name) for one in fields(standing)}
    return Baseline(**known, logging=_logging(Trails(clients.client("cloudtrail"))))


def gather_standing(clients: CallerClients) -> Standing:
    """The same without what is recorded. Raises AwsError only when AWS does not even say who the caller is."""
    caller = get_caller(clients.client("sts"))
    organizations = Organizations(clients.client("organizations"))
    organization = try_reading(organizations.describe)
    if isinstance(organization, NotSeen) and organization.reason.code == NO_ORGANIZATION:
        # Outside an organization every further answer would say the same in other words.
        nothing: NotSeen = organization
        trusted_access: Reading[bool] = nothing
        features: Reading[frozenset[RootFeature]] = nothing
        delegates: Reading[tuple[AccountId, ...]] = nothing
    else:
        features = try_reading(RootFeatures(clients.client("iam")).enabled)
        trusted_access = _trusted_access(try_reading(organizations.trusted_services), features)
        delegates = try_reading(lambda: organizations.delegated_administrators(IAM_SERVICE_PRINCIPAL))
    return Standing(
        caller=caller,
        partition=clients.partition,
        region=clients.region,
        endpoint=clients.endpoint,
        organization=organization,
        trusted_access=trusted_access,
        features=features,
        delegates=delegates,
        role=_role(caller.account_id, organization, delegates, features),
    )


def _trusted_access(
    services: Reading[frozenset[str]], features: Reading[frozenset[RootFeature]]
) -> Reading[bool]:
    if isinstance(services, Seen):
        return map_seen(services, lambda names: IAM_SERVICE_PRINCIPAL in names)
    # IAM's own answer tells as well, to callers that may not list the services.
    if isinstance(features, Seen):
        return Seen(value=True)
    if features.reason.code == "ServiceAccessNotEnabledException":
        return Seen(value=False)
    return services


def _role(
    account: AccountId,
    organization: Reading[Organization],
    delegates: Reading[tuple[AccountId, ...]],
    features: Reading[frozenset[RootFeature]],
) -> CallerRole | None:
    if isinstance(organization, Seen) and organization.value.management_account_id == account:
        return CallerRole.MANAGEMENT
    if isinstance(delegates, Seen):
        return CallerRole.DELEGATED_ADMINISTRATOR if account in delegates.value else CallerRole.MEMBER
    if isinstance(organization, Seen) and isinstance(features, Seen):
        return (
            CallerRole.DELEGATED_ADMINISTRATOR
        )  # IAM answers this read to the management account and its delegates only
    if (
        isinstance(features, NotSeen)
        and features.reason.code == "AccountNotManagementOrDelegatedAdministratorException"
    ):
        return CallerRole.MEMBER
    return None


def _logging(trails: Trails) -> Reading[Logging]:
    found = try_reading(trails.describe)
    if isinstance(found, NotSeen):
        return found
    organization_trails = [trail for trail in found.value if trail.is_organization_trail]
    if not organization_trails:
        return Seen(Logging(organization_trail=False, multi_region=False, management_events=False))
    candidates = [_logging_of(trails, trail) for trail in organization_trails]
    return Seen(max(candidates, key=_completeness))


def _logging_of(trails: Trails, trail: Trail) -> Logging:
    running = try_reading(lambda: trails.is_logging(trail.arn))
    events = try_reading(lambda: trails.records_management_events(trail.arn))
    return Logging(
        organization_trail=running.value if isinstance(running, Seen) else None,
        multi_region=trail.is_multi_region,
        management_events=events.value if isinstance(events, Seen) else None,
        running_unread=running.reason if isinstance(running, NotSeen) else None,
        events_unread=events.reason if isinstance(events, NotSeen) else None,
    )


def _completeness(logging: Logging) -> int:
    worth = {True: 2, None: 1, False: 0}
    return (
        worth[logging.organization_trail] * 9
        + worth[logging.management_events] * 3
        + worth[logging.multi_region]
    )
