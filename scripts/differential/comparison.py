"""Both evaluators on the same cases, and an explanation for every difference."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from differential.case import Case
from differential.differences import DIFFERENCES, Difference
from differential.oracle import Theirs

from rootwarden.policy import Answer, Decision

OPEN: Final = "depends"
_BATCH: Final = 20_000

Candidate = tuple[tuple[str, ...], list[Case]]
"""Names of classes, and the case without them."""


class Judge(Protocol):
    """The other evaluator."""

    def judge(self, cases: Sequence[Case]) -> list[Theirs]:
        """Its answers, in the cases' order."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One case with both answers."""

    case: Case
    """Without the context keys that the other evaluator takes out, for both to judge the same."""
    ours: str
    theirs: str
    """Why it would not judge, where it would not."""
    classes: tuple[str, ...] = ()
    """The classes that explain the difference; none for agreement, and for a difference nobody has explained."""

    @property
    def agrees(self) -> bool:
        """Whether the answers are the same, down to the kind of denial."""
        return self.ours == self.theirs


def compare(cases: Sequence[Case], judge: Judge) -> list[Compared]:
    """Both answers for every case; a difference comes with the classes that explain it, if any do."""
    compared = list(_both(cases, judge))
    for candidates in (_one, _two, _all):
        asked = [
            (index, names, variants)
            for index, one in enumerate(compared)
            if not one.agrees and not one.classes
            for names, variants in candidates(one.case)
        ]
        answers = _both([variant for _, _, variants in asked for variant in variants], judge)
        for index, names, variants in asked:
            found = [next(answers) for _ in variants]
            if not compared[index].classes and _explains(compared[index], found):
                compared[index] = replace(compared[index], classes=names)
    return compared


def _both(cases: Sequence[Case], judge: Judge) -> Iterator[Compared]:
    for start in range(0, len(cases), _BATCH):
        batch = [replace(case, number=n) for n, case in enumerate(cases[start : start + _BATCH], start)]
        for case, theirs in zip(batch, judge.judge(batch), strict=True):
            known = {key: value for key, value in case.context.items() if key.lower() not in theirs.ignored}
            same = replace(case, context=known)
            yield Compared(same, answer_of(same.judged_by_us()), theirs.answer or theirs.error)


def answer_of(decision: Decision) -> str:
    """Our decision in the other evaluator's words; ``depends`` has none there."""
    if decision.answer is Answer.ALLOW:
        return "Allowed"
    if decision.answer is Answer.DEPENDS:
        return OPEN
    return "ExplicitlyDenied" if decision.explicit else "ImplicitlyDenied"


def _explains(difference: Compared, variants: Sequence[Compared]) -> bool:
    """Whether both agree once the classes are taken out, and we still say what we said."""
    ours = {one.ours for one in variants}
    return all(one.agrees for one in variants) and (difference.ours == OPEN or difference.ours in ours)


def _one(case: Case) -> Iterator[Candidate]:
    return _candidates(case, ((one,) for one in _there(case)))


def _two(case: Case) -> Iterator[Candidate]:
    return _candidates(case, itertools.combinations(_there(case), 2))


def _all(case: Case) -> Iterator[Candidate]:
    return _candidates(case, (_there(case),))


def _there(case: Case) -> tuple[Difference, ...]:
    """The classes that are about something in the case."""
    return tuple(one for one in DIFFERENCES if _variants(case, (one,)) != [case])


def _candidates(case: Case, several: Iterable[tuple[Difference, ...]]) -> Iterator[Candidate]:
    for differences in several:
        yield tuple(one.name for one in differences), _variants(case, differences)


def _variants(case: Case, differences: tuple[Difference, ...]) -> list[Case]:
    """The case without the classes: once where we leave nothing open, else once each way."""
    found: list[Case] = []
    for open_holds in (False, True):
        variant = case
        for difference in differences:
            variant = difference.settle(variant, open_holds)
        if variant not in found:
            found.append(variant)
    return found
