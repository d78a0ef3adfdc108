"""What in the policies a reader should know, whether or not it blocks a task. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import DoctorFinding
from rootwarden.model.ids import AccountId
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.call import SESSION_POLICY
from rootwarden.policy import Answer, evaluate
from rootwarden.policy.lint.seen_statements import NEEDED, OF_ROOT, SeenStatements, tasks_needing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rootwarden.operations.doctor.judge import Group, Judgement
    from rootwarden.operations.doctor.stack import Rung
    from rootwarden.policy import Request


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
        kind, accounts = shelf.kinds[policy_id], tuple(sorted(book.accounts))
        seen = SeenStatements(judgement.asker, kind, accounts, name in bound, name in above)
        for statement in book.policy.statements:
            for code, text, _ in seen.of_statement(statement):
                said = f"{statement.label} of {name}: {text}"
                yield DoctorFinding(code, said, name, policy_id, statement.label, targets)


def _allow_lists(judgement: Judgement) -> Iterator[DoctorFinding]:
    """Levels at which no SCP allows something a task needs, or the caller's account needs."""
    asker, caller = judgement.asker, judgement.caller
    lacking: dict[str, dict[str, None]] = {}
    decided: dict[tuple[str, ...], list[str]] = {}
    for group in judgement.groups:
        for rung in group.stack.of(PolicyType.SCP).rungs:
            if rung.names not in decided:
                asked = (asker.session(action, group.stack.account) for action in NEEDED)
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
        what = tasks_needing(actions) or "the call that opens a session"
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

    root = [denied("signed in", asker.signed_in, action) for action in OF_ROOT]
    if all(root):
        return False
    return not any(
        of_root and not denied("role", asker.role, action)
        for of_root, action in zip(root, OF_ROOT, strict=True)
    )


def _of_caller(judgement: Judgement) -> Iterator[DoctorFinding]:
    evidence = judgement.shelf.evidence
    if evidence.policies.enabled[PolicyType.SCP] == Seen(value=False):
        yield DoctorFinding("scps_not_enabled", "SCPs are not enabled in this organization: none apply.")
    if ":assumed-role/" in evidence.caller.caller.arn:
        yield DoctorFinding("session_policy_not_visible", f"{SESSION_POLICY}.")
