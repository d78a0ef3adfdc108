"""One task below one stack of policies: the call that opens the session, then every action of the task. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import Cause, TaskAnswer, TaskDiagnosis
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.amendments import ASSUME_ROOT
from rootwarden.operations.doctor.gates import Obstacle, gates
from rootwarden.operations.doctor.requests import ANY_NAME, ESSENTIAL, MOST_NAMES, WITHOUT_RESOURCE
from rootwarden.policy import Answer, Decision, Layer

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from rootwarden.operations.doctor.call import CallerPolicies
    from rootwarden.operations.doctor.changes import Changes
    from rootwarden.operations.doctor.evidence import Evidence
    from rootwarden.operations.doctor.lifts import Lift
    from rootwarden.operations.doctor.requests import Asker
    from rootwarden.operations.doctor.shelf import Shelf
    from rootwarden.operations.doctor.stack import LevelJudge, Stack
    from rootwarden.policy import Request

_ANSWERS = {Answer.DENY: TaskAnswer.BLOCKED, Answer.DEPENDS: TaskAnswer.DEPENDS}
_FINE = "Everything that decides was read, and nothing stands in the way."
_REGION = "aws:requestedregion"
_REGIONAL = (RootTask.S3_UNLOCK, RootTask.SQS_UNLOCK)


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """An answer, and what would lift it as far as this task goes."""

    diagnosis: TaskDiagnosis
    lift: Lift | None


@dataclass(frozen=True, slots=True)
class TaskJudge:
    """Judges tasks for one caller."""

    evidence: Evidence
    shelf: Shelf
    caller: CallerPolicies
    asker: Asker
    levels: LevelJudge
    changes: Changes
    _called: dict[Hashable, tuple[Decision, ...]] = field(default_factory=dict)

    def diagnose(self, stack: Stack, task: RootTask, mark: Hashable) -> Diagnosed:
        """The answer for one account; ``blocked`` wins over ``depends``, for a Deny is sure whatever else is open."""
        found = [*gates(self.evidence, task), *self._call(stack, task, mark)]
        spare: list[Obstacle] = []
        for action in task.actions:
            obstacles = list(self._action(stack, action, mark))
            (found if action in ESSENTIAL[task] else spare).extend(obstacles)
        denied = _once(
            [one.action for one in (*found, *spare) if one.answer is TaskAnswer.BLOCKED and one.action]
        )
        blocked = [one for one in found if one.answer is TaskAnswer.BLOCKED]
        # What the task can do without is worth a word only where it meets something else.
        same = {one.sentence for one in found}
        spare = [one for one in spare if one.sentence not in same]
        remarks = [] if blocked else [*_spared(spare), *self._elsewhere(stack, task, mark)]
        deciding = blocked or found
        if not deciding:
            fine = TaskDiagnosis(
                task, TaskAnswer.ALLOWED, _FINE, warnings=_once(remarks), blocked_actions=denied
            )
            return Diagnosed(fine, None)
        first = deciding[0]
        lift = None
        if self.changes.liftable(first.answer, deciding):
            lift = self.changes.lift(stack, task, deciding, mark)
        diagnosis = TaskDiagnosis(
            task=task,
            answer=first.answer,
            sentence=self._with_path(first),
            layer=first.layer,
            target=first.target,
            policy=first.policy,
            policy_id=self.shelf.by_label.get(first.policy or ""),
            statement=first.statement,
            condition=first.condition,
            causes=tuple(self._causes(deciding)),
            depends_on=() if blocked else tuple(sorted({key for one in found for key in one.depends_on})),
            warnings=_once([*(text for one in deciding for text in one.warnings), *remarks]),
            blocked_actions=denied,
        )
        return Diagnosed(diagnosis, lift)

    def finish(self, one: Diagnosed, stack: Stack, mark: Hashable) -> TaskDiagnosis:
        """The same with the change that would lift it, once those of all tasks and accounts were settled."""
        if one.lift is None:
            return one.diagnosis
        change = self.changes.finish(one.lift, stack, one.diagnosis.task, mark)
        return dataclasses.replace(one.diagnosis, change=change)

    def _causes(self, deciding: Sequence[Obstacle]) -> Iterator[Cause]:
        """What decides, once for all actions that meet it."""
        actions: dict[str, list[str]] = {}
        for one in deciding:
            actions.setdefault(one.sentence, []).append(one.action)
        first = {one.sentence: one for one in reversed(deciding)}
        for sentence, met in actions.items():
            one = first[sentence]
            yield Cause(
                sentence=self._placed(one),
                actions=_once([action for action in met if action]),
                layer=one.layer,
                target=one.target,
                policy=one.policy,
                policy_id=self.shelf.by_label.get(one.policy or ""),
                statement=one.statement,
                condition=one.condition,
            )

    def _with_path(self, one: Obstacle) -> str:
        text = self._placed(one)
        return f"{one.action}: {text}" if one.action else text

    def _placed(self, one: Obstacle) -> str:
        """The sentence with the OU's path beside its id."""
        path = self.evidence.places.paths.get(one.target or "")
        return one.sentence.replace(one.target or "", f"{one.target} ({path})", 1) if path else one.sentence

    def mark(self, stack: Stack) -> Hashable:
        """What a level's answer may depend on besides its own policies."""
        books = (*stack.books, *self.caller.books)
        account = stack.account if any(book.marks(stack.account) for book in books) else ""
        places = tuple(rung.target for rung in stack.rungs) if any(book.by_path for book in books) else ()
        return account, places

    def _call(self, stack: Stack, task: RootTask, mark: Hashable) -> Iterator[Obstacle]:
        asked = ("call", task, mark)
        met = self._called.get(asked)
        if met is None:
            request = self.asker.call(task, stack.account)
            said = self.caller.decide(request)
            met = tuple(self.caller.denials(request)) or ((said,) if said.answer is not Answer.ALLOW else ())
            self._called[asked] = met
        for each in met:
            yield _obstacle(each, ASSUME_ROOT)
        rcps = stack.of(PolicyType.RCP)
        if rcps.rungs:
            said = self.levels.decide(rcps, lambda: self.asker.call(task, stack.account), asked)
            if said.answer is not Answer.ALLOW:
                yield _obstacle(said, ASSUME_ROOT)

    def _action(self, stack: Stack, action: str, mark: Hashable) -> Iterator[Obstacle]:
        """What a session meets with one action: in buckets and queues also for every name that a policy singles out."""
        service = action.partition(":")[0]
        named = service in {"s3", "sqs"} and action not in WITHOUT_RESOURCE
        singled_out = stack.names if named else ()
        names = (ANY_NAME, *singled_out[:MOST_NAMES])
        said = {name: self._session(stack, action, mark, name) for name in names}
        answers = {one.answer for one in said.values()}
        if len(answers) > 1 or len(singled_out) > MOST_NAMES:
            worst = next((one for one in said.values() if one.answer is not Answer.ALLOW), said[ANY_NAME])
            yield _by_name(worst, action, "bucket" if service == "s3" else "queue")
        elif said[ANY_NAME].answer is not Answer.ALLOW:
            yield _obstacle(said[ANY_NAME], action)
            if said[ANY_NAME].answer is Answer.DENY:
                asked = self._asked(action, mark)
                for further in self.levels.denials(
                    stack, partial(self.asker.session, action, stack.account), asked
                ):
                    if further != said[ANY_NAME]:
                        yield _obstacle(further, action)

    def _session(
        self, stack: Stack, action: str, mark: Hashable, name: str = ANY_NAME, *, anywhere: bool = False
    ) -> Decision:
        def make() -> Request:
            return self.asker.session(action, stack.account, name=name, anywhere=anywhere)

        return self.levels.decide(stack, make, self._asked(action, mark, name, anywhere=anywhere))

    @staticmethod
    def _asked(action: str, mark: Hashable, name: str = ANY_NAME, *, anywhere: bool = False) -> Hashable:
        return ("session", action, name, anywhere, mark)

    def _elsewhere(self, stack: Stack, task: RootTask, mark: Hashable) -> Iterator[str]:
        """That other Regions would answer otherwise."""
        if task not in _REGIONAL or _REGION not in self.asker.keys:
            return
        for action in sorted(ESSENTIAL[task]):
            said = self._session(stack, action, mark, anywhere=True)
            if said.answer is Answer.DEPENDS and _REGION in said.depends_on:
                yield (
                    f"in another Region than {self.evidence.region} {action} may be denied by {said.statement} of {said.policy}"
                )


