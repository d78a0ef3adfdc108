"""Which statements keep whom out, and whether administrators get in past everything that decides. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rootwarden.errors import MalformedPolicy
from rootwarden.model.unlock import AdministratorAnswer, Entry, LockDiagnosis, StatementFinding
from rootwarden.operations.unlock.document import PolicyDocument, read_document
from rootwarden.operations.unlock.requests import ESSENTIAL, USUAL, Surroundings
from rootwarden.operations.unlock.words import in_words
from rootwarden.policy import (
    Answer,
    Decision,
    Layers,
    Policy,
    ResourcePolicy,
    evaluate,
    parse_policy,
    unreadable_policy,
)
from rootwarden.policy.document import Effect
from rootwarden.policy.keys import named_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.policy.layers import Level

EVERYTHING: Final = parse_policy(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="the administrator's own policies",
)
"""What administrators are taken to have: whether it is so, their own account knows."""

_ANY_NAME: Final = "rootwarden-any-name"


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges policies of one bucket or queue for its administrators."""

    surroundings: Surroundings
    administrators: tuple[str, ...]
    """ARNs of users and roles of the account; none stands for anybody in it."""
    scp_levels: tuple[Level, ...] = ()
    rcp_levels: tuple[Level, ...] = ()

    @property
    def principals(self) -> tuple[str | None, ...]:
        """Those it judges for."""
        return self.administrators or (None,)

    @property
    def name(self) -> str:
        """What the policy is called in sentences."""
        resource = self.surroundings.resource
        return f"of {resource.kind.value} {resource.name}"

    def diagnose(self, text: str | None) -> LockDiagnosis:
        """What a policy, or having none, does to the administrators."""
        document, why = self.read(text)
        policies: tuple[Policy, ...] = ()
        if document is not None:
            policies = (document.policy,)
        elif why is not None:
            policies = (unreadable_policy(name=self.name, why=why),)
        statements = tuple(self._findings(document)) if document is not None else ()
        answers = tuple(self._answer(one, policies) for one in self.principals)
        return LockDiagnosis(answers, statements, why)

    def read(self, text: str | None) -> tuple[PolicyDocument | None, str | None]:
        """The document, or why it cannot be read; neither where there is no policy."""
        if text is None:
            return None, None
        try:
            return read_document(text, name=self.name), None
        except MalformedPolicy as error:
            return None, error.message

    def _findings(self, document: PolicyDocument) -> Iterator[StatementFinding]:
        for number, (raw, one) in enumerate(
            zip(document.statements, document.policy.statements, strict=True)
        ):
            found = StatementFinding(number, one.label, in_words(raw))
            if one.effect is Effect.DENY:
                alone = dataclasses.replace(document.policy, statements=(one,))
                found = self._whom_it_locks(found, alone)
            yield found

    def _whom_it_locks(self, found: StatementFinding, alone: Policy) -> StatementFinding:
        locks: list[str | None] = []
        may: list[str | None] = []
        keys: set[str] = set()
        for principal in self.principals:
            decisions = list(self._decisions(principal, (alone,), organization=False))
            if any(one.answer is Answer.DENY for one in decisions):
                locks.append(principal)
                continue
            open_ones = [one for one in decisions if one.answer is Answer.DEPENDS]
            if open_ones:
                may.append(principal)
                keys.update(*(one.depends_on or one.warnings for one in open_ones))
        return dataclasses.replace(
            found, locks=tuple(locks), may_lock=tuple(may), depends_on=tuple(sorted(keys))
        )

    def _answer(self, principal: str | None, policies: tuple[Policy, ...]) -> AdministratorAnswer:
        decisions = list(self._all_decisions(principal, policies))
        denied = [one for one in decisions if one.answer is Answer.DENY]
        open_ones = [one for one in decisions if one.answer is Answer.DEPENDS]
        if not denied and not open_ones:
            usual = self._decisions(principal, policies, actions=USUAL[self.surroundings.resource.kind])
            names = USUAL[self.surroundings.resource.kind]
            lacking = tuple(name for name, one in zip(names, usual, strict=True) if one.answer is Answer.DENY)
            return AdministratorAnswer(principal, Entry.GETS_IN, "Nothing denies it.", denied_usual=lacking)
        first = (denied or open_ones)[0]
        entry = Entry.LOCKED_OUT if denied else Entry.DEPENDS
        keys = sorted(frozenset().union(*(one.depends_on for one in ([] if denied else open_ones))))
        return AdministratorAnswer(
            principal, entry, first.sentence, first.layer.value if first.layer else None, tuple(keys)
        )

    def _all_decisions(self, principal: str | None, policies: Sequence[Policy]) -> Iterator[Decision]:
        """Past all layers. Where nobody is named, the organization is asked about some role: it may well deny root and nobody else."""
        if principal is not None:
            yield from self._decisions(principal, policies)
            return
        resource = self.surroundings.resource
        yield from self._decisions(None, policies, organization=False)
        yield from self._decisions(f"arn:{resource.partition}:iam::{resource.account}:role/{_ANY_NAME}", ())

    def _decisions(
        self,
        principal: str | None,
        policies: Sequence[Policy],
        *,
        organization: bool = True,
        actions: tuple[str, ...] = (),
    ) -> Iterator[Decision]:
        resource = self.surroundings.resource
        layers = Layers(
            identity=(EVERYTHING,),
            scp_levels=self.scp_levels if organization else (),
            rcp_levels=self.rcp_levels if organization else (),
            resource=ResourcePolicy(resource.account, tuple(policies)) if policies else None,
        )
        keys = frozenset().union(
            *(named_keys(one) for one in policies),
            *(
                named_keys(one)
                for level in (*layers.scp_levels, *layers.rcp_levels)
                for one in level.policies
            ),
        )
        for action in actions or ESSENTIAL[resource.kind]:
            yield evaluate(self.surroundings.by(principal, action, keys), layers)
