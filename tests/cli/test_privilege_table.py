"""The table of permissions is what the scenarios take: no command is left out, and no action is there for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import test_privilege_operators
import test_privilege_records
import test_privilege_recovery
import test_privilege_setup
import test_privilege_stacks

from rootwarden.model.command_needs import OWN_POLICY_READS, POLICY_READS, SELECTING, RunsFrom
from rootwarden.model.permissions import COMMANDS

if TYPE_CHECKING:
    from privilege_rig import Scenario

SCENARIOS: dict[str, Scenario] = {
    name: one
    for module in (
        test_privilege_operators,
        test_privilege_records,
        test_privilege_recovery,
        test_privilege_setup,
        test_privilege_stacks,
    )
    for name, one in module.SCENARIOS.items()
}
ALWAYS = "sts:GetCallerIdentity"
"""AWS answers it whatever policies say."""
SHARED = {
    *SELECTING,
    *POLICY_READS,
    *OWN_POLICY_READS,
    "organizations:ListAccounts",
    "organizations:ListAWSServiceAccessForOrganization",
    "iam:ListOrganizationsFeatures",
}
"""Which of these a command takes hangs on how accounts are chosen, who calls, and what an account's policies are."""
AS_OTHERS = {
    "remove": "remove apply",  # on a terminal: plan and apply in one
    "waiver end": "grant end",
    "grant end": "waiver end",  # both change the ledger alone
    "tasks": "init",  # asks who the caller is, and goes on without an answer
    "guardrails undeploy": "guardrails deploy",  # one policy is for both
}
RARE = {
    "status": {"s3:ListBucket", "s3:GetObject"},  # of a ledger in S3, for the last sweep
    "remove apply": {"kms:Sign"},  # the checkpoint of the evidence
    "recovery sweep": {"cloudtrail:LookupEvents"},  # in a member, by its role
    "recovery close": {"kms:Sign"},
    "unlock queue": {"s3:GetObject"},  # from its backup, as a bucket
    "detect run": {
        "kms:Decrypt",  # S3 asks KMS, which the emulator does not do
        "athena:StopQueryExecution",  # where somebody breaks off
        "glue:GetDatabase",  # Athena asks these with the caller's permissions
        "glue:GetTable",
        "s3:GetBucketLocation",
        "s3:PutObject",
    },
    "guardrails deploy": {
        "cloudformation:DeleteChangeSet",  # of a change set that failed
        "cloudformation:DescribeStackEvents",  # why a stack failed
        "kms:UpdateKeyDescription",  # no version of the stacks changed it yet
    },
}
WHERE_NO_LEDGER_IS_NAMED = "organizations:DescribeOrganization"


def made(command: str) -> set[str]:
    """What the scenarios of a command take."""
    longer = [one for one in COMMANDS if one.startswith(f"{command} ")]
    return {
        action
        for name, one in SCENARIOS.items()
        if name.startswith(command) and not any(name.startswith(each) for each in longer)
        for action in one.made
    }


@pytest.mark.parametrize(
    "command", [name for name, row in COMMANDS.items() if row.runs_from is not RunsFrom.NOWHERE]
)
def test_every_action_is_taken(command: str) -> None:
    """But for those that are rare, each with its reason."""
    row = COMMANDS[command]
    if command in AS_OTHERS and not made(command):
        return
    taken = made(command) | (made("guardrails undeploy") if command == "guardrails deploy" else set())
    taken |= made("guardrails deploy") if command == "guardrails undeploy" else set()
    assert taken, "no scenario"
    left = {*row.actions, *row.optional} - taken - SHARED - {ALWAYS}
    if row.runs_from is RunsFrom.LEDGER:
        left -= {WHERE_NO_LEDGER_IS_NAMED}
    assert left == RARE.get(AS_OTHERS.get(command, command), set())


def test_every_shared_action_is_taken_by_some_command() -> None:
    """They are no list of what might be useful."""
    taken = {action for one in SCENARIOS.values() for action in one.made}
    assert SHARED - taken == set()
