"""What in the policies a reader should know, whether or not it blocks a task. Pure."""

from __future__ import annotations

import difflib
from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import DoctorFinding
from rootwarden.model.ids import AccountId
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.call import SESSION_POLICY
from rootwarden.operations.doctor.requests import ESSENTIAL
from rootwarden.policy import Answer
from rootwarden.policy.document import Effect
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.operations.doctor.judge import Group, Judgement
    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.policy import Request
    from rootwarden.policy.conditions.condition import Condition
    from rootwarden.policy.document import Statement

_ASSUMED_ROOT: Final = "aws:assumedroot"
_REGION: Final = "aws:requestedregion"
_MEANT: Final = (_ASSUMED_ROOT, "aws:principalarn", "sts:taskpolicyarn")
_REAL: Final = frozenset(
    {
        *_MEANT,
        *(
            f"aws:{name}"
            for name in [
                "principalaccount",
                "principalorgid",
                "principalorgpaths",
                "principaltype",
                "principaltag",
                "principalisawsservice",
                "principalservicename",
                "principalservicenameslist",
                "sourcearn",
                "sourceaccount",
                "sourceorgid",
                "sourceorgpaths",
                "sourceidentity",
                "sourceip",
                "sourcevpc",
                "sourcevpce",
                "sourcevpcarn",
                "resourceaccount",
                "resourceorgid",
                "resourceorgpaths",
                "requestedregion",
            ]
        ),
    }
)
"""Keys that look like the meant ones and are keys of their own."""
_NEAR: Final = 0.8
_CONTROL_TOWER_SID: Final = "GRRESTRICTROOTUSER"
_OF_ROOT: Final = ("iam:CreateAccessKey", "ec2:RunInstances")
_SAMPLES: Final = (*_OF_ROOT, *sorted(RootTask.DELETE.actions))
_REGIONAL: Final = ("sts:AssumeRoot", *sorted(ESSENTIAL[RootTask.S3_UNLOCK] | ESSENTIAL[RootTask.SQS_UNLOCK]))
_ANY_ACCOUNT: Final = AccountId("000000000000")


def findings(judgement: Judgement) -> tuple[DoctorFinding, ...]:
    """Every finding, policy by policy, then those about whole accounts and the caller."""
    return (*_of_policies(judgement), *_root_denied_nowhere(judgement), *_of_caller(judgement))


def _of_policies(judgement: Judgement) -> Iterator[DoctorFinding]:
    shelf = judgement.shelf
    for policy_id, book in shelf.books.items():
        targets = shelf.targets_of(policy_id)
        if book.unread is not None:
            text = f"{book.policy.name} could not be read: {book.unread.text}"
            yield DoctorFinding("unreadable_policy", text, book.policy.name, policy_id, targets=targets)
            continue
        for statement in book.policy.statements:
            for code, text in _of_statement(judgement.asker, statement):
                said = f"{statement.label} of {book.policy.name}: {text}"
                yield DoctorFinding(code, said, book.policy.name, policy_id, statement.label, targets)


def _of_statement(asker: Asker, statement: Statement) -> Iterator[tuple[str, str]]:
    yield from _misspelt(statement)
    if statement.effect is not Effect.DENY:
        return
    is_control_tower = statement.label.upper() == _CONTROL_TOWER_SID
    if any(_is_bool_exemption(one) for one in statement.conditions):
        yield (
            "bool_exemption",
            (
                'the exemption is written as Bool aws:AssumedRoot "false", but a signed-in root user has no such key: the statement '
                'denies nobody at all. Write Null aws:AssumedRoot "true".'
            ),
        )
    session, signed_in = _catches(asker, statement)
    about_root = (session or signed_in) and not _catches_role(asker, statement)
    if session and not signed_in and about_root:
        yield (
            "inverted_exemption",
            'it denies root sessions and lets the signed-in root user through: Null aws:AssumedRoot "true" is meant.',
        )
    elif session and about_root and not is_control_tower:
        yield (
            "sessions_denied_with_root",
            'it denies root sessions together with the root user: it lacks the exemption Null aws:AssumedRoot "true".',
        )
    if is_control_tower:
        yield _control_tower(spares=not session)
    taken = _taken_by_region(asker, statement)
    if taken:
        yield (
            "region_deny",
            f"this Region deny takes {', '.join(taken)} with it: no such call outside of the Regions it lists.",
        )


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
        key = condition.key
        if key in _REAL or key.startswith("aws:principaltag/"):
            continue
        near = difflib.get_close_matches(key, _MEANT, n=1, cutoff=_NEAR)
        if near:
            yield (
                "misspelt_key",
                (
                    f"{condition.reason}: there is no key {key}; {near[0]} is probably meant. A key that is never there "
                    "makes a positive condition never hold, and a negated one always."
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


def _catches(asker: Asker, statement: Statement) -> tuple[bool, bool]:
    """Whether the statement surely denies something to a root session, and to a signed-in root user."""
    session = signed_in = False
    for action in _SAMPLES:
        session |= statement.match(asker.session(action, _ANY_ACCOUNT)).truth is Truth.YES
        signed_in |= statement.match(asker.signed_in(action, _ANY_ACCOUNT)).truth is Truth.YES
    return session, signed_in


def _catches_role(asker: Asker, statement: Statement) -> bool:
    return any(statement.match(asker.role(action, _ANY_ACCOUNT)).truth is Truth.YES for action in _SAMPLES)


def _taken_by_region(asker: Asker, statement: Statement) -> list[str]:
    if not any(condition.key == _REGION for condition in statement.conditions):
        return []
    return [
        action
        for action in _REGIONAL
        if statement.match_target(_regional(asker, action)).truth is not Truth.NO
        and _REGION in statement.match(_regional(asker, action)).keys
    ]


def _regional(asker: Asker, action: str) -> Request:
    if action.startswith("sts:"):
        return asker.call_anywhere()
    return asker.session(action, _ANY_ACCOUNT, anywhere=True)


def _root_denied_nowhere(judgement: Judgement) -> Iterator[DoctorFinding]:
    """Accounts whose signed-in root user no SCP denies anything of a sample."""
    open_groups = [group for group in judgement.groups if _is_open(judgement, group)]
    count = sum(len(group.accounts) for group in open_groups)
    if not count:
        return
    total = sum(len(group.accounts) for group in judgement.groups)
    paths = sorted({account.ou_path or "?" for group in open_groups for account in group.accounts})
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more OUs" if len(paths) > 5 else "")  # noqa: PLR2004 - a line
    yield DoctorFinding(
        "root_denied_nowhere",
        f"no SCP denies the signed-in root user in {count} of {total} accounts (under {shown}).",
    )


def _is_open(judgement: Judgement, group: Group) -> bool:
    scps = group.stack.of(PolicyType.SCP)
    if any(book.unread for book in scps.books):
        return False
    account, asker = group.stack.account, judgement.asker
    mark = account if any(book.marks(account) or book.by_path for book in scps.books) else ""
    return not any(
        judgement.levels.decide(
            scps, partial(asker.signed_in, action, account), ("signed in", action, mark)
        ).answer
        is Answer.DENY
        for action in _OF_ROOT
    )


def _of_caller(judgement: Judgement) -> Iterator[DoctorFinding]:
    evidence = judgement.shelf.evidence
    if evidence.policies.enabled[PolicyType.SCP] == Seen(value=False):
        yield DoctorFinding("scps_not_enabled", "SCPs are not enabled in this organization: none apply.")
    if ":assumed-role/" in evidence.caller.caller.arn:
        yield DoctorFinding("session_policy_not_visible", f"{SESSION_POLICY}.")
