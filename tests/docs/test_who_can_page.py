"""docs/who-can.md is true: its flags, ways and services are those of the code, and its commands can be given."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from rootwarden.model.access import Severity
from rootwarden.operations.access import becoming, flags, steps
from rootwarden.operations.access.ways import OF_IAM, RUNNERS, RUNNING

PAGE = (Path(__file__).parents[2] / "docs" / "who-can.md").read_text(encoding="utf-8")
NAMES = {
    "ec2": "EC2",
    "lambda": "Lambda",
    "ecs-tasks": "ECS",
    "glue": "Glue",
    "codebuild": "CodeBuild",
    "cloudformation": "CloudFormation",
    "sagemaker": "SageMaker",
    "states": "Step Functions",
    "ssm": "Systems Manager",
}


def test_every_flag_is_on_the_page_with_its_severity() -> None:
    """And no other."""
    made = re.findall(r'Flag\(\s*"(\w+)",\s*Severity\.(\w+)', inspect.getsource(flags))
    assert len(made) == 9
    told = dict(re.findall(r"^\| `(\w+)` \| (high|medium|low) \|", PAGE, re.MULTILINE))
    assert told == {code: Severity[name].value for code, name in made}


def test_every_way_is_on_the_page() -> None:
    """And no other."""
    source = inspect.getsource(becoming) + inspect.getsource(steps)
    ways = set(re.findall(r'(?:_told|_step)\(\s*"(\w+)"', source))
    ways |= set(re.findall(r'^_\w+: Final = \("(\w+_\w+)", ', inspect.getsource(steps), re.MULTILINE))
    ways |= {"new_user", "new_role"}
    (section,) = re.findall(r"^## One step away\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == ways


def test_every_service_and_action_is_on_the_page() -> None:
    """Of those that run code as a role, and of IAM's own calls those that are steps for themselves."""
    for runner in RUNNERS:
        assert NAMES[runner.service.partition(".")[0]] in PAGE
    for _, action, _ in RUNNING:
        assert action.partition(":")[2] in PAGE
    parts = {"iam:CreateUser", "iam:CreateRole"} | {one for one in OF_IAM if one.endswith("Boundary")}
    assert [one for one in OF_IAM if one not in parts and one.partition(":")[2] not in PAGE] == []
