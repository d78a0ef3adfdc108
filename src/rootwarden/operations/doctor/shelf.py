"""The policies that were read, parsed once, with what is needed to tell which accounts they treat alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.errors import MalformedPolicy
from rootwarden.model.diagnosis import Unread
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import Reason, local
from rootwarden.policy import Level, Policy, parse_policy, unreadable_policy
from rootwarden.policy.keys import named_keys
from rootwarden.policy.pattern import Pattern
from rootwarden.policy.wildcard import Wild

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.organization_policy import AttachedPolicy
    from rootwarden.model.principal import Document
    from rootwarden.operations.doctor.evidence import Evidence

_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_NEUTRAL: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\*|[0-9]{12})?:")
"""An ARN that names its account wholly, or any."""
_ABOUT_ACCOUNTS: Final = frozenset({"aws:principalarn", "aws:principalaccount", "aws:resourceaccount"})
_ORG_PATHS: Final = frozenset({"aws:principalorgpaths", "aws:resourceorgpaths"})


@dataclass(frozen=True, slots=True)
class Book:
    """One policy and what it looks at."""

    policy: Policy
    keys: frozenset[str]
    """Every condition key it names, in lower case."""
    accounts: frozenset[str]
    """Every account id it names: those accounts it may treat unlike all others."""
    singles_out: bool
    """Whether it may single accounts out in another way, such as by half an id."""
    names: tuple[str, ...] = ()
    """Names of buckets and queues, one for each that it singles out by a pattern."""
    unread: Reason | None = None
    """Why the policy inside is only a stand-in."""

    @property
    def by_path(self) -> bool:
        """Whether it asks for the account's place in the tree."""
        return bool(self.keys & _ORG_PATHS)

    def marks(self, account: str) -> bool:
        """Whether it may treat the account unlike others."""
        return self.singles_out or account in self.accounts


@dataclass(frozen=True, slots=True)
class Shelf:
    """All SCPs and RCPs by id, and the levels they form."""

    evidence: Evidence
    books: Mapping[str, Book]
    listed: Mapping[str, AttachedPolicy]
    by_label: Mapping[str, str]
    """Ids by the name decisions use."""
    attached_to: Mapping[str, tuple[str, ...]]
    """Roots, OUs and accounts by policy id, among what was read."""
    kinds: Mapping[str, PolicyType]
    """The type of each policy, by id."""
    missing: dict[tuple[PolicyType, str], Book] = field(default_factory=dict)

    def books_at(self, kind: PolicyType, target: str) -> tuple[Book, ...]:
        """What is attached to a root, OU or account: a stand-in where that was not read."""
        found = self.evidence.policies.attached.get((kind, target))
        if isinstance(found, Seen):
            return tuple(self.books[one.id] for one in found.value)
        reason = found.reason if found else local("not_asked", "it was not asked for")
        what = f"the {kind.short}s of {target}"
        return (self.missing.setdefault((kind, target), stand_in(what, reason)),)

    def targets_of(self, policy_id: str) -> tuple[str, ...]:
        """Where a policy is attached, among what was read."""
        return self.attached_to.get(policy_id, ())

    def unread(self) -> Iterator[Unread]:
        """What was not read or could not be parsed."""
        policies = self.evidence.policies
        for kind, enabled in policies.enabled.items():
            if isinstance(enabled, NotSeen):
                yield Unread(f"whether {kind.short}s are enabled", enabled.reason)
        for (kind, target), found in policies.attached.items():
            if isinstance(found, NotSeen):
                yield Unread(f"the {kind.short}s of {target}", found.reason)
        for book in self.books.values():
            if book.unread is not None:
                yield Unread(f"the policy {book.policy.name}", book.unread)


def shelve(evidence: Evidence) -> Shelf:
    """Parses every policy once."""
    policies = evidence.policies
    listed = {
        one.id: one for found in policies.attached.values() if isinstance(found, Seen) for one in found.value
    }
    books = {
        id_: open_book(one.label, policies.documents.get(id_, NotSeen(local("not_asked", "not asked for"))))
        for id_, one in listed.items()
    }
    targets: dict[str, list[str]] = {}
    kinds: dict[str, PolicyType] = {}
    for (kind, target), found in policies.attached.items():
        for one in found.value if isinstance(found, Seen) else ():
            targets.setdefault(one.id, []).append(target)
            kinds[one.id] = kind
    by_label = {one.label: id_ for id_, one in listed.items()}
    attached_to = {id_: tuple(found) for id_, found in targets.items()}
    return Shelf(evidence, books, listed, by_label, attached_to, kinds)


def open_book(label: str, document: Reading[str] | Reading[Document]) -> Book:
    """A policy parsed, or a stand-in for one that was not read or cannot be."""
    if isinstance(document, NotSeen):
        return stand_in(label, document.reason)
    try:
        policy = parse_policy(document.value, name=label)
    except MalformedPolicy as error:
        return stand_in(label, local("malformed_policy", error.message))
    accounts = frozenset(_ACCOUNT.findall(policy.source))
    names = tuple(dict.fromkeys(_names(policy)))
    return Book(policy, named_keys(policy), accounts, _singles_out(policy), names)


def stand_in(what: str, reason: Reason) -> Book:
    """A policy that may deny and may allow anything."""
    why = reason.text if reason.source == "local" else f"{reason.code}: {reason.text}"
    policy = unreadable_policy(name=what, why=f"not read: {why}")
    return Book(policy, frozenset(), frozenset(), singles_out=False, unread=reason)


def level_of(target: str, books: tuple[Book, ...]) -> Level:
    """The books as a level of the evaluator."""
    return Level(target, tuple(book.policy for book in books))


def _singles_out(policy: Policy) -> bool:
    """Whether it could tell accounts apart by anything but their whole ids; in doubt, yes."""
    for statement in policy.statements:
        for condition in statement.conditions:
            exact = condition.operator is None or "like" not in condition.operator.name.lower()
            if condition.key in {"aws:principalaccount", "aws:resourceaccount"}:
                if not all(exact and _is_whole(value) for value in condition.values):
                    return True
            elif condition.key in _ABOUT_ACCOUNTS and not all(map(_is_neutral, condition.values)):
                return True
        if not all(_is_neutral(_as_text(one.whole)) for one in statement.resource.patterns):
            return True
    return False


def _names(policy: Policy) -> Iterator[str]:
    """A name for each pattern of a bucket or queue, such that the pattern fits it."""
    for statement in policy.statements:
        for one in statement.resource.patterns:
            if one.is_everything or one.fault:
                continue
            service, name = one.parts[2].glob, one.parts[5]
            if service is None or not (service.matches("s3") or service.matches("sqs")):
                continue
            text = "".join(token if isinstance(token, str) else "x" for token in name.tokens)
            if "/" not in text and any(token is not Wild.ANY for token in name.tokens):
                yield text


def _is_whole(value: str) -> bool:
    return _ACCOUNT.fullmatch(value) is not None or value == "${aws:PrincipalAccount}"


def _is_neutral(value: str) -> bool:
    if _NEUTRAL.match(value) or value == "*":
        return True
    rest = _ACCOUNT.sub("", value)
    return not any(one.isdigit() or one == "?" for one in rest)


def _as_text(found: Pattern) -> str:
    """A pattern as it was written, its variables left out: they tell accounts apart only by comparing them with themselves."""
    return "".join(
        token if isinstance(token, str) else token.value
        for token in found.tokens
        if isinstance(token, (str, Wild))
    )
