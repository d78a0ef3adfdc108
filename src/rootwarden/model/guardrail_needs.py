"""What the commands about guardrails need: their rows of the table of permissions."""

from __future__ import annotations

from typing import Final

from rootwarden.model.command_needs import (
    ALERT_CALLS,
    DEPLOYING,
    POLICY_READS,
    RESOURCE_POLICY_CALLS,
    SELECTING,
    STACK_CALLS,
    STACK_POLICY_CALLS,
    STACK_ROLE_CALLS,
    CommandNeeds,
    RunsFrom,
)
from rootwarden.model.purpose import PurposeName

GUARDRAILS: Final = (
    CommandNeeds(
        "guardrails list",
        "Lists the policies that narrow who can be root: what each protects, where it belongs and what it breaks.",
        RunsFrom.NOWHERE,
    ),
    CommandNeeds(
        "guardrails render",
        "Prints one of these policies, for the accounts, roles and networks named, once its claims are proven; changes nothing.",
        RunsFrom.ANY,
        PurposeName.DELEGATE,
        optional=("organizations:DescribeOrganization", "organizations:ListAccounts", *SELECTING),
    ),
    CommandNeeds(
        "guardrails check",
        "Says what is wrong with policies in files, or with the organization's SCPs and RCPs (--live), and what they do to root; "
        "changes nothing.",
        RunsFrom.ANY,
        PurposeName.MANAGEMENT_READ,
        optional=("organizations:DescribeOrganization", "organizations:ListRoots", *POLICY_READS[1:]),
    ),
    *(
        CommandNeeds(
            f"guardrails {name}",
            does,
            RunsFrom.DEPLOYER,
            PurposeName.MANAGEMENT_DEPLOY,
            actions=DEPLOYING,
            optional=tuple(
                dict.fromkeys(
                    (
                        *RESOURCE_POLICY_CALLS,
                        *SELECTING,
                        "organizations:ListAccounts",
                        *STACK_CALLS,
                        *STACK_ROLE_CALLS,
                        *STACK_POLICY_CALLS,
                        *ALERT_CALLS,
                    )
                )
            ),
        )
        for name, does in (
            (
                "deploy",
                "Brings a guardrail into the organization, into IAM, or alerts into every Region, by a plan; overwrites no change by hand.",
            ),
            (
                "undeploy",
                "Takes a guardrail out again: an SCP from everywhere, the delegation, or stacks with what they made.",
            ),
        )
    ),
)
