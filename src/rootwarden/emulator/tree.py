"""What the emulated organization consists of: root and OUs, accounts, policies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from rootwarden.policy import Policy, parse_policy


@dataclass(slots=True, eq=False)
class OrganizationPolicy:
    """An SCP, an RCP or a policy of another type."""

    id: str
    name: str
    type: str
    content: str
    description: str = ""
    aws_managed: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    _parsed: Policy | None = None

    def parsed(self) -> Policy:
        """The policy for the evaluator; parsed once."""
        if self._parsed is None:
            self._parsed = parse_policy(json.loads(self.content), name=self.name)
        return self._parsed

    def replace(self, content: str) -> None:
        """Gives the policy another document."""
        self.content = content
        self._parsed = None


@dataclass(slots=True, eq=False, kw_only=True)
class Target:
    """What a policy can be attached to. ``parent`` is None for the root only."""

    id: str
    name: str
    parent: Container | None = None
    tags: dict[str, str] = field(default_factory=dict)
    policies: list[OrganizationPolicy] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The type in AWS's words."""
        raise NotImplementedError


@dataclass(slots=True, eq=False, kw_only=True)
class Container(Target):
    """The root or an OU."""

    units: dict[str, Container] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """``ROOT`` or ``ORGANIZATIONAL_UNIT``."""
        return "ORGANIZATIONAL_UNIT" if self.parent else "ROOT"


@dataclass(slots=True, eq=False, kw_only=True)
class Account(Target):
    """An account of the organization."""

    email: str
    state: str
    joined_method: str
    joined: datetime

    @property
    def kind(self) -> str:
        """``ACCOUNT``."""
        return "ACCOUNT"

    @property
    def status(self) -> str:
        """What the retired ``Status`` says, which knows three values.

        An account that waits for its activation counted as active there, and a closed one as suspended.
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
        """
        return {"PENDING_ACTIVATION": "ACTIVE", "CLOSED": "SUSPENDED"}.get(self.state, self.state)


@dataclass(frozen=True, slots=True)
class StandaloneAccount:
    """An AWS account outside the organization."""

    id: str
    name: str
    email: str
