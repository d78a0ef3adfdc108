"""Short names for waivers, exceptions and grants, which people read aloud and type."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what is taken for something else: 0 and o, 1, i and l."""
_LENGTH: Final = 8


def new_waiver_id() -> str:
    """``w-`` and eight characters drawn at random, so that two machines never draw the same."""
    return f"w-{_drawn()}"


def new_exception_id() -> str:
    """``e-`` and eight characters drawn at random."""
    return f"e-{_drawn()}"


def new_grant_id() -> str:
    """``g-`` and eight characters drawn at random."""
    return f"g-{_drawn()}"


def _drawn() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
