"""Control requests that make no sense."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.emulator.known_names import did_you_mean
from rootwarden.errors import BadInput


class ControlRefused(BadInput):
    """A control request that cannot be meant; nothing has changed.

    ``code`` names the reason for programs, ``http_status`` is what the control endpoint answers.
    """

    def __init__(self, code: str, message: str, *, http_status: int = 409, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.code = code
        self.http_status = http_status


def invalid(problems: Iterable[str]) -> ControlRefused:
    """Arguments that are missing, unknown or of the wrong form."""
    return ControlRefused("InvalidArguments", "; ".join(problems), http_status=400)


def unknown(kind: str, name: str, known: Iterable[str]) -> ControlRefused:
    """A thing that is not there, with near matches."""
    text = f"there is no {kind} {name!r}{did_you_mean(name, known)}"
    return ControlRefused(f"Unknown{kind.title().replace(' ', '')}", text, http_status=404)
