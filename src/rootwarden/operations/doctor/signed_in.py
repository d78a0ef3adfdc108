"""What a root user that signs in would meet, and the smallest change of policies that lets that one root user through. Pure.

The same policies as for a root session, judged without ``aws:AssumedRoot``, which only sessions have.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-assumedroot
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.model.ids import root_arn
from rootwarden.model.reading import Seen
from rootwarden.model.recovery import PlannedExemption, SignedIn, SignedInAnswer
from rootwarden.model.recovery_exception import TemporaryExemption
from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.amendments import NoChange
from rootwarden.operations.doctor.papers import LONGEST
from rootwarden.operations.doctor.proof import spares_only
from rootwarden.operations.doctor.requests import Asker
from rootwarden.operations.doctor.shelf import shelve
from rootwarden.operations.doctor.stack import LevelJudge, stack_of
from rootwarden.policy import Answer, evaluate, parse_policy
from rootwarden.policy.document import Effect
from rootwarden.policy.lint.seen_statements import CONTROL_TOWER_SID
from rootwarden.policy.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.operations.doctor.evidence import Evidence
    from rootwarden.operations.doctor.shelf import Shelf
    from rootwarden.operations.doctor.stack import Rung, Stack
    from rootwarden.policy import Decision, Policy, Request

SESSION_ACTIONS: Final = ("iam:GetAccountSummary", "iam:CreateLoginProfile")
"""What opening an exception calls in root sessions."""
_MOST_STEPS: Final = 40


def judge_signed_in(evidence: Evidence, account: AccountId, actions: Sequence[str]) -> SignedIn:
    """Whether the root user of an account could call these actions, and what would let it: nothing that was not read is allowed."""
    shelf = shelve(evidence)
    keys = frozenset(key for book in shelf.books.values() for key in book.keys)
    one = _OneRoot(shelf, Asker(evidence, keys), stack_of(shelf, account), account, tuple(actions))
    said = one.decisions()
    denied = [each for each in said if each.answer is Answer.DENY]
    if not denied:
        open_ones = [each for each in said if each.answer is Answer.DEPENDS]
        answer = SignedInAnswer.DEPENDS if open_ones else SignedInAnswer.ALLOWED
        return SignedIn(answer, one.words(open_ones), actions=one.actions)
    exemptions, by_hand = one.lift()
    return SignedIn(
        SignedInAnswer.BLOCKED,
        one.words(denied),
        exemptions,
        by_hand,
        blocks_sessions=one.blocks_sessions({}),
        actions=one.actions,
    )


@dataclass(slots=True)
class _OneRoot:
    """The root user of one account below its policies."""

    shelf: Shelf
    asker: Asker
    stack: Stack
    account: AccountId
    actions: tuple[str, ...]
    _documents: dict[str, edits.Document] = field(default_factory=dict)
    """Policies as they would be, by the name decisions use."""
    _parsed: dict[str, Policy] = field(default_factory=dict)

    def decisions(self) -> list[Decision]:
        """What each action meets: everything that surely denies it, else what is open, else an Allow."""
        levels = LevelJudge()
        found: list[Decision] = []
        for action in self.actions:
            make = partial(self.asker.signed_in, action, self.account)
            said = levels.decide(self.stack, make, action)
            all_of_them = list(levels.denials(self.stack, make, action)) if said.answer is Answer.DENY else []
            found += all_of_them or [said]
        return found

    def words(self, said: Sequence[Decision]) -> tuple[str, ...]:
        """Each decision once, with the path of its OU."""
        paths = self.shelf.evidence.places.paths
        texts = []
        for one in said:
            path = paths.get(one.target or "")
            unread = sorted(each for each in one.depends_on if " " in each)
            text = f"It depends on what was not read ({', '.join(unread)})." if unread else one.sentence
            texts.append(text.replace(one.target or "", f"{one.target} ({path})", 1) if path else text)
        return tuple(dict.fromkeys(texts))

    def blocks_sessions(self, instead: dict[str, Policy]) -> bool:
        """Whether root sessions to look and to allow recovery are denied, with some policies replaced."""
        requests = [self.asker.session(action, self.account) for action in SESSION_ACTIONS]
        return any(
            evaluate(request, rung.layers(instead)).answer is Answer.DENY
            for rung in self.stack.rungs
            for request in requests
        )

    def lift(self) -> tuple[tuple[PlannedExemption, ...], tuple[str, ...]]:
        """The changed policies, and what no change of ours lifts."""
        by_hand: list[str] = []
        for rung in self.stack.rungs:
            try:
                self._lift_level(rung)
            except NoChange as why:
                by_hand.append(str(why))
        if not by_hand and self.blocks_sessions(self._parsed):
            by_hand.append(
                f"root sessions in {self.account} would be denied all the same: see 'rootwarden doctor --account {self.account}'"
            )
        if by_hand:
            return (), tuple(dict.fromkeys(by_hand))
        try:
            return tuple(self._planned(label) for label in self._documents), ()
        except NoChange as why:
            return (), (str(why),)

    def _lift_level(self, rung: Rung) -> None:
        requests = [self.asker.signed_in(action, self.account) for action in self.actions]
        done: set[tuple[str, int]] = set()
        for _ in range(_MOST_STEPS):
            layers = rung.layers(self._parsed)
            denied = [
                (one, said) for one in requests if (said := evaluate(one, layers)).answer is Answer.DENY
            ]
            if not denied:
                return
            request, first = denied[0]
            if not first.explicit:
                missing = ", ".join(one.action for one, said in denied if not said.explicit)
                raise NoChange(
                    f"no SCP on {rung.target} allows {missing}: attach one that does, for the time of the exception"
                )
            label, number = self._denying(rung, request, first)
            if (label, number) in done:
                raise NoChange(
                    f"{first.statement} of {label} denies it in a way that no exception for one principal lifts"
                )
            done.add((label, number))
            self._spare(label, number)
        raise NoChange(f"too many statements on {rung.target} deny it to compute one change")

    def _denying(self, rung: Rung, request: Request, said: Decision) -> tuple[str, int]:
        for book in rung.books:
            policy = self._parsed.get(book.policy.name, book.policy)
            for number, one in enumerate(policy.statements):
                named = (policy.name, one.label) == (said.policy, said.statement)
                if named and one.effect is Effect.DENY and one.match(request).truth is Truth.YES:
                    return policy.name, number
        raise NoChange(f"{said.policy} denies it: {said.sentence}")

    def _spare(self, label: str, number: int) -> None:
        document = self._documents.get(label) or self._now(label)
        statement = edits.statements(document)[number]
        if str(statement.get(edits.member(statement, "Sid"), "")).upper() == CONTROL_TOWER_SID:
            raise NoChange(
                f"{label} is Control Tower's control AWS-GR_RESTRICT_ROOT_USER: enable it again for the OU with {self._arn} in its "
                "parameter ExemptedPrincipalArns, and without it at the close"
            )
        changed = edits.with_statement(document, number, edits.sparing_principal(statement, self._arn))
        self._documents[label] = changed
        self._parsed[label] = parse_policy(json.dumps(changed), name=label)

    def _now(self, label: str) -> edits.Document:
        policy_id = self.shelf.by_label[label]
        found = self.shelf.evidence.policies.documents.get(policy_id)
        if self.shelf.listed[policy_id].aws_managed or not isinstance(found, Seen):
            raise NoChange(f"{label} is AWS's own and cannot be changed")
        document: edits.Document = json.loads(found.value)
        return document

    @property
    def _arn(self) -> str:
        return root_arn(self.shelf.evidence.partition.name, self.account)

    def _planned(self, label: str) -> PlannedExemption:
        """The change for a reader, proven to change nothing for anybody else."""
        policy_id = self.shelf.by_label[label]
        before, after = self._now(label), self._documents[label]
        compact = edits.compact(after)
        longest = LONGEST[self.shelf.kinds[policy_id]]
        if len(compact) > longest:
            raise NoChange(
                f"{label} would then have {len(compact)} characters, and AWS takes {longest}: shorten it elsewhere"
            )
        if not spares_only(
            self.asker, self.shelf.books[policy_id].policy, self._parsed[label], self.account, self.actions
        ):
            raise NoChange(
                f"no change of {label} was found that spares the root user of {self.account} alone"
            )
        found = self.shelf.evidence.policies.documents[policy_id]
        name = self.shelf.listed[policy_id].name or policy_id
        text = found.value if isinstance(found, Seen) else ""
        exemption = TemporaryExemption(policy_id, name, before=text, after=compact)
        return PlannedExemption(exemption, edits.diff(before, after, name), self.shelf.targets_of(policy_id))
