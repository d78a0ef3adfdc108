"""Small worlds for ``who-can``: the IAM of a management account and a delegate, and accounts to reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.authorization import (
    AccountAuthorization,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicies,
    ManagedPolicy,
)
from rootwarden.model.features import CallerRole
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState
from rootwarden.model.reading import Seen
from rootwarden.operations.access.evidence import AccessEvidence, AccountEvidence
from rootwarden.operations.access.judge import judge_access
from rootwarden.policy import Level, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.operations.access.judge import Access

MANAGEMENT, DELEGATE = AccountId("111111111111"), AccountId("222222222222")
SHOP, LEGACY, BANK = AccountId("333333333333"), AccountId("444444444444"), AccountId("555555555555")
OUTSIDE = AccountId("999999999999")
ORGANIZATION = "o-abc1234567"
AWS = "arn:aws:iam::aws:policy"
POWER_USER, ADMINISTRATOR = f"{AWS}/PowerUserAccess", f"{AWS}/AdministratorAccess"
TASKS = f"{AWS}/root-task"
ALL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ROOTS = "arn:aws:iam::*:root"


def policy(*statements: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any = "sts:AssumeRoot", resource: Any = ROOTS, **more: Any) -> dict[str, Any]:
    """A statement that allows; opening root sessions everywhere, unless it says otherwise."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "sts:AssumeRoot", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


MANAGED = {
    POWER_USER: policy(
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
    ),
    ADMINISTRATOR: policy(ALL),
}


def trust(principal: Any = None, action: str = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    """A trust policy; of a service, unless it says otherwise."""
    who = {"Service": "ec2.amazonaws.com"} if principal is None else principal
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": who, "Action": action}
    return policy({**statement, "Condition": condition} if condition else statement)


def _inline(documents: Iterable[Any]) -> InlinePolicies:
    return tuple((f"p{number}", document) for number, document in enumerate(documents, 1))


def user(name: str, *documents: Any, account: AccountId = DELEGATE, **more: Any) -> IamUser:
    """A user with inline policies."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    return IamUser(name, arn, f"AIDA{name}", _inline(documents), **more)


def role(name: str, *documents: Any, account: AccountId = DELEGATE, path: str = "/", **more: Any) -> IamRole:
    """A role with inline policies that EC2 may use."""
    arn = f"arn:aws:iam::{account}:role{path}{name}"
    trusted = more.pop("trusts", None) or trust()
    return IamRole(name, arn, f"AROA{name}", path, trusted, _inline(documents), **more)


def group(name: str, *documents: Any, account: AccountId = DELEGATE, **more: Any) -> IamGroup:
    """A group with inline policies."""
    return IamGroup(name, f"arn:aws:iam::{account}:group/{name}", _inline(documents), **more)


def own_policy(name: str, document: Any, *others: Any, account: AccountId = DELEGATE) -> ManagedPolicy:
    """A managed policy of the account's own, with versions that are not in force."""
    return ManagedPolicy(f"arn:aws:iam::{account}:policy/{name}", document, others)


def details(*things: Any) -> AccountAuthorization:
    """The IAM of an account, with AWS's policies that are in use."""
    found = AccountAuthorization(
        tuple(one for one in things if isinstance(one, IamUser)),
        tuple(one for one in things if isinstance(one, IamGroup)),
        tuple(one for one in things if isinstance(one, IamRole)),
        {one.arn: one for one in things if isinstance(one, ManagedPolicy)},
    )
    of_aws = {arn: ManagedPolicy(arn, MANAGED[arn]) for arn in found.referenced if arn in MANAGED}
    return AccountAuthorization(found.users, found.groups, found.roles, {**found.policies, **of_aws})


def delegate(*things: Any, scps: Iterable[Any] = (), **more: Any) -> AccountEvidence:
    """The delegated administrator, with an SCP for each of its two levels besides the one that allows all."""
    full = parse_policy(policy(ALL), name="FullAWSAccess")
    own = [parse_policy(one, name=f"scp-{number}") for number, one in enumerate(scps, 1)]
    levels = (Level("r-ab12", (full, *own)), Level(DELEGATE, (full,)))
    complete: dict[str, Any] = {"long_term": Seen({}), "scp_levels": levels, **more}
    role_ = CallerRole.DELEGATED_ADMINISTRATOR
    return AccountEvidence(DELEGATE, role_, Seen(details(*things)), (f"{ORGANIZATION}/r-ab12/",), **complete)


def management(*things: Any, **more: Any) -> AccountEvidence:
    """The management account, which no SCP binds."""
    complete: dict[str, Any] = {"long_term": Seen({}), **more}
    paths = (f"{ORGANIZATION}/r-ab12/",)
    return AccountEvidence(MANAGEMENT, CallerRole.MANAGEMENT, Seen(details(*things)), paths, **complete)


def target(account: AccountId) -> Account:
    """An account that root sessions reach."""
    return Account(account, f"Account {account}", "", AccountState.ACTIVE)


def world(*homes: AccountEvidence, **more: Any) -> AccessEvidence:
    """Everything, with three accounts to reach."""
    members = (DELEGATE, SHOP, LEGACY)
    complete: dict[str, Any] = {
        "targets": tuple(map(target, members)),
        "inside": dict.fromkeys((MANAGEMENT, *members, BANK), True) | {OUTSIDE: False},
        **more,
    }
    return AccessEvidence(ORGANIZATION, "aws", accounts=homes, **complete)


def judged(*things: Any, **more: Any) -> Access:
    """What is made of people in the delegate."""
    return judge_access(world(delegate(*things), **more))
