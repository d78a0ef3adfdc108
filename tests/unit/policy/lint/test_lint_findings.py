"""What the linter finds, where, and what it says a policy does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rootwarden.model.ids import AccountId
from rootwarden.model.operator_role import OperatorRole
from rootwarden.model.tasks import RootTask
from rootwarden.policy.guardrails.catalog import GUARDRAILS, rendered
from rootwarden.policy.guardrails.guardrail import Kind
from rootwarden.policy.guardrails.parameters import Parameters
from rootwarden.policy.guardrails.template import template, template_text
from rootwarden.policy.lint.lint import lint_document, lint_file
from rootwarden.policy.lint.lint_finding import NOTES, RULES, Linted, PolicyKind

ORGANIZATION = json.loads(
    (Path(__file__).parents[4] / "examples" / "doctor" / "organization.json").read_text()
)
ROOT = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)


def codes(linted: Linted) -> list[str]:
    return [one.code for one in linted.findings]


def lint(text: str, kind: PolicyKind | None = None) -> Linted:
    (found,) = lint_file("policy.json", text, kind=kind)
    return found


EVERYBODY = {"Principal": "*"}
CASES: dict[str, tuple[PolicyKind, str, list[str], str]] = {
    "not json": (PolicyKind.SCP, '{"Statement": [', ["malformed"], "neither JSON nor YAML"),
    "no effect": (PolicyKind.SCP, policy({"Action": "*", "Resource": "*"}), ["malformed"], "Statement[0].Effect"),
    "key twice": (PolicyKind.SCP, '{"Statement": [], "Statement": []}', ["malformed"], "there twice"),
    "no policy": (PolicyKind.SCP, "[1, 2]", ["malformed"], "not a policy document"),
    "principal in an SCP": (PolicyKind.SCP, policy(deny(Principal="*", Condition={"Bool": {"x:y": "true"}})), ["principal_here"], "an SCP has no Principal"),
    "principal in an identity policy": (PolicyKind.IDENTITY, policy(deny(NotPrincipal={"AWS": "*"})), ["principal_here"], "an identity policy has no NotPrincipal"),
    "no principal in an RCP": (PolicyKind.RCP, policy(deny(Action="s3:PutObject")), ["rcp_principal"], '"Principal": "*"'),
    "one principal in an RCP": (PolicyKind.RCP, policy(deny(Action="s3:PutObject", Principal={"AWS": "arn:aws:iam::222222222222:root"})), ["rcp_principal"], '"Principal": "*"'),
    "allow in an RCP": (PolicyKind.RCP, policy({"Effect": "Allow", "Action": "*", "Resource": "*", **EVERYBODY}), ["rcp_allow"], "cannot allow"),
    "too large an RCP": (PolicyKind.RCP, policy(*[deny(Action="s3:PutObject", Sid=f"S{n}", **EVERYBODY) for n in range(80)]), ["too_large"], "an RCP may have 5,120"),
    "an SCP with much white space": (PolicyKind.SCP, policy(deny(Action="sts:GetFederationToken")) + " " * 10_240, ["large_as_written"], "10,3"),
    "an identity policy with much white space": (PolicyKind.IDENTITY, policy(deny()) + " " * 10_240, [], ""),
    "operator misspelt": (PolicyKind.SCP, policy(deny(Condition={"StringEqual": {"aws:RequestTag/x": "y"}})), ["unknown_operator"], "StringEquals is probably meant"),
    "set operator misspelt": (PolicyKind.SCP, policy(deny(Condition={"ForAnyValue:ArnLikes": {"aws:RequestTag/x": "y"}})), ["unknown_operator"], "ArnLike is probably meant"),
    "key misspelt": (PolicyKind.IDENTITY, policy(deny(Condition={"StringEquals": {"sts:TaskPolicyArns": "y"}})), ["misspelt_key"], "sts:TaskPolicyArn is probably meant"),
    "bool on MFA": (PolicyKind.IDENTITY, policy(deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})), ["bool_on_absent_key"], "BoolIfExists"),
    "bool if exists": (PolicyKind.IDENTITY, policy(deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})), [], ""),
    "bool exemption": (PolicyKind.SCP, policy(deny(Condition={**ROOT, "Bool": {"aws:AssumedRoot": "false"}})), ["bool_exemption"], 'Null aws:AssumedRoot "true"'),
    "assume root for every task": (PolicyKind.IDENTITY, policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), ["assume_root_unlimited"], "every root task"),
    "assume root for one task": (
        PolicyKind.IDENTITY,
        policy({"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": "*", "Condition": {"StringEquals": {"sts:TaskPolicyArn": RootTask.AUDIT.policy_arn("aws")}}}),
        [],
        "",
    ),
    "allow list": (PolicyKind.SCP, policy({"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}), ["allow_list"], "audit, delete, create-password, RootwardenAuditor"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_found(case: str) -> None:
    kind, text, expected, said = CASES[case]
    found = lint(text, kind)
    assert codes(found) == expected
    assert all(said in one.text for one in found.findings), found.findings


def test_every_code_is_described_and_every_finding_has_a_place() -> None:
    """Each code that is given is in the list of rules, and points at a line of the file."""
    for kind, text, _, _ in CASES.values():
        for one in lint(text, kind).findings:
            assert one.code in RULES
            assert one.line is not None
    assert set(RULES) >= NOTES


@pytest.mark.parametrize("kind", ["scps", "rcps"])
def test_the_organization_of_the_examples(kind: str) -> None:
    """One policy of each kind: the linter tells the bad ones, and has nothing to say of the good ones."""
    expected = {
        "scps": {
            "PlainRootDeny": "sessions_denied_with_root",
            "BoolPitfall": "bool_exemption",
            "InvertedNull": "inverted_exemption",
            "NotActionForm": "sessions_denied_with_root",
            "CriticalIam": "root_not_named",
            "RegionDeny": "region_deny",
            "ExceptBucketPolicies": "sessions_denied_with_root",
            "ControlTower": "control_tower_without_exemption",
            "ControlTowerExempt": "control_tower_root_control",
            "Quarantine": "root_not_named",
            "Misspelt": "misspelt_key",
            "MisspeltExemption": "misspelt_key",
            "UnknownOperator": "unknown_operator",
            "AllowList": "allow_list",
            "OnlyS3": "allow_list",
        },
        "rcps": {"NoQueueChanges": "root_not_named"},
    }
    what = PolicyKind(kind.removesuffix("s"))
    found = {
        name: codes(lint_document(name, json.dumps(one), what)) for name, one in ORGANIZATION[kind].items()
    }
    assert {name: one[0] for name, one in found.items() if one} == expected[kind]
    assert all(len(one) <= 1 for one in found.values())


def answers(linted: Linted) -> dict[str, str]:
    return {f"{one.who}: {one.what}": one.answer for one in linted.effects}


def test_what_a_policy_does_is_told_of_all_that_matter() -> None:
    """The signed-in root user, each task of a root session, each operator role."""
    found = lint(policy(deny(Sid="NoRoot", Condition={**ROOT, "Null": {"aws:AssumedRoot": "true"}})))
    told = answers(found)
    assert (found.kind, codes(found)) == (PolicyKind.SCP, [])
    assert told.pop("root user, signed in: 28 actions") == "denied"
    assert told == {f"root session: {task}": "passes" for task in RootTask} | {
        f"{role.role_name}: sts:AssumeRoot": "passes" for role in OperatorRole
    }
    source = policy(deny(Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    assert set(answers(lint(source)).values()) == {"depends"}


@pytest.mark.parametrize("name", [name for name, one in GUARDRAILS.items() if one.kinds == (Kind.SCP,)])
def test_our_own_guardrails_are_clean(name: str) -> None:
    """The linter has nothing to say of what we render, in CloudFormation too."""
    given = Parameters(delegate=AccountId("222222222222"))
    made = rendered(GUARDRAILS[name], given)
    (alone,) = lint_file("a.json", made.papers[0].text)
    (inside,) = lint_file("t.json", template_text(template(made)))
    assert alone.findings == inside.findings == ()
    assert inside.name.startswith("Resources.Rootwarden")


TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  DenyRoot:
    Type: AWS::Organizations::Policy
    Properties:
      Name: !Sub "${AWS::StackName}-deny"
      Type: SERVICE_CONTROL_POLICY
      Content:
        Version: 2012-10-17
        Statement:
          - Effect: Deny
            Action: "*"
            Resource: "*"
            Condition:
              ArnLike:
                aws:PrincipalArn: arn:aws:iam::*:root
              Null:
                aws:AssumedRoot: true
  People:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement: {Effect: Allow, Action: "*", Resource: "*"}
"""


