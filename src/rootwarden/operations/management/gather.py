"""Reading what the management account's root user holds, and who uses the account; each read stands for itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from rootwarden.aws import root_alerts
from rootwarden.aws.account_contacts import has_contact
from rootwarden.aws.credential_report import read_credential_report
from rootwarden.aws.organizations import Organizations
from rootwarden.aws.root_credentials import RootCredentialsApi
from rootwarden.aws.trail import Trails
from rootwarden.aws.trail_events import TrailEvents
from rootwarden.model.management import ContactKind, ManagementReadings, SummaryFlags
from rootwarden.model.reading import seen_or_none, try_reading
from rootwarden.operations.management.activity import human_activity, root_activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.management import Alert

DAYS: Final = 30
_MOST: Final = 2000
"""Records of one name and Region that are read: CloudTrail gives a hundred a second."""


def gather_management(
    clients: CallerClients, account: AccountId, *, now: datetime | None = None
) -> ManagementReadings:
    """Everything ``management check`` looks at, as a caller of the management account. Raises AwsError where the keys are no good."""
    moment = now or datetime.now(UTC)
    control = clients.partition.control_region
    regions = tuple(dict.fromkeys((control, clients.region)))
    start = moment - timedelta(days=DAYS)
    iam, contacts = clients.client("iam"), clients.client("account", control)
    samples = root_alerts.records(account, clients.partition.name, control)
    described = try_reading(lambda: Organizations(clients.client("organizations")).account(account))
    found = seen_or_none(described)
    return ManagementReadings(
        account=account,
        email=found.email if found else None,
        now=moment,
        days=DAYS,
        regions=regions,
        alert_region=control,
        summary=try_reading(lambda: _summary(RootCredentialsApi(iam))),
        report=try_reading(lambda: read_credential_report(iam)),
        contacts={kind: try_reading(partial(has_contact, contacts, kind)) for kind in ContactKind},
        root_activity=try_reading(
            lambda: root_activity(
                _records(clients, regions, lambda events: events.by_user("root", start, moment))
            )
        ),
        human_activity=try_reading(
            lambda: human_activity(
                _records(clients, regions, lambda events: events.named("ConsoleLogin", start, moment))
            )
        ),
        rules=try_reading(
            lambda: root_alerts.rules(
                clients.client("events", control), samples, account=account, region=control
            )
        ),
        filters=try_reading(lambda: _filters(clients, account, samples)),
    )


def _summary(api: RootCredentialsApi) -> SummaryFlags:
    flags = api.summary()
    return SummaryFlags(flags.access_keys, flags.signing_certificates, flags.mfa)


def _records(
    clients: CallerClients,
    regions: Iterable[str],
    look_up: Callable[[TrailEvents], Iterator[Mapping[str, Any]]],
) -> Iterator[Mapping[str, Any]]:
    """The newest records of every Region."""
    for region in regions:
        yield from islice(look_up(TrailEvents(clients.client("cloudtrail", region))), _MOST)


def _filters(
    clients: CallerClients, account: AccountId, samples: Mapping[str, Mapping[str, Any]]
) -> tuple[Alert, ...]:
    """The filters on every log group of this account that a trail delivers to."""
    found: list[Alert] = []
    arns = {one.log_group_arn for one in Trails(clients.client("cloudtrail")).describe()}
    for arn in sorted(one for one in arns if one):
        region, owner, group = arn.split(":")[3], arn.split(":")[4], arn.split(":")[6]
        if owner == account:
            logs, cloudwatch = clients.client("logs", region), clients.client("cloudwatch", region)
            found += root_alerts.filters(logs, cloudwatch, group, samples)
    return tuple(found)
