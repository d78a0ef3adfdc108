"""Whether a policy opens a bucket or queue to the world: to nobody in particular, or to any account. Pure.

What a stranger can choose (headers, its own tags, names of its roles) is taken to be chosen so that it gets in; what it cannot
choose (its account, its organization, VPC endpoints of others) is not. Addresses are tried that lie far apart.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.operations.unlock.document import several, value_of
from rootwarden.operations.unlock.requests import ESSENTIAL, USUAL, WHERE
from rootwarden.policy import UNKNOWN, ContextValue, Policy, Request
from rootwarden.policy.document import Effect
from rootwarden.policy.keys import named_keys
from rootwarden.policy.matching import match_with_principal
from rootwarden.policy.truth import Truth
from rootwarden.policy.wildcard import glob, pieces

if TYPE_CHECKING:
    from rootwarden.operations.unlock.document import PolicyDocument
    from rootwarden.operations.unlock.requests import Surroundings

_ADDRESSES: Final = ("1.1.1.1", "93.184.216.34", "185.199.108.153", "2606:4700:4700::1111")
"""Public addresses of four networks: a policy that lets all of them in lets the world in."""
_ACCOUNTS: Final = ("999999999990", "888888888880", "777777777770")
_NOT_A_STRANGERS: Final = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
        "aws:assumedroot",
    }
)
"""Keys that only AWS's services and the owner's own access points bring along."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who has nothing to do with the owner."""

    words: str
    context: dict[str, ContextValue]


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """Something that a stranger may do."""

    who: str
    action: str
    resource: str

    @property
    def words(self) -> str:
        """The opening in a sentence."""
        return f"{self.who} may do {self.action} on {self.resource}"


def new_openings(
    surroundings: Surroundings, before: PolicyDocument | None, after: PolicyDocument
) -> tuple[Opening, ...]:
    """What strangers may do by a policy and might not by the one before it.

    Tried for each action and resource that one of its Allow statements names.
    """
    keys = named_keys(after.policy) | (named_keys(before.policy) if before else frozenset())
    asked = tuple(dict.fromkeys(_asked(surroundings, after)))
    found = set()
    for stranger in _strangers(surroundings, after.policy):
        for action, resource in asked:
            requests = list(_everywhere(surroundings, stranger, action, resource, keys))
            was_open = before is not None and all(_may(before.policy, one) for one in requests)
            if not was_open and all(_may(after.policy, one) for one in requests):
                found.add(Opening(stranger.words, action, resource))
    return tuple(sorted(found))


def _may(policy: Policy, request: Request) -> bool:
    """Whether a policy lets a stranger in, who makes true what is his to choose."""
    allowed = False
    for statement in policy.statements:
        match = match_with_principal(statement, request)
        if statement.effect is Effect.DENY and match.truth is Truth.YES:
            return False
        allowed = allowed or (statement.effect is Effect.ALLOW and match.truth is not Truth.NO)
    return allowed


def _strangers(surroundings: Surroundings, policy: Policy) -> Iterator[Stranger]:
    yield Stranger(
        "anybody, without signing in", {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
    )
    account = next(one for one in (*_ACCOUNTS, "666666666660") if one not in policy.source)
    partition = surroundings.resource.partition
    arns = (f"arn:{partition}:iam::{account}:role/stranger", *_fitting_arns(policy, partition, account))
    for arn in dict.fromkeys(arns):
        yield Stranger(
            "any AWS account",
            {
                "aws:principalarn": arn,
                "aws:principalaccount": account,
                "aws:principaltype": "AssumedRole",
                "aws:principalorgid": "o-stranger00",
                "aws:principalorgpaths": ("o-stranger00/r-0000/ou-0000-00000000/",),
                "aws:userid": "AROASTRANGER00000000:session",
            },
        )


def _fitting_arns(policy: Policy, partition: str, account: str) -> Iterator[str]:
    """ARNs that a stranger could give a role so that a condition with wildcards fits it."""
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.key != "aws:principalarn":
                continue
            for value in condition.values:
                parts = value.split(":", 5)
                if len(parts) == 6 and glob(pieces(parts[4])).matches(account):  # noqa: PLR2004 - an ARN's parts
                    yield f"arn:{partition}:iam::{account}:{_filled(parts[5])}"


def _everywhere(
    surroundings: Surroundings, stranger: Stranger, action: str, resource: str, keys: frozenset[str]
) -> Iterator[Request]:
    """The same request from each of the addresses."""
    known = surroundings.about_resource() | stranger.context
    absent = _NOT_A_STRANGERS | WHERE | {"aws:username"}
    if "aws:principalarn" not in known:
        absent |= {key for key in keys if key.startswith("aws:principal")}
    chosen = {
        key: UNKNOWN
        for key in keys
        if key not in known and key not in absent and not key.startswith("aws:calledvia")
    }
    for address in _ADDRESSES:
        yield Request(action, resource, {**chosen, **known, "aws:sourceip": address})


def _asked(surroundings: Surroundings, document: PolicyDocument) -> Iterator[tuple[str, str]]:
    kind = surroundings.resource.kind
    everyday = (*USUAL[kind], *ESSENTIAL[kind])
    for raw in document.statements:
        if value_of(raw, "Effect") != "Allow":
            continue
        named = value_of(raw, "Action")
        actions = [*everyday] if named is None else [str(one) for one in several(named)]
        resources = value_of(raw, "Resource")
        places = (
            [surroundings.resource.arn] if resources is None else [str(one) for one in several(resources)]
        )
        for action in actions:
            bare = "*" if action == "*" else action
            prefix = f"{kind.service}:{bare}" if bare == "*" else bare
            tried = [_filled(prefix)]
            if "*" in action or "?" in action:
                pattern = glob(pieces(prefix.lower()))
                tried += [one for one in everyday if pattern.matches(one.lower())]
            for one in tried:
                for place in places:
                    yield one, surroundings.arn_for(one) if place == "*" else _filled(place)


def _filled(pattern: str) -> str:
    """A text that a pattern fits."""
    return re.sub(r"\$\{[^}]*\}", "x", pattern).replace("*", "x").replace("?", "x")