def test_a_yaml_template() -> None:
    """Each policy in it is checked as what it is there; an unquoted Null is told at its own line."""
    scp, people = lint_file("t.yaml", TEMPLATE)
    (null,) = scp.findings
    assert (scp.kind, null.code, null.line, null.column) == (PolicyKind.SCP, "yaml_null", 17, 15)
    (unlimited,) = people.findings
    assert (people.kind, unlimited.code, unlimited.line) == (PolicyKind.IDENTITY, "assume_root_unlimited", 25)
    (quoted, _) = lint_file("t.yaml", TEMPLATE.replace("Null:", "'Null':"))
    assert quoted.findings == ()


@pytest.mark.parametrize(
    "value",
    [
        '!Sub "arn:${AWS::Partition}:s3:::*"',
        "!GetAtt Logs.Arn",
        '!Join ["", [a, b]]',
        "{Ref: Logs}",
        '{"Fn::Sub": "${Logs}/*"}',
    ],
)
def test_what_only_the_deployment_knows_is_open(value: str) -> None:
    """A value that CloudFormation puts in is no mistake; what turns on it depends."""
    text = f"""
Resources:
  Scp:
    Type: AWS::Organizations::Policy
    Properties:
      Type: SERVICE_CONTROL_POLICY
      Content:
        Statement:
          - {{Effect: Deny, Action: "s3:DeleteBucketPolicy", Resource: {value}}}
"""
    (found,) = lint_file("t.yaml", text)
    assert found.findings == ()
    assert answers(found)["root session: s3-unlock"] == "depends"
    assert answers(found)["root session: audit"] == "passes"


