"""What several callers wait for, together."""

from __future__ import annotations

from rootwarden.model.held_back import HeldBack, together


def test_together() -> None:
    """All calls, the code of what is given up first, and the time until the last is."""
    one, other = HeldBack(1, "Throttling", 90.0), HeldBack(2, "ServiceUnavailable", 10.0)
    assert together([None, one, other]) == HeldBack(3, "ServiceUnavailable", 90.0)
    assert together([None]) is None
