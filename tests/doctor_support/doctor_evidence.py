"""Evidence to judge, made of plain documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rootwarden.model.caller import Caller
from rootwarden.model.features import CallerRole, RootFeature
from rootwarden.model.ids import AccountId
from rootwarden.model.organization import Account, AccountState, Organization
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType
from rootwarden.model.partition import Partition
from rootwarden.model.principal import PrincipalDetails
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import local
from rootwarden.operations.doctor.evidence import CallerEvidence, Evidence, Places, PolicyEvidence

MANAGEMENT = AccountId("111111111111")
MEMBER, OTHER = AccountId("222222222222"), AccountId("333333333333")
ROOT, UNIT = "r-ab12", "ou-ab12-unit"
IS_ROOT = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
FULL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
LOST = NotSeen(local("lost", "it was lost"))


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deny(condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A Deny, of everything unless said otherwise."""
    base: dict[str, Any] = {"Effect": "Deny", "Resource": "*"}
    base |= {} if "NotAction" in more else {"Action": "*"}
    return base | more | ({"Condition": condition} if condition else {})


def evidence(
    scps: Mapping[str, Sequence[Any]] | None = None,
    rcps: Mapping[str, Sequence[Any]] | None = None,
    *,
    caller: CallerEvidence | None = None,
    accounts: Sequence[AccountId] = (MEMBER, OTHER),
    **fields: Any,
) -> Evidence:
    """Two members below one OU. Policies are documents (or text) by root, OU or account, beside full access."""
    documents: dict[str, Reading[str]] = {"p-full": Seen(json.dumps(FULL))}
    attached: dict[tuple[PolicyType, str], Reading[tuple[AttachedPolicy, ...]]] = {}
    for kind, given in ((PolicyType.SCP, scps), (PolicyType.RCP, rcps)):
        for target in (ROOT, UNIT, *accounts):
            found = [AttachedPolicy("p-full", "FullAWSAccess", aws_managed=True)] if given is not None else []
            for number, document in enumerate((given or {}).get(target, ())):
                one = AttachedPolicy(f"p-{kind.short}-{target}-{number}", f"{kind.short}{number}")
                documents[one.id] = Seen(document if isinstance(document, str) else json.dumps(document))
                found.append(one)
            attached[kind, target] = Seen(tuple(found))
    lineages = {one: Seen((ROOT, UNIT, one)) for one in accounts}
    enabled = {PolicyType.SCP: Seen(scps is not None), PolicyType.RCP: Seen(rcps is not None)}
    complete: dict[str, Any] = {
        "organization": Organization("o-abc1234567", MANAGEMENT, "ALL"),
        "partition": Partition("aws", ("amazonaws.com",), "us-east-1"),
        "region": "eu-west-1",
        "sts_region": "eu-west-1",
        "accounts": tuple(Account(one, f"Account {one}", "", AccountState.ACTIVE) for one in accounts),
        "excluded": frozenset(),
        "trusted_access": Seen(value=True),
        "features": Seen(frozenset(RootFeature)),
        "caller": caller or calling(),
        "places": Places(lineages, {ROOT: "/", UNIT: "/Unit"}),
        "policies": PolicyEvidence(enabled, attached, documents),
    }
    return Evidence(**{**complete, **fields})


def calling(*documents: Any, **fields: Any) -> CallerEvidence:
    """A role of the management account; without documents it may do everything."""
    arn = f"arn:aws:iam::{MANAGEMENT}:role/ops"
    complete: dict[str, Any] = {
        "caller": Caller(MANAGEMENT, f"arn:aws:sts::{MANAGEMENT}:assumed-role/ops/me", "AROA:me"),
        "role": CallerRole.MANAGEMENT,
        "details": Seen(PrincipalDetails(arn, None, {})),
        "identity": Seen(tuple((f"own {n}", one) for n, one in enumerate(documents or (FULL,)))),
        "boundary": Seen(None),
    }
    return CallerEvidence(**{**complete, **fields})
