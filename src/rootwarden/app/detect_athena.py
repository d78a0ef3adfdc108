"""Composing ``detect athena``: the table and the query, as text for Athena."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.aws.enabled_regions import enabled_regions
from rootwarden.aws.organizations import Organizations
from rootwarden.detection.watched import WATCHED
from rootwarden.errors import BadInput
from rootwarden.model.log_reading import Period, Wanted
from rootwarden.model.purpose import PurposeName
from rootwarden.operations.detect.athena_sql import (
    TrailTable,
    candidates,
    checked_table,
    create_table,
    logs_location,
)
from rootwarden.reports.report import Cell, Report

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.app.context import App
    from rootwarden.model.ids import AccountId

COMMAND: Final = "detect athena"
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What the table is to be made of; what is left out is asked of AWS."""

    table: str
    location: str
    accounts: frozenset[AccountId] = frozenset()
    regions: tuple[str, ...] = ()
    organization_id: str | None = None
    account_trail: bool = False
    """Whether the trail is an account's own: its folders have no organization's above them."""
    since: datetime | None = None


def run_query(table: str, period: Period, accounts: frozenset[AccountId]) -> Report:
    """The query, which AWS is not asked for. Raises BadInput."""
    return _text("sql", candidates(checked_table(table), Wanted(period, accounts), WATCHED))


def run_table(app: App, choice: TableChoice) -> Report:
    """The table; accounts, Regions and organization are asked for where they are not given. Raises BadInput and AwsError."""
    checked_table(choice.table)
    organization_id = choice.organization_id or app.settings.organization_id
    accounts = choice.accounts
    if not choice.account_trail and (organization_id is None or not accounts):
        organizations = Organizations(app.caller(PurposeName.MANAGEMENT_READ).client("organizations"))
        organization_id = organization_id or organizations.describe().id
        accounts = accounts or frozenset(one.id for one in organizations.accounts())
    if not accounts:
        raise BadInput("the trail of an account needs that account", advice="Name it with --account.")
    table = TrailTable(
        name=choice.table,
        location=logs_location(choice.location, None if choice.account_trail else organization_id),
        accounts=tuple(sorted(accounts)),
        regions=choice.regions or enabled_regions(app.caller(PurposeName.LOG_READ).client("ec2")),
        first_day=choice.since or app.clock() - _YEAR,
    )
    return _text("ddl", create_table(table))


def _text(kind: str, text: str) -> Report:
    return Report(
        COMMAND, {"kind": kind, "text": text}, lines=tuple(Cell(line) for line in text.splitlines())
    )
