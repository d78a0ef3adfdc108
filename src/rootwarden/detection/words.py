"""How events are spoken of in reasons and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.detection_event import Event


def ended(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def who(event: Event) -> str:
    """Who made a call, at the beginning of a sentence."""
    if event.is_root:
        return f"The root user of {event.account}"
    return event.arn or f"Somebody in {event.identity_account or event.account}"


def place(event: Event) -> str:
    """Where a call came from and went to."""
    return f"from {event.address or 'an unknown address'} in {event.region or 'an unknown Region'}"


def answer(event: Event) -> str:
    """What AWS said to a call that failed."""
    return ": ".join(part for part in (event.error_code, event.error_message) if part) or "it failed"


def names(events: Iterable[Event]) -> str:
    """The calls by name, each once, the first few."""
    found = list(dict.fromkeys(f"{one.source.partition('.')[0]}:{one.name}" for one in events))
    more = f" and {len(found) - _SHOWN} others" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def calls(count: int) -> str:
    """A number of calls."""
    return "1 call" if count == 1 else f"{count} calls"


def no_reads(changes: int, count: int) -> str:
    """How many of some calls are more than a read."""
    if changes in {0, count}:
        return "all of them reads" if not changes else "none of them a read"
    return f"{changes} of them no {'read' if changes == 1 else 'reads'}"


def accounts_in_words(count: int) -> str:
    """A number of accounts."""
    return "1 account" if count == 1 else f"{count} accounts"


_SHOWN = 6
