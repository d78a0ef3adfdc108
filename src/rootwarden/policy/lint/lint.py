"""Checking policies: those of a file, wherever in it they stand, and one that AWS keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from rootwarden.errors import MalformedPolicy
from rootwarden.model.organization_policy import PolicyType
from rootwarden.policy.decision import Answer
from rootwarden.policy.document import Effect as Says
from rootwarden.policy.evaluate import evaluate
from rootwarden.policy.layers import Layers
from rootwarden.policy.lint.checks import (
    condition_findings,
    condition_path,
    element_findings,
    raw_statements,
    size_finding,
)
from rootwarden.policy.lint.effects import NOT_ALLOWED, LintAsker, effects_of
from rootwarden.policy.lint.lint_finding import Effect, Linted, LintFinding, PolicyKind
from rootwarden.policy.lint.seen_statements import SeenStatements
from rootwarden.policy.lint.written import Written, documents, read_written
from rootwarden.policy.parse import parse_policy
from rootwarden.policy.reader import join

if TYPE_CHECKING:
    from rootwarden.policy.document import Policy

_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_TYPES: Final = {PolicyKind.SCP: PolicyType.SCP, PolicyKind.RCP: PolicyType.RCP}
_NULL_TEXT: Final = "{path}: YAML reads an unquoted Null as no text at all, and tools lose the condition; write 'Null' in quotes"


def lint_file(
    source: str, text: str, *, kind: PolicyKind | None = None, partition: str = "aws"
) -> tuple[Linted, ...]:
    """Every policy of a file: the file itself, or those of a CloudFormation template. ``kind`` is guessed where it is not given."""
    try:
        written = read_written(text)
    except MalformedPolicy as error:
        found = _malformed(source, "", kind or PolicyKind.IDENTITY, error)
        return (replace(found, findings=tuple(replace(one, line=1, column=1) for one in found.findings)),)
    each = documents(written.value)
    alone = len(each) == 1 and not each[0][0]
    return tuple(
        _in_file(
            _Given(
                source,
                path,
                document,
                PolicyKind(known) if known else kind or _guessed(document),
                partition,
                text if alone else None,
            ),
            written,
        )
        for path, document, known in each
    )


def lint_document(
    source: str, document: str, kind: PolicyKind, *, targets: tuple[str, ...] = (), partition: str = "aws"
) -> Linted:
    """A policy as AWS keeps it, which stands in no file."""
    try:
        written = read_written(document)
    except MalformedPolicy as error:
        return replace(_malformed(source, "", kind, error), targets=targets)
    checked = _checked(_Given(source, "", written.value, kind, partition, document))
    return replace(checked, targets=targets)


@dataclass(frozen=True, slots=True)
class _Given:
    """One policy to be checked."""

    source: str
    name: str
    """Its path in a template."""
    document: Any
    kind: PolicyKind
    partition: str
    text: str | None = None
    """The text, where it holds nothing else."""


def _in_file(given: _Given, written: Written) -> Linted:
    checked, path = _checked(given), given.name
    nulls = [one for one in written.nulls if one.startswith(path)]
    found = [
        *(LintFinding("yaml_null", _NULL_TEXT.format(path=one), one) for one in nulls),
        *(
            replace(one, path=join(path, one.path) if path and one.path else path or one.path)
            for one in checked.findings
        ),
    ]
    return replace(checked, findings=tuple(_placed(one, written) for one in found))


def _placed(finding: LintFinding, written: Written) -> LintFinding:
    line, column = written.where(finding.path) or (1, 1)
    return replace(finding, line=line, column=column)


def _checked(given: _Given) -> Linted:
    source, name, kind = given.source, given.name, given.kind
    is_json = given.text is not None and given.text.lstrip().startswith("{")
    try:
        # As text where it is JSON, so that a key that is there twice is found.
        document = (
            given.text
            if given.text is not None and is_json
            else _mapping(given.document, in_template=bool(name))
        )
        policy = parse_policy(document, name=name or source)
    except MalformedPolicy as error:
        return _malformed(source, name, kind, error)
    effects = effects_of(policy, kind, given.partition)
    text = given.text if is_json else None
    findings = (*_findings(policy, given.document, kind, given.partition, text), *_not_allowed(effects))
    return Linted(source, name, kind, findings, effects)


def _mapping(document: Any, *, in_template: bool) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise MalformedPolicy("it is not a policy document: expected an object with Version and Statement")
    if in_template and "${" in json.dumps(document, default=str):
        # What CloudFormation puts in is open, as a policy variable is; the old version of the language has no variables.
        return {**document, "Version": "2012-10-17"}
    return document


def _findings(
    policy: Policy, document: Any, kind: PolicyKind, partition: str, text: str | None
) -> Iterator[LintFinding]:
    raw = raw_statements(document)
    yield from size_finding(document, kind, "", text)
    yield from element_findings(policy, raw, kind)
    asker = LintAsker(policy, partition)
    accounts = tuple(sorted(set(_ACCOUNT.findall(policy.source))))
    binds_members = kind is not PolicyKind.IDENTITY
    seen = SeenStatements(asker, _TYPES.get(kind, PolicyType.SCP), accounts, binds_members, binds_members)
    for statement, (path, found) in zip(policy.statements, raw, strict=True):
        yield from condition_findings(statement, path, found)
        for one in seen.of_statement(statement) if binds_members else seen.of_spelling(statement):
            place = condition_path(path, found, one.condition) if one.condition else path
            yield LintFinding(one.code, f"{statement.label}: {one.text}", place)
    if kind is PolicyKind.IDENTITY:
        yield from _unlimited(policy, asker, raw)


def _unlimited(policy: Policy, asker: LintAsker, raw: list[tuple[str, Any]]) -> Iterator[LintFinding]:
    """An Allow of sts:AssumeRoot for whatever task."""
    layers = Layers((policy,))
    request = asker.call_anywhere()
    if evaluate(request, layers).answer is Answer.DENY:
        return
    for statement, (path, _) in zip(policy.statements, raw, strict=True):
        limited = any(one.key == "sts:taskpolicyarn" for one in statement.conditions)
        if (
            statement.effect is Says.ALLOW
            and not limited
            and statement.action.match(request).truth.value == "yes"
        ):
            text = (
                f"{statement.label}: it allows sts:AssumeRoot without a limit by sts:TaskPolicyArn: in the management account and the "
                "delegated administrator's, that is every root task in every account it names"
            )
            yield LintFinding("assume_root_unlimited", text, path)


def _not_allowed(effects: Iterable[Effect]) -> Iterator[LintFinding]:
    """What an SCP that is a list of what it allows leaves out."""
    lacking = [
        one.what if one.who == "root session" else one.who
        for one in effects
        if one.why.startswith(NOT_ALLOWED)
    ]
    if lacking:
        text = (
            f"it does not allow what is needed for {', '.join(lacking)}: alone on its level it denies that. At every level some SCP "
            "has to allow it"
        )
        yield LintFinding("allow_list", text, "Statement")


def _malformed(source: str, name: str, kind: PolicyKind, error: MalformedPolicy) -> Linted:
    text = error.message.removeprefix(f"policy {name or source}: ").removeprefix("policy document: ")
    return Linted(source, name, kind, (LintFinding("malformed", text, error.path),))


def _guessed(document: Any) -> PolicyKind:
    """An RCP has a Principal in its statements, an SCP denies; everything else is an identity policy."""
    if not isinstance(document, dict):
        return PolicyKind.IDENTITY
    statements = [one for _, one in raw_statements(document) if isinstance(one, dict)]
    denies = bool(statements) and all(one.get("Effect") == "Deny" for one in statements)
    if denies and all("Principal" in one for one in statements):
        return PolicyKind.RCP
    return PolicyKind.SCP if denies else PolicyKind.IDENTITY
