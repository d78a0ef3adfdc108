"""One random case, and how each of the two evaluators is asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rootwarden.policy import (
    Decision,
    Layers,
    Level,
    Policy,
    Request,
    ResourcePolicy,
    evaluate,
    parse_policy,
)

Document = Mapping[str, Any]
"""A policy as JSON values."""

FULL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request and the policies around it."""

    number: int
    principal: str
    action: str
    resource: str
    account: str
    """The principal's account, which is also said to own the resource."""
    context: Mapping[str, str | tuple[str, ...]]
    identity: tuple[Document, ...] | None
    """None for a root user."""
    boundary: tuple[Document, ...] | None
    ceiling: tuple[Document, ...]
    """The task policy of a root session."""
    scps: tuple[tuple[Document, ...], ...]
    rcps: tuple[tuple[Document, ...], ...]
    resource_policy: Document | None

    def request(self) -> Request:
        """The request as we take it."""
        return Request(self.action, self.resource, dict(self.context))

    def judged_by_us(self) -> Decision:
        """Our decision."""
        own = None
        if self.resource_policy is not None:
            own = ResourcePolicy(self.account, _parsed((self.resource_policy,), "resource"))
        layers = Layers(
            identity=None if self.identity is None else _parsed(self.identity, "identity"),
            boundary=None if self.boundary is None else _parsed(self.boundary, "boundary"),
            ceiling=_parsed(self.ceiling, "task"),
            scp_levels=_levels(self.scps, "scp"),
            rcp_levels=_levels(self.rcps, "rcp"),
            resource=own,
        )
        return evaluate(self.request(), layers)

    def as_simulation(self) -> dict[str, Any]:
        """The same for iam-simulate.

        A root user gets full access as identity policy, for it has no implicit one there; the Deny statements of a task
        policy stand beside it. The full-access RCP of every level is added there by itself.
        """
        identity = (FULL,) if self.identity is None else self.identity
        simulation: dict[str, Any] = {
            "request": {
                "principal": self.principal,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.account},
                "contextVariables": {
                    key: value if isinstance(value, str) else list(value)
                    for key, value in self.context.items()
                },
            },
            "identityPolicies": _named((*identity, *self.ceiling), "identity"),
            "serviceControlPolicies": _named_levels(self.scps, "scp"),
            "resourceControlPolicies": _named_levels(self.rcps, "rcp"),
        }
        if self.boundary is not None:
            simulation["permissionBoundaryPolicies"] = _named(self.boundary, "boundary")
        if self.resource_policy is not None:
            simulation["resourcePolicy"] = self.resource_policy
        return {"number": self.number, "simulation": simulation}


def _parsed(documents: tuple[Document, ...], name: str) -> tuple[Policy, ...]:
    return tuple(parse_policy(document, name=f"{name}-{n}") for n, document in enumerate(documents))


def _levels(levels: tuple[tuple[Document, ...], ...], name: str) -> tuple[Level, ...]:
    return tuple(Level(f"level-{n}", _parsed(documents, name)) for n, documents in enumerate(levels))


def _named(documents: tuple[Document, ...], name: str) -> list[dict[str, Any]]:
    return [{"name": f"{name}-{n}", "policy": document} for n, document in enumerate(documents)]


def _named_levels(levels: tuple[tuple[Document, ...], ...], name: str) -> list[dict[str, Any]]:
    return [
        {"orgIdentifier": f"level-{n}", "policies": _named(documents, f"{name}-{n}")}
        for n, documents in enumerate(levels)
    ]
