"""A role's trust policy: whom it lets in. It names no resource, for it is about the role that carries it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rootwarden.policy.document import Policy, Statement
from rootwarden.policy.parse import parse_policy


@dataclass(frozen=True, slots=True)
class TrustStatement:
    """One statement, with the principals that are no principals of IAM."""

    statement: Statement
    services: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust policy, parsed once. Made by ``parse_trust``."""

    policy: Policy
    statements: tuple[TrustStatement, ...]


def parse_trust(document: str | Mapping[str, Any], *, name: str) -> Trust:
    """Parses a trust policy. Raises MalformedPolicy."""
    found: Any = _loaded(document)
    if not isinstance(found, Mapping) or not isinstance(found.get("Statement"), (list, Mapping)):
        policy = parse_policy(document, name=name)  # which says what is wrong
        return Trust(policy, tuple(TrustStatement(one) for one in policy.statements))
    written = found["Statement"] if isinstance(found["Statement"], list) else [found["Statement"]]
    completed = {**found, "Statement": [_about_itself(one) for one in written]}
    policy = parse_policy(completed, name=name)
    return Trust(
        policy,
        tuple(
            TrustStatement(one, tuple(_kind(raw, "Service")), tuple(_kind(raw, "Federated")))
            for one, raw in zip(policy.statements, written, strict=True)
        ),
    )


def _loaded(document: str | Mapping[str, Any]) -> Any:
    if isinstance(document, Mapping):
        return document
    try:
        return json.loads(document)
    except ValueError:
        return None


def _about_itself(statement: Any) -> Any:
    return {"Resource": "*", **statement} if isinstance(statement, Mapping) else statement


def _kind(statement: Any, kind: str) -> Iterator[str]:
    principal = statement.get("Principal")
    values = principal.get(kind, ()) if isinstance(principal, Mapping) else ()
    yield from (values,) if isinstance(values, str) else values
