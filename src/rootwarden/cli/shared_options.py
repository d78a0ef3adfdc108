"""Options that several commands share, made into one value before the command sees them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def with_options_of(
    make: Callable[..., Any], command: Callable[..., None], parameter: str
) -> Callable[..., None]:
    """Gives a command the options that ``make`` takes; it gets what they make as the parameter of that name.

    Typer makes options of the parameters it sees, so the parameter is shown to it as those options.
    """
    options = inspect.signature(make, eval_str=True).parameters
    hints = get_type_hints(command, include_extras=True)
    own = {
        name: one.replace(annotation=hints.get(name, one.annotation), kind=one.KEYWORD_ONLY)
        for name, one in inspect.signature(command).parameters.items()
        if name != parameter
    }

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        made = make(**{name: given.pop(name) for name in options})
        command(**{parameter: made}, **given)

    first = [one for one in own.values() if one.default is one.empty]
    last = [one for one in own.values() if one.default is not one.empty]
    shown = inspect.Signature(
        [*first, *(one.replace(kind=one.KEYWORD_ONLY) for one in options.values()), *last]
    )
    with_options.__signature__ = shown  # type: ignore[attr-defined]  # what inspect.signature reads
    with_options.__annotations__ = {name: one.annotation for name, one in shown.parameters.items()}
    return with_options
