"""Whether S3 or SQS would take a policy, and whether its statements are about the resource at all. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.errors import MalformedPolicy
from rootwarden.model.ids import is_account_id
from rootwarden.model.unlock import Resource, ResourceKind
from rootwarden.operations.unlock.document import compact, read_document, several, value_of
from rootwarden.operations.unlock.words import DEAD
from rootwarden.policy.wildcard import glob, pieces


@dataclass(frozen=True, slots=True)
class Limits:
    """A service's quotas for one policy; None where it has none."""

    bytes: int
    statements: int | None = None
    actions: int | None = None
    principals: int | None = None
    conditions: int | None = None


LIMITS: Final[Mapping[ResourceKind, Limits]] = {
    ResourceKind.BUCKET: Limits(20_480),
    ResourceKind.QUEUE: Limits(8_192, statements=20, actions=7, principals=50, conditions=10),
}
_PRINCIPAL: Final = re.compile(
    r"arn:(?P<partition>[a-z-]+):(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/.+)"
)
_CLOUDFRONT: Final = re.compile(r"arn:[a-z-]+:iam::cloudfront:user/.+")


def problems(resource: Resource, text: str) -> Iterator[str]:
    """What the service would object to, each as a sentence; nothing where it would take the policy."""
    try:
        document = read_document(text, name="")
    except MalformedPolicy as error:
        yield f"it is no policy: {error.message.removeprefix('policy document: ')}"
        return
    size = len(compact(document.elements).encode(errors="replace"))
    limits = LIMITS[resource.kind]
    if size > limits.bytes:
        yield f"it has {size:,} bytes; the most a {resource.kind.value} takes is {limits.bytes:,}"
    if limits.statements is not None and len(document.statements) > limits.statements:
        yield f"it has {len(document.statements)} statements; the most a {resource.kind.value} takes is {limits.statements}"
    for raw, parsed in zip(document.statements, document.policy.statements, strict=True):
        for problem in _of_statement(resource, raw, limits):
            yield f"{parsed.label}: {problem}"


def _of_statement(resource: Resource, raw: Mapping[str, Any], limits: Limits) -> Iterator[str]:
    yield from _of_principal(resource, raw, limits)
    actions = [str(one) for name in ("Action", "NotAction") for one in _values(raw, name)]
    service = resource.kind.service
    for action in actions:
        if action != "*" and action.partition(":")[0].lower() != service:
            yield f"the action {action} is none of {service}'s"
    if limits.actions is not None and len(actions) > limits.actions:
        yield f"it names {len(actions)} actions; the most a {resource.kind.value} takes is {limits.actions}"
    for pattern in _values(raw, "Resource"):
        if not _covers(resource, str(pattern)):
            yield f"the Resource {pattern} is not {resource.arn}"
    keys = sum(len(one) for one in (value_of(raw, "Condition") or {}).values())
    if limits.conditions is not None and keys > limits.conditions:
        yield f"it has {keys} conditions; the most a {resource.kind.value} takes is {limits.conditions}"


def _of_principal(resource: Resource, raw: Mapping[str, Any], limits: Limits) -> Iterator[str]:
    found = next(
        (one for name in ("Principal", "NotPrincipal") if (one := value_of(raw, name)) is not None), None
    )
    if found is None:
        yield "it has no Principal, which a resource policy needs"
        return
    if not isinstance(found, Mapping):
        return  # the parser takes nothing but the star
    if not found:
        yield "its Principal names nobody"
    names = [str(one) for values in found.values() for one in several(values)]
    if limits.principals is not None and len(names) > limits.principals:
        yield f"it names {len(names)} principals; the most a {resource.kind.value} takes is {limits.principals}"
    for name in several(value_of(found, "AWS") or []):
        problem = _wrong_principal(resource, str(name))
        if problem:
            yield problem


def _wrong_principal(resource: Resource, name: str) -> str:
    if DEAD.fullmatch(name):
        return f"the principal {name} was deleted, and AWS does not take its id"
    if name == "*" or is_account_id(name) or _CLOUDFRONT.fullmatch(name):
        return ""
    arn = _PRINCIPAL.fullmatch(name)
    if arn is None or "*" in name:
        return f"the principal {name} is neither *, nor an account, nor the ARN of a user, role or session"
    if arn["partition"] != resource.partition:
        return f"the principal {name} is of partition {arn['partition']}"
    return ""


def _covers(resource: Resource, pattern: str) -> bool:
    own = resource.arn
    if resource.kind is ResourceKind.BUCKET:  # S3 takes nothing but the bucket and what is in it
        return pattern == own or pattern.startswith(f"{own}/")
    return glob(pieces(pattern)).matches(own)


def _values(raw: Mapping[str, Any], name: str) -> list[Any]:
    found = value_of(raw, name)
    return [] if found is None else several(found)
