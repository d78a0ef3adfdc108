"""What is told of policies, one document a case: what a session would miss, and nothing that it would not."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from doctor_evidence import FULL, IS_ROOT, MEMBER, OTHER, ROOT, UNIT, calling, deny, evidence, policy

from rootwarden.model.caller import Caller
from rootwarden.model.diagnosis import DoctorFinding
from rootwarden.model.features import CallerRole
from rootwarden.model.principal import PrincipalDetails
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.evidence import CallerEvidence, Evidence
from rootwarden.operations.doctor.findings import findings
from rootwarden.operations.doctor.judge import judge
from rootwarden.policy.spelling import meant_by

EXEMPT = {**IS_ROOT, "Null": {"aws:AssumedRoot": "true"}}
OUTSIDE = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
EVERYTHING = policy(deny(EXEMPT))
"""Keeps the root user out, so that nothing is said of that."""


def found(world: Evidence) -> dict[str, DoctorFinding]:
    every = findings(judge(world, tuple(RootTask)))
    assert len({one.code for one in every}) == len(every)
    ignored = {"session_policy_not_visible", "root_denied_nowhere"}
    return {one.code: one for one in every if one.code not in ignored}


def codes(*statements: dict[str, Any]) -> set[str]:
    return set(found(evidence({UNIT: [policy(*statements)]})))


def delegate() -> CallerEvidence:
    """A user of the other member account, which is the delegated administrator."""
    arn = f"arn:aws:iam::{OTHER}:user/ops"
    return calling(
        caller=Caller(OTHER, arn, "AIDA"),
        role=CallerRole.DELEGATED_ADMINISTRATOR,
        details=Seen(PrincipalDetails(arn, None, {})),
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny(IS_ROOT), {"sessions_denied_with_root"}),
        (deny(IS_ROOT, Action="s3:*"), {"sessions_denied_with_root"}),
        (deny(IS_ROOT, Action="iam:CreateLoginProfile"), {"sessions_denied_with_root"}),
        (
            deny({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{MEMBER}:root"}}),
            {"sessions_denied_with_root"},
        ),
        (deny(EXEMPT), set()),
        # AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS: no task makes access keys.
        (deny(IS_ROOT, Action="iam:CreateAccessKey", Sid="GRRESTRICTROOTUSERACCESSKEYS"), set()),
        (deny(IS_ROOT, Action=["ec2:*", "iam:CreateUser"]), set()),
        (deny({**IS_ROOT, "Bool": {"aws:AssumedRoot": "false"}}), {"bool_exemption"}),
        (deny({**IS_ROOT, "BoolIfExists": {"aws:AssumedRoot": "false"}}), set()),
        (deny({**IS_ROOT, "Null": {"aws:AssumedRoot": "false"}}), {"inverted_exemption"}),
        (deny(IS_ROOT, Sid="GRRESTRICTROOTUSER"), {"control_tower_without_exemption"}),
        (deny(EXEMPT, Sid="GRRESTRICTROOTUSER"), {"control_tower_root_control"}),
        (deny({**IS_ROOT, "Null": {"aws:AssumeRoot": "true"}}), {"misspelt_key"}),
        (deny(Action="iam:DeleteLoginProfile"), {"root_not_named"}),
        (deny(), {"root_not_named"}),
        (deny(Action="ec2:*"), set()),
        (deny({"StringNotEquals": {"aws:PrincipalAccount": MEMBER}}, Action="s3:*"), {"root_not_named"}),
        (deny({"StringEquals": {"aws:PrincipalAccount": MEMBER}}, Action="s3:*"), {"root_not_named"}),
        (deny({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), set()),
    ],
)
def test_one_statement(statement: dict[str, Any], expected: set[str]) -> None:
    assert codes(statement) == expected


def test_a_region_deny_takes_what_it_reaches() -> None:
    """STS only where it binds the caller; IAM where it does not list the Region of IAM, which is told of as such."""
    services = {"NotAction": ["iam:*", "organizations:*"]}
    (one,) = found(evidence({UNIT: [policy(deny(OUTSIDE, **services))]})).values()
    assert one.code == "region_deny"
    assert "sqs:SetQueueAttributes" in one.text
    assert "sts:AssumeRoot" not in one.text
    bound = found(evidence({UNIT: [policy(deny(OUTSIDE, **services))]}, caller=delegate()))
    assert "sts:AssumeRoot" in bound["region_deny"].text
    with_iam = found(evidence({UNIT: [policy(deny(OUTSIDE))]}))
    assert set(with_iam) == {"region_deny", "root_not_named"}
    assert "audit, delete, create-password" in with_iam["root_not_named"].text
    assert codes(deny({**OUTSIDE, "Null": {"aws:AssumedRoot": "true"}}, **services)) == set()


def test_rcps_count_for_buckets_and_queues_alone() -> None:
    """IAM is not among the services that RCPs restrict."""
    everything = policy({**deny(), "Principal": "*"})
    one = found(evidence({}, {UNIT: [everything]}))["root_not_named"]
    assert one.text.endswith("what s3-unlock, sqs-unlock cannot do without.")
    assert found(evidence({}, {UNIT: [policy({**deny(Action="iam:*"), "Principal": "*"})]})) == {}


def test_an_allow_list_is_told_with_what_it_lacks() -> None:
    world = evidence({}, caller=delegate())
    only = policy({"Effect": "Allow", "Action": ["iam:*", "s3:*", "sqs:*"], "Resource": "*"})
    documents = {**world.policies.documents, "p-full": Seen(json.dumps(only))}
    policies = dataclasses.replace(world.policies, documents=documents)
    (one, *others) = findings(judge(dataclasses.replace(world, policies=policies), tuple(RootTask)))
    assert one.code == "allow_list"
    assert one.targets == (ROOT, UNIT, OTHER)
    assert "the call that opens a session" in one.text
    assert "allow_list" not in {other.code for other in others}


@pytest.mark.parametrize(
    ("statements", "free"),
    [
        ([], True),
        ([deny(EXEMPT)], False),
        ([deny(IS_ROOT, NotAction=["iam:GetUser"])], False),
        ([deny(IS_ROOT, Action="iam:CreateAccessKey")], True),
        ([deny({**IS_ROOT, "Bool": {"aws:AssumedRoot": "false"}})], True),
        ([deny(Action=["iam:*"])], True),
        ([deny()], False),
    ],
)
def test_root_is_denied_somewhere_or_nowhere(statements: list[dict[str, Any]], free: bool) -> None:
    world = evidence({UNIT: [policy(*statements)]} if statements else {})
    every = {one.code for one in findings(judge(world, (RootTask.AUDIT,)))}
    assert ("root_denied_nowhere" in every) is free


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("aws:AssumeRoot", "aws:AssumedRoot"),
        ("aws:assumedroots", "aws:AssumedRoot"),
        ("aws:PrincipalARNs", "aws:PrincipalArn"),
        ("aws:RequestRegion", "aws:RequestedRegion"),
        ("aws:PrincipalOrgIDs", "aws:PrincipalOrgID"),
        ("aws:TaskPolicyArn", "sts:TaskPolicyArn"),
        ("aws:AssumedRoot", None),
        ("AWS:PRINCIPALARN", None),
        ("aws:SourceAccount", None),
        ("aws:ResourceAccount", None),
        ("s3:ResourceAccount", None),
        ("aws:PrincipalTag/PrincipalArn", None),
        ("iam:PolicyARN", None),
        ("ec2:Region", None),
    ],
)
def test_misspelt_keys(key: str, meant: str | None) -> None:
    assert meant_by(key) == meant


def test_findings_know_full_access() -> None:
    assert found(evidence({UNIT: [FULL, EVERYTHING]})) == {}
