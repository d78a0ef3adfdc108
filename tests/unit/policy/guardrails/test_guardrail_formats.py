"""What is printed is what AWS's own tools and Terraform read: cfn-lint finds nothing, and an HCL parser finds the policy."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import cfnlint
import hcl2
import pytest
from guardrail_values import EVERYTHING, PLAIN, SHAPED

from rootwarden.errors import BadInput
from rootwarden.model.ids import AccountId
from rootwarden.policy.guardrails.catalog import GUARDRAILS, Rendered, rendered
from rootwarden.policy.guardrails.guardrail import Kind
from rootwarden.policy.guardrails.parameters import Parameters
from rootwarden.policy.guardrails.template import template, template_text
from rootwarden.reports.terraform import terraform

RESOURCES = [name for name, one in GUARDRAILS.items() if one.kinds not in {(Kind.TRUST,), (Kind.STACK,)}]
STACKS = [name for name, one in GUARDRAILS.items() if one.kinds == (Kind.STACK,)]
HUB = "arn:aws:events:eu-central-1:123456789012:event-bus/RootwardenHub"
PLACES = {
    Kind.SCP: "Content",
    Kind.RESOURCE: "Content",
    Kind.IDENTITY: "PolicyDocument",
    Kind.BOUNDARY: "PolicyDocument",
}


def test_cfn_lint_finds_nothing_in_any_template() -> None:
    """All resources in one template, since most of the time goes into loading the rules."""
    every = template(rendered(GUARDRAILS["deny-root"], SHAPED))
    for name in RESOURCES:
        found = template(rendered(GUARDRAILS[name], SHAPED))
        every["Resources"] |= found["Resources"]
    assert [str(one) for one in cfnlint.lint(template_text(every), regions=["us-east-1"])] == []


@pytest.mark.parametrize("name", STACKS)
def test_cfn_lint_finds_nothing_in_a_stack_of_alerts(name: str) -> None:
    """In a Region of its own as well as where global services are recorded."""
    text = template_text(template(rendered(GUARDRAILS[name], SHAPED)))
    assert [str(one) for one in cfnlint.lint(text, regions=["us-east-1", "eu-central-1"])] == []


@pytest.mark.parametrize("name", ["alerts-callers", "alerts-root"])
def test_cfn_lint_finds_nothing_in_alerts_for_a_central_bus(name: str) -> None:
    """Nor do its documents differ in Terraform."""
    made = rendered(GUARDRAILS[name], Parameters(hub_bus=HUB))
    text = template_text(template(made))
    assert [str(one) for one in cfnlint.lint(text, regions=["us-east-1", "eu-central-1"])] == []
    assert literal(made.papers[0].document) in without_layout(terraform(made))


def test_alerts_on_root_are_a_stack_and_a_stack_set_in_terraform() -> None:
    """That follows accounts which join."""
    found = hcl2.loads(terraform(rendered(GUARDRAILS["alerts-root"], PLAIN)))
    kinds = {
        json.loads(kind) if kind.startswith('"') else kind: body
        for one in found["resource"]
        for kind, body in one.items()
    }
    assert set(kinds) == {
        "aws_cloudformation_stack",
        "aws_cloudformation_stack_set",
        "aws_cloudformation_stack_instances",
    }
    (made,) = kinds["aws_cloudformation_stack_set"].values()
    assert made["auto_deployment"][0]["enabled"] is True
    assert made["auto_deployment"][0]["retain_stacks_on_account_removal"] is False


def test_cfn_lint_would_find_a_wrong_template() -> None:
    """The check above checks: a type of policy that does not exist is found."""
    found = template(rendered(GUARDRAILS["deny-root"], PLAIN))
    found["Resources"]["RootwardenDenyRoot"]["Properties"]["Type"] = "SERVICE_POLICY"
    assert [one.rule.id for one in cfnlint.lint(template_text(found), regions=["us-east-1"])] == ["E3030"]


@pytest.mark.parametrize("name", RESOURCES)
def test_the_template_holds_the_proven_documents(name: str) -> None:
    made = rendered(GUARDRAILS[name], SHAPED)
    resources = template(made)["Resources"]
    for paper in made.papers:
        if paper.kind is Kind.TRUST:
            roles = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::IAM::Role"]
            assert [one["AssumeRolePolicyDocument"] for one in roles] == [paper.document] * 4
            assert {one["PermissionsBoundary"]["Ref"] for one in roles} == {"RootwardenOperatorBoundary"}
        else:
            assert resources[paper.name]["Properties"][PLACES[paper.kind]] == paper.document


@pytest.mark.parametrize("name", [*RESOURCES, *STACKS])
def test_the_terraform_text_holds_the_proven_documents(name: str) -> None:
    """Read back by an HCL parser, every jsonencode gives the document; columns stand as terraform fmt puts them."""
    made = rendered(GUARDRAILS[name], SHAPED)
    text = terraform(made)
    blocks = hcl2.loads(text)
    assert {kind for one in blocks.get("resource", ()) for kind in one} != set()
    for paper in made.papers:
        assert literal(paper.document) in without_layout(text), paper.name


def without_layout(text: str) -> str:
    """The text without spaces and line ends, as JSON is written."""
    return "".join(text.split())


def literal(value: Any) -> str:
    """A document as Terraform writes it, without layout."""
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return without_layout(json.dumps(value).replace("${", "$${"))
    if isinstance(value, list):
        return "[" + "".join(f"{literal(one)}," for one in value) + "]"
    names = {key: key if key.isidentifier() else json.dumps(key) for key in value}
    return "{" + "".join(f"{names[key]}={literal(one)}" for key, one in value.items()) + "}"


def test_policy_variables_are_not_taken_for_terraforms() -> None:
    made = rendered(GUARDRAILS["deny-root"], PLAIN)
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Resource": "arn:aws:iam::*:user/${aws:username}%{x}"}],
    }
    (part,) = made.parts
    other = dataclasses.replace(part, papers=(dataclasses.replace(part.papers[0], document=document),))
    text = terraform(dataclasses.replace(made, parts=(other,)))
    assert '"arn:aws:iam::*:user/$${aws:username}%%{x}"' in text
    assert isinstance(hcl2.loads(text), dict)


@pytest.mark.parametrize("write", [template, terraform])
def test_a_trust_policy_is_no_resource(write: Any) -> None:
    made: Rendered = rendered(GUARDRAILS["operator-trust"], PLAIN)
    with pytest.raises(BadInput, match="part of a role, and no resource by itself") as caught:
        write(made)
    assert "operator-roles" in caught.value.advice


def test_a_template_too_large_is_refused() -> None:
    """Four roles for as many accounts as each could have: more than CloudFormation takes with the call."""
    accounts = tuple(AccountId(f"{number:012d}") for number in range(1, 301))
    roles = GUARDRAILS["operator-roles"]
    made = Rendered(roles, roles.make(Parameters(**EVERYTHING | {"accounts": accounts})), ())
    with pytest.raises(BadInput, match="may have 51,200"):
        template(made)
