"""``guardrails check``: files and the live organization, its formats and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from doctor_world import EVERY_KIND
from product_rig import MANAGEMENT, Rig, caller, company

from rootwarden.emulator import OrganizationFile
from rootwarden.policy.lint.lint_finding import RULES

SCHEMA = json.loads((Path(__file__).parents[1] / "cases" / "sarif.schema.json").read_text(encoding="utf-8"))
PLAIN_DENY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "NoRoot", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}],
}  # fmt: skip
OFFLINE: dict[str, None] = {"profile": None}


def written(rig: Rig, name: str, document: Any) -> str:
    (rig.folder / name).write_text(json.dumps(document, indent=2), encoding="utf-8")
    return name


def test_a_file_with_a_finding(rig: Rig) -> None:
    file = written(rig, "deny.json", PLAIN_DENY)
    ran = rig.json("guardrails", "check", file, **OFFLINE)
    (policy,) = ran.document["policies"]
    (finding,) = policy["findings"]
    assert (ran.code, policy["kind"], finding["code"]) == (1, "scp", "sessions_denied_with_root")
    assert (finding["path"], finding["line"]) == ("Statement[0]", 4)
    answers = {one["what"]: one["answer"] for one in policy["effects"] if one["who"] == "root session"}
    assert set(answers.values()) == {"denied"}
    rig.patch.setenv("COLUMNS", "160")
    shown = rig.run("guardrails", "check", file, **OFFLINE)
    assert f"{file}:4:5" in shown.out
    assert "denied: audit, delete, create-password, s3-unlock, sqs-unlock" in " ".join(shown.out.split())


def test_a_clean_file(rig: Rig) -> None:
    rendered = rig.run("guardrails", "render", "deny-root", **OFFLINE)
    ran = rig.json("guardrails", "check", written(rig, "ours.json", json.loads(rendered.out)), **OFFLINE)
    assert (ran.code, ran.document["summary"]) == (0, {"policies": 1, "findings": 0})


def test_sarif_is_valid_and_points_at_the_lines(rig: Rig) -> None:
    """By what the standard asks; every rule that is used is described once, and spaces in names are escaped."""
    files = [written(rig, "a policy.json", PLAIN_DENY), written(rig, "nothing.json", [])]
    ran = rig.run("guardrails", "check", *files, "-o", "sarif", **OFFLINE)
    log = json.loads(ran.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["malformed", "sessions_denied_with_root"]
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [one["artifactLocation"]["uri"] for one in places] == ["a%20policy.json", "nothing.json"]
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == [
        one["ruleId"] for one in run["results"]
    ]
    assert [one["level"] for one in run["results"]] == ["warning", "error"]
    assert ran.code == 1


def test_sarif_of_other_commands_is_refused(rig: Rig) -> None:
    ran = rig.run("guardrails", "list", "-o", "sarif", **OFFLINE)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "name either files or --live"),
        ("a.json --live", "name either files or --live"),
        ("no-such-file.json", "no-such-file.json"),
        ("latin.json", "not UTF-8"),
        ("template.json", "hold no policy"),
    ],
)
def test_what_cannot_be_checked(rig: Rig, line: str, said: str) -> None:
    (rig.folder / "latin.json").write_bytes(b'{"Sid": "\xe9"}')
    written(rig, "template.json", {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}})
    ran = rig.json("guardrails", "check", *line.split(), **OFFLINE)
    assert (ran.code, said in ran.document["error"]["message"]) == (2, True), ran.out


def test_the_live_organization(rig: Rig) -> None:
    """Every policy of the examples' organization, with where it is attached; AWS's own is left out."""
    organization = OrganizationFile.model_validate_json(EVERY_KIND.read_text(encoding="utf-8"))
    rig.up(organization)
    ran = rig.json("guardrails", "check", "--live")
    policies = ran.document["policies"]
    assert len(policies) == len(organization.scps) + len(organization.rcps)
    assert all(len(one["targets"]) == 1 for one in policies)
    found = {finding["code"] for one in policies for finding in one["findings"]}
    assert (
        {"sessions_denied_with_root", "bool_exemption", "misspelt_key", "region_deny", "allow_list"}
        <= found
        <= set(RULES)
    )
    assert (ran.code, ran.document["summary"]["findings"]) == (1, 15)
    log = json.loads(rig.run("guardrails", "check", "--live", "-o", "sarif").out)
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    assert "physicalLocation" not in log["runs"][0]["results"][0]["locations"][0]


def test_what_cannot_be_read_is_no_clean_policy(rig: Rig) -> None:
    """A policy that is not shown is a finding and makes the run incomplete; without the list there is nothing to check."""
    reads = ("organizations:DescribeOrganization", "organizations:ListRoots", "organizations:ListPolicies")
    rig.up(
        company(
            scps={"NoRoot": PLAIN_DENY},
            principals=(caller(MANAGEMENT, *reads), caller(MANAGEMENT, *reads[:2], name="Less")),
        )
    )
    ran = rig.json("guardrails", "check", "--live", profile=f"emulator-{MANAGEMENT}-Limited")
    (policy,) = ran.document["policies"]
    assert (ran.code, [one["code"] for one in policy["findings"]], policy["effects"]) == (
        6,
        ["unreadable"],
        [],
    )
    assert "could not be read: AccessDeniedException" in ran.err
    less = rig.json("guardrails", "check", "--live", profile=f"emulator-{MANAGEMENT}-Less")
    assert (less.code, less.document["error"]["reason"]["code"]) == (3, "AccessDeniedException")
