"""What a wrong option is told: our words instead of those of the validator behind Typer."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid integer.*"), "expected a whole number"),
    (re.compile(r"Input should be a valid number.*"), "expected a number"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"expected at least \1"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"expected at most \1"),
    (re.compile(r"Input should be greater than (\S+)"), r"expected more than \1"),
)


def in_our_words(message: str) -> str:
    """The message of a usage error, in the words this program uses elsewhere."""
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    return message
