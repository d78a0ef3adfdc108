"""What somebody should change, or know, about a principal that can open root sessions. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, Flag, Severity
from rootwarden.model.ids import is_account_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rootwarden.model.access import TrustedBy
    from rootwarden.model.ids import AccountId
    from rootwarden.operations.access.grants import Found
    from rootwarden.operations.access.people import Person

_POWER: Final = ":iam::aws:policy/PowerUserAccess"
_FEW: Final = 3


def flags_of(
    person: Person,
    found: Found,
    trusts: Sequence[TrustedBy],
    *,
    long_term: bool | None,
    read: Collection[AccountId],
) -> tuple[Flag, ...]:
    """All flags, worst first. ``read`` are the accounts whose own principals were judged."""
    every = (
        *_policies(person, found),
        *_credentials(person, long_term),
        *_trust(person, trusts, read),
    )
    return tuple(sorted(every, key=lambda one: list(Severity).index(one.severity)))


def _policies(person: Person, found: Found) -> Iterator[Flag]:
    if any(arn.endswith(_POWER) for arn in person.attached):
        yield Flag(
            "power_user_access",
            Severity.HIGH,
            "PowerUserAccess leaves out IAM, not STS: meant for people who may not touch IAM, it opens root sessions.",
        )
    if found.any_task:
        yield Flag(
            "no_task_limit",
            Severity.HIGH,
            "No condition on sts:TaskPolicyArn limits the tasks: passwords can be created and credentials deleted.",
        )
    if found.any_account:
        yield Flag(
            "no_account_limit",
            Severity.MEDIUM,
            "No Resource limits the accounts: those that join later are reached too.",
        )


def _credentials(person: Person, long_term: bool | None) -> Iterator[Flag]:
    if not person.is_user:
        return
    if long_term:
        yield Flag(
            "long_term_user",
            Severity.HIGH,
            "A user with a password or an active access key: what signs its requests does not end by itself.",
        )
    elif long_term is None:
        yield Flag(
            "long_term_not_read",
            Severity.MEDIUM,
            "A user; whether it has a password or access keys was not read.",
        )


def _trust(person: Person, trusts: Sequence[TrustedBy], read: Collection[AccountId]) -> Iterator[Flag]:
    anyone = [one for one in trusts if one.kind == "anyone"]
    if anyone:
        yield Flag(
            "assumable_by_anyone",
            Severity.HIGH,
            f"The trust policy lets in {_listed(map(_anyone, anyone))}.",
        )
    outside = [one for one in trusts if one.inside is False and one.kind != "anyone"]
    if outside:
        yield Flag(
            "assumable_from_outside",
            Severity.HIGH,
            f"The trust policy lets in {_listed(map(_named, outside))}, outside the organization.",
        )
    unknown = [one for one in trusts if one.inside is None and one.kind in {"account", "principal"}]
    if unknown:
        yield Flag(
            "assumable_from_unknown",
            Severity.MEDIUM,
            f"The trust policy lets in {_listed(map(_named, unknown))}; whether that is outside the organization was not read.",
        )
    known = {person.holder.account, *read}
    elsewhere = [
        one
        for one in trusts
        if one.inside and one.kind in {"account", "principal"} and _home(one) not in known
    ]
    if elsewhere:
        yield Flag(
            "assumable_from_another_account",
            Severity.MEDIUM,
            f"The trust policy lets in {_listed(map(_named, elsewhere))}: who administers that account decides, and its policies "
            "were not read here.",
        )


def _anyone(one: TrustedBy) -> str:
    who = "anyone" if one.who == "*" else f"any identity of {one.who}"
    return who if one.answer is Can.ALLOW or not one.condition else f"{who} for whom {one.condition} holds"


def _home(one: TrustedBy) -> str:
    return one.who.split(":")[4] if one.kind == "principal" else one.who


def _named(one: TrustedBy) -> str:
    who = one.who
    if one.kind == "account":
        who = f"account {who}" if is_account_id(who) else f"every account of {who}"
    return who if one.answer is Can.ALLOW or not one.condition else f"{who} if {one.condition} holds"


def _listed(texts: Iterator[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - _FEW} more" if len(every) > _FEW else ""
    return ", ".join(every[:_FEW]) + more
