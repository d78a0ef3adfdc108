"""``rootwarden unlock bucket`` and ``unlock queue``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rootwarden.app.context import on_terminal
from rootwarden.app.unlock import apply_unlock, check_hash, list_of, look, plan_unlock, read_replacement
from rootwarden.app.unlock_backup import BackupChoice, check_choice
from rootwarden.app.unlock_reports import looked_report, planned_report, shown_report, unlocked_report
from rootwarden.app.unlock_target import Target, UnlockRequest, pick, target_of
from rootwarden.cli.help_text import does, needs
from rootwarden.cli.terminal import Terminal
from rootwarden.cli.unlock_options import (
    AccountOption,
    AdminOption,
    BackupDirOption,
    BackupOption,
    Change,
    DeleteOption,
    DiagnoseOption,
    DropOption,
    ForceOption,
    FromOption,
    PlanHashOption,
    PlanOption,
    RepairOption,
    ReplaceOption,
    RestoreOption,
    ShowOption,
    YesOption,
    check_change,
    method_of,
)
from rootwarden.errors import BadInput
from rootwarden.model.unlock import ResourceKind

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.app.unlock import Looked


def register(app: typer.Typer) -> None:
    """Adds the group and its commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Unlock a bucket or queue whose policy keeps everybody out but root."
    )
    group.command("bucket", help=does("unlock bucket"), epilog=needs("unlock bucket"))(bucket)
    group.command("queue", help=does("unlock queue"), epilog=needs("unlock queue"))(queue)
    app.add_typer(group, name="unlock")


def bucket(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Its name or ARN; on a terminal a list to pick from without it.")
    ] = None,
    account: AccountOption = None,
    show: ShowOption = False,
    diagnose: DiagnoseOption = False,
    delete: DeleteOption = False,
    replace: ReplaceOption = None,
    repair: RepairOption = False,
    restore: RestoreOption = None,
    drop: DropOption = False,
    admin: AdminOption = None,
    origin: FromOption = None,
    backup_dir: BackupDirOption = None,
    backup: BackupOption = None,
    force_policy: ForceOption = False,
    plan: PlanOption = False,
    plan_hash: PlanHashOption = None,
    yes: YesOption = False,
) -> None:
    """Exit 1 when an administrator is locked out, 6 when something could not be read or changed."""
    method = method_of(
        show=show, diagnose=diagnose, delete=delete, replace=replace, repair=repair, restore=restore
    )
    request = UnlockRequest(ResourceKind.BUCKET, name, account, tuple(admin or ()), origin, restore)
    change = Change(method, replace, drop, force_policy, plan, plan_hash, yes, backup_dir, backup)
    _unlock(Terminal(context), request, change, show=show)


def queue(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL|ARN]", help="Its URL or ARN; on a terminal a list to pick from without it."
        ),
    ] = None,
    account: AccountOption = None,
    show: ShowOption = False,
    diagnose: DiagnoseOption = False,
    delete: DeleteOption = False,
    replace: ReplaceOption = None,
    repair: RepairOption = False,
    restore: RestoreOption = None,
    drop: DropOption = False,
    admin: AdminOption = None,
    origin: FromOption = None,
    backup_dir: BackupDirOption = None,
    backup: BackupOption = None,
    force_policy: ForceOption = False,
    plan: PlanOption = False,
    plan_hash: PlanHashOption = None,
    yes: YesOption = False,
) -> None:
    """Exit 1 when an administrator is locked out, 6 when something could not be read or changed."""
    method = method_of(
        show=show, diagnose=diagnose, delete=delete, replace=replace, repair=repair, restore=restore
    )
    request = UnlockRequest(ResourceKind.QUEUE, name, account, tuple(admin or ()), origin, restore)
    change = Change(method, replace, drop, force_policy, plan, plan_hash, yes, backup_dir, backup)
    _unlock(Terminal(context), request, change, show=show)


def _unlock(terminal: Terminal, request: UnlockRequest, change: Change, *, show: bool) -> None:
    check_change(change)
    app = terminal.app()
    wish = None
    if change.method is not None:
        check_choice(BackupChoice(change.backup_dir, change.backup))
        wish = read_replacement(change.method, change.replacement, drop=change.drop)
    target = target_of(app, request)
    terminal.say_notes(app)
    if target.name is None:
        target = _picked(terminal, app, target)
    looked = look(app, target)
    terminal.say_notes(app)
    if wish is None:
        terminal.emit(shown_report(looked) if show else looked_report(looked))
        raise typer.Exit(0 if show else looked.exit_code)
    planned = plan_unlock(app, looked, wish, force=change.force)
    check_hash(planned, change.plan_hash)
    if change.plan_only:
        terminal.say_notes(app)
        terminal.emit(planned_report(planned))
        raise typer.Exit(0)
    if planned.pending:
        terminal.say_notes(app)
        terminal.show(planned_report(planned), will_ask=not change.yes)
        terminal.confirm(_question(looked), yes=change.yes)
    done = apply_unlock(app, planned, BackupChoice(change.backup_dir, change.backup))
    terminal.say_notes(app)
    terminal.emit(unlocked_report(done))
    raise typer.Exit(done.exit_code)


def _question(looked: Looked) -> str:
    resource = looked.resource
    return f"Change the policy of {resource.kind.value} {resource.name} in account {resource.account}?"


def _picked(terminal: Terminal, app: App, target: Target) -> Target:
    kind = target.request.kind.value
    if not on_terminal():
        raise BadInput(
            f"no {kind} is named, and there is no terminal to pick one at",
            advice="Name it." if kind == "bucket" else "Name it by its URL or ARN.",
        )
    found = list_of(app, target)
    where = "" if kind == "bucket" else f" in {target.clients.region}"
    if not found:
        raise BadInput(
            f"account {target.account.id} has no {kind}{where}", advice="Choose another account or --region."
        )
    number = terminal.choose(
        f"The {kind}s of account {target.account.id} {target.account.name}{where}:",
        [f"{one.name} ({one.region})" for one in found],
    )
    return pick(target, found[number])
