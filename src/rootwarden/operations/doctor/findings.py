"""What in the policies a reader should know, whether or not it blocks a task. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import DoctorFinding
from rootwarden.model.ids import AccountId
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.call import SESSION_POLICY
from rootwarden.operations.doctor.lifts import CONTROL_TOWER_SID
from rootwarden.operations.doctor.requests import ESSENTIAL
from rootwarden.operations.doctor.spelling import meant_by
from rootwarden.policy import Answer, evaluate
from rootwarden.policy.document import Effect
from rootwarden.policy.matching import match_plainly, match_with_principal
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rootwarden.operations.doctor.judge import Group, Judgement
    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.operations.doctor.shelf import Book
    from rootwarden.operations.doctor.stack import Rung
    from rootwarden.policy import Request
    from rootwarden.policy.conditions.condition import Condition
    from rootwarden.policy.document import Statement

_ASSUMED_ROOT: Final = "aws:assumedroot"
_REGION: Final = "aws:requestedregion"
_NEEDED: Final = tuple(dict.fromkeys(action for task in RootTask for action in sorted(ESSENTIAL[task])))
"""What tasks cannot do without: a Deny of anything else keeps no session from its work."""
_OF_ROOT: Final = ("iam:CreateUser", "ec2:RunInstances", "s3:GetObject")
"""What a root user who signed in might do; no task does it."""
_REGIONAL: Final = tuple(action for action in _NEEDED if action.startswith(("s3:", "sqs:")))
_ANY_ACCOUNT: Final = AccountId("000000000000")
_MOST_ACCOUNTS: Final = 5
"""Accounts named in a policy that are tried beside any other."""


def findings(judgement: Judgement) -> tuple[DoctorFinding, ...]:
    """Every finding, policy by policy, then those about levels, about whole accounts, and the caller."""
    return (
        *_of_policies(judgement),
        *_allow_lists(judgement),
        *_root_denied_nowhere(judgement),
        *_of_caller(judgement),
    )


def _of_policies(judgement: Judgement) -> Iterator[DoctorFinding]:
    shelf = judgement.shelf
    bound = frozenset(book.policy.name for book in judgement.caller.stack.books)
    above = frozenset(book.policy.name for group in judgement.groups for book in group.stack.books)
    for policy_id, book in shelf.books.items():
        name = book.policy.name
        targets = shelf.targets_of(policy_id)
        if book.unread is not None:
            text = f"{name} could not be read: {book.unread.text}"
            yield DoctorFinding("unreadable_policy", text, name, policy_id, targets=targets)
            continue
        seen = _Seen(judgement.asker, book, shelf.kinds[policy_id], name in bound, name in above)
        for statement in book.policy.statements:
            for code, text in seen.of_statement(statement):
                said = f"{statement.label} of {name}: {text}"
                yield DoctorFinding(code, said, name, policy_id, statement.label, targets)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One policy, looked at statement by statement."""

    asker: Asker
    book: Book
    kind: PolicyType
    binds_caller: bool
    binds_members: bool

    def of_statement(self, statement: Statement) -> Iterator[tuple[str, str]]:
        yield from _misspelt(statement)
        if statement.effect is not Effect.DENY:
            return
        for condition in statement.conditions:
            if _is_bool_exemption(condition):
                yield (
                    "bool_exemption",
                    (
                        f"the exemption is written as {condition.reason}, but a signed-in root user has no such key: the "
                        'statement denies nobody at all. Write Null aws:AssumedRoot "true".'
                    ),
                )
        yield from self._denied(statement)
        if taken := self._taken_by_region(statement):
            yield (
                "region_deny",
                f"this Region deny takes {', '.join(taken)} with it: no such call outside of the Regions it lists.",
            )

    def _denied(self, statement: Statement) -> Iterator[tuple[str, str]]:
        """What is to be said of a statement that denies root sessions, root users or both."""
        sessions = self._caught(statement, self.asker.session, _NEEDED)
        signed_in = self._caught(statement, self.asker.signed_in, (*_OF_ROOT, *_NEEDED))
        about_root = not self._caught(statement, self.asker.role, (*_OF_ROOT, *_NEEDED))
        if statement.label.upper() == CONTROL_TOWER_SID:
            yield _control_tower(spares=not sessions)
        elif sessions and not about_root:
            regional = any(condition.key == _REGION for condition in statement.conditions)
            if not regional or not set(sessions) <= set(_REGIONAL):
                yield (
                    "root_not_named",
                    f"it does not name root, and all the same denies root sessions what {_tasks(sessions)} cannot do without.",
                )
        elif sessions and signed_in:
            yield (
                "sessions_denied_with_root",
                'it denies root sessions together with the root user: it lacks the exemption Null aws:AssumedRoot "true".',
            )
        elif sessions:
            yield (
                "inverted_exemption",
                'it denies root sessions and lets the signed-in root user through: Null aws:AssumedRoot "true" is meant.',
            )

    def _caught(
        self, statement: Statement, ask: Callable[[str, AccountId], Request], actions: Iterable[str]
    ) -> list[str]:
        """The actions that the statement surely denies, in any account or in one that the policy names."""
        matcher = match_plainly if self.kind is PolicyType.SCP else match_with_principal
        named = sorted(self.book.accounts)[:_MOST_ACCOUNTS]
        return [
            action
            for action in actions
            if (self.kind is PolicyType.SCP or action in _REGIONAL)
            and any(
                matcher(statement, ask(action, account)).truth is Truth.YES
                for account in (_ANY_ACCOUNT, *map(AccountId, named))
            )
        ]

    def _taken_by_region(self, statement: Statement) -> list[str]:
        if not any(condition.key == _REGION for condition in statement.conditions):
            return []
        asked = [self.asker.call_anywhere()] if self.binds_caller else []
        if self.binds_members:
            asked += [self.asker.session(action, _ANY_ACCOUNT, anywhere=True) for action in _REGIONAL]
        return [request.action for request in asked if _REGION in statement.match(request).keys]


