"""What in a statement of an SCP or RCP a reader should know: what it does to root users and to root sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from rootwarden.model.ids import AccountId
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.tasks import RootTask
from rootwarden.policy.document import Effect
from rootwarden.policy.matching import match_plainly, match_with_principal
from rootwarden.policy.root_session import ESSENTIAL
from rootwarden.policy.spelling import meant_by
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rootwarden.policy.conditions.condition import Condition
    from rootwarden.policy.document import Statement
    from rootwarden.policy.request import Request

CONTROL_TOWER_SID: Final = "GRRESTRICTROOTUSER"
_ASSUMED_ROOT: Final = "aws:assumedroot"
_REGION: Final = "aws:requestedregion"
NEEDED: Final = tuple(dict.fromkeys(action for task in RootTask for action in sorted(ESSENTIAL[task])))
"""What tasks cannot do without: a Deny of anything else keeps no session from its work."""
OF_ROOT: Final = ("iam:CreateUser", "ec2:RunInstances", "s3:GetObject")
"""What a root user who signed in might do; no task does it."""
_REGIONAL: Final = tuple(action for action in NEEDED if action.startswith(("s3:", "sqs:")))
_ANY_ACCOUNT: Final = AccountId("000000000000")
_MOST_ACCOUNTS: Final = 5
"""Accounts named in a policy that are tried beside any other."""


class Seen(NamedTuple):
    """One thing to be said of a statement."""

    code: str
    text: str
    condition: Condition | None = None
    """The condition that it is about."""


class Asker(Protocol):
    """Makes the requests whose fate is looked at."""

    def session(self, action: str, account: AccountId, *, anywhere: bool = False) -> Request:
        """An action of a root session; ``anywhere`` leaves the Region of S3 and SQS open."""

    def signed_in(self, action: str, account: AccountId) -> Request:
        """The same by a root user that signed in."""

    def role(self, action: str, account: AccountId) -> Request:
        """The same by some role."""

    def call_anywhere(self) -> Request:
        """The call that opens a session, from any Region."""


@dataclass(frozen=True, slots=True)
class SeenStatements:
    """One policy, looked at statement by statement."""

    asker: Asker
    kind: PolicyType
    accounts: tuple[str, ...]
    """The accounts that the policy names."""
    binds_caller: bool
    binds_members: bool

    def of_statement(self, statement: Statement) -> Iterator[Seen]:
        """Everything to be said of one statement."""
        yield from _misspelt(statement)
        if statement.effect is not Effect.DENY:
            return
        for condition in statement.conditions:
            if _is_bool_exemption(condition):
                yield Seen(
                    "bool_exemption",
                    (
                        f"the exemption is written as {condition.reason}, but a signed-in root user has no such key: the "
                        'statement denies nobody at all. Write Null aws:AssumedRoot "true".'
                    ),
                    condition,
                )
        yield from self._denied(statement)
        if taken := self._taken_by_region(statement):
            yield Seen(
                "region_deny",
                f"this Region deny takes {', '.join(taken)} with it: no such call outside of the Regions it lists.",
            )

    def of_spelling(self, statement: Statement) -> Iterator[Seen]:
        """What is to be said of a statement whatever the policy is attached to."""
        yield from _misspelt(statement)

    def _denied(self, statement: Statement) -> Iterator[Seen]:
        """What is to be said of a statement that denies root sessions, root users or both."""
        sessions = self._caught(statement, self.asker.session, NEEDED)
        signed_in = self._caught(statement, self.asker.signed_in, (*OF_ROOT, *NEEDED))
        about_root = not self._caught(statement, self.asker.role, (*OF_ROOT, *NEEDED))
        if statement.label.upper() == CONTROL_TOWER_SID:
            yield _control_tower(spares=not sessions)
        elif sessions and not about_root:
            regional = any(condition.key == _REGION for condition in statement.conditions)
            if not regional or not set(sessions) <= set(_REGIONAL):
                yield Seen(
                    "root_not_named",
                    f"it does not name root, and all the same denies root sessions what {tasks_needing(sessions)} cannot do without.",
                )
        elif sessions and signed_in:
            yield Seen(
                "sessions_denied_with_root",
                'it denies root sessions together with the root user: it lacks the exemption Null aws:AssumedRoot "true".',
            )
        elif sessions:
            yield Seen(
                "inverted_exemption",
                'it denies root sessions and lets the signed-in root user through: Null aws:AssumedRoot "true" is meant.',
            )

    def _caught(
        self, statement: Statement, ask: Callable[[str, AccountId], Request], actions: Iterable[str]
    ) -> list[str]:
        """The actions that the statement surely denies, in any account or in one that the policy names."""
        matcher = match_plainly if self.kind is PolicyType.SCP else match_with_principal
        named = self.accounts[:_MOST_ACCOUNTS]
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


def tasks_needing(actions: Iterable[str]) -> str:
    """The tasks that need any of these."""
    denied = set(actions)
    return ", ".join(task.value for task in RootTask if ESSENTIAL[task] & denied)


def _control_tower(*, spares: bool) -> Seen:
    if spares:
        return Seen(
            "control_tower_root_control",
            "Control Tower's root control, with its exemption for root sessions.",
        )
    return Seen(
        "control_tower_without_exemption",
        (
            "Control Tower's root control AWS-GR_RESTRICT_ROOT_USER without its exemption: it denies root sessions too. Enable it "
            "again for the OU with the parameter ExemptAssumeRoot=true."
        ),
    )


def _misspelt(statement: Statement) -> Iterator[Seen]:
    for condition in statement.conditions:
        meant = meant_by(condition.key)
        if meant is not None:
            yield Seen(
                "misspelt_key",
                (
                    f"{condition.reason}: there is no such key; {meant} is probably meant. A key that is never there makes a "
                    "positive condition never hold, and a negated one always."
                ),
                condition,
            )


def _is_bool_exemption(condition: Condition) -> bool:
    return (
        condition.key == _ASSUMED_ROOT
        and condition.operator is not None
        and not condition.operator.negated
        and not condition.if_exists
        and all(value.lower() == "false" for value in condition.values)
    )
