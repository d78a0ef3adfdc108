"""How a part of a policy is shown to a reader."""

from __future__ import annotations

import json
from collections.abc import Sequence

_LONGEST = 300


def as_written(name: str, values: Sequence[str]) -> str:
    """An element or a condition with its values, one alone without brackets, cut where it gets too long."""
    shown = json.dumps(values[0] if len(values) == 1 else list(values), ensure_ascii=False)
    return f"{name} {shown if len(shown) <= _LONGEST else f'{shown[:_LONGEST]}...'}"
