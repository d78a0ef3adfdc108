"""What a stack gave its roles, against what they have now. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.aws.principal_policies import RoleHoldings

_OURS = "Rootwarden"
"""Other guardrails may be attached to a role of ours, such as the policy of the ledger's bucket."""


def role_differences(
    role: Mapping[str, Any], resources: Mapping[str, Any], live: RoleHoldings
) -> Iterator[str]:
    """What somebody changed about a role of a template, a sentence each."""
    properties = role["Properties"]
    name = properties["RoleName"]
    wanted = _named(properties.get("PermissionsBoundary"), resources)
    boundary = live.boundary.rpartition("/")[2] if live.boundary else None
    if wanted != boundary:
        yield (
            f"the role {name} has the permissions boundary {boundary}"
            if boundary
            else f"the role {name} has lost its permissions boundary {wanted}"
        )
    given = {_named(one, resources) for one in properties.get("ManagedPolicyArns", ())}
    there = {one.rpartition("/")[2]: one for one in live.attached}
    for policy in sorted(str(one) for one in given - set(there)):
        yield f"the policy {policy} is not attached to the role {name} any more"
    for policy, arn in sorted(there.items()):
        if policy not in given and not policy.startswith(_OURS):
            yield f"the policy {arn} is attached to the role {name} as well"
    for policy in live.inline:
        yield f"the role {name} has an inline policy {policy}"


def _named(reference: Any, resources: Mapping[str, Any]) -> str | None:
    """The name of the policy that a property refers to, by ARN or by the template's own name for it."""
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    if isinstance(reference, dict) and reference.get("Ref") in resources:
        return str(resources[reference["Ref"]]["Properties"]["ManagedPolicyName"])
    return None
