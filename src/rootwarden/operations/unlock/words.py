"""A statement of a policy in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rootwarden.operations.unlock.document import several, value_of

DEAD: Final = re.compile(r"A(ROA|IDA)[A-Z0-9]{12,}")
"""A role's or user's unique id. AWS shows it in a Principal in the place of an ARN once the role or user was deleted.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

_MOST: Final = 6
_NEGATED: Final = re.compile(r"not(equals|like|ipaddress)|^notipaddress", re.IGNORECASE)
_POSITIVE: Final = re.compile(
    r"^(string|arn|numeric|bool|binary|date)?(equals|like)|^ipaddress|^bool", re.IGNORECASE
)
_PHRASES: Final[Mapping[str, str]] = {
    "aws:sourcevpce": "the request comes through VPC endpoint {}",
    "aws:sourcevpc": "the request comes from VPC {}",
    "aws:sourceip": "the request comes from {}",
    "aws:vpcsourceip": "the request comes from {} inside a VPC",
    "aws:principalorgid": "the caller belongs to organization {}",
    "aws:principalorgpaths": "the caller belongs to the OU {}",
    "aws:principalaccount": "the caller belongs to account {}",
    "aws:sourceaccount": "a service acts for account {}",
    "aws:sourcearn": "a service acts for {}",
    "aws:principalarn": "the caller is {}",
    "aws:userid": "the caller's id is {}",
    "aws:username": "the caller is user {}",
}
_FALSE: Final[Mapping[str, str]] = {
    "aws:securetransport": "the request comes without TLS",
    "aws:multifactorauthpresent": "the caller has signed in without MFA",
}


def in_words(statement: Mapping[str, Any]) -> str:
    """What a statement says: whom it allows or denies what, and when."""
    verb = "allows" if value_of(statement, "Effect") == "Allow" else "denies"
    where = _where(statement)
    return " ".join(
        part for part in (verb, _who(statement), _what(statement), where, *_when(statement)) if part
    )


def _who(statement: Mapping[str, Any]) -> str:
    excepted = value_of(statement, "NotPrincipal")
    if excepted is not None:
        return f"everyone but {_listed(_names(excepted))}"
    named = value_of(statement, "Principal")
    if named is None:
        return "nobody in particular (it names no Principal)"
    names = list(_names(named))
    return "everyone" if "*" in names else _listed(names)


def _names(principal: Any) -> Iterator[str]:
    if not isinstance(principal, Mapping):
        yield str(principal)
        return
    for kind, values in principal.items():
        for name in map(str, several(values)):
            if DEAD.fullmatch(name):
                yield f"{name} (deleted since)"
            elif kind.lower() == "aws":
                yield f"account {name}" if name.isdigit() else name
            else:
                yield f"{kind.lower()} {name}"


def _what(statement: Mapping[str, Any]) -> str:
    excepted = value_of(statement, "NotAction")
    if excepted is not None:
        return f"every action but {_listed(several(excepted))}"
    actions = [str(one) for one in several(value_of(statement, "Action"))]
    everything = next(
        (one for one in actions if one == "*" or re.fullmatch(r"[a-z0-9-]+:\*", one, re.IGNORECASE)), ""
    )
    if everything:
        service = {"s3:*": "S3 ", "sqs:*": "SQS "}.get(everything.lower(), "")
        return f"every {service}action"
    return _listed(actions)


def _where(statement: Mapping[str, Any]) -> str:
    excepted = value_of(statement, "NotResource")
    if excepted is not None:
        return f"everywhere but on {_listed(several(excepted))}"
    resources = [str(one) for one in several(value_of(statement, "Resource"))]
    narrow = [one for one in resources if "/" in one and not one.endswith("/*")]
    return f"on {_listed(narrow)}" if narrow and len(narrow) == len(resources) else ""


def _when(statement: Mapping[str, Any]) -> Iterator[str]:
    conditions = value_of(statement, "Condition") or {}
    phrases = [
        _phrase(
            str(operator),
            str(key),
            [str(one).lower() if isinstance(one, bool) else str(one) for one in several(values)],
        )
        for operator, keys in conditions.items()
        for key, values in keys.items()
    ]
    if phrases:
        yield " and ".join(phrases)


def _phrase(operator: str, key: str, values: list[str]) -> str:
    bare = operator.lower().removesuffix("ifexists")
    folded = key.lower()
    shown = _listed(values, last="or")
    if bare == "null":
        return f"if {key} is {'absent' if values == ['true'] else 'present'}"
    if bare == "bool" and values == ["false"] and folded in _FALSE:
        return f"if {_FALSE[folded]}"
    phrase = _PHRASES.get(folded, f"{key} is {{}}").replace("{}", shown)
    if ":" in bare:
        return f"if {operator} {key} {shown}"
    if _NEGATED.search(bare):
        return f"unless {phrase}"
    if _POSITIVE.search(bare):
        return f"if {phrase}"
    return f"if {operator} {key} {shown}"


def _listed(names: Any, *, last: str = "and") -> str:
    found = [str(one) for one in names]
    if len(found) > _MOST:
        found = [*found[:_MOST], f"{len(found) - _MOST} more"]
    if len(found) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"
