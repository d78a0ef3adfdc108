"""Text of a record without what looks like a secret.

Stricter than the ledger's guard, since the text is not ours and a record may hold anything: references are not spared, and whatever
is named a token, a password or a signature goes.
"""

from __future__ import annotations

import re
from typing import Final

from rootwarden.model.secret_shapes import PRIVATE_KEY, REMOVED, is_mixed, looks_random

LONGEST: Final = 1024
"""Characters kept of any text."""
_LOOKED_AT: Final = 16_384
_SHORTEST: Final = 40
"""No secret of AWS's is shorter; passwords are, and go by their names."""
_LONG_ENOUGH: Final = 100
_WORDS: Final = (
    "secret",
    "token",
    "passw",
    "passphrase",
    "private",
    "signature",
    "credential",
    "authorization",
)
_NAMED: Final = re.compile(
    r"(?i)(secret|secret_?(access_?)?key|token|passwd|password|passphrase|private_?key|signature|credentials?|authorization)"
    r"s?[\"']?\s*(%3d|%3a|[=:])\s*(bearer\s+)?[\"']?[^\s\"'&,;}]+"
)
_LONG: Final = re.compile(r"[A-Za-z0-9/+=_%-]{100,}")
_MEDIUM: Final = re.compile(r"[A-Za-z0-9/+=%]{40,}")
_TOKEN_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=_%-"  # noqa: S105 - an alphabet


def scrubbed(text: str) -> str:
    """The text without secrets, and no longer than ``LONGEST``."""
    if len(text) > _LOOKED_AT:
        # A cut may leave half a token that no longer looks like one.
        text = text[:_LOOKED_AT].rstrip(_TOKEN_CHARACTERS)
    length = len(text)
    if length >= _SHORTEST or "=" in text or ":" in text or "%" in text:
        lower = text.lower()  # most text holds none of the words, and this is the quick way to know
        if any(word in lower for word in _WORDS):
            text = REMOVED if PRIVATE_KEY.search(text) else _NAMED.sub(REMOVED, text)
    if length >= _LONG_ENOUGH:
        text = _LONG.sub(_unless_plain, text)
    if length >= _SHORTEST:
        text = _MEDIUM.sub(_unless_dull, text)
    return text if length <= LONGEST else text[:LONGEST]


def _unless_plain(run: re.Match[str]) -> str:
    return REMOVED if is_mixed(run.group()) else run.group()


def _unless_dull(run: re.Match[str]) -> str:
    return REMOVED if looks_random(run.group()) else run.group()
