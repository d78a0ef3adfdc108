"""Who is calling AWS."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class Caller:
    """What GetCallerIdentity says."""

    account_id: AccountId
    arn: str
    user_id: str

    @property
    def is_root(self) -> bool:
        """Whether this is an account's root user (signed in, or in a root session)."""
        return self.arn.endswith(":root")
