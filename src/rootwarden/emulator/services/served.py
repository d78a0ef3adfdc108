"""An operation the emulator answers itself, and how it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.emulator.call import Call, Handler, Resource

if TYPE_CHECKING:
    from rootwarden.emulator.world import World


def any_resource(world: World, call: Call) -> str:  # noqa: ARG001 - the shape of every Resource
    """``*``: the action has no resource type."""
    return "*"


def every_call(call: Call) -> bool:  # noqa: ARG001 - the shape of every condition
    """The handler answers every call of its operation."""
    return True


@dataclass(frozen=True, slots=True)
class Served:
    """One operation of ours."""

    handler: Handler
    resource: Resource = any_resource
    """The ARN the action is judged on."""
    when: Callable[[Call], bool] = every_call
    """Which calls the handler answers; the others go to moto."""
    check: Callable[[World, Call], None] | None = None
    """Validation that AWS does before it authorizes; raises AwsAnswer."""
    keys: Callable[[World, Call], dict[str, str]] | None = None
    """Condition keys of this action only, such as ``sts:TaskPolicyArn``."""
    open_to_all: bool = False
    """Needs no permission, as GetCallerIdentity, and cannot be denied."""
    bare_denial: bool = False
    """A denial does not say which policy it comes from, as with AssumeRoot."""
