"""Whom a role's trust policy lets in, and from where. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.model.access import Can, TrustedBy
from rootwarden.model.ids import AccountId
from rootwarden.operations.access.asking import context_of
from rootwarden.policy import UNKNOWN, Request
from rootwarden.policy.document import Effect
from rootwarden.policy.keys import named_keys
from rootwarden.policy.matching import match_with_principal
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rootwarden.operations.access.people import Person
    from rootwarden.policy import ContextValue
    from rootwarden.policy.document import Statement
    from rootwarden.policy.trust import Trust, TrustStatement

ASSUME: Final = "sts:AssumeRole"
_BY_TOKEN: Final = ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_STRANGER: Final = "000000000000"
"""An account that is nobody's."""
_OPEN_PROVIDERS: Final = (
    "accounts.google.com",
    "app.terraform.io",
    "cognito-identity.amazonaws.com",
    "gitlab.com",
    "graph.facebook.com",
    "token.actions.githubusercontent.com",
    "www.amazon.com",
)
"""Providers of web identities with which everybody can have one."""


def named_accounts(trusts: Iterable[Trust]) -> frozenset[AccountId]:
    """The accounts that trust policies name."""
    return frozenset(
        AccountId(account)
        for trust in trusts
        for one in trust.statements
        for account in _accounts(one.statement)
    )


def trusted_by(
    person: Person, organization_id: str, inside: Mapping[AccountId, bool]
) -> tuple[TrustedBy, ...]:
    """Whom the role lets in, anyone first."""
    trust = person.trust
    if trust is None:
        return ()
    keys = named_keys(trust.policy)
    found: dict[tuple[str, str], list[TrustedBy]] = defaultdict(list)
    for one in trust.statements:
        if one.statement.effect is not Effect.ALLOW:
            continue
        for row in _rows(one, trust, keys, organization_id, inside):
            found[row.kind, row.who].append(row)
    rows = [min(same, key=lambda row: row.answer is not Can.ALLOW) for same in found.values()]
    return tuple(sorted(rows, key=lambda row: (_KINDS.index(row.kind), row.who)))


_KINDS: Final = ("anyone", "account", "principal", "federated", "service")


def _rows(
    one: TrustStatement,
    trust: Trust,
    keys: frozenset[str],
    organization_id: str,
    inside: Mapping[AccountId, bool],
) -> Iterator[TrustedBy]:
    statement = one.statement
    condition = " and ".join(each.reason for each in statement.conditions) or None
    answer = Can.DEPENDS if condition else Can.ALLOW
    if covers(statement, ASSUME):
        context: dict[str, ContextValue] = dict.fromkeys(keys, UNKNOWN)
        for row in (
            *_everybody(statement, trust, context, inside, organization_id),
            *_named(statement, trust, context | {"aws:principalorgid": organization_id}, inside),
        ):
            yield replace(row, condition=condition)
        yield from (TrustedBy(service, "service", answer, condition) for service in one.services)
    if any(covers(statement, action) for action in _BY_TOKEN):
        for provider in one.federated:
            kind = "anyone" if _open_to_all(provider, statement) else "federated"
            yield TrustedBy(provider, kind, answer, condition)


def _everybody(
    statement: Statement,
    trust: Trust,
    context: Mapping[str, ContextValue],
    inside: Mapping[AccountId, bool],
    organization_id: str,
) -> Iterator[TrustedBy]:
    """For a statement about everybody, or all but some: strangers, unless a condition keeps them out, and names whom it lets in."""
    principal = statement.principal
    if principal is not None and not principal.everyone and not principal.negated:
        return
    stranger: dict[str, ContextValue] = {
        "aws:principalarn": f"arn:aws:iam::{_STRANGER}:role/stranger",
        "aws:principalaccount": _STRANGER,
        "aws:principalorgid": "o-0000000000",
        "aws:principalorgpaths": ("o-0000000000/r-0000/",),
    }
    answer = _lets_in(statement, trust, {**context, **stranger})
    if answer is not None:
        yield TrustedBy("*", "anyone", answer)
        return
    accounts = sorted(_in_conditions(statement))
    for account in accounts:
        known = inside.get(AccountId(account))
        asked: dict[str, ContextValue] = {**context, "aws:principalaccount": account}
        asked |= {"aws:principalarn": UNKNOWN, "aws:principalorgid": organization_id if known else UNKNOWN}
        answer = _fits(statement, trust, asked)
        if answer is not None:
            yield TrustedBy(account, "account", answer, inside=known)
    if not accounts:
        answer = _lets_in(statement, trust, {**context, "aws:principalorgid": organization_id})
        if answer is not None:
            yield TrustedBy(organization_id, "account", answer, inside=True)


