"""How many decisions a second the policy evaluator makes for a root session under five levels of SCPs.

    python benchmarks/bench_policy.py

Prints the median of several runs on one core and the bar it has to clear.
"""

from __future__ import annotations

import statistics
import time

from rootwarden.policy import Layers, Level, Policy, Request, evaluate, parse_policy

BAR = 20_000
RUNS = 5
DECISIONS = 10_000
ACCOUNT = "222222222222"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
IS_ROOT = {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}


def policy(name: str, *statements: dict[str, object]) -> Policy:
    """A policy of the statements."""
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, name=name)


def deny(action: object, condition: dict[str, object] | None = None) -> dict[str, object]:
    """A Deny statement on every resource."""
    return {"Effect": "Deny", "Action": action, "Resource": "*"} | (
        {"Condition": condition} if condition else {}
    )


FULL = policy("FullAWSAccess", {"Effect": "Allow", "Action": "*", "Resource": "*"})
ROOT_USER = policy("DenyRootUser", deny("*", {"ArnLike": IS_ROOT, "Null": {"aws:AssumedRoot": "true"}}))
REGIONS = policy(
    "DenyOtherRegions",
    {
        "Effect": "Deny",
        "NotAction": [
            "iam:*",
            "organizations:*",
            "route53:*",
            "budgets:*",
            "support:*",
            "sts:*",
            "cloudfront:*",
        ],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1", "us-east-1"]},
            "ArnNotLike": {
                "aws:PrincipalArn": ["arn:aws:iam::*:role/Break-Glass-*", "arn:aws:iam::*:role/Admin"]
            },
        },
    },
)
SECURITY = policy(
    "ProtectSecurityServices",
    deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "config:Delete*"]),
    deny(
        ["guardduty:Delete*", "guardduty:Disassociate*", "securityhub:Disable*", "access-analyzer:Delete*"],
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/SecurityAutomation"}},
    ),
    deny("organizations:LeaveOrganization"),
)
USERS = policy(
    "NoLongLivedUsers",
    deny(
        ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"],
        {"StringNotLike": {"aws:PrincipalTag/UserException": "true"}},
    ),
)
STACK = Layers(
    identity=None,
    scp_levels=(
        Level("r-ab12", (FULL, ROOT_USER)),
        Level("ou-ab12-workloads", (FULL, REGIONS)),
        Level("ou-ab12-production", (FULL, SECURITY)),
        Level("ou-ab12-payments", (FULL, USERS)),
        Level(ACCOUNT, (FULL,)),
    ),
)
CONTEXT = {
    "aws:PrincipalArn": ROOT,
    "aws:PrincipalAccount": ACCOUNT,
    "aws:PrincipalOrgID": "o-abc1234567",
    "aws:AssumedRoot": "true",
    "aws:RequestedRegion": "us-east-1",
    "aws:SecureTransport": "true",
}


def decisions_per_second() -> float:
    """One run; making the request counts."""
    start = time.perf_counter()
    for _ in range(DECISIONS):
        evaluate(Request("iam:DeleteLoginProfile", ROOT, CONTEXT), STACK)
    return DECISIONS / (time.perf_counter() - start)


def main() -> None:
    """Prints the rate and the bar."""
    rate = statistics.median(decisions_per_second() for _ in range(RUNS))
    verdict = "clears" if rate >= BAR else "misses"
    print(f"{rate:,.0f} decisions/s: {verdict} the bar of {BAR:,}/s (five SCP levels, median of {RUNS} runs)")


if __name__ == "__main__":
    main()
