"""The catalogue of root-only tasks, as data: every row says everything a runbook and detection need."""

from __future__ import annotations

import re

import pytest

from rootwarden.errors import BadInput
from rootwarden.model.permissions import COMMANDS
from rootwarden.model.root_only import accounts, billing, sessions, sign_ins, support
from rootwarden.model.root_only_task import Places, RecordedIn, RootOnlyTask, Way
from rootwarden.model.root_only_tasks import ROOT_ONLY_TASKS, root_only_task_named
from rootwarden.model.tasks import RootTask

TASKS = pytest.mark.parametrize("task", ROOT_ONLY_TASKS.values(), ids=ROOT_ONLY_TASKS)

NEEDS_NO_SIGN_IN = {
    "remove-root-credentials",
    "s3-bucket-policy",
    "sqs-queue-policy",
    "root-email",
    "account-name",
    "contact-information",
    "account-regions",
    "close-account",
    "kms-key",
}
"""As AWS's page of 2026-09-26 has it for member accounts."""

NEEDS_SIGN_IN = {
    "restore-iam-permissions",
    "s3-mfa-delete",
    "reserved-instance-seller",
    "mturk-link",
    "root-access-key",
    "root-password",
    "billing-iam-access",
    "billing-root-settings",
    "tax-invoices",
    "govcloud-sign-up",
    "govcloud-root-key",
}


def test_the_catalogue_is_aws_list() -> None:
    """Adding a task means to say here whether it needs a sign-in."""
    signing_in = {name for name, task in ROOT_ONLY_TASKS.items() if task.needs_sign_in}
    assert signing_in == NEEDS_SIGN_IN
    assert set(ROOT_ONLY_TASKS) - signing_in == NEEDS_NO_SIGN_IN


def test_names_are_unique() -> None:
    """A name given twice would hide a row."""
    rows = [task.name for module in (sessions, accounts, support, sign_ins, billing) for task in module.TASKS]
    assert len(rows) == len(set(rows)) == len(ROOT_ONLY_TASKS)


@TASKS
def test_every_row_is_whole(task: RootOnlyTask) -> None:
    """Slug, title, steps, page, events, and what is different in the management account."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", task.name)
    assert task.title[0].isupper()
    assert not task.title.endswith(".")
    assert len(task.steps) >= 2
    assert all(step.text.endswith((".", "?")) for step in task.steps)
    assert re.match(r"https://(docs\.aws\.amazon\.com|repost\.aws)/", task.page)
    assert task.procedure_events
    assert task.task_events or task.events_note
    assert task.management_account


@TASKS
def test_the_way_is_told(task: RootOnlyTask) -> None:
    """Where nobody signs in, what to do instead; where somebody does, what may save it, and how it ends."""
    if task.needs_sign_in:
        assert (task.instead, bool(task.consider)) == ("", True)
        commands = [step.command for step in task.steps if step.command]
        assert commands[0].startswith(f"rootwarden recovery open {{account}} --task {task.name} --for ")
        assert commands[-1].startswith("rootwarden recovery close {account}")
    else:
        assert task.instead
        assert not any("recovery open" in step.command for step in task.steps)


@TASKS
def test_events_name_their_source(task: RootOnlyTask) -> None:
    """Names of CloudTrail's form, each once; a root session leaves AssumeRoot with the caller."""
    assert len(task.events) == len(set(task.events))
    for event in task.events:
        assert event.source is None or re.fullmatch(r"[a-z0-9-]+\.(amazonaws|amazon)\.com", event.source)
        assert re.fullmatch(r"[A-Z][A-Za-z_]+", event.name)
    opened = [event for event in task.events if event.name == "AssumeRoot"]
    through_root = task.way in {Way.ROOT_SESSION, Way.RECOVERY}
    assert [event.recorded_in for event in opened] == ([RecordedIn.CALLER] if through_root else [])


def test_a_sign_in_shows_in_the_events() -> None:
    """What detection has to expect of any recovery."""
    for task in ROOT_ONLY_TASKS.values():
        names = {(event.source, event.name) for event in task.events}
        expected = {
            ("iam.amazonaws.com", "CreateLoginProfile"),
            ("signin.amazonaws.com", "PasswordRecoveryRequested"),
            ("signin.amazonaws.com", "PasswordRecoveryCompleted"),
            ("signin.amazonaws.com", "ConsoleLogin"),
            ("iam.amazonaws.com", "DeleteLoginProfile"),
        }
        assert (expected <= names) == task.needs_sign_in, task.name


def test_root_sessions_have_their_task() -> None:
    """Three of the five; auditing is no root-only task, and creating a password belongs to every recovery."""
    by_session = {task.name: task.root_task for task in ROOT_ONLY_TASKS.values() if task.root_task}
    assert by_session == {
        "remove-root-credentials": RootTask.DELETE,
        "s3-bucket-policy": RootTask.S3_UNLOCK,
        "sqs-queue-policy": RootTask.SQS_UNLOCK,
    }


@TASKS
def test_our_commands_exist(task: RootOnlyTask) -> None:
    """What a runbook tells to type is a command of this program or of the AWS CLI."""
    for step in task.steps:
        words = step.command.split()
        if words[:1] == ["rootwarden"]:
            assert any(" ".join(words[1 : 1 + many]) in COMMANDS for many in (1, 2)), step.command
            named = words[2:3] if words[1] == "tasks" else []
            assert all(name in ROOT_ONLY_TASKS for name in named)
        else:
            assert not words or words[0] == "aws"


@TASKS
def test_places_are_filled(task: RootOnlyTask) -> None:
    """No brace is left, with ids or without."""
    known = Places("111122223333", "444455556666", "777788889999", "eu-central-1", "aws-us-gov")
    for places in (Places(), known):
        for text in (*(f"{step.text} {step.command}" for step in task.steps), task.instead, task.consider):
            assert not re.search(r"[{}]", places.fill(text))


@pytest.mark.parametrize("spelling", ["root-email", " Root-Email ", "ROOT-EMAIL"])
def test_names_are_found(spelling: str) -> None:
    """Case and blanks do not matter."""
    assert root_only_task_named(spelling).name == "root-email"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("root-emial", "root-email"),
        ("email", "root-email"),
        ("mailbox", "root-email"),
        ("bucket", "s3-bucket-policy or s3-mfa-delete"),
        ("mfa_delete", "s3-mfa-delete"),
        ("govcloud", "govcloud-sign-up or govcloud-root-key"),
        ("close", "close-account"),
    ],
)
def test_near_names_are_told(wrong: str, near: str) -> None:
    """By spelling, and by the words of the titles."""
    with pytest.raises(BadInput, match="there is no root-only task") as found:
        root_only_task_named(wrong)
    assert f"Did you mean {near}" in found.value.advice


@pytest.mark.parametrize("wrong", ["", "x", "quantum"])
def test_where_nothing_is_near(wrong: str) -> None:
    """The list is named instead."""
    with pytest.raises(BadInput) as found:
        root_only_task_named(wrong)
    assert found.value.advice == "'rootwarden tasks' lists them all."
