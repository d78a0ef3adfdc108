"""Random cases: requests of the kinds rootwarden asks about, and policies of every shape around them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from differential.case import FULL, Case, Document
from differential.operands import CONTEXT, FITTING, OPERANDS, OPERATORS, PRINCIPALS

MANAGEMENT: Final = "111111111111"
TARGET: Final = "222222222222"
ROLE: Final = f"arn:aws:iam::{MANAGEMENT}:role/ops"
USER: Final = f"arn:aws:iam::{MANAGEMENT}:user/olga"
ROOT: Final = f"arn:aws:iam::{TARGET}:root"
BUCKET: Final = "arn:aws:s3:::bucket"
QUEUE: Final = f"arn:aws:sqs:us-east-1:{TARGET}:queue"

_CALLS: Final = (
    (("sts:AssumeRoot", ROOT), 5),
    (("iam:TagUser", f"arn:aws:iam::{MANAGEMENT}:user/olga"), 3),  # knows aws:TagKeys
    (("iam:GetAccountSummary", "*"), 1),
    (("s3:PutBucketPolicy", BUCKET), 1),
    (("sqs:SetQueueAttributes", f"arn:aws:sqs:eu-west-1:{MANAGEMENT}:queue"), 1),
)
_SESSIONS: Final = (
    (("iam:GetAccountSummary", "*"), 2),
    (("iam:DeleteLoginProfile", f"arn:aws:iam::{TARGET}:user/olga"), 3),  # :root is no resource there
    (("s3:DeleteBucketPolicy", BUCKET), 3),
    (("sqs:SetQueueAttributes", QUEUE), 2),
)
_ACTIONS: Final = (
    *("*", "sts:*", "STS:assume*", "sts:AssumeRoot", "sts:Assume?oot", "iam:*", "iam:Tag*", "iam:TagUser"),
    *("iam:Get*", "IAM:deleteloginprofile", "s3:*", "s3:*BucketPolicy", "sqs:*", "sqs:Set*"),
)
_RCP_ACTIONS: Final = (
    "s3:*",
    "s3:DeleteBucketPolicy",
    "sqs:Set*",
    "sqs:*",
    "sts:*",
    "sts:AssumeRoot",
    "kms:*",
)
_RESOURCES: Final = (
    *(
        "*",
        "*",
        "arn:aws:iam::*:root",
        ROOT,
        "arn:*:iam::222222??2222:ro*",
        f"arn:aws:iam::{MANAGEMENT}:user/*",
    ),
    *(
        "arn:aws:iam::*:user/ol?a",
        "arn:aws:iam::*:*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::buck?t",
        "arn:aws:sqs:*:*:*",
    ),
    *(
        "arn:aws:iam::*:user/${aws:PrincipalTag/team}",
        "arn:aws:s3:::${aws:PrincipalTag/team, 'bucket'}",
        QUEUE,
    ),
    "arn:aws:iam::${aws:PrincipalAccount}:user/*",
)


def cases(count: int, seed: int) -> Iterator[Case]:
    """As many cases as asked for; the same seed gives the same ones."""
    chance = random.Random(seed)  # noqa: S311 - the same cases again, not a secret
    for number in range(count):
        yield Maker(chance).case(number)


class Maker:
    """Draws cases from one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def case(self, number: int) -> Case:
        """One case: a call of a role or user, or a call made in a root session."""
        return self._session(number) if self._often(0.3) else self._call(number)

    def _call(self, number: int) -> Case:
        action, resource = self._weighted(_CALLS)
        principal = self._one((ROLE, ROLE, USER))
        return Case(
            number=number,
            principal=principal,
            action=action,
            resource=resource,
            account=MANAGEMENT,
            context=self._context(principal, MANAGEMENT, action),
            identity=self._policies(full=0.7) or (self._document(),),
            boundary=(self._policies(full=0.8) or (self._document(),)) if self._often(0.3) else None,
            ceiling=(),
            scps=self._scps(),
            rcps=self._rcps(),
            resource_policy=self._resource_policy(action),
        )

    def _session(self, number: int) -> Case:
        action, resource = self._weighted(_SESSIONS)
        assumed = self._often(0.7)  # else somebody signed in as root
        context = self._context(ROOT, TARGET, action, assumed=assumed)
        return Case(
            number=number,
            principal=ROOT,
            action=action,
            resource=resource,
            account=TARGET,
            context=context,
            identity=None,
            boundary=None,
            ceiling=(self._document(effect="Deny"),) if assumed and self._often(0.6) else (),
            scps=self._scps(),
            rcps=self._rcps(),
            resource_policy=self._resource_policy(action),
        )

    def _context(
        self, principal: str, account: str, action: str, *, assumed: bool = False
    ) -> dict[str, str | tuple[str, ...]]:
        context = {key: self._one(values) for key, values in CONTEXT.items() if values and self._often(0.6)}
        if action != "sts:AssumeRoot":
            context.pop("sts:TaskPolicyArn", None)
        if action != "iam:TagUser":
            context.pop("aws:TagKeys", None)
        if not assumed and self._often(0.5):
            context.pop("aws:AssumedRoot", None)
        elif assumed:
            context["aws:AssumedRoot"] = "true"
        context |= {"aws:PrincipalArn": principal, "aws:PrincipalAccount": account}
        return {self._in_some_case(key): value for key, value in context.items()}

    def _scps(self) -> tuple[tuple[Document, ...], ...]:
        return tuple(
            self._policies(full=0.85) or (self._document(),) for _ in range(self._chance.randint(0, 3))
        )

    def _rcps(self) -> tuple[tuple[Document, ...], ...]:
        if self._often(0.75):
            return ()
        return tuple((self._rcp(),) for _ in range(self._chance.randint(1, 2)))

    def _rcp(self) -> Document:
        statement = self._statement("Deny", ("*",))
        statement.pop("NotAction", None)  # not accepted there, nor are "*" alone and the older version
        statement["Action"] = self._some(_RCP_ACTIONS)
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _resource_policy(self, action: str) -> Document | None:
        if not action.startswith(("s3:", "sqs:")) or self._often(0.5):
            return None
        return self._document(principals=PRINCIPALS)

    def _policies(self, *, full: float) -> tuple[Document, ...]:
        own = (self._document(),) if self._often(0.5) else ()
        return ((FULL, *own)) if self._often(full) else own

    def _document(self, *, effect: str | None = None, principals: Sequence[Any] = ()) -> Document:
        version = self._one(("2012-10-17", "2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"))
        return {
            "Version": version,
            "Statement": [self._statement(effect, principals) for _ in range(self._chance.randint(1, 2))],
        }

    def _statement(self, effect: str | None, principals: Sequence[Any]) -> dict[str, Any]:
        statement: dict[str, Any] = {"Effect": effect or ("Deny" if self._often(0.3) else "Allow")}
        if principals:
            negated = statement["Effect"] == "Deny" and len(principals) > 1 and self._often(0.3)
            statement["NotPrincipal" if negated else "Principal"] = self._one(
                [one for one in principals if one != "*"] if negated else principals
            )
        statement["NotAction" if self._often(0.25) else "Action"] = self._some(_ACTIONS)
        statement["NotResource" if self._often(0.25) else "Resource"] = self._some(_RESOURCES)
        condition = self._condition() if self._often(0.6) else {}
        return statement | ({"Condition": condition} if condition else {})

    def _condition(self) -> dict[str, Any]:
        """One or two operators; they are named in any case, like the keys."""
        condition: dict[str, dict[str, Any]] = {}
        used = set()
        for _ in range(self._chance.randint(1, 2)):
            operator = self._one(OPERATORS)
            fitting = FITTING.get(operator.removeprefix("Not")[:3], tuple(CONTEXT))
            key = self._one(fitting if self._often(0.95) else tuple(CONTEXT))
            if key in used:
                continue
            used.add(key)
            values = OPERANDS[operator]
            name, wanted = self._decorated(operator), self._some(values)
            if operator == "Null":
                wanted = self._one(values)
            condition.setdefault(name, {})[self._in_some_case(key)] = wanted
        return condition

    def _decorated(self, operator: str) -> str:
        if operator == "Null":
            return operator
        prefix = self._one(("", "", "", "", "ForAnyValue:", "ForAllValues:"))
        return f"{prefix}{operator}{'IfExists' if self._often(0.35) else ''}"

    def _in_some_case(self, key: str) -> str:
        written = self._one((key, key, key.upper(), key.lower()))
        return key if "/" in key else written  # a tag's own name has a case

    def _some(self, pool: Sequence[str]) -> str | list[str]:
        different = sorted(set(pool))
        found = self._chance.sample(different, self._chance.randint(1, min(3, len(different))))
        return found if len(found) > 1 or self._often(0.5) else found[0]

    def _one(self, pool: Sequence[Any]) -> Any:
        return self._chance.choice(pool)

    def _often(self, share: float) -> bool:
        return self._chance.random() < share

    def _weighted(self, pool: Sequence[tuple[tuple[str, str], int]]) -> tuple[str, str]:
        (found,) = self._chance.choices([one for one, _ in pool], [weight for _, weight in pool])
        return found
