"""The options of ``audit`` beside the selection of accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rootwarden.model.audit import Details

_FILES = "Files"


def _file(help_text: str, metavar: str | None = None) -> Any:
    return typer.Option(help=help_text, metavar=metavar, rich_help_panel=_FILES)


DetailsOption = Annotated[
    Details | None,
    typer.Option(
        metavar="WHEN",
        help="When to read more than the account summary: always, never, or auto (where something is there).",
    ),
]
SaveOption = Annotated[Path | None, _file("Write the rows to this file as they come (mode 0600).")]
ResumeOption = Annotated[Path | None, _file("Go on with a file of --save: what it holds is not read again.")]
AgeOption = Annotated[str, _file("With --resume: what is older is read again (90m, 24h, 7d).", "TIME")]
DiffOption = Annotated[Path | None, _file("Say what changed since this file of an earlier --save.")]
HandOffOption = Annotated[
    Path | None,
    _file("Write a CSV for each owner to this new folder: what they have, when it was last used.", "FOLDER"),
]
OwnerOption = Annotated[
    str | None,
    _file("With --hand-off: an owner is an OU (the default), or a value of this tag.", "ou|tag:KEY"),
]
