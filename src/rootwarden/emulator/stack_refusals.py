"""Stacks that fail because whoever has CloudFormation change them may not do what it would have to.

AWS accepts the call, the stack fails while it is under way, and goes back to where it was.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.authorization import authorize
from rootwarden.emulator.stack_permissions import BY_CLOUDFORMATION, Place, Work, stack_calls

if TYPE_CHECKING:
    from rootwarden.emulator.call import Call
    from rootwarden.emulator.world import World


@dataclass(frozen=True, slots=True)
class _Failed:
    """The resource at which a stack fails."""

    logical_id: str
    kind: str
    work: Work
    text: str


def stack_refused(world: World, call: Call) -> bool:
    """Whether a change set or a deletion was taken on and failed, since the caller may not do a part of it.

    CreateStack and UpdateStack without a change set are not judged. The caller holds the world's lock.
    """
    if call.operation not in {"ExecuteChangeSet", "DeleteStack"}:
        return False
    from moto.cloudformation import cloudformation_backends  # noqa: PLC0415 - loads thirty megabytes

    backend: Any = cloudformation_backends[call.caller.account][call.region]
    if call.operation == "DeleteStack":
        stack = _stack(backend, str(call.params.get("StackName", "")))
        work = _deletion(stack) if stack is not None else []
        proposed = None
    else:
        proposed = _change_set(backend, str(call.params.get("ChangeSetName", "")))
        stack = backend.stacks.get(proposed.stack_id) if proposed is not None else None
        work = _changes(stack, proposed) if stack is not None else []
    for template, logical_id, one in work:
        place = Place(world.organization.partition, call.caller.account, call.region, stack.name)
        try:
            for action, resource in stack_calls(template, logical_id, one, place):
                authorize(world, call, action, resource, BY_CLOUDFORMATION)
        except AwsAnswer as refused:
            failed = _Failed(logical_id, str(template["Resources"][logical_id]["Type"]), one, refused.message)
            _fail(stack, proposed, failed)
            return True
    return False


def _stack(backend: Any, name: str) -> Any:
    return next((one for one in backend.stacks.values() if name in {one.name, one.stack_id}), None)


def _change_set(backend: Any, name: str) -> Any:
    return next((one for key, one in backend.change_sets.items() if name in {key, one.change_set_name}), None)


def _parsed(text: Any) -> Any:
    from moto.cloudformation.models import Stack  # noqa: PLC0415 - loads thirty megabytes

    whole: Any = Stack
    return whole.parse_template(text) if isinstance(text, str) and text else {"Resources": {}}


def _deletion(stack: Any) -> list[tuple[Any, str, Work]]:
    template = _parsed(stack.template)
    there = _there(stack, template, stack.parameters)
    return [(template, logical_id, Work.DELETE) for logical_id in reversed(there)]


def _changes(stack: Any, proposed: Any) -> list[tuple[Any, str, Work]]:
    """What is done to each resource, new and changed ones before those that go."""
    before = _parsed(stack.template) if stack.status != "REVIEW_IN_PROGRESS" else {"Resources": {}}
    after = _parsed(proposed.template)
    old = _there(stack, before, stack.parameters)
    new = _there(stack, after, proposed.parameters)
    altered = {
        key
        for key in {*stack.parameters, *proposed.parameters}
        if stack.parameters.get(key) != proposed.parameters.get(key)
    }
    found = [
        (after, one, Work.UPDATE if one in old else Work.CREATE)
        for one in new
        if one not in old or _differs(before["Resources"][one], after["Resources"][one], altered)
    ]
    return found + [(before, one, Work.DELETE) for one in reversed(old) if one not in new]


def _differs(before: Any, after: Any, altered: set[str]) -> bool:
    return before != after or any(json.dumps({"Ref": one}) in json.dumps(after) for one in altered)


def _there(stack: Any, template: Any, parameters: Mapping[str, Any]) -> list[str]:
    """The resources of a template that its conditions leave in."""
    from moto.cloudformation.parsing import ResourceMap  # noqa: PLC0415 - loads thirty megabytes

    make: Any = ResourceMap
    resources = make(
        stack.stack_id,
        stack.name,
        dict(parameters),
        {},
        account_id=stack.account_id,
        region_name=stack.region_name,
        template=template,
        cross_stack_resources={},
    )
    resources.load()

    def stays(one: Any) -> bool:
        return "Condition" not in one or bool(resources.lazy_condition_map[one["Condition"]])

    return [name for name, one in template["Resources"].items() if stays(one)]


def _fail(stack: Any, proposed: Any, failed: _Failed) -> None:
    """The events of the failure, as AWS shows them, and the state that is left."""
    from moto.cloudformation.models import Event  # noqa: PLC0415 - loads thirty megabytes

    change = str(proposed.change_set_type) if proposed is not None else Work.DELETE.value
    _enter(stack, f"{change}_IN_PROGRESS", "User Initiated")
    event: Any = Event
    stack.events.append(
        event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=failed.logical_id,
            physical_resource_id="",
            resource_type=failed.kind,
            resource_status=f"{failed.work}_FAILED",
            resource_status_reason=f'Resource handler returned message: "{failed.text}" '
            "(RequestToken: 00000000-0000-0000-0000-000000000000, HandlerErrorCode: AccessDenied)",
            resource_properties=None,
        )
    )
    why = f"The following resource(s) failed to {failed.work.lower()}: [{failed.logical_id}]."
    if proposed is None:
        _enter(stack, "DELETE_FAILED", why)
        return
    proposed.execution_status = "EXECUTE_FAILED"
    if change == Work.CREATE:
        stack.template = proposed.template
        _enter(stack, "ROLLBACK_IN_PROGRESS", f"{why} Rollback requested by user.")
        _enter(stack, "ROLLBACK_COMPLETE", None)
        return
    _enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS", why)
    _enter(stack, "UPDATE_ROLLBACK_COMPLETE", None)


def _enter(stack: Any, status: str, why: str | None) -> None:
    stack._add_stack_event(status, resource_status_reason=why)  # noqa: SLF001 - moto offers no other way
    stack.status = status
