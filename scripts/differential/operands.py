"""What the random conditions are made of: keys with their possible values, operators, and what is compared with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

TASK: Final = "arn:aws:iam::aws:policy/root-task/"

CONTEXT: Final[Mapping[str, Sequence[str | tuple[str, ...]]]] = {
    "aws:PrincipalArn": (),  # the principal, in every request
    "aws:AssumedRoot": ("true", "false"),
    "aws:RequestedRegion": ("us-east-1", "eu-west-1"),
    "aws:PrincipalOrgID": ("o-abc1234567", "o-other12345"),
    "sts:TaskPolicyArn": (f"{TASK}IAMAuditRootUserCredentials", f"{TASK}S3UnlockBucketPolicy"),
    "aws:TagKeys": (("x",), ("x", "y"), ("y", "z"), ("X",)),
    "aws:SourceIp": ("203.0.113.9", "198.51.100.2", "2001:db8::9"),
    "aws:MultiFactorAuthAge": ("5", "900"),
    "aws:PrincipalTag/team": ("a", "B", "olga"),
    "aws:CurrentTime": ("2026-11-24T02:00:00Z",),
}

_TEXT: Final = (
    *("us-east-1", "eu-*", "o-abc1234567", "x", "X", "y", "A?", "a", "true", "TRUE", f"{TASK}*", "*", "?"),
    *("${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'a'}", "u${*}", "arn:aws:iam::*:role/*"),
    *("[REGION]", "${ORG_ID}"),
)
_ARNS: Final = (
    *(f"{TASK}*", f"{TASK}IAMAuditRootUserCredentials", "arn:aws:iam::*:role/*", "arn:*:iam::*:root"),
    *("arn:aws:iam::111111111111:role/ops", "arn:aws:iam::*:user/*", "arn:aws:iam::1*:*"),
    *("arn:aws:iam::${aws:PrincipalAccount}:role/ops", "*", "*:root"),
)
_NUMBERS: Final = ("5", "5.0", "100", "900", "soon")
_DATES: Final = (
    "2026-01-01T00:00:00Z",
    "2026-11-24T02:00:00Z",
    "2026-11-24T03:00:00+01:00",
    "1795485600",
    "2027-01-01",
)
_NETWORKS: Final = ("203.0.113.0/24", "203.0.113.9", "10.0.0.0/8", "2001:db8::/32")

_ORDERED: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")

_FAMILIES: Final[Mapping[tuple[str, ...], Sequence[str]]] = {
    ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"): _TEXT,
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"): _TEXT,
    ("ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"): _ARNS,
    ("Bool", "Bool"): ("true", "false", "True"),
    tuple(f"Numeric{name}" for name in _ORDERED): _NUMBERS,
    tuple(f"Date{name}" for name in _ORDERED): _DATES,
    ("IpAddress", "NotIpAddress"): _NETWORKS,
    ("Null", "Null", "Null"): ("true", "false"),
}
OPERANDS: Final = {operator: values for names, values in _FAMILIES.items() for operator in names}
"""What a policy may compare with, by operator."""
OPERATORS: Final = tuple(operator for names in _FAMILIES for operator in names)
"""Every operator without prefix and suffix; those that matter most are there several times."""

FITTING: Final[Mapping[str, Sequence[str]]] = {
    "Arn": ("aws:PrincipalArn", "sts:TaskPolicyArn"),
    "Num": ("aws:MultiFactorAuthAge",),
    "Dat": ("aws:CurrentTime",),
    "IpA": ("aws:SourceIp",),
    "Boo": ("aws:AssumedRoot",),
}
"""By the first letters of an operator: the keys of its type. The others go with any key."""

PRINCIPALS: Final = (
    "*",
    {"AWS": "*"},
    {"AWS": "111111111111"},
    {"AWS": "arn:aws:iam::222222222222:root"},
    {"AWS": ["arn:aws:iam::111111111111:role/ops", "arn:aws:iam::222222222222:root"]},
    {"AWS": ["arn:aws:iam::111111111111:user/olga", "111111111111"]},
    {"AWS": "arn:aws:iam::111111111111:user/olga"},
    {"AWS": "arn:aws:iam::333333333333:role/ops"},
)