def _spared(spare: Sequence[Obstacle]) -> Iterator[str]:
    """What is said of actions the task can do without: those that meet the same are told together."""
    by_sentence: dict[str, list[str]] = {}
    for one in spare:
        by_sentence.setdefault(one.sentence, []).append(one.action)
    for sentence, actions in by_sentence.items():
        yield f"{', '.join(actions)}, which the task can do without: {sentence}"


def _obstacle(said: Decision, action: str) -> Obstacle:
    unread = sorted(one for one in said.depends_on if not _is_key(one))
    sentence = (
        f"It depends on what was not read ({'; '.join(said.warnings) or ', '.join(unread)})."
        if unread
        else said.sentence
    )
    return Obstacle(
        answer=_ANSWERS[said.answer],
        layer=_layer(said),
        sentence=sentence,
        action=action,
        target=said.target,
        policy=said.policy,
        statement=said.statement,
        condition=said.condition,
        depends_on=tuple(sorted(said.depends_on)),
        warnings=said.warnings,
    )


def _by_name(said: Decision, action: str, noun: str) -> Obstacle:
    return Obstacle(
        answer=TaskAnswer.DEPENDS,
        layer=_layer(said),
        sentence=f"It depends on the {noun}: policies treat some by name. {said.sentence}",
        action=action,
        target=said.target,
        policy=said.policy,
        statement=said.statement,
        condition=said.condition,
        depends_on=tuple(sorted({f"the {noun}'s name", *said.depends_on})),
        warnings=said.warnings,
    )


def _is_key(text: str) -> bool:
    """Whether this is a condition key, and not the name of something that was not read."""
    return ":" in text and " " not in text and not text.startswith("arn:")


def _layer(said: Decision) -> str:
    return (said.layer or Layer.IDENTITY).value


def _once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
