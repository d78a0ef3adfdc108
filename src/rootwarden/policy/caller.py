"""Who asks, as the request's context tells it."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.policy.conditions.arn import is_arn
from rootwarden.policy.request import UNKNOWN, Request, Unknown

PRINCIPAL_ARN = "aws:principalarn"
PRINCIPAL_ACCOUNT = "aws:principalaccount"


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal and its account. None means absent: nobody signed the request."""

    arn: str | Unknown | None
    account: str | Unknown | None

    @property
    def is_root(self) -> bool:
        """Whether this is known to be an account's root user."""
        return isinstance(self.arn, str) and self.arn.endswith(":root")


def caller_of(request: Request) -> Caller:
    """The caller; its account is the one in its ARN, if the ARN is known."""
    arn = request.context.get(PRINCIPAL_ARN)
    account = request.context.get(PRINCIPAL_ACCOUNT)
    if isinstance(arn, tuple) or isinstance(account, tuple):
        return Caller(UNKNOWN, UNKNOWN)
    if isinstance(arn, str) and is_arn(arn):
        return Caller(arn, arn.split(":")[4])
    if account is None and arn is UNKNOWN:
        account = UNKNOWN
    return Caller(arn, account)
