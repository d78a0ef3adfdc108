"""How often an operation lets itself be called: token buckets, as AWS describes its own.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Rate(NamedTuple):
    """``per_second`` calls steadily, ``burst`` at once after a rest."""

    per_second: float
    burst: float


ORGANIZATIONS: Final = {
    "ListAccounts": Rate(8, 12),
    "ListAccountsForParent": Rate(5, 8),
    "ListOrganizationalUnitsForParent": Rate(5, 8),
    "ListDelegatedAdministrators": Rate(5, 8),
    "ListParents": Rate(5, 8),
    "ListChildren": Rate(6, 10),
    "DescribeAccount": Rate(20, 30),
    "DescribeOrganization": Rate(1, 2),
    "ListRoots": Rate(1, 2),
    "ListTagsForResource": Rate(10, 15),
    "ListAWSServiceAccessForOrganization": Rate(1, 3),
}
"""Published, per calling account."""

PAGE: Final = 20
"""Accounts and OUs in a page of Organizations."""


def assume_root(per_second: float) -> Rate:
    """A quota of AssumeRoot. AWS publishes neither rate nor burst: one second's worth is assumed for the latter."""
    return Rate(per_second, per_second)


class Bucket:
    """Full at the start."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._filled = 0.0

    def take(self, now: float) -> bool:
        """Takes one call off it, unless it is empty. ``now`` in seconds of any clock."""
        if self._filled:
            self._tokens = min(self._rate.burst, self._tokens + (now - self._filled) * self._rate.per_second)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def least_seconds(calls: int, rate: Rate) -> float:
    """What a quota alone makes a number of calls take: the quota's own time."""
    return max(0.0, (calls - rate.burst) / rate.per_second)


def least_seconds_with_listing(accounts: int, rate: Rate | None) -> float:
    """The same where every account has to be listed before it is opened: what an ideal client would take."""
    listing, done, next_token = ORGANIZATIONS["ListAccounts"], 0.0, 0.0
    for number in range(accounts):
        done = max(0.0, (number // PAGE + 1 - listing.burst) / listing.per_second)
        if rate is not None:
            done = max(done, next_token - (rate.burst - 1) / rate.per_second)
            next_token = max(next_token, done) + 1 / rate.per_second
    return done
