"""Taking something out of a case: a part of a statement makes way for a plain condition that holds, or for one that does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from differential.case import Case, Document

from rootwarden.policy import Request
from rootwarden.policy.conditions.condition import condition
from rootwarden.policy.resource import resource_matcher
from rootwarden.policy.truth import Match, Truth

Statement = Mapping[str, Any]
Settle = Callable[[Case, bool], Case]
"""The case without something; what we leave open counts as holding, or as not, as the second argument says."""

NEW: Final = "2012-10-17"
"""The version that has policy variables."""

_KEY: Final = "aws:PrincipalAccount"  # in every request, and in no random condition


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a statement, with what it says of the request at hand."""

    version: str
    operator: str
    wanted: tuple[str, ...]
    given: tuple[str, ...]
    match: Match

    @property
    def family(self) -> str:
        """``Arn``, ``Date`` ... : the operator without its beginning and end."""
        bare = self.operator.rpartition(":")[2].removeprefix("Not")
        return next((name for name in ("Arn", "Date", "Numeric", "Ip", "Bool") if bare.startswith(name)), "")


def of_conditions(concerned: Callable[[Part], bool]) -> Settle:
    """Takes out the conditions the function is concerned with."""

    def settle(case: Case, open_holds: bool) -> Case:
        request = case.request()

        def rewrite(statement: Statement, version: str) -> Statement:
            kept: dict[str, dict[str, Any]] = {}
            for operator, keys in statement.get("Condition", {}).items():
                for key, values in keys.items():
                    part = _part(version, operator, key, values, request)
                    if not concerned(part):
                        kept.setdefault(operator, {})[key] = values
                    elif not holds(part.match, open_holds):
                        return never(statement)
            bare = {name: value for name, value in statement.items() if name != "Condition"}
            return bare | ({"Condition": kept} if kept else {})

        return rewritten(case, rewrite)

    return settle


def of_resources(concerned: Callable[[str, tuple[str, ...], Match], bool]) -> Settle:
    """Takes out Resource and NotResource where version, patterns and what they say of the request concern the function."""

    def settle(case: Case, open_holds: bool) -> Case:
        request = case.request()

        def rewrite(statement: Statement, version: str) -> Statement:
            name = "NotResource" if "NotResource" in statement else "Resource"
            patterns = _texts(statement[name])
            matcher = resource_matcher(patterns, negated=name != "Resource", variables=version == NEW)
            match = matcher.match(request)
            if not concerned(version, patterns, match):
                return statement
            if not holds(match, open_holds):
                return never(statement)
            return {key: value for key, value in statement.items() if key != name} | {"Resource": "*"}

        return rewritten(case, rewrite)

    return settle


def _part(version: str, operator: str, key: str, values: Any, request: Request) -> Part:
    wanted = _texts(values)
    given = request.context.get(key.lower(), ())
    parsed = condition(operator, key, wanted, variables=version == NEW)
    return Part(
        version=version,
        operator=operator,
        wanted=wanted,
        given=(given,) if isinstance(given, str) else given if isinstance(given, tuple) else (),
        match=parsed.match(request),
    )


def holds(match: Match, open_holds: bool) -> bool:
    """Whether a part counts as holding."""
    return match.truth is Truth.YES or (match.truth is Truth.MAYBE and open_holds)


def never(statement: Statement) -> Statement:
    """The statement in a form that plainly does not apply."""
    plain = {key: value for key, value in statement.items() if key not in ("NotResource", "NotPrincipal")}
    principal = {"Principal": "*"} if {"Principal", "NotPrincipal"} & statement.keys() else {}
    return plain | principal | {"Resource": "*", "Condition": {"Null": {_KEY: "true"}}}


def rewritten(case: Case, rewrite: Callable[[Statement, str], Statement]) -> Case:
    """The case with every statement rewritten; the function is given the policy's version too."""

    def document(found: Document) -> Document:
        return {**found, "Statement": [rewrite(one, found["Version"]) for one in found["Statement"]]}

    def several(found: tuple[Document, ...]) -> tuple[Document, ...]:
        return tuple(document(one) for one in found)

    return replace(
        case,
        identity=None if case.identity is None else several(case.identity),
        boundary=None if case.boundary is None else several(case.boundary),
        ceiling=several(case.ceiling),
        scps=tuple(several(level) for level in case.scps),
        rcps=tuple(several(level) for level in case.rcps),
        resource_policy=None if case.resource_policy is None else document(case.resource_policy),
    )


def _texts(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)
