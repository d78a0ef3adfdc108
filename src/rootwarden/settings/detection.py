"""The keys of ``[detection]``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rootwarden.settings.section import Section
from rootwarden.settings.values import (
    AccountIds,
    Networks,
    PrincipalArns,
    RegionNames,
    RootTasks,
    RuleId,
    RuleNames,
    Text,
    Until,
)


class SuppressionSettings(Section):
    """Findings that somebody answers for, until a day; `detect run` counts them, and says so when a suppression has ended."""

    rule: RuleId = Field(
        description="The rule whose findings it is about ('rootwarden detect rules').",
        examples=["account-leaves"],
    )
    owner: Text = Field(description="Who answers for it.", examples=["platform-team@example.com"])
    reason: Text = Field(description="Why these findings are to be expected.", examples=["spin-off, OPS-12"])
    until: Until = Field(
        description="The last day, or the moment, it holds; without a zone, in UTC.", examples=["2027-01-31"]
    )
    accounts: AccountIds = Field(
        default=(),
        description="The accounts it is about; left empty, all. It holds a finding only if it names every account of it.",
        examples=[["444455556666"]],
    )


class DetectionSettings(Section):
    """What `detect` expects of root sessions. An empty list allows everything of its kind."""

    principals: PrincipalArns = Field(
        default=(),
        description="The roles and users that may call AssumeRoot.",
        examples=[["arn:aws:iam::111122223333:role/RootDelegate"]],
    )
    accounts: AccountIds = Field(
        default=(),
        description="The accounts in which root sessions are expected.",
        examples=[["444455556666"]],
    )
    tasks: RootTasks = Field(
        default=(), description="The tasks they are expected for.", examples=[["audit", "delete"]]
    )
    regions: RegionNames = Field(
        default=(),
        description="The Regions in which AssumeRoot is called and root sessions act; IAM, which records in one Region, aside.",
        examples=[["eu-central-1"]],
    )
    networks: Networks = Field(
        default=(),
        description="The networks, in CIDR notation, that calls come from.",
        examples=[["203.0.113.0/24", "2001:db8::/32"]],
    )
    alert_rules: RuleNames = Field(
        default=(),
        description="The EventBridge rules that alert on root: stopping one of them is of high severity, of any other rule of low.",
        examples=[["root-activity"]],
    )
    suppressions: Annotated[tuple[SuppressionSettings, ...], Field(strict=False)] = Field(default=())
