"""``rootwarden detect run``, ``rules`` and ``athena``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rootwarden.app.detect import DetectChoice, run_detect
from rootwarden.app.detect_accounts import accounts_named
from rootwarden.app.detect_athena import TableChoice, run_query, run_table
from rootwarden.app.detect_rules import run_rules
from rootwarden.app.detect_sources import DEFAULT_TABLE, Sources
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.moments import ago
from rootwarden.cli.terminal import Terminal
from rootwarden.errors import BadInput
from rootwarden.model.log_reading import Period

if TYPE_CHECKING:
    from rootwarden.app.context import App

SinceOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="At or after: 7d, 24h, 2026-03-01 or 2026-03-01T09:30:00Z. Files are read whole when it is left out; buckets, event "
        "histories and Athena for seven days.",
    ),
]
UntilOption = Annotated[str | None, typer.Option(metavar="TIME", help="Before this time.")]
AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        metavar="ID|NAME",
        help="Only what is recorded in this account, or about it; repeat it, or separate with commas.",
    ),
]
TableOption = Annotated[str, typer.Option(metavar="DATABASE.TABLE", help="The table of the trail in Athena.")]

LocationOption = Annotated[
    str | None,
    typer.Option(
        metavar="s3://BUCKET/PREFIX", help="--ddl: the bucket of the trail, and its prefix where it has one."
    ),
]
OrganizationOption = Annotated[
    str | None, typer.Option(metavar="ID", help="--ddl: the organization of the trail.")
]
RegionsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="REGION", help="--ddl: the Regions the trail records; those that are enabled when left out."
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True, help="What CloudTrail shows of root: explained, unexpected or unexplained."
    )
    for name, command in (("run", run), ("rules", rules), ("athena", athena)):
        group.command(name, help=does(f"detect {name}"), epilog=needs(f"detect {name}"))(command)
    app.add_typer(group, name="detect")


def run(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH|s3://BUCKET/PREFIX|-",
            help="Log files and folders, the bucket of a trail, or - for standard input.",
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Look into CloudTrail's event histories, of the last 90 days.")
    ] = False,
    athena: Annotated[
        str | None,
        typer.Option("--athena", metavar="WORKGROUP", help="Ask Athena for the events, in this workgroup."),
    ] = None,
    table: TableOption = DEFAULT_TABLE,
    since: SinceOption = None,
    until: UntilOption = None,
    account: AccountsOption = None,
) -> None:
    """Exit 1 from a finding of medium severity on, 6 where something could not be read."""
    terminal = Terminal(context)
    app = terminal.app()
    period = _period(app, since, until)
    sources = Sources(tuple(paths or ()), live=live, athena=athena, table=table)
    choice = DetectChoice(
        sources=sources,
        since=period.since,
        until=period.until,
        accounts=accounts_named(app, account),
        output=terminal.globals.output,
    )
    report, code = run_detect(app, choice)
    terminal.say_notes(app)
    terminal.emit(report)
    raise typer.Exit(code)


def rules(context: typer.Context) -> None:
    """docs/detection.md tells what each verdict means."""
    Terminal(context).emit(run_rules())


def athena(
    context: typer.Context,
    ddl: Annotated[bool, typer.Option("--ddl", help="Print the table.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the query for the events that matter.")] = False,
    table: TableOption = DEFAULT_TABLE,
    location: LocationOption = None,
    organization_id: OrganizationOption = None,
    account_trail: Annotated[
        bool, typer.Option("--account-trail", help="--ddl: the trail is that of one account.")
    ] = False,
    log_region: RegionsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    account: AccountsOption = None,
) -> None:
    """--ddl asks AWS for the accounts, Regions and organization that are not given; --sql asks nothing."""
    terminal = Terminal(context)
    if ddl == sql:
        raise BadInput("what to print is not said", advice="Give either --ddl or --sql.")
    app = terminal.app()
    period, accounts = _period(app, since, until), accounts_named(app, account)
    if sql:
        terminal.emit_text(run_query(table, period, accounts))
        return
    if location is None:
        raise BadInput("--ddl needs the place of the logs", advice="Give --location s3://BUCKET/PREFIX.")
    choice = TableChoice(
        table=table,
        location=location,
        accounts=accounts,
        regions=tuple(log_region or ()),
        organization_id=organization_id,
        account_trail=account_trail,
        since=period.since,
    )
    report = run_table(app, choice)
    terminal.say_notes(app)
    terminal.emit_text(report)


def _period(app: App, since: str | None, until: str | None) -> Period:
    now = app.clock()
    return Period(ago("--since", since, now), ago("--until", until, now))
