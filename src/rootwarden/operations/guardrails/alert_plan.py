"""Planning stacks of alerts in many accounts and Regions, and the StackSet of the members. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.guardrail_plan import ChangeKind, GuardrailChange
from rootwarden.operations.guardrails.plan import normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.aws.stack_sets import StackInstance, StackSetFound
    from rootwarden.model.guardrail_plan import Place
    from rootwarden.operations.guardrails.alert_state import AlertsAt


@dataclass(frozen=True, slots=True)
class StackSetState:
    """What there is of the members' StackSet."""

    has_access: bool
    """Whether StackSets have trusted access."""
    found: StackSetFound | None = None
    instances: tuple[StackInstance, ...] = ()

    @property
    def missing(self) -> tuple[StackInstance, ...]:
        """The stacks that are not as they are meant, but for those of suspended accounts."""
        return tuple(one for one in self.instances if not (one.is_current or one.is_suspended))


def stack_steps(found: AlertsAt, name: str, wanted: str) -> tuple[GuardrailChange, ...]:
    """The steps that bring the stack of one place to a template.

    CloudFormation changes nothing that its template does not change: what somebody changed by hand is made anew, and so is a
    stack that failed while it was made.
    """
    if found.failure or (found.status and found.status.is_busy):
        return ()

    def step(kind: ChangeKind, document: str = "") -> GuardrailChange:
        return GuardrailChange(kind, name, document=document, account=found.account, region=found.region)

    if found.status is None:
        return (step(ChangeKind.CREATE_STACK, wanted),)
    if found.by_hand or found.status.is_spent:
        return (step(ChangeKind.DELETE_STACK), step(ChangeKind.CREATE_STACK, wanted))
    if normal(found.template) != normal(wanted):
        return (step(ChangeKind.UPDATE_STACK, wanted),)
    return ()


def stack_steps_away(found: AlertsAt, name: str) -> tuple[GuardrailChange, ...]:
    """The step that takes the stack of one place away."""
    if found.failure or found.status is None or found.status.is_busy:
        return ()
    return (GuardrailChange(ChangeKind.DELETE_STACK, name, account=found.account, region=found.region),)


def set_steps(
    state: StackSetState,
    name: str,
    wanted: str,
    targets: Sequence[Place],
    regions: Sequence[str],
    *,
    leaving: Sequence[Place] = (),
) -> tuple[GuardrailChange, ...]:
    """The steps that bring the StackSet to a template, targets and Regions; ``leaving`` are targets it is to leave."""
    steps = []
    if not state.has_access:
        steps.append(GuardrailChange(ChangeKind.ACTIVATE_ORGANIZATIONS_ACCESS, name))
    if state.found is None:
        steps.append(GuardrailChange(ChangeKind.CREATE_STACK_SET, name, document=wanted))
        return (*steps, _instances(ChangeKind.CREATE_STACK_INSTANCES, name, targets, regions))
    found = state.found
    if leaving:
        steps.append(_instances(ChangeKind.DELETE_STACK_INSTANCES, name, leaving, found.regions))
    if normal(found.template) != normal(wanted) or not found.automatic or state.missing:
        steps.append(GuardrailChange(ChangeKind.UPDATE_STACK_SET, name, document=wanted))
    new = [one for one in targets if one.id not in found.targets]
    if new:
        steps.append(_instances(ChangeKind.CREATE_STACK_INSTANCES, name, new, regions))
    kept = [one for one in targets if one.id in found.targets]
    more = [one for one in regions if one not in found.regions]
    if kept and more:
        steps.append(_instances(ChangeKind.CREATE_STACK_INSTANCES, name, kept, more))
    return tuple(steps)


def set_steps_away(state: StackSetState, name: str, targets: Sequence[Place]) -> tuple[GuardrailChange, ...]:
    """The steps that take the StackSet away with its stacks."""
    if state.found is None:
        return ()
    stacks = (
        (_instances(ChangeKind.DELETE_STACK_INSTANCES, name, targets, state.found.regions),)
        if targets
        else ()
    )
    return (*stacks, GuardrailChange(ChangeKind.DELETE_STACK_SET, name))


def _instances(
    kind: ChangeKind, name: str, targets: Sequence[Place], regions: Sequence[str]
) -> GuardrailChange:
    return GuardrailChange(kind, name, targets=tuple(targets), regions=tuple(regions))
