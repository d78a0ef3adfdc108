"""Does Principal or NotPrincipal cover the caller?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rootwarden.model.ids import is_account_id
from rootwarden.policy.caller import PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, Caller, caller_of
from rootwarden.policy.conditions.arn import is_arn
from rootwarden.policy.request import Request, Unknown
from rootwarden.policy.truth import NO, YES, Match, Truth, all_of, any_of, because, maybe, negation
from rootwarden.policy.wildcard import glob, pieces
from rootwarden.policy.wording import as_written

EVERYONE = "*"
AWS = "AWS"
KINDS = (AWS, "Service", "Federated", "CanonicalUser")
"""What an object as Principal may hold."""

_EVERYONE_BOUNDED = "whether Principal * passes the boundary of a caller it does not name is not documented"


@dataclass(frozen=True, slots=True)
class PrincipalMatcher:
    """Principal or NotPrincipal of one statement."""

    everyone: bool
    accounts: frozenset[str]
    arns: tuple[str, ...]
    negated: bool
    grants: bool
    """Whether the statement allows. To name an account allows nobody in it but root: it lets the account decide."""
    reason: str

    def match(self, request: Request) -> Match:
        """Whether the statement is about the caller."""
        caller = caller_of(request)
        found = self._excepted(caller) if self.negated else self._named(caller)
        return because(found, self.reason) if found.truth is Truth.MAYBE else found

    def names_user(self, request: Request) -> Match:
        """Whether the caller is an IAM user named by its own ARN; such an Allow is not limited by a boundary.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        """
        caller = caller_of(request)
        if self.everyone and not self.negated:
            return maybe(warning=_EVERYONE_BOUNDED)
        if self.negated or (isinstance(caller.arn, str) and ":user/" not in caller.arn):
            return NO
        return any_of([_same(arn, caller) for arn in self.arns])

    def _named(self, caller: Caller) -> Match:
        if self.everyone:
            return YES
        account = _in(self.accounts, caller)
        if self.grants and not caller.is_root:
            account = all_of([account, _could_be_root(caller)])
        return any_of([account, *(_same(arn, caller) for arn in self.arns)])

    def _excepted(self, caller: Caller) -> Match:
        """NotPrincipal holds for everyone but those named; a user or role only counts as named with its account."""
        if self.everyone:
            return NO
        account = _in(self.accounts, caller)
        if caller.is_root:
            return negation(account)
        itself = any_of([_same(arn, caller) for arn in self.arns])
        if itself.truth is Truth.YES and account.truth is Truth.NO:
            return maybe(
                warning="NotPrincipal names the caller but not its account, so it may not be excepted"
            )
        return negation(any_of([itself, all_of([account, _could_be_root(caller)])]))


def principal_matcher(
    values: Mapping[str, tuple[str, ...]], *, negated: bool, grants: bool
) -> PrincipalMatcher:
    """The matcher for the values of Principal by kind, or of NotPrincipal when ``negated``."""
    names = values.get(AWS, ())
    accounts = {name for name in names if is_account_id(name)}
    accounts |= {name.split(":")[4] for name in names if is_arn(name) and name.endswith(":root")}
    return PrincipalMatcher(
        everyone=EVERYONE in names,
        accounts=frozenset(accounts),
        arns=tuple(name for name in names if is_arn(name) and not name.endswith(":root")),
        negated=negated,
        grants=grants,
        reason=as_written(
            "NotPrincipal" if negated else "Principal",
            tuple(name for kind in values.values() for name in kind),
        ),
    )


def _could_be_root(caller: Caller) -> Match:
    """For a caller not known to be a root user."""
    return maybe(keys=frozenset({PRINCIPAL_ARN})) if isinstance(caller.arn, Unknown) else NO


def _in(accounts: frozenset[str], caller: Caller) -> Match:
    if isinstance(caller.account, Unknown):
        return maybe(keys=frozenset({PRINCIPAL_ACCOUNT})) if accounts else NO
    return YES if caller.account in accounts else NO


def _same(arn: str, caller: Caller) -> Match:
    if isinstance(caller.arn, Unknown):
        return maybe(keys=frozenset({PRINCIPAL_ARN}))
    if caller.arn is None:
        return NO
    if arn == caller.arn:
        return YES
    if ("*" in arn or "?" in arn) and glob(pieces(arn)).matches(caller.arn):
        return maybe(warning=f"Principal {arn} has a wildcard, which AWS does not accept there")
    if ":assumed-role/" in arn and _role_of_session(arn) == _role(caller.arn):
        return maybe(warning=f"Principal {arn} is one session of the role; which session asks is not known")
    return NO


def _role_of_session(arn: str) -> tuple[str, str] | None:
    """Account and name of the role; a session's ARN has no path."""
    return arn.split(":")[4], arn.split(":assumed-role/")[1].split("/", maxsplit=1)[0]


def _role(arn: str) -> tuple[str, str] | None:
    return (arn.split(":")[4], arn.rsplit("/", 1)[1]) if is_arn(arn) and ":role/" in arn else None
