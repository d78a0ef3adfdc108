"""How fast root sessions are opened, for every command that opens them in many accounts."""

from __future__ import annotations

from typing import Annotated

import typer

RateOption = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="AssumeRoot calls a second, at most; by itself as many as AWS lets through."
    ),
]
ConcurrencyOption = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=512, help="Accounts worked on at a time, at most.")
]
