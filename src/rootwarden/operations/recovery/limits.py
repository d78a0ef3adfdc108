"""What the configuration allows of exceptions: how long, by whom, how many. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_SESSION_PARTS: Final = 3
"""``assumed-role``, the role's name, the session's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The configured limits."""

    longest: timedelta
    openers: tuple[str, ...] = ()
    """ARNs of roles; empty for whoever may open root sessions."""
    at_once: int = 5


def beyond(limits: Limits, *, lasts: timedelta, caller_arn: str, already_open: int) -> tuple[str, ...]:
    """Every limit that a further exception would pass, in a sentence without its full stop; empty where it keeps to all."""
    found = []
    if lasts > limits.longest:
        hours = limits.longest // timedelta(hours=1)
        found.append(
            f"it would last longer than the {hours} hours of the configuration (recovery.longest_hours)"
        )
    if limits.openers and not any(is_session_of(caller_arn, role) for role in limits.openers):
        found.append(f"{caller_arn} is no session of a role that may open exceptions (recovery.openers)")
    if already_open >= limits.at_once:
        what = "exception is" if already_open == 1 else "exceptions are"
        found.append(
            f"{already_open} {what} open, and {limits.at_once} may be at a time (recovery.open_at_once)"
        )
    return tuple(found)


def is_session_of(caller_arn: str, role_arn: str) -> bool:
    """Whether a caller is a session of a role: its ARN names account and role, and leaves the role's path out.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    caller, role = caller_arn.split(":", 5), role_arn.split(":", 5)
    if len(caller) != len(role) or (caller[1], caller[4]) != (role[1], role[4]):
        return False
    session, name = caller[5].split("/"), role[5].split("/")
    return (
        len(session) == _SESSION_PARTS
        and session[0] == "assumed-role"
        and name[0] == "role"
        and session[1] == name[-1]
    )
