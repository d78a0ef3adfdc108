"""Looking into the event histories of member accounts: one role there, by its name, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rootwarden.policy.decision import Answer
from rootwarden.policy.guardrails.asks import STRANGER, Asks
from rootwarden.policy.guardrails.claims import Case, Decides
from rootwarden.policy.guardrails.guardrail import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.policy.guardrails.claims import Claim
    from rootwarden.policy.guardrails.parameters import Parameters

ASSUME_ROLE: Final = "sts:AssumeRole"


def member_roles(given: Parameters) -> tuple[str, ...]:
    """The ARN of the role, in any account; none where no role was named. Which accounts have it is theirs to say."""
    return (f"arn:{given.partition}:iam::*:role/{given.member_role}",) if given.member_role else ()


def looks_into_members(given: Parameters) -> tuple[dict[str, Any], ...]:
    """The statement that lets its holder assume the role; none where no role was named."""
    return tuple(statement("LookIntoMembers", "Allow", ASSUME_ROLE, one) for one in member_roles(given))


def claims_of_members(given: Parameters, holder: str) -> Iterator[Claim]:
    """What the holder may do about it."""
    if not given.member_role:
        return
    asks = Asks(given.partition)
    stem = f"arn:{given.partition}:iam::{STRANGER}:role"
    yield Decides(
        "it looks into members by the role named",
        Answer.ALLOW,
        (Case(asks.by(holder, ASSUME_ROLE, f"{stem}/{given.member_role}")),),
    )
    yield Decides(
        "and by no other role",
        Answer.DENY,
        tuple(
            Case(asks.by(holder, ASSUME_ROLE, f"{stem}/{one}"))
            for one in ("OrganizationAccountAccessRole", f"{given.member_role}-of-others")
        ),
    )
