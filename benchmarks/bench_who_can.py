"""How much processor time who-can takes to judge many principals against many accounts, once everything was read.

    python benchmarks/bench_who_can.py

2,000 users and roles of the management account and a delegated administrator, 1,000 accounts, five tasks, in two worlds: one as
organizations are, and a hard one in which every principal has policies of its own that name accounts of their own, half of them
may change IAM, and every role trusts its account. Prints both and the bar.
"""

from __future__ import annotations

import random
import time
from typing import Any

from rootwarden.model.authorization import AccountAuthorization, IamGroup, IamRole, IamUser, ManagedPolicy
from rootwarden.model.features import CallerRole
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.reading import Seen
from rootwarden.operations.access.evidence import AccessEvidence, AccountEvidence
from rootwarden.operations.access.judge import judge_access
from rootwarden.policy import Level, parse_policy

BAR = 10.0
PRINCIPALS, ACCOUNTS = 2_000, 1_000
MANAGEMENT, DELEGATE = AccountId("111111111111"), AccountId("222222222222")
IDS = [AccountId(f"{500_000_000_000 + n:012d}") for n in range(ACCOUNTS)]
AWS = "arn:aws:iam::aws:policy"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
POWER = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
TASK = {"ArnEquals": {"sts:TaskPolicyArn": f"{AWS}/root-task/IAMAuditRootUserCredentials"}}


def policy(*statements: Any) -> dict[str, Any]:
    """A document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def roots(chance: random.Random, count: int) -> list[str]:
    """The root users of some accounts."""
    return [f"arn:aws:iam::{one}:root" for one in chance.sample(IDS, count)]


def documents(number: int, chance: random.Random, *, hard: bool) -> list[Any]:
    """The inline policies of one principal."""
    plain = {
        "Effect": "Allow",
        "Action": [f"s3:Get{number % 7}*", "dynamodb:*", "logs:*"],
        "Resource": f"arn:aws:s3:::bucket-{number}/*",
    }
    audit = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoot",
        "Resource": roots(chance, 20 if hard else 5),
        "Condition": TASK if number % 2 else {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    kinds: list[list[Any]] = [
        [plain],
        [plain, audit],
        [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}, {**audit, "Effect": "Deny"}],
        [{"Effect": "Allow", "Action": ["iam:*", "sts:AssumeRole"], "Resource": "*"}],
        [
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
            {**plain, "Action": "lambda:*", "Resource": "*"},
        ],
        [{"Effect": "Allow", "Action": ["iam:Put*"], "Resource": f"arn:aws:iam::*:role/app-{number % 90}-*"}],
    ]
    weights = (4, 30, 16, 30, 10, 10) if hard else (80, 4, 2, 6, 4, 4)
    return [policy(*chance.choices(kinds, weights)[0])]


def home(account: AccountId, role: CallerRole, chance: random.Random, *, hard: bool) -> AccountEvidence:
    """Half of the principals: one in ten is a user in a group."""
    attached: list[tuple[str, ...]] = [(), (f"{AWS}/PowerUserAccess",), (f"{AWS}/AdministratorAccess",)]
    trusts = [
        {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
        {"AWS": f"arn:aws:iam::{account}:root"},
        {"AWS": [MANAGEMENT, DELEGATE]},
    ]
    users, people = [], []
    for number in range(PRINCIPALS // 2):
        inline = tuple((f"p{n}", one) for n, one in enumerate(documents(number, chance, hard=hard)))
        more = chance.choices(attached, (90, 5, 5))[0]
        boundary = f"arn:aws:iam::{account}:policy/bound" if number % 25 == 0 else None
        name = f"app-{number}-x"
        if number % 10 == 0:
            arn = f"arn:aws:iam::{account}:user/{name}"
            users.append(
                IamUser(name, arn, name, inline, more, ("ops",), boundary, {"team": str(number % 9)})
            )
            continue
        trust = chance.choices(trusts, (0, 1, 1) if hard else (70, 20, 10))[0]
        document = policy({"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"})
        arn = f"arn:aws:iam::{account}:role/{name}"
        people.append(IamRole(name, arn, name, "/", document, inline, more, boundary))
    managed = {
        f"{AWS}/PowerUserAccess": policy(POWER),
        f"{AWS}/AdministratorAccess": policy(ALL),
        f"arn:aws:iam::{account}:policy/bound": policy(
            {"Effect": "Allow", "Action": ["s3:*", "sts:*", "iam:Get*"], "Resource": "*"}
        ),
    }
    ops = IamGroup(
        "ops", f"arn:aws:iam::{account}:group/ops", (("p", policy({**POWER, "NotAction": "sts:*"})),)
    )
    details = AccountAuthorization(
        tuple(users),
        (ops,),
        tuple(people),
        {arn: ManagedPolicy(arn, document) for arn, document in managed.items()},
    )
    full = parse_policy(policy(ALL), name="FullAWSAccess")
    region = parse_policy(
        policy(
            {
                "Effect": "Deny",
                "NotAction": ["iam:*", "organizations:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-central-1"]},
                    "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app-1*"},
                },
            }
        ),
        name="Regions",
    )
    levels = (
        () if role is CallerRole.MANAGEMENT else (Level("r-ab12", (full, region)), Level(account, (full,)))
    )
    return AccountEvidence(
        account, role, Seen(details), ("o-abc1234567/r-ab12/",), levels, long_term=Seen({})
    )


def evidence(*, hard: bool) -> AccessEvidence:
    """Both accounts; in the hard world a hundred accounts have an RCP of their own about the call."""
    chance = random.Random(7)  # noqa: S311 - the same world on every run
    closed = policy({"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*"})
    own = IDS[: 100 if hard else 0]
    return AccessEvidence(
        organization_id="o-abc1234567",
        partition="aws",
        targets=tuple(Account(one, one, "", AccountState.ACTIVE) for one in IDS),
        accounts=(
            home(MANAGEMENT, CallerRole.MANAGEMENT, chance, hard=hard),
            home(DELEGATE, CallerRole.DELEGATED_ADMINISTRATOR, chance, hard=hard),
        ),
        rcp_levels={one: (Level(one, (parse_policy(closed, name=f"closed {one}"),)),) for one in own},
        inside={MANAGEMENT: True, DELEGATE: True},
    )


def main() -> None:
    """Prints the time for both worlds and the bar."""
    for name, hard in (("as organizations are", False), ("a hard world", True)):
        read = evidence(hard=hard)
        start = time.process_time()
        access = judge_access(read)
        seconds = time.process_time() - start
        verdict = "clears" if seconds < BAR else "misses"
        grants = sum(len(one.grants) for one in access.can)
        steps = sum(len(one.steps) for one in access.one_step)
        print(
            f"{name}: {seconds:.1f} s of CPU for {PRINCIPALS:,} principals and {ACCOUNTS:,} accounts "
            f"({len(access.can):,} can, told as {grants:,} grants; {len(access.one_step):,} are one step away, "
            f"in {steps:,} ways): {verdict} the bar of {BAR:.0f} s"
        )


if __name__ == "__main__":
    main()
