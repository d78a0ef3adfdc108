"""How much processor time doctor takes to judge a big organization, once everything was read.

    python benchmarks/bench_doctor.py

Prints two organizations of 5,000 accounts with 300 SCPs and the bar they have to clear: one as they are, where few sets of
policies bind many accounts, and one where every account has SCPs of its own, so that nothing but levels is shared.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from typing import Any

from rootwarden.model.caller import Caller
from rootwarden.model.features import CallerRole, RootFeature
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState, Organization
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType
from rootwarden.model.partition import Partition
from rootwarden.model.principal import PrincipalDetails
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.evidence import CallerEvidence, Evidence, Places, PolicyEvidence
from rootwarden.operations.doctor.findings import findings
from rootwarden.operations.doctor.judge import judge

BAR = 10.0
ACCOUNTS, SCPS, UNITS = 5_000, 300, 120
MANAGEMENT = AccountId("111111111111")
FULL = AttachedPolicy("p-FullAWSAccess", "FullAWSAccess", aws_managed=True)
ROOT = {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def scp(number: int, chance: random.Random) -> dict[str, Any]:
    """One of the kinds that organizations have: about root, Regions, services, named accounts, or critical IAM actions."""
    kinds: list[dict[str, Any]] = [
        {"Action": "*", "Condition": {**ROOT, "Null": {"aws:AssumedRoot": "true"}}},
        {
            "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*"],
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "us-east-1"]}},
        },
        {"Action": [f"service{number}:Delete*", "guardduty:Delete*", "config:Stop*"]},
        {
            "Action": ["iam:CreateUser", "iam:CreateAccessKey"],
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": f"{500_000_000_000 + number:012d}"}},
        },
        {"Action": "s3:DeleteBucket*", "Resource": [f"arn:aws:s3:::audit-{number % 12}-*"]},
        {"Action": "*", "Condition": ROOT},
    ]
    weights = (30, 20, 40, 5, 4, 1)
    body = chance.choices(kinds, weights)[0]
    statement = {"Sid": f"S{number}", "Effect": "Deny", "Resource": "*", **body}
    return {"Version": "2012-10-17", "Statement": [statement]}


def organization(*, own: bool) -> Evidence:
    """5,000 accounts five levels deep; ``own`` attaches up to four SCPs to each account."""
    chance = random.Random(7)  # noqa: S311 - the same organization on every run
    policies = [AttachedPolicy(f"p-{number:08d}", f"Policy {number}") for number in range(SCPS)]
    documents = {one.id: json.dumps(scp(number, chance)) for number, one in enumerate(policies)}
    documents[FULL.id] = json.dumps(ALLOW)
    chains = [("r-ab12", f"ou-ab12-a{n % 6}", f"ou-ab12-b{n % 30}", f"ou-ab12-c{n}") for n in range(UNITS)]
    accounts = tuple(
        Account(
            AccountId(f"{500_000_000_000 + n:012d}"), f"Account {n}", "", AccountState.ACTIVE, ou_path="/"
        )
        for n in range(ACCOUNTS)
    )
    lineages = {one.id: (*chains[n % UNITS], one.id) for n, one in enumerate(accounts)}
    targets = dict.fromkeys(target for lineage in lineages.values() for target in lineage)
    attached = {}
    for target in targets:
        most = 4 if not target.isdigit() or own else 0
        chosen = chance.sample(policies, chance.randint(0, most))
        attached[PolicyType.SCP, target] = Seen((FULL, *chosen))
    return Evidence(
        organization=Organization("o-abc1234567", MANAGEMENT, "ALL"),
        partition=Partition("aws", ("amazonaws.com",), "us-east-1"),
        region="eu-central-1",
        sts_region="eu-central-1",
        accounts=accounts,
        excluded=frozenset(),
        trusted_access=Seen(value=True),
        features=Seen(frozenset(RootFeature)),
        caller=caller(),
        places=Places({key: Seen(value) for key, value in lineages.items()}, {}),
        policies=PolicyEvidence(
            {PolicyType.SCP: Seen(value=True), PolicyType.RCP: Seen(value=False)},
            attached,
            {key: Seen(value) for key, value in documents.items()},
        ),
    )


def caller() -> CallerEvidence:
    """A role of the management account that may do everything."""
    arn = f"arn:aws:sts::{MANAGEMENT}:assumed-role/Security/me"
    role = PrincipalDetails(f"arn:aws:iam::{MANAGEMENT}:role/Security", None, {})
    return CallerEvidence(
        Caller(MANAGEMENT, arn, "AROA:me"),
        CallerRole.MANAGEMENT,
        Seen(role),
        Seen((("Admin", ALLOW),)),
        Seen(None),
    )


def main() -> None:
    """Prints the time for both organizations and the bar."""
    for name, own in (("policies on OUs", False), ("policies on every account as well", True)):
        evidence = organization(own=own)
        start = time.process_time()
        judgement = judge(evidence, tuple(RootTask))
        found = findings(judgement)
        seconds = time.process_time() - start
        answers = Counter(task.answer.value for one in judgement.accounts for task in one.tasks)
        verdict = "clears" if seconds < BAR else "misses"
        print(
            f"{name}: {seconds:.1f} s of CPU for {ACCOUNTS:,} accounts, {SCPS} SCPs, {len(judgement.groups):,} groups, "
            f"{len(found)} findings ({dict(answers)}): {verdict} the bar of {BAR:.0f} s"
        )


if __name__ == "__main__":
    main()