def _in_conditions(statement: Statement) -> set[str]:
    """The accounts that conditions on who is calling name."""
    values = (
        value
        for one in statement.conditions
        if one.key in {"aws:principalaccount", "aws:principalarn"}
        for value in one.values
    )
    return {account for value in values for account in _ACCOUNT.findall(value)}


def _named(
    statement: Statement,
    trust: Trust,
    context: Mapping[str, ContextValue],
    inside: Mapping[AccountId, bool],
) -> Iterator[TrustedBy]:
    """Accounts and principals by name; what the context says of the organization holds for those inside."""
    principal = statement.principal
    if principal is None or principal.negated:
        return
    named = [(one, "account", one) for one in sorted(principal.accounts)]
    named += [(one, "principal", one.split(":")[4]) for one in sorted(principal.arns)]
    for who, kind, account in named:
        known = inside.get(AccountId(account))
        asked: dict[str, ContextValue] = {**context, "aws:principalaccount": account}
        asked["aws:principalarn"] = who if kind == "principal" else UNKNOWN
        if not known:
            asked["aws:principalorgid"] = UNKNOWN
        answer = _fits(statement, trust, asked)
        if answer is not None:
            yield TrustedBy(who, kind, answer, inside=known)


def _lets_in(statement: Statement, trust: Trust, context: Mapping[str, ContextValue]) -> Can | None:
    request = Request(ASSUME, "*", context)
    match = match_with_principal(statement, request).truth if statement.principal else Truth.MAYBE
    return _unless_denied(match, trust, request)


def _fits(statement: Statement, trust: Trust, context: Mapping[str, ContextValue]) -> Can | None:
    """For somebody who is named: whether the conditions hold."""
    request = Request(ASSUME, "*", context)
    return _unless_denied(statement.match_conditions(request).truth, trust, request)


def _unless_denied(allowed: Truth, trust: Trust, request: Request) -> Can | None:
    denied = Truth.NO
    for one in trust.policy.statements:
        if one.effect is Effect.DENY:
            match = match_with_principal(one, request).truth if one.principal else one.match(request).truth
            if match is Truth.YES:
                return None
            denied = match if match is Truth.MAYBE else denied
    if allowed is Truth.NO:
        return None
    return Can.ALLOW if allowed is Truth.YES and denied is Truth.NO else Can.DEPENDS


def admits(role: Person, person: Person, organization_id: str) -> tuple[Can, bool] | None:
    """Whether the role's trust policy lets a principal in, and whether by its own name: then its own policies need not allow it.

    None where it does not. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    trust = role.trust
    if trust is None:
        return None
    context: dict[str, ContextValue] | None = None
    best: tuple[Can, bool] | None = None
    for one in trust.policy.statements:
        if one.effect is not Effect.ALLOW or not covers(one, ASSUME):
            continue
        principal = one.principal
        by_account = bool(principal and not principal.negated and person.holder.account in principal.accounts)
        if not by_account and not _may_name(one, person.holder.arn):
            continue
        if context is None:
            context = context_of(person, organization_id, named_keys(trust.policy))
        request = Request(ASSUME, "*", context)
        if by_account:
            answer = _unless_denied(one.match_conditions(request).truth, trust, request)
        else:
            answer = _lets_in(one, trust, context)
        if answer is None:
            continue
        found = (answer, not by_account and role.holder.account == person.holder.account)
        if best is None or (found[0] is Can.ALLOW, found[1]) > (best[0] is Can.ALLOW, best[1]):
            best = found
    return best


def _may_name(statement: Statement, arn: str) -> bool:
    """Whether the statement may be about the principal for another reason than its account: seen without a match."""
    principal = statement.principal
    if principal is None or principal.everyone or principal.negated:
        return True
    name = arn.rpartition("/")[2]
    return any(
        one == arn or "*" in one or "?" in one or (":assumed-role/" in one and f"/{name}/" in one)
        for one in principal.arns
    )


def _accounts(statement: Statement) -> Iterator[str]:
    principal = statement.principal
    if principal is not None and statement.effect is Effect.ALLOW:
        yield from principal.accounts
        if principal.everyone or principal.negated:
            yield from _in_conditions(statement)
        yield from (arn.split(":")[4] for arn in principal.arns if arn.split(":")[4].isdigit())


def covers(statement: Statement, action: str) -> bool:
    """Whether the statement is about the action."""
    return statement.action.match(Request(action, "*")).truth is not Truth.NO


def _open_to_all(provider: str, statement: Statement) -> bool:
    """Whether everybody can have an identity of the provider and no condition says whose it has to be."""
    name = provider.partition(":oidc-provider/")[2] or provider
    if not name.startswith(_OPEN_PROVIDERS):
        return False
    whose = (":sub", ":amr", ":email", ":user_id", ":app_id")
    return not any(one.key.endswith(whose) for one in statement.conditions)
