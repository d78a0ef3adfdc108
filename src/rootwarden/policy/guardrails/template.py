"""A guardrail as a CloudFormation template. JSON, since in YAML an unquoted ``Null`` operator is no text.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Organizations.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rootwarden.errors import BadInput
from rootwarden.model.operator_role import OperatorRole
from rootwarden.policy.guardrails.guardrail import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.policy.guardrails.catalog import Rendered
    from rootwarden.policy.guardrails.guardrail import Paper

MOST_BYTES: Final = 51_200
"""The largest template that is sent with the call and not by way of a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""


def template(made: Rendered) -> dict[str, Any]:
    """The template. Raises BadInput for what is no resource by itself, and for a template too large to be sent."""
    check_is_resource(made)
    if made.guardrail.kinds == (Kind.STACK,):
        return dict(made.papers[0].document)  # its size is among its claims
    found = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description(made),
        **_parameters(made),
        "Resources": dict(_resources(made)),
    }
    size = len(template_text(found).encode())
    if size > MOST_BYTES:
        raise BadInput(
            f"guardrail {made.guardrail.name} makes a template of {size:,} bytes, and one may have {MOST_BYTES:,}",
            advice="Choose fewer accounts, or --all.",
        )
    return found


def template_text(found: dict[str, Any]) -> str:
    """The template as it is printed and sent."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def description(made: Rendered) -> str:
    """What the resources are called for."""
    return f"rootwarden guardrail {made.guardrail.name}"


def check_is_resource(made: Rendered) -> None:
    """Raises BadInput for a trust policy alone, which only exists as part of a role."""
    if {paper.kind for paper in made.papers} == {Kind.TRUST}:
        raise BadInput(
            f"guardrail {made.guardrail.name} is part of a role, and no resource by itself",
            advice="Render it as json, or the roles with it: operator-roles.",
        )


def logical_id(paper: Paper) -> str:
    """The name of a document's resource in the template."""
    return "".join(one for one in paper.name if one.isalnum())


def _parameters(made: Rendered) -> dict[str, Any]:
    if not any(paper.kind is Kind.SCP for paper in made.papers):
        return {}
    where = {
        "Type": "CommaDelimitedList",
        "Description": "Root, OUs and accounts (ids) that the SCP is attached to",
    }
    return {"Parameters": {"TargetIds": where}}


def _resources(made: Rendered) -> Iterator[tuple[str, dict[str, Any]]]:
    for paper in made.papers:
        match paper.kind:
            case Kind.IDENTITY | Kind.BOUNDARY:
                properties = {
                    "ManagedPolicyName": paper.name,
                    "Description": description(made),
                    "PolicyDocument": paper.document,
                }
                yield logical_id(paper), {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
            case Kind.SCP:
                properties = {
                    "Name": paper.name,
                    "Description": description(made),
                    "Type": "SERVICE_CONTROL_POLICY",
                    "Content": paper.document,
                    "TargetIds": {"Ref": "TargetIds"},
                }
                yield logical_id(paper), {"Type": "AWS::Organizations::Policy", "Properties": properties}
            case Kind.RESOURCE:
                content = {"Content": paper.document}
                yield logical_id(paper), {"Type": "AWS::Organizations::ResourcePolicy", "Properties": content}
            case Kind.TRUST:
                yield from _roles(made, paper)


def _roles(made: Rendered, trust: Paper) -> Iterator[tuple[str, dict[str, Any]]]:
    boundary = next(paper for paper in made.papers if paper.kind is Kind.BOUNDARY)
    for role in OperatorRole:
        policies = [paper for part in made.parts if part.role == role.value for paper in part.papers]
        properties = {
            "RoleName": role.role_name,
            "Description": description(made),
            "AssumeRolePolicyDocument": trust.document,
            "PermissionsBoundary": {"Ref": logical_id(boundary)},
            "ManagedPolicyArns": [{"Ref": logical_id(paper)} for paper in policies],
        }
        yield role.role_name, {"Type": "AWS::IAM::Role", "Properties": properties}
