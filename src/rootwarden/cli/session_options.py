"""What ``session`` and ``grant add`` share on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rootwarden.model.tasks import RootTask

TaskOption = Annotated[
    str, typer.Option("--task", metavar="TASK", help=f"One of {', '.join(one.value for one in RootTask)}.")
]
ClaimPlanOption = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="FILE",
        help="For delete, in the place of an open exception: a plan of 'remove plan' that the ledger knows and that covers the "
        "account.",
    ),
]
BreakGlassOption = Annotated[
    bool,
    typer.Option(
        "--break-glass",
        help="For create-password and delete, without exception or plan, where the configuration allows it; stands in the ledger "
        "by that name.",
    ),
]