def test_places_are_those_of_the_file() -> None:
    """Line and column count from 1, with tabs as with spaces."""
    text = '{\n\t"Version": "2012-10-17",\n\t"Statement": [{\n\t\t"Effect": "Deny", "Action": "*",\n\t\t"Resource": "*", "Principal": "*"\n\t}]\n}'
    (found,) = lint(text, PolicyKind.SCP).findings[:1]
    assert (found.path, found.line, found.column) == ("Statement[0].Principal", 5, 20)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "x0: &x0 [a, a]\n" + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9)),
        "[" * 1200,
        "\x00",
        "{" + '"a": ' * 500,
        "? [a, b]\n: c\n",
        '{"Version": ' + "9" * 5_000 + ', "Statement": []}',
    ],
    ids=["in itself", "billion laughs", "deep", "no text", "broken", "a list for a key", "digits"],
)
def test_hostile_files_are_malformed_and_nothing_else(text: str) -> None:
    assert codes(lint(text)) == ["malformed"]


NAMES = st.sampled_from(
    [
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "Condition",
        "Null",
        "Bool",
        "StringLike",
        "aws:PrincipalArn",
        "Resources",
        "Type",
        "Properties",
        "Policies",
        "PolicyDocument",
        "Content",
        "Fn::Sub",
        "Ref",
    ]
)
VALUES = st.sampled_from(
    (
        *("2012-10-17", "Deny", "Allow", "*", "sts:AssumeRoot", "arn:aws:iam::*:root", "true", "${x", ""),
        *("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Organizations::Policy", "SERVICE_CONTROL_POLICY"),
        *(7, 1.5, -(10**50), float("inf"), True, None),
    )
)
ANYTHING = st.recursive(
    VALUES | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(("Deny", "Allow")), "Action": ANYTHING, "Resource": ANYTHING},
    optional={"Condition": ANYTHING, "Principal": ANYTHING, "Sid": ANYTHING},
)
POLICIES = st.fixed_dictionaries(
    {"Statement": ANYTHING | st.lists(STATEMENTS, max_size=2)}, optional={"Version": VALUES}
)
TEMPLATES = st.fixed_dictionaries(
    {
        "Resources": st.dictionaries(
            st.text(max_size=3),
            ANYTHING
            | st.fixed_dictionaries(
                {"Type": VALUES, "Properties": st.dictionaries(NAMES, ANYTHING | POLICIES, max_size=4)}
            ),
            max_size=3,
        )
    }
)


@settings(deadline=None, max_examples=150)
@given(ANYTHING | POLICIES | TEMPLATES, st.sampled_from((None, *PolicyKind)), st.booleans())
@example({"Resources": {"A": {"Type": ["x"], "Properties": {"Policies": 7}}}}, None, False)
def test_whatever_a_file_holds_there_is_an_answer(value: Any, kind: PolicyKind | None, in_yaml: bool) -> None:
    text = yaml.safe_dump(value) if in_yaml else json.dumps(value)
    for one in lint_file("policy", text, kind=kind):
        assert {finding.code for finding in one.findings} <= RULES.keys()
        assert all(finding.line and finding.column for finding in one.findings)
