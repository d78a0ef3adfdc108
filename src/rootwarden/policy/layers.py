"""Which policies take part in a decision, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rootwarden.policy.decision import Layer
from rootwarden.policy.document import Effect, Policy, Statement

Rule = tuple[Policy, Statement]


@dataclass(frozen=True, slots=True)
class Level:
    """The SCPs or RCPs attached to one organization root, OU or account."""

    target: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The policies of an S3 bucket or an SQS queue: at most one each, but more are taken together."""

    owner: str
    """The account that owns the bucket or queue. A decision is made for callers of that account only."""
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One set of policies at one place: a layer, or one level of it."""

    layer: Layer
    target: str | None
    denies: tuple[Rule, ...]
    allows: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that decides one principal's request. Build it once for many requests.

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
    resource: ResourcePolicy | None = None
    """The policy of the bucket or queue asked for; None where it has none or does not matter."""
    places: tuple[Place, ...] = field(init=False, repr=False, compare=False)
    """The same as places, in the order in which a Deny is looked for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", tuple(self._places()))

    def _places(self) -> Iterator[Place]:
        yield from (_place(Layer.SCP, level.policies, level.target) for level in self.scp_levels)
        yield from (_place(Layer.RCP, level.policies, level.target) for level in self.rcp_levels)
        if self.boundary is not None:
            yield _place(Layer.BOUNDARY, self.boundary)
        yield _place(Layer.TASK_POLICY, self.ceiling)
        if self.identity is not None:
            yield _place(Layer.IDENTITY, self.identity)
        if self.resource is not None:
            yield _place(Layer.RESOURCE_POLICY, self.resource.policies)


def _place(layer: Layer, policies: tuple[Policy, ...], target: str | None = None) -> Place:
    rules = [(policy, statement) for policy in policies for statement in policy.statements]
    return Place(
        layer,
        target,
        denies=tuple(rule for rule in rules if rule[1].effect is Effect.DENY),
        allows=tuple(rule for rule in rules if rule[1].effect is Effect.ALLOW),
    )
