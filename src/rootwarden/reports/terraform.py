"""A guardrail as Terraform configuration, laid out as ``terraform fmt`` would.

The resources are those of the AWS provider: https://registry.terraform.io/providers/hashicorp/aws/latest/docs
The text is parsed by tests, and not validated against the provider's schema.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.operator_role import OperatorRole
from rootwarden.policy.guardrails.guardrail import Kind, Reach
from rootwarden.policy.guardrails.template import check_is_resource, description

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.policy.guardrails.catalog import Rendered
    from rootwarden.policy.guardrails.guardrail import Paper

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Expression(str):
    """Text that is Terraform already: a reference, a call."""

    __slots__ = ()


class Nested(dict[str, Any]):
    """A block inside of a block."""

    __slots__ = ()


def terraform(made: Rendered) -> str:
    """The configuration. Raises BadInput for what is no resource by itself."""
    check_is_resource(made)
    return "\n".join(_stacks(made) if made.guardrail.kinds == (Kind.STACK,) else _blocks(made))


def _stacks(made: Rendered) -> Iterator[str]:
    """A stack for the account and Region of the provider; for alerts of members a StackSet as well."""
    (paper,) = made.papers
    name, label = f"rootwarden-{made.guardrail.name}", f"rootwarden_{made.guardrail.name.replace('-', '_')}"
    body = {
        "name": name,
        "capabilities": ["CAPABILITY_NAMED_IAM"],
        "template_body": _encoded(paper),
    }
    yield _block(("resource", "aws_cloudformation_stack", label), body)
    if made.guardrail.reach is not Reach.MEMBERS:
        return
    for variable, about in (
        ("organizational_unit_ids", "The organization's root or OUs whose accounts have the alerts"),
        ("regions", "Every enabled Region"),
    ):
        yield _block(("variable", variable), {"type": Expression("set(string)"), "description": about})
    automatic = Nested({"enabled": True, "retain_stacks_on_account_removal": False})
    yield _block(
        ("resource", "aws_cloudformation_stack_set", label),
        {**body, "permission_model": "SERVICE_MANAGED", "auto_deployment": automatic},
    )
    targets = Nested({"organizational_unit_ids": Expression("var.organizational_unit_ids")})
    instances = {
        "stack_set_name": Expression(f"aws_cloudformation_stack_set.{label}.name"),
        "regions": Expression("var.regions"),
        "deployment_targets": targets,
    }
    yield _block(("resource", "aws_cloudformation_stack_instances", label), instances)


def _blocks(made: Rendered) -> Iterator[str]:
    if any(paper.kind is Kind.SCP for paper in made.papers):
        yield _block(
            ("variable", "target_ids"),
            {
                "type": Expression("set(string)"),
                "description": "Root, OUs and accounts (ids) that the SCP is attached to",
            },
        )
    for paper in made.papers:
        label, about = _label(paper), description(made)
        match paper.kind:
            case Kind.IDENTITY | Kind.BOUNDARY:
                body = {"name": paper.name, "description": about, "policy": _encoded(paper)}
                yield _block(("resource", "aws_iam_policy", label), body)
            case Kind.SCP:
                body = {
                    "name": paper.name,
                    "description": about,
                    "type": "SERVICE_CONTROL_POLICY",
                    "content": _encoded(paper),
                }
                yield _block(("resource", "aws_organizations_policy", label), body)
                attached = {
                    "for_each": Expression("var.target_ids"),
                    "policy_id": Expression(f"aws_organizations_policy.{label}.id"),
                    "target_id": Expression("each.value"),
                }
                yield _block(("resource", "aws_organizations_policy_attachment", label), attached)
            case Kind.RESOURCE:
                yield _block(
                    ("resource", "aws_organizations_resource_policy", label), {"content": _encoded(paper)}
                )
            case Kind.TRUST:
                yield from _roles(made, paper)


def _roles(made: Rendered, trust: Paper) -> Iterator[str]:
    boundary = next(paper for paper in made.papers if paper.kind is Kind.BOUNDARY)
    for role in OperatorRole:
        label = _snake(role.role_name)
        body = {
            "name": role.role_name,
            "description": description(made),
            "assume_role_policy": _encoded(trust),
            "permissions_boundary": Expression(f"aws_iam_policy.{_label(boundary)}.arn"),
        }
        yield _block(("resource", "aws_iam_role", label), body)
        for paper in (paper for part in made.parts if part.role == role.value for paper in part.papers):
            attached = {
                "role": Expression(f"aws_iam_role.{label}.name"),
                "policy_arn": Expression(f"aws_iam_policy.{_label(paper)}.arn"),
            }
            yield _block(("resource", "aws_iam_role_policy_attachment", _label(paper)), attached)


def _block(head: tuple[str, ...], body: Mapping[str, Any]) -> str:
    labels = " ".join((head[0], *(json.dumps(one) for one in head[1:])))
    return f"{labels} {{\n{_attributes(body, 1)}}}\n"


def _encoded(paper: Paper) -> Expression:
    return Expression(f"jsonencode({_value(paper.document, 1)})")


def _attributes(body: Mapping[str, Any], depth: int) -> str:
    """Lines of ``name = value``; values of one line that follow each other have their signs in one column."""
    lines = [
        (name if _PLAIN.fullmatch(name) else _text(name), _value(value, depth))
        for name, value in body.items()
        if not isinstance(value, Nested)
    ]
    written = []
    group: list[tuple[str, str]] = []
    for name, value in (*lines, ("", "\n")):
        if "\n" not in value:
            group.append((name, value))
            continue
        wide = max((len(each) for each, _ in group), default=0)
        written += [f"{each:<{wide}} = {one}" for each, one in group]
        group = []
        if name:
            written.append(f"{name} = {value}")
    inside = "".join(f"{'  ' * depth}{line}\n" for line in written)
    for name, value in body.items():
        if isinstance(value, Nested):
            inside += f"\n{'  ' * depth}{name} {{\n{_attributes(value, depth + 1)}{'  ' * depth}}}\n"
    return inside


def _value(value: Any, depth: int) -> str:
    if isinstance(value, Expression):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, (list, tuple)):
        items = "".join(f"{inner}{_value(one, depth + 1)},\n" for one in value)
        return f"[\n{items}{outer}]"
    return f"{{\n{_attributes(value, depth + 1)}{outer}}}"


def _text(text: str) -> str:
    """A string literal, in which policy variables are not taken for Terraform's."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _label(paper: Paper) -> str:
    return _snake(paper.name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
