"""What one task needs changed so that a root session goes through: found for one account, from the policies as they are. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.amendments import ASSUME_ROOT, Amendment, Kind, NoChange
from rootwarden.policy.document import Effect
from rootwarden.policy.lint.seen_statements import CONTROL_TOWER_SID
from rootwarden.policy.spelling import meant_by
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rootwarden.operations.doctor.papers import Papers
    from rootwarden.policy import Decision, Policy, Request
    from rootwarden.policy.document import Statement

HERE: Final = "\0here\0"
"""Stands for the root, OU or account of a level, for the same lift may serve many."""
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Lift:
    """What would lift a block."""

    amendments: Mapping[str, frozenset[Amendment]]
    """By the label of the policy."""
    texts: tuple[str, ...] = ()
    """What has to be done besides, and why no change of a policy does it."""
    suffices: bool = True
    """Whether the amendments lift it without what the texts say."""

    def at(self, target: str) -> Lift:
        """The same at one root, OU or account."""
        return Lift(self.amendments, tuple(one.replace(HERE, target) for one in self.texts), self.suffices)


def together(lifts: Iterable[Lift]) -> Lift:
    """Several as one."""
    found = list(lifts)
    amendments: dict[str, frozenset[Amendment]] = {}
    for one in found:
        for label, wanted in one.amendments.items():
            amendments[label] = amendments.get(label, frozenset()) | wanted
    texts = tuple(dict.fromkeys(text for one in found for text in one.texts))
    return Lift(amendments, texts, all(one.suffices for one in found))


@dataclass(slots=True)
class Work:
    """A lift on its way: what was decided so far, and the policies as they would then be."""

    papers: Papers
    wanted: dict[str, frozenset[Amendment]] = field(default_factory=dict)
    parsed: dict[str, Policy] = field(default_factory=dict)

    def add(self, label: str, *further: Amendment) -> None:
        """Decides on further amendments of one policy. Raises NoChange where they cannot be made."""
        wanted = self.wanted.get(label, frozenset()) | set(further)
        _, parsed = self.papers.make(label, wanted)
        self.wanted[label], self.parsed[label] = wanted, parsed

    def denying(self, policies: Iterable[Policy], request: Request, said: Decision) -> tuple[str, int]:
        """The statement that denies, as label and number."""
        for policy in self.current(policies):
            for number, one in enumerate(policy.statements):
                named = (policy.name, one.label) == (said.policy, said.statement)
                if named and one.effect is Effect.DENY and one.match(request).truth is Truth.YES:
                    return policy.name, number
        raise NoChange(f"{said.policy} has to change: {said.sentence}")

    def written(self, label: str, number: int) -> edits.Statement:
        """A statement as it would be written."""
        document, _ = self.papers.make(label, self.wanted.get(label, ()))
        return edits.statements(document)[number]

    def correct_key(self, policies: Iterable[Policy], request: Request) -> bool:
        """Corrects the first misspelt key that leaves the request open; whether there was one."""
        for policy in self.current(policies):
            for number, one in enumerate(policy.statements):
                match = one.match(request)
                wrong = next((key for key in sorted(match.keys) if meant_by(key)), None)
                if match.truth is Truth.MAYBE and wrong is not None:
                    right = meant_by(wrong) or ""
                    self.add(policy.name, Amendment(Kind.CORRECT_KEY, number, wrong, right))
                    return True
        return False

    def current(self, policies: Iterable[Policy]) -> Iterator[Policy]:
        """The policies as they would be."""
        return (self.parsed.get(one.name, one) for one in policies)

    def lift(self, texts: Iterable[str] = (), *, suffices: bool = True) -> Lift:
        """What came of it."""
        return Lift(dict(self.wanted), tuple(dict.fromkeys(texts)), suffices)


def sentences(
    papers: Papers, label: str, wanted: frozenset[Amendment], statements: tuple[Statement, ...]
) -> Iterator[str]:
    """The amendments of one policy in words. ``statements`` are those of the policy as it is."""
    for one in sorted(wanted):
        if one.number < 0:
            continue
        where = f"{statements[one.number].label} of {label}"
        before = edits.statements(papers.paper(label).document or {})[one.number]
        if one.kind is Kind.EXEMPT_SESSIONS and statements[one.number].label.upper() == CONTROL_TOWER_SID:
            yield (
                "This is Control Tower's control AWS-GR_RESTRICT_ROOT_USER: do not edit its SCP, but enable the control "
                "again for the OU with the parameter ExemptAssumeRoot=true, which has the effect shown."
            )
        yield _sentence(one, where, before, wanted)
    yield from _added(label, wanted)


def _sentence(one: Amendment, where: str, before: edits.Statement, wanted: frozenset[Amendment]) -> str:
    match one.kind:
        case Kind.CORRECT_KEY:
            return f"Write {one.other} for {one.text} in {where}: there is no key {one.text}."
        case Kind.SPARE_ACTION:
            return f"Except {one.text} from {where}, which binds the caller's account."
        case Kind.SPARE_CALLER:
            return f"Except {one.text} from {where}, which binds the caller's account."
        case _:
            corrected = {
                each.text: each.other
                for each in wanted
                if each.kind is Kind.CORRECT_KEY and each.number == one.number
            }
            for wrong, right in corrected.items():
                before = edits.correcting_key(before, wrong, right)
            if edits.is_turned(before):
                return (
                    f'Turn the condition Null {edits.KEY} of {where} to "true": it then spares root sessions and denies the '
                    "signed-in root user, which it lets through now."
                )
            return (
                f'Add "Null": {{"{edits.KEY}": "true"}} to the conditions of {where}: it then spares root sessions and '
                "denies everybody else as before."
            )


def _added(label: str, wanted: frozenset[Amendment]) -> Iterator[str]:
    actions = sorted(one.text for one in wanted if one.kind is Kind.ALLOW_SESSIONS)
    if actions:
        named = ", ".join(actions) if len(actions) <= _FEW else f"the {len(actions)} actions shown"
        yield f"Allow {named} for root sessions alone in {label}: at every level an SCP has to allow them."
    if any(one.kind is Kind.ALLOW_CALL for one in wanted):
        yield f"Allow {ASSUME_ROOT} on root users of members in {label}: at every level an SCP has to allow it."
    tasks = sorted(one.text.rpartition("/")[2] for one in wanted if one.kind is Kind.ALLOW_TASK)
    if tasks:
        yield f"Allow {ASSUME_ROOT} with {', '.join(tasks)} to the caller, in {label}."
