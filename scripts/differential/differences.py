"""The known classes of difference between the two evaluators, each as a way to take it out of a case.

A class does not excuse a case because of what is in it. It puts the part that it is about into plain words, as a condition
that holds or one that does not, by our reading (and once each way where we leave it open). If the evaluators then agree, the
difference was there and nowhere else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from differential.case import Case, Document
from differential.rewriting import (
    NEW,
    Part,
    Settle,
    Statement,
    holds,
    never,
    of_conditions,
    of_resources,
    rewritten,
)

from rootwarden.policy import parse_policy
from rootwarden.policy.matching import OWN_BUCKET_POLICY
from rootwarden.policy.truth import Match, Truth

_EVERYBODY: Final = ("*", {"AWS": "*"})
_VARIABLE: Final = re.compile(r"\$\{[^}]*:")


@dataclass(frozen=True, slots=True)
class Difference:
    """One class, which docs/policy-engine.md explains under its name."""

    name: str
    settle: Settle


def _of_not_principal(*, open_ones: bool) -> Settle:
    """A class that is about NotPrincipal."""

    def settle(case: Case, open_holds: bool) -> Case:
        request = case.request()

        def rewrite(statement: Statement, version: str) -> Statement:
            if "NotPrincipal" not in statement:
                return statement
            (parsed,) = parse_policy({"Version": version, "Statement": [statement]}).statements
            if parsed.principal is None:
                return statement
            match = parsed.principal.match(request)
            if case.boundary is not None:
                match = Match(Truth.YES)
            if (match.truth is Truth.MAYBE) is not open_ones:
                return statement
            if not holds(match, open_holds):
                return never(statement)
            plain = {key: value for key, value in statement.items() if key != "NotPrincipal"}
            return plain | {"Principal": "*"}

        return rewritten(case, rewrite)

    return settle


def _own_bucket_policy(case: Case, _: bool) -> Case:
    """Root is never denied its own bucket's policy by that policy."""
    if case.identity is not None or case.action.lower() not in OWN_BUCKET_POLICY:
        return case
    return replace(case, resource_policy=None)  # its Allows add nothing to what root may do anyway


def _rcp_on_assume_root(case: Case, open_holds: bool) -> Case:
    if case.action != "sts:AssumeRoot" or not case.rcps:
        return case
    denies = tuple(
        {**document, "Statement": [_without_principal(one) for one in document["Statement"]]}
        for level in case.rcps
        for document in level
    )
    return replace(case, rcps=(), ceiling=(*case.ceiling, *(denies if open_holds else ())))


def _without_principal(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Principal"}


def _everyone_bounded(case: Case, open_holds: bool) -> Case:
    """What a bucket's policy allows to everybody stands in the caller's own policies, and in its boundary if it passes it."""
    if case.boundary is None or case.identity is None or case.resource_policy is None:
        return case
    version, statements = case.resource_policy["Version"], case.resource_policy["Statement"]
    to_all = [one for one in statements if one["Effect"] == "Allow" and one.get("Principal") in _EVERYBODY]
    if not to_all:
        return case
    moved: Document = {"Version": version, "Statement": [_without_principal(one) for one in to_all]}
    kept = [never(one) if one in to_all else one for one in statements]
    return replace(
        case,
        identity=(*case.identity, moved),
        boundary=(*case.boundary, moved) if open_holds else case.boundary,
        resource_policy={"Version": version, "Statement": kept},
    )


# -- what the classes are about ----------------------------------------------------------------------------------------


def _warned(pattern: str) -> Callable[[Match], bool]:
    wanted = re.compile(pattern)
    return lambda match: any(wanted.search(warning) for warning in match.warnings)


def _open_condition(pattern: str) -> Settle:
    warned = _warned(pattern)
    return of_conditions(lambda part: part.match.truth is Truth.MAYBE and warned(part.match))


def _open_resource(pattern: str) -> Settle:
    warned = _warned(pattern)
    return of_resources(lambda _version, _patterns, match: match.truth is Truth.MAYBE and warned(match))


def _open_anywhere(pattern: str) -> Settle:
    in_conditions, in_resources = _open_condition(pattern), _open_resource(pattern)
    return lambda case, open_holds: in_resources(in_conditions(case, open_holds), open_holds)


def _old_variables(case: Case, open_holds: bool) -> Case:
    in_conditions = of_conditions(
        lambda part: part.version != NEW and any("${" in value for value in part.wanted)
    )
    in_resources = of_resources(
        lambda version, patterns, _: version != NEW and any("${" in pattern for pattern in patterns)
    )
    return in_resources(in_conditions(case, open_holds), open_holds)


def _variable_in_arn(part: Part) -> bool:
    return part.family == "Arn" and any(_VARIABLE.search(value) for value in part.wanted)


def _seconds(part: Part) -> bool:
    return part.family == "Date" and any(value.isdecimal() for value in part.wanted)


_READABLE: Final[Mapping[str, re.Pattern[str]]] = {
    "Arn": re.compile(r"arn:(.*:){4}.*"),
    "Date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{5,}"),
    "Numeric": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "Ip": re.compile(r"[0-9]+(\.[0-9]+){3}|[0-9a-f]*:[0-9a-f:]*"),
    "Bool": re.compile(r"true|false", re.IGNORECASE),
}


def _of_another_type(part: Part) -> bool:
    readable = _READABLE.get(part.family)
    return readable is not None and any(not readable.fullmatch(value) for value in part.given)


def _other_ip_version(part: Part) -> bool:
    if part.family != "Ip" or _of_another_type(part):
        return False
    given = {ipaddress.ip_address(value).version for value in part.given}
    return any(ipaddress.ip_network(value, strict=False).version not in given for value in part.wanted)


DIFFERENCES: Final = (
    Difference("variables under the older version", _old_variables),
    Difference("variables in ARN operators", of_conditions(_variable_in_arn)),
    Difference("dates in seconds", of_conditions(_seconds)),
    Difference("values of another type", of_conditions(_of_another_type)),
    Difference("IPv6 beside IPv4", of_conditions(_other_ip_version)),
    Difference("NotPrincipal", _of_not_principal(open_ones=False)),
    Difference("root and its own bucket's policy", _own_bucket_policy),
    Difference("malformed ARN patterns", _open_anywhere("not an ARN pattern|neither .* nor an ARN")),
    Difference("ForAnyValue with IfExists", _open_condition("on the absent key")),
    Difference("values no operator reads", _open_condition('" is not (a|an|base64|"true")')),
    Difference("variables without a value", _open_anywhere("has no single value")),
    Difference("placeholders", _open_anywhere("looks like a placeholder")),
    Difference("variables before the fifth colon", _open_resource("before the fifth colon")),
    Difference("NotPrincipal without the account", _of_not_principal(open_ones=True)),
    Difference("Principal * and a boundary", _everyone_bounded),
    Difference("RCPs on sts:AssumeRoot", _rcp_on_assume_root),
)
"""Every class that is known. A difference that none of them takes away is a new one."""
