"""IAM roles that can be assumed, and whom they trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rootwarden.emulator.keyring import Principal
from rootwarden.policy import Policy, parse_policy

_ASSUMED = ":assumed-role/"


@dataclass(frozen=True, slots=True)
class Role:
    """One role of the organization file."""

    arn: str
    trust: Policy
    max_session_seconds: int
    holder: Principal
    """A session of it, which all others are like."""

    @property
    def account(self) -> str:
        """The account it belongs to."""
        return self.holder.account

    def session(self, name: str, source_identity: str | None) -> Principal:
        """Who calls in a session of that name."""
        return replace(
            self.holder,
            arn=f"{self.holder.arn.rpartition('/')[0]}/{name}",
            user_id=f"{self.holder.user_id.partition(':')[0]}:{name}",
            source_identity=source_identity,
        )


def role_of(
    holder: Principal, trust: Mapping[str, Any] | None, *, max_session_seconds: int, management: str
) -> Role:
    """The role behind a session; without a trust policy it trusts its own account and the management account."""
    arn = holder.arn.replace(":sts:", ":iam:").replace(_ASSUMED, ":role/").rpartition("/")[0]
    partition, name = arn.split(":")[1], arn.rpartition("/")[2]
    accounts = sorted({holder.account, management})
    document = trust or {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
        },
    }
    return Role(arn, trust_policy(document, name=name), max_session_seconds, holder)


def trust_policy(document: Mapping[str, Any], *, name: str) -> Policy:
    """A trust policy, which names no resource: it is about the role that carries it. Its source is the document given.

    Raises MalformedPolicy.
    """
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    completed = dict(document)
    if isinstance(statements, list | tuple):
        completed["Statement"] = [_about_itself(one) for one in statements]
    parsed = parse_policy(completed, name=f"the trust policy of {name}")
    return replace(parsed, source=json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def _about_itself(statement: Any) -> Any:
    return {"Resource": "*", **statement} if isinstance(statement, Mapping) else statement
