"""Which policies S3 and SQS take for a bucket or a queue, and what they say to the others.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-creating-custom-policies.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.policy import MalformedPolicy, parse_policy

LONGEST_BUCKET_POLICY: Final = 20_480
"""Bytes, white space not counted."""
LONGEST_QUEUE_POLICY: Final = 8_192
"""Bytes."""
_MOST_QUEUE_STATEMENTS: Final = 20
_MOST_QUEUE_ACTIONS: Final = 7

_POLICY_FIELDS: Final = ("Version", "Id", "Statement")
_STATEMENT_FIELDS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_ON_OBJECTS: Final = re.compile(
    r"s3:(get|put|delete|restore|replicate)object|s3:abortmultipartupload|s3:listmultipartuploadparts"
)
_ON_BUCKETS: Final = re.compile(r"s3:((get|put|delete|create)bucket|listbucket|get\w+configuration$)")
_PRINCIPAL: Final = re.compile(r"arn:[a-z-]+:(iam|sts)::(\d{12}):(root|(user|role|assumed-role)/.+)")


@dataclass(frozen=True, slots=True)
class BucketPolicyForm:
    """What a bucket's policy has to fit to."""

    bucket: str
    partition: str
    accounts: frozenset[str]
    """All there are: a principal of another one does not exist."""


def fault_of_bucket_policy(text: str, form: BucketPolicyForm) -> AwsAnswer | None:
    """S3's refusal of a policy; None where it takes it.

    The texts are S3's where it has been seen to give one; the order in which it looks is inferred. Whether users and
    roles exist, and whether S3 knows an action or a condition key, is not looked at.
    """
    if not text:
        return AwsAnswer("MissingRequestBodyError", "Request Body is empty")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        broken = "This policy contains invalid Json"
        first = "Policies must be valid JSON and the first byte must be '{'"
        return _malformed(broken if text.startswith("{") else first)
    compact = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    if len(compact.encode(errors="replace")) > LONGEST_BUCKET_POLICY:  # its code is inferred
        return AwsAnswer("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
    problems = (*_bucket_policy_problems(document, form), *_other_problems(text))
    return _malformed(problems[0]) if problems else None


def fault_of_queue_policy(text: str) -> AwsAnswer | None:
    """SQS's refusal of a policy; None where it takes it. It has one text for every policy it cannot read."""
    unreadable = AwsAnswer("InvalidAttributeValue", "Invalid value for the parameter Policy.")
    if len(text.encode(errors="replace")) > LONGEST_QUEUE_POLICY:  # its code is inferred
        return AwsAnswer("OverLimit", "Submitted policy is over max allowed size.", 403)
    try:
        parse_policy(text)
        document = json.loads(text)
    except (MalformedPolicy, ValueError, RecursionError):
        return unreadable
    statements = _several(document["Statement"])
    for statement in statements:
        actions = _several(statement.get("Action", ()))
        if not _has_principal(statement) or not all(_is_of_service(action, "sqs") for action in actions):
            return unreadable
        if len(actions) > _MOST_QUEUE_ACTIONS:
            return _over_limit(len(actions), "Actions", _MOST_QUEUE_ACTIONS)
    if len(statements) > _MOST_QUEUE_STATEMENTS:
        return _over_limit(len(statements), "Statements", _MOST_QUEUE_STATEMENTS)
    return None


def _malformed(text: str) -> AwsAnswer:
    return AwsAnswer("MalformedPolicy", text)


def _over_limit(found: int, what: str, most: int) -> AwsAnswer:
    return AwsAnswer("OverLimit", f"{found} {what} were found, maximum allowed is {most}.", 403)


def _bucket_policy_problems(document: Any, form: BucketPolicyForm) -> Iterator[str]:
    yield from (f"Unknown field {name}" for name in document if name not in _POLICY_FIELDS)
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        yield "The policy must contain a valid version string"
    statements = _several(document.get("Statement", ()))
    if not statements:
        yield "Missing required field Statement"
    for statement in statements:
        if not isinstance(statement, Mapping):
            yield "This policy contains invalid Json"
            continue
        yield from (f"Unknown field {name}" for name in statement if name not in _STATEMENT_FIELDS)
        yield from _statement_problems(statement, form)


def _other_problems(text: str) -> Iterator[str]:
    """What is left, such as a condition of the wrong form."""
    try:
        parse_policy(text)
    except MalformedPolicy as error:
        yield f"Policy has invalid {error.path.rpartition('.')[2].partition('[')[0].lower()}"


def _statement_problems(statement: Mapping[str, Any], form: BucketPolicyForm) -> Iterator[str]:
    for name in ("Effect", "Principal", "Action", "Resource"):
        if name not in statement and (name == "Effect" or f"Not{name}" not in statement):
            yield f"Missing required field {name}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Invalid effect: {statement.get('Effect')}"
    if not all(_is_principal(kind, name, form) for kind, name in _principals(statement)):
        yield "Invalid principal in policy"
    actions = _several(statement.get("Action", statement.get("NotAction", ())))
    if not actions or not all(_is_of_service(action, "s3") for action in actions):
        yield "Policy has invalid action"
    resources = _several(statement.get("Resource", statement.get("NotResource", ())))
    if not resources or not all(_is_of_bucket(resource, form) for resource in resources):
        yield "Policy has invalid resource"
    elif "Action" in statement and "Resource" in statement:
        on_objects = any("/" in resource for resource in resources)
        on_bucket = any("/" not in resource for resource in resources)
        for action in (one.lower() for one in actions):
            if (_ON_OBJECTS.match(action) and not on_objects) or (
                _ON_BUCKETS.match(action) and not on_bucket
            ):
                yield "Action does not apply to any resource(s) in statement"


def _principals(statement: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    found = statement.get("Principal", statement.get("NotPrincipal"))
    if not isinstance(found, Mapping):
        yield "AWS", found
        return
    if not found:
        yield "AWS", None
    for kind, names in found.items():
        yield from ((kind, name) for name in _several(names))


def _is_principal(kind: str, name: Any, form: BucketPolicyForm) -> bool:
    if not isinstance(name, str):
        return False
    if kind != "AWS":
        return kind in ("Service", "Federated", "CanonicalUser") and bool(name)
    if name == "*" or name in form.accounts:
        return True
    arn = _PRINCIPAL.fullmatch(name)
    return arn is not None and "*" not in name and arn[2] in form.accounts


def _has_principal(statement: Mapping[str, Any]) -> bool:
    return any(name is not None for _, name in _principals(statement))


def _is_of_service(action: Any, service: str) -> bool:
    return isinstance(action, str) and (action == "*" or action.lower().startswith(f"{service}:"))


def _is_of_bucket(resource: Any, form: BucketPolicyForm) -> bool:
    own = f"arn:{form.partition}:s3:::{form.bucket}"
    return isinstance(resource, str) and (resource == own or resource.startswith(f"{own}/"))


def _several(found: Any) -> list[Any]:
    return list(found) if isinstance(found, list | tuple) else [found]
