"""Text that came from elsewhere, made safe to print."""

from __future__ import annotations

import re
import unicodedata

# CSI and OSC sequences as a whole, so that no "[31m" is left behind.
_ESCAPE_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x9b[0-?]*[ -/]*[@-~]"
)


def printable(text: str) -> str:
    """The text on one line, without control sequences, control characters and those that change the reading direction."""
    without_sequences = _ESCAPE_SEQUENCES.sub("", text)
    spaced = re.sub(r"[\r\n\t\v\f\x85\u2028\u2029]+", " ", without_sequences)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
