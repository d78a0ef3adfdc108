"""What secrets look like in text: AWS secret access keys, session tokens, private keys.

A shape is a guess: it is drawn so that hashes, ARNs, URLs and prose pass.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

REMOVED: Final = "[looked like a secret, not kept]"
SECRET_KEY: Final = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
LONG_BASE64: Final = re.compile(r"[A-Za-z0-9/+=_-]{100,}")
PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_RANDOM_BITS: Final = 4.25
"""Bits per character. Forty random characters of sixty-four have 4.75 on average; names and paths stay below this."""


def is_mixed(run: str) -> bool:
    """Whether lower case, upper case and digits all occur: hexadecimal digests and plain words do not have all three."""
    return bool(re.search("[a-z]", run) and re.search("[A-Z]", run) and re.search("[0-9]", run))


def looks_random(run: str) -> bool:
    """Whether a run of characters has the mixture and the entropy of a generated key."""
    return is_mixed(run) and _bits_per_character(run) > _RANDOM_BITS


def _bits_per_character(run: str) -> float:
    counts = Counter(run).values()
    return -sum(count / len(run) * math.log2(count / len(run)) for count in counts)
