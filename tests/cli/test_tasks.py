"""``tasks``: the catalogue, and runbooks with and without this organization's ids."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from product_rig import MANAGEMENT, SECURITY, Rig, caller, company, configuration, fresh
from whole_outputs import same_as

from rootwarden.model.permissions import COMMANDS
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

DELEGATE = f"emulator-{SECURITY}"
FORMATS = ("table", "json", "jsonl", "csv", "markdown")


def without_credentials(rig: Rig) -> None:
    """Nothing that names a profile, keys or a Region."""
    for name in (
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
    ):
        rig.patch.delenv(name, raising=False)
    rig.patch.setenv("AWS_CONFIG_FILE", str(rig.folder / "none"))
    rig.patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(rig.folder / "none"))
    rig.patch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize("output", FORMATS)
def test_the_list(rig: Rig, output: str) -> None:
    """Every format, whole; AWS is not asked, so no credentials are needed."""
    without_credentials(rig)
    ran = rig.run("tasks", "-o", output, profile=None)
    assert (ran.code, ran.err) == (0, "")
    rig.up(company())
    same_as(f"tasks.{output}", ran.out, rig)


@pytest.mark.parametrize("output", FORMATS)
def test_a_runbook(rig: Rig, output: str) -> None:
    """Every format, whole, with management account, delegate and STS Region filled in."""
    rig.up(company())
    conf = configuration(rig.folder, '[regions]\nsts = "eu-central-1"\n')
    ran = rig.run("tasks", "restore-iam-permissions", "-o", output, "--config", conf, profile=DELEGATE)
    assert (ran.code, "capitals" in ran.err) == (0, False)
    same_as(f"runbook.{output}", ran.out, rig)


@pytest.mark.parametrize("name", ROOT_ONLY_TASKS)
def test_every_runbook_prints(rig: Rig, name: str) -> None:
    """In every format, without credentials, with words in place of ids and a sentence that says why."""
    without_credentials(rig)
    for output in FORMATS:
        ran = rig.run("tasks", name, "-o", output, profile=None)
        assert (ran.code, "Traceback" in ran.err) == (0, False)
        assert "words in capitals stand for ids that could not be read: no Region is set" in ran.err
        assert "{" not in ran.out or output in {"json", "jsonl"}
        if output == "json":
            steps = ran.document["task"]["steps"]
            assert [step["text"] for step in steps]
        if output == "csv":
            rows = list(csv.reader(io.StringIO(ran.out)))
            assert rows[0] == ["step", "text", "command"]


def test_ids_are_filled_in(rig: Rig) -> None:
    """As far as this caller sees them."""
    rig.up(company())
    ran = rig.json("tasks", "close-account", profile="emulator-management")
    step = ran.document["task"]["steps"][1]
    assert step["text"].startswith(f"From the management account {MANAGEMENT}, close it.")
    ran = rig.json("tasks", "remove-root-credentials", profile=DELEGATE)
    assert f"delegated administrator {SECURITY}; STS Region us-east-1" in ran.document["task"]["how"]


def test_where_delegates_may_not_be_listed(rig: Rig) -> None:
    """The other ids are there, and a sentence has AWS's words."""
    rig.up(
        company(principals=(caller(SECURITY, "sts:GetCallerIdentity", "organizations:DescribeOrganization"),))
    )
    ran = rig.json("tasks", "remove-root-credentials", profile=f"{DELEGATE}-Limited")
    assert ran.code == 0
    assert "from the delegated administrator DELEGATE_ACCOUNT_ID;" in ran.document["task"]["how"]
    assert (
        "words in capitals stand for ids that could not be read: organizations:ListDelegatedAdministrators"
        in ran.err
    )


def test_where_there_is_no_delegate(rig: Rig) -> None:
    """It says how to get one."""
    rig.up(fresh())
    ran = rig.json("tasks", "remove-root-credentials")
    assert "DELEGATE_ACCOUNT_ID" in ran.document["task"]["how"]
    assert "there is no delegated administrator for IAM: 'rootwarden enable --delegate' names one" in ran.err


def test_with_exactly_the_actions_of_the_table(rig: Rig) -> None:
    """They are all it calls."""
    rig.up(company(principals=(caller(SECURITY, *COMMANDS["tasks"].optional),)))
    seen: Sequence[tuple[str, str]] = rig.calls()
    ran = rig.json("tasks", "root-password", profile=f"{DELEGATE}-Limited")
    assert (ran.code, "AccessDenied" in ran.err) == (0, False)
    assert SECURITY in json.dumps(ran.document)
    assert {action for action, _ in seen} <= set(COMMANDS["tasks"].optional)


def test_a_configuration_of_another_organization(rig: Rig) -> None:
    """The ids of the caller's organization are not put in."""
    rig.up(company())
    conf = configuration(rig.folder, 'organization_id = "o-another0000"\n')
    ran = rig.json("tasks", "close-account", "--config", conf)
    assert ran.code == 0
    assert "MANAGEMENT_ACCOUNT_ID" in json.dumps(ran.document)
    assert "the configuration is for organization o-another0000" in ran.err


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("bucket", "Did you mean s3-bucket-policy or s3-mfa-delete? 'rootwarden tasks' lists them all."),
        ("zzz", "'rootwarden tasks' lists them all."),
    ],
)
def test_a_task_there_is_not(rig: Rig, wrong: str, advice: str) -> None:
    """Exit 2, with near names; AWS is not asked."""
    without_credentials(rig)
    ran = rig.json("tasks", wrong, profile=None)
    assert ran.code == 2
    assert ran.document["error"]["advice"] == advice
