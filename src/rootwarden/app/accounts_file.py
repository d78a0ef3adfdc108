"""Reading the file of ``--accounts-file``: an account id or name on each line."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rootwarden.app.files import read_bytes
from rootwarden.errors import BadInput
from rootwarden.model.ids import account_id, looks_like_account_id

if TYPE_CHECKING:
    from collections.abc import Mapping

STDIN: Final = "-"
_MAX_BYTES: Final = 16 * 1024 * 1024
"""An organization has at most 50,000 accounts: more than this is another file."""
_ONE_LINE: Final = 300
"""No account name is nearly as long (AWS: 50 characters)."""
_SHOWN: Final = 20
# A name may hold a number sign (Team #1): a comment begins a line, stands apart on both sides, or follows an id.
_COMMENT: Final = re.compile(r"^#.*|\s#(\s.*)?$")
_ID_AND_COMMENT: Final = re.compile(r"([0-9-]+)\s*#", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccountsFile:
    """What a file names: each account once, and the place it was found at."""

    places: Mapping[str, str]
    """``FILE, line N`` by id or name, in the order of the file."""
    notes: tuple[str, ...] = ()


def read_accounts_file(name: str) -> AccountsFile:
    """The accounts of a file, or of standard input for ``-``.

    Raises BadInput when it cannot be read, is not UTF-8 text, names no account, or has lines that cannot be meant: all of those
    are named with their line.
    """
    shown = "standard input" if name == STDIN else name
    content = sys.stdin.buffer.read(_MAX_BYTES + 1) if name == STDIN else read_bytes(Path(name))
    if len(content) > _MAX_BYTES:
        raise BadInput(f"{shown}: larger than {_MAX_BYTES // 2**20} MB", advice="Name the right file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput(f"{shown}: not UTF-8 text (line {line})", advice="Save it as UTF-8.") from error
    return parse_accounts(text, shown)


def parse_accounts(text: str, name: str) -> AccountsFile:
    """The accounts that a text names; ``name`` stands for the file. Raises BadInput."""
    places: dict[str, str] = {}
    problems: list[str] = []
    repeated: list[int] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        found = _without_comment(line.strip())
        if not found:
            continue
        problem = _problem(found)
        if problem:
            problems.append(f"{name}, line {number}: {problem}")
        elif found in places:
            repeated.append(number)
        else:
            places[found] = f"{name}, line {number}"
    if problems:
        more = len(problems) - _SHOWN
        shown = [*problems[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise BadInput("\n  ".join(shown), advice="Write an account id (twelve digits) or name on each line.")
    if not places:
        raise BadInput(
            f"{name}: names no account, which means none", advice="Write an account id or name on each line."
        )
    return AccountsFile(places, tuple(_on_repetition(name, repeated)))


def _without_comment(line: str) -> str:
    found = _ID_AND_COMMENT.match(line)
    return found.group(1) if found else _COMMENT.sub("", line).strip()


def _problem(text: str) -> str | None:
    if len(text) > _ONE_LINE or not text.isprintable():
        return "neither an account id nor a name"
    if looks_like_account_id(text):
        try:
            account_id(text)
        except BadInput as error:
            return error.message
    return None


def _on_repetition(name: str, lines: list[int]) -> list[str]:
    if not lines:
        return []
    which = ", ".join(str(one) for one in lines[:_SHOWN]) + (", ..." if len(lines) > _SHOWN else "")
    lines_repeat = f"line {which} repeats" if len(lines) == 1 else f"lines {which} repeat"
    return [f"{name}: {lines_repeat} an account named before; it counts once"]
