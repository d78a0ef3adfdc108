"""From what was read to an answer per account and task. Pure. Accounts that nothing tells apart are judged once."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import AccountDiagnosis, PolicyChange, TaskAnswer, TaskDiagnosis, Unread
from rootwarden.model.ids import root_arn
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.doctor.call import CallerPolicies, caller_policies
from rootwarden.operations.doctor.changes import Changes
from rootwarden.operations.doctor.gates import skip_reason, unread_gates
from rootwarden.operations.doctor.papers import Papers
from rootwarden.operations.doctor.requests import Asker
from rootwarden.operations.doctor.shelf import Book, Shelf, shelve
from rootwarden.operations.doctor.stack import LevelJudge, Stack, stack_of
from rootwarden.operations.doctor.task_judge import TaskJudge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason
    from rootwarden.model.tasks import RootTask
    from rootwarden.operations.doctor.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts below the same policies, none of which tells them apart."""

    accounts: tuple[Account, ...]
    stack: Stack
    """That of the first account."""
    path: Hashable
    """The policies alone, wherever they are attached."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All answers."""

    accounts: tuple[AccountDiagnosis, ...]
    groups: tuple[Group, ...]
    shelf: Shelf
    caller: CallerPolicies
    asker: Asker
    levels: LevelJudge
    unread: tuple[Unread, ...]
    changes: tuple[PolicyChange, ...] = ()
    """Every policy that would have to change, once, with all that the answers need of it."""


def judge(evidence: Evidence, tasks: Sequence[RootTask]) -> Judgement:
    """An answer for every account and task, in the order given. Nothing is ``allowed`` where a layer was not read."""
    shelf = shelve(evidence)
    caller = caller_policies(evidence, shelf)
    asker = _asker(evidence, shelf, caller)
    groups = _groups(evidence, shelf, caller)
    levels = LevelJudge()
    changes = Changes(shelf, caller, asker, Papers(shelf, caller, _resources(evidence, groups)))
    judged = TaskJudge(evidence, shelf, caller, asker, levels, changes)
    marked = [(group, judged.mark(group.stack)) for group in groups]
    said = [
        (group, mark, [judged.diagnose(group.stack, task, mark) for task in tasks]) for group, mark in marked
    ]
    changes.settle()
    found: dict[str, AccountDiagnosis] = {}
    for group, mark, answers in said:
        first, *others = group.accounts
        finished = tuple(judged.finish(one, group.stack, mark) for one in answers)
        found[first.id] = AccountDiagnosis(first, finished)
        for other in others:
            found[other.id] = AccountDiagnosis(
                other, tuple(_for(one, first.id, other.id) for one in finished)
            )
    accounts = tuple(found.get(one.id) or _skipped(evidence, one, tasks) for one in evidence.accounts)
    unread = (*unread_gates(evidence), *caller.unread(), *shelf.unread(), *_unplaced(evidence))
    return Judgement(accounts, groups, shelf, caller, asker, levels, unread, changes.settled())


_FEW = 5


def _resources(evidence: Evidence, groups: Sequence[Group]) -> tuple[str, ...]:
    """The root users a caller needs: those of the accounts judged where they are few, else of all members."""
    ids = sorted(one.id for group in groups for one in group.accounts)
    partition = evidence.partition.name
    if not ids or len(ids) > _FEW:
        return (f"arn:{partition}:iam::*:root",)
    return tuple(root_arn(partition, one) for one in ids)


def _asker(evidence: Evidence, shelf: Shelf, caller: CallerPolicies) -> Asker:
    books = (*shelf.books.values(), *caller.books)
    keys = frozenset(key for book in books for key in book.keys)
    return Asker(evidence, keys)


def _groups(evidence: Evidence, shelf: Shelf, caller: CallerPolicies) -> tuple[Group, ...]:
    members: dict[Hashable, list[Account]] = {}
    first: dict[Hashable, tuple[Stack, Hashable]] = {}
    for account in evidence.accounts:
        if skip_reason(evidence.organization, evidence.excluded, account) is not None:
            continue
        stack = stack_of(shelf, account.id)
        path = tuple((rung.kind, rung.names) for rung in stack.rungs)
        places = tuple(rung.target for rung in stack.rungs if rung.target != account.id)
        mark = account.id if _told_apart(account, (*stack.books, *caller.books)) else ""
        key = (path, places, mark)
        members.setdefault(key, []).append(account)
        first.setdefault(key, (stack, path))
    return tuple(Group(tuple(accounts), *first[key]) for key, accounts in members.items())


def _told_apart(account: Account, books: Iterable[Book]) -> bool:
    return any(book.marks(account.id) for book in books)


def _for(one: TaskDiagnosis, judged: str, other: str) -> TaskDiagnosis:
    """The same answer for another account of the group: only its id differs, where its own level is named."""
    if one.answer is TaskAnswer.ALLOWED and not one.warnings:
        return one
    change = one.change and dataclasses.replace(
        one.change, steps=tuple(text.replace(judged, other) for text in one.change.steps)
    )
    return dataclasses.replace(
        one,
        target=other if one.target == judged else one.target,
        sentence=one.sentence.replace(judged, other),
        causes=tuple(
            dataclasses.replace(
                each,
                target=other if each.target == judged else each.target,
                sentence=each.sentence.replace(judged, other),
            )
            for each in one.causes
        ),
        warnings=tuple(text.replace(judged, other) for text in one.warnings),
        change=change,
    )


def _skipped(evidence: Evidence, account: Account, tasks: Iterable[RootTask]) -> AccountDiagnosis:
    reason = skip_reason(evidence.organization, evidence.excluded, account)
    text = reason.text if reason else ""
    sentence = f"{text[:1].upper()}{text[1:]}."
    return AccountDiagnosis(
        account, tuple(TaskDiagnosis(task, TaskAnswer.SKIPPED, sentence, "account") for task in tasks), reason
    )


def _unplaced(evidence: Evidence) -> Iterable[Unread]:
    """Accounts of which the place in the tree is not known, where that matters."""
    if all(found == Seen(value=False) for found in evidence.policies.enabled.values()):
        return
    lost: dict[Reason, list[str]] = {}
    for account in evidence.accounts:
        lineage = evidence.places.lineages.get(account.id)
        if (
            isinstance(lineage, NotSeen)
            and skip_reason(evidence.organization, evidence.excluded, account) is None
        ):
            lost.setdefault(lineage.reason, []).append(account.id)
    for reason, ids in lost.items():
        yield Unread(f"the OUs above {ids[0] if len(ids) == 1 else f'{len(ids)} accounts'}", reason)
