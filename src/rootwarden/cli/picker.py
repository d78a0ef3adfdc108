"""Choosing accounts on a terminal, for a changing command that was given none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rootwarden.app.accounts import offered_accounts
from rootwarden.app.context import on_terminal
from rootwarden.cli.picking import Line, Picking
from rootwarden.errors import Interrupted, Unconfirmed
from rootwarden.reports.safe_text import printable

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples

    from rootwarden.app.chosen import Chosen
    from rootwarden.app.context import App
    from rootwarden.cli.terminal import Terminal
    from rootwarden.model.selection import Selection

_KEYS = (
    "Type to filter, space chooses, Enter goes on, Esc stops.\n"
    "Ctrl-A chooses all that is shown, Ctrl-U takes the filter away."
)
_AROUND = 6
"""Lines of the screen that are not the list's."""
_MOST = 20
_NAME, _OU = 24, 28
"""The most columns for names and OUs; longer ones push the rest to the right."""


def picked(terminal: Terminal, app: App, selection: Selection, *, command: str) -> Selection:
    """The selection; where nothing is selected and somebody is there, what they choose from the list of accounts.

    Raises Interrupted for Ctrl-C, and Unconfirmed where they stop without choosing.
    """
    if not selection.empty or not on_terminal():
        return selection
    app.require_why(command)  # before anybody takes the trouble
    offered = offered_accounts(app, selection)
    terminal.say_notes(app)
    chosen = _run(Picking(_lines(offered)))
    if chosen is None:
        raise Unconfirmed("no accounts were chosen; nothing was changed")
    return selection.of(chosen)


def _lines(offered: Chosen) -> list[Line]:
    from prompt_toolkit.utils import get_cwidth  # noqa: PLC0415 - takes a tenth of a second to import

    rows = [
        (one, printable(one.name), printable(one.ou_path or "?"), offered.against(one))
        for one in offered.accounts
    ]
    name_width = min(_NAME, max(get_cwidth(name) for _, name, _, _ in rows))
    path_width = min(_OU, max(get_cwidth(path) for _, _, path, _ in rows))
    lines = []
    for account, name, path, reason in rows:
        first = name + " " * (name_width - get_cwidth(name))
        second = path + " " * (path_width - get_cwidth(path))
        barred = reason.code.replace("_", " ") if reason else ""
        why = f"({barred})  " if barred else ""
        text = f"{account.id}  {first}  {second}  {why}{printable(account.email)}"
        lines.append(Line(account.id, text, barred))
    return lines


def _run(picking: Picking) -> tuple[str, ...] | None:
    """Shows the list until Enter (what is chosen) or Esc (None). Raises Interrupted."""
    from prompt_toolkit.application import Application  # noqa: PLC0415 - as above
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window  # noqa: PLC0415
    from prompt_toolkit.output import create_output  # noqa: PLC0415

    output = create_output(stdout=sys.stderr)  # stdout is for data

    def screen() -> StyleAndTextTuples:
        return _screen(picking, height=max(1, min(_MOST, output.get_size().rows - _AROUND)))

    control = FormattedTextControl(screen, focusable=True, show_cursor=False)
    application: Application[tuple[str, ...] | None] = Application(
        layout=Layout(Window(control, dont_extend_height=True)),
        key_bindings=_bindings(picking),
        output=output,
        erase_when_done=True,
    )
    application.ttimeoutlen = 0.05  # how long Esc waits for the rest of an arrow key
    application.timeoutlen = 0.05
    try:
        return application.run()
    except (KeyboardInterrupt, EOFError) as error:
        raise Interrupted("interrupted; no accounts were chosen") from error


def _screen(picking: Picking, *, height: int) -> StyleAndTextTuples:
    first, lines = picking.window(height)
    found: StyleAndTextTuples = [("", f"{_KEYS}\n"), ("bold", f"/ {picking.text}\n")]
    for number, line in enumerate(lines, first):
        mark = " - " if line.barred else "[x]" if picking.is_chosen(line) else "[ ]"
        style = "reverse" if number == picking.at else "fg:ansibrightblack" if line.barred else ""
        found.append((style, f"{mark} {line.text}\n"))
    found.append(("bold", picking.summary()))
    found.append(("", f". {picking.hint}" if picking.hint else ""))
    return found


def _bindings(picking: Picking) -> Any:
    from prompt_toolkit.key_binding import KeyBindings  # noqa: PLC0415 - as above
    from prompt_toolkit.keys import Keys  # noqa: PLC0415

    bindings = KeyBindings()
    page = 10
    for key, act in (
        ("up", lambda: picking.move(-1)),
        ("down", lambda: picking.move(1)),
        ("pageup", lambda: picking.move(-page)),
        ("pagedown", lambda: picking.move(page)),
        ("home", lambda: picking.move(-len(picking.lines))),
        ("end", lambda: picking.move(len(picking.lines))),
        ("space", picking.toggle),
        ("c-a", picking.toggle_shown),
        ("c-u", lambda: picking.filter("")),
        ("backspace", lambda: picking.filter(picking.text[:-1])),
    ):
        bindings.add(key)(lambda _event, act=act: act())

    @bindings.add(Keys.Any)
    def _type(event: Any) -> None:
        if event.data.isprintable():
            picking.filter(picking.text + event.data)

    @bindings.add("enter")
    def _done(event: Any) -> None:
        if picking.chosen:
            event.app.exit(result=picking.chosen)
        else:
            picking.hint = "nothing is chosen yet: space chooses"

    @bindings.add("escape")
    def _stop(event: Any) -> None:
        event.app.exit(result=None)

    @bindings.add("c-c")
    @bindings.add("c-d")
    def _interrupt(event: Any) -> None:
        event.app.exit(exception=KeyboardInterrupt())

    return bindings
