"""Every rule, in the order they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.detection.rules import root_unexplained, session_unexpected

if TYPE_CHECKING:
    from rootwarden.detection.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    session_unexpected.RULE,
    root_unexplained.RULE,
)
