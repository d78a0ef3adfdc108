"""Which policies take part in a decision, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass

from rootwarden.policy.document import Policy


@dataclass(frozen=True, slots=True)
class Level:
    """The SCPs or RCPs attached to one organization root, OU or account."""

    target: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that decides one principal's request.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """

    identity: tuple[Policy, ...] | None
    """The principal's own and its groups' policies. None for a root user, whose access is inherent."""
    boundary: tuple[Policy, ...] | None = None
    """The permissions boundary; None where none is set."""
    ceiling: tuple[Policy, ...] = ()
    """The task policy of a root session: its Deny statements count, it need not allow anything."""
    scp_levels: tuple[Level, ...] = ()
    """From the organization root down to the account. Empty where no SCPs apply: management account, SCPs not enabled."""
    rcp_levels: tuple[Level, ...] = ()
    """The RCPs of the account that owns the resource; only their Deny statements count."""
