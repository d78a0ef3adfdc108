"""Lengths of time as people write them: ``90m``, ``24h``, ``7d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from rootwarden.errors import BadInput

_FORM: Final = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str, option: str) -> timedelta:
    """The length of time a text names; raises BadInput, which names the option, for anything but a number and s, m, h or d."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadInput(
            f"{option} {text!r} is no length of time", advice="Write a number and s, m, h or d: 90m, 24h, 7d."
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