def _tasks(actions: Iterable[str]) -> str:
    """The tasks that need any of these."""
    denied = set(actions)
    return ", ".join(task.value for task in RootTask if ESSENTIAL[task] & denied)


def _control_tower(*, spares: bool) -> tuple[str, str]:
    if spares:
        return (
            "control_tower_root_control",
            "Control Tower's root control, with its exemption for root sessions.",
        )
    return (
        "control_tower_without_exemption",
        (
            "Control Tower's root control AWS-GR_RESTRICT_ROOT_USER without its exemption: it denies root sessions too. Enable it "
            "again for the OU with the parameter ExemptAssumeRoot=true."
        ),
    )


def _misspelt(statement: Statement) -> Iterator[tuple[str, str]]:
    for condition in statement.conditions:
        meant = meant_by(condition.key)
        if meant is not None:
            yield (
                "misspelt_key",
                (
                    f"{condition.reason}: there is no such key; {meant} is probably meant. A key that is never there makes a "
                    "positive condition never hold, and a negated one always."
                ),
            )


def _is_bool_exemption(condition: Condition) -> bool:
    return (
        condition.key == _ASSUMED_ROOT
        and condition.operator is not None
        and not condition.operator.negated
        and not condition.if_exists
        and all(value.lower() == "false" for value in condition.values)
    )


def _allow_lists(judgement: Judgement) -> Iterator[DoctorFinding]:
    """Levels at which no SCP allows something a task needs, or the caller's account needs."""
    asker, caller = judgement.asker, judgement.caller
    lacking: dict[str, dict[str, None]] = {}
    decided: dict[tuple[str, ...], list[str]] = {}
    for group in judgement.groups:
        for rung in group.stack.of(PolicyType.SCP).rungs:
            if rung.names not in decided:
                asked = (asker.session(action, group.stack.account) for action in _NEEDED)
                decided[rung.names] = _not_allowed(rung, asked)
            lacking.setdefault(rung.target, {}).update(dict.fromkeys(decided[rung.names]))
    for rung in caller.stack.rungs:
        calls = (asker.call(task, caller.stack.account) for task in RootTask)
        lacking.setdefault(rung.target, {}).update(dict.fromkeys(_not_allowed(rung, calls)))
    alike: dict[tuple[str, ...], list[str]] = {}
    for target, found in lacking.items():
        if found:
            alike.setdefault(tuple(found), []).append(target)
    for actions, places in alike.items():
        what = _tasks(actions) or "the call that opens a session"
        yield DoctorFinding(
            "allow_list",
            f"no SCP there allows what is needed for {what}: at every level one has to. Missing: {', '.join(actions)}.",
            targets=tuple(places),
        )


def _not_allowed(rung: Rung, asked: Iterable[Request]) -> list[str]:
    layers = rung.layers()
    said = ((request.action, evaluate(request, layers)) for request in asked)
    return [action for action, each in said if each.answer is Answer.DENY and not each.explicit]


def _root_denied_nowhere(judgement: Judgement) -> Iterator[DoctorFinding]:
    """Accounts whose signed-in root user no SCP keeps from its work."""
    open_groups = [group for group in judgement.groups if _is_open(judgement, group)]
    count = sum(len(group.accounts) for group in open_groups)
    if not count:
        return
    total = sum(len(group.accounts) for group in judgement.groups)
    paths = sorted({account.ou_path or "?" for group in open_groups for account in group.accounts})
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")  # noqa: PLR2004 - a line
    yield DoctorFinding(
        "root_denied_nowhere",
        f"no SCP shuts out the signed-in root user in {count} of {total} accounts (under {shown}).",
    )


def _is_open(judgement: Judgement, group: Group) -> bool:
    """Whether root is denied nothing that roles are not, and not everything either."""
    scps = group.stack.of(PolicyType.SCP)
    if any(book.unread for book in scps.books):
        return False
    account, asker = group.stack.account, judgement.asker
    mark = account if any(book.marks(account) or book.by_path for book in scps.books) else ""

    def denied(name: str, ask: Callable[[str, AccountId], Request], action: str) -> bool:
        said = judgement.levels.decide(scps, partial(ask, action, account), (name, action, mark))
        return said.answer is Answer.DENY

    root = [denied("signed in", asker.signed_in, action) for action in _OF_ROOT]
    if all(root):
        return False
    return not any(
        of_root and not denied("role", asker.role, action)
        for of_root, action in zip(root, _OF_ROOT, strict=True)
    )


def _of_caller(judgement: Judgement) -> Iterator[DoctorFinding]:
    evidence = judgement.shelf.evidence
    if evidence.policies.enabled[PolicyType.SCP] == Seen(value=False):
        yield DoctorFinding("scps_not_enabled", "SCPs are not enabled in this organization: none apply.")
    if ":assumed-role/" in evidence.caller.caller.arn:
        yield DoctorFinding("session_policy_not_visible", f"{SESSION_POLICY}.")
