"""The options of ``unlock bucket`` and ``unlock queue``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from rootwarden.errors import BadInput
from rootwarden.model.unlock import Method

_ACTION = "What to do (one of them; without any: --diagnose)"
_JUDGE = "Whom it is judged for"
_CHANGE = "Changing"

AccountOption = Annotated[
    str | None, typer.Option("--account", help="The account it belongs to, by id or name.")
]
ShowOption = Annotated[bool, typer.Option("--show", help="Show the policy.", rich_help_panel=_ACTION)]
DiagnoseOption = Annotated[
    bool,
    typer.Option(
        "--diagnose",
        help="Show the policy and say which statements lock whom out; changes nothing.",
        rich_help_panel=_ACTION,
    ),
]
DeleteOption = Annotated[
    bool, typer.Option("--delete", help="Take the policy away.", rich_help_panel=_ACTION)
]
ReplaceOption = Annotated[
    Path | None,
    typer.Option("--replace", help="Put the policy of this file in its place.", rich_help_panel=_ACTION),
]
RepairOption = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Except the administrators from the statements that lock them out, and change nothing else; where no "
        "administrator is named, drop the statements that lock out everybody.",
        rich_help_panel=_ACTION,
    ),
]
RestoreOption = Annotated[
    str | None,
    typer.Option(
        "--restore",
        metavar="BACKUP",
        help="Put back the policy of a backup, a file or s3://BUCKET/KEY.",
        rich_help_panel=_ACTION,
    ),
]
DropOption = Annotated[
    bool,
    typer.Option(
        "--drop",
        help="With --repair: drop the locking statements instead of narrowing them.",
        rich_help_panel=_CHANGE,
    ),
]
AdminOption = Annotated[
    list[str] | None,
    typer.Option(
        "--admin",
        metavar="ARN",
        help="A user or role that has to get in, by ARN, role/NAME or user/NAME; repeat it. Without it those of the configuration.",
        rich_help_panel=_JUDGE,
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="PLACE",
        help="Where they call from: an IP address, vpce-ID or vpc-ID. Without it from outside of every VPC endpoint, at an "
        "address nobody knows.",
        rich_help_panel=_JUDGE,
    ),
]
BackupDirOption = Annotated[
    Path | None,
    typer.Option(
        "--backup-dir",
        help="Folder for the backup; the platform's state folder by default.",
        rich_help_panel=_CHANGE,
    ),
]
BackupOption = Annotated[
    str | None,
    typer.Option(
        "--backup",
        metavar="s3://BUCKET/PREFIX",
        help="Write the backup to S3 with the caller's own credentials; into a folder as well only with --backup-dir.",
        rich_help_panel=_CHANGE,
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force-policy",
        help="Put the policy even if it locks the administrators out, opens to the world, or is not valid for the service.",
        rich_help_panel=_CHANGE,
    ),
]
PlanOption = Annotated[bool, typer.Option("--plan", help="Print the plan and stop.", rich_help_panel=_CHANGE)]
PlanHashOption = Annotated[
    str | None,
    typer.Option(
        "--plan-hash", help="The hash of the plan you read; any other is refused.", rich_help_panel=_CHANGE
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Change it without asking.", rich_help_panel=_CHANGE)]


@dataclass(frozen=True, slots=True)
class Change:
    """The options about changing."""

    method: Method | None
    """None for looking only."""
    replacement: Path | None = None
    drop: bool = False
    force: bool = False
    plan_only: bool = False
    plan_hash: str | None = None
    yes: bool = False
    backup_dir: Path | None = None
    backup: str | None = None


def check_change(given: Change) -> None:
    """Raises BadInput for an option that would have no effect: who gives it takes something for changed that is not."""
    asked = {
        "--drop": given.drop,
        "--force-policy": given.force,
        "--plan": given.plan_only,
        "--plan-hash": given.plan_hash is not None,
        "--yes": given.yes,
        "--backup-dir": given.backup_dir is not None,
        "--backup": given.backup is not None,
    }
    stray = [name for name, one in asked.items() if one]
    if given.method is None and stray:
        raise BadInput(
            f"nothing is to be changed, and {' and '.join(stray)} would have no effect",
            advice="Say how to change it: --repair, --replace FILE, --delete or --restore BACKUP.",
        )
    if given.drop and given.method is not Method.REPAIR:
        raise BadInput("--drop goes with --repair only", advice="Leave it out.")


def method_of(
    *, show: bool, diagnose: bool, delete: bool, replace: Path | None, repair: bool, restore: str | None
) -> Method | None:
    """How the policy is to be changed; None for looking only. Raises BadInput where two things are asked for."""
    asked = {
        "--show": show,
        "--diagnose": diagnose,
        "--delete": delete,
        "--replace": replace is not None,
        "--repair": repair,
        "--restore": restore is not None,
    }
    chosen = [name for name, given in asked.items() if given]
    if len(chosen) > 1:
        raise BadInput(f"{' and '.join(chosen)} cannot go together", advice="Ask for one of them.")
    methods = {f"--{one.value}": one for one in Method}
    return methods.get(chosen[0]) if chosen else None
