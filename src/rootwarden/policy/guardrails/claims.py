"""What a guardrail claims of its documents, and the proof by the evaluator."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from rootwarden.errors import MalformedPolicy
from rootwarden.policy.decision import Answer
from rootwarden.policy.evaluate import evaluate
from rootwarden.policy.guardrails.guardrail import Kind, Paper
from rootwarden.policy.layers import Layers, Level, ResourcePolicy
from rootwarden.policy.parse import parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rootwarden.model.tasks import RootTask
    from rootwarden.policy.document import Policy
    from rootwarden.policy.request import Request

FULL: Final = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="FullAccess",
)
"""What everybody has beside the documents under proof: nothing else is to decide."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a claim holds, and what shows it."""

    claim: str
    holds: bool
    shown: str
    """How many requests were decided, or the one that was decided otherwise."""


class Claim(Protocol):
    """Something that has to be true of documents."""

    @property
    def text(self) -> str:
        """The claim in one sentence."""

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Whether it holds of these documents, which need not be the ones that were generated."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and the task policy where it is made in a root session."""

    request: Request
    task: RootTask | None = None


@dataclass(frozen=True, slots=True)
class Decides:
    """Every one of these requests is decided so."""

    text: str
    expected: Answer
    cases: tuple[Case, ...]

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Asks the evaluator each of them. No request at all proves nothing, and so does what it leaves open."""
        try:
            bench = Bench(papers)
            for case in self.cases:
                decision = evaluate(case.request, bench.layers(case))
                if decision.answer is not self.expected:
                    who = case.request.context.get("aws:principalarn", "nobody")
                    asked = f"{case.request.action} on {case.request.resource} by {who}"
                    return Proof(self.text, holds=False, shown=f"{asked}: {decision.sentence}")
        except MalformedPolicy as error:
            return Proof(self.text, holds=False, shown=error.message)
        count = len(self.cases)
        shown = f"{count} request{'' if count == 1 else 's'} decided: {self.expected.value}"
        return Proof(self.text, holds=bool(self.cases), shown=shown)


@dataclass(frozen=True, slots=True)
class OnlyThese:
    """The documents allow these actions and no other, whatever the request."""

    actions: frozenset[str]
    where: tuple[str, ...] = ("*",)
    """The resources they may be allowed on."""
    what: str = "nothing else"

    @property
    def text(self) -> str:
        """The claim."""
        return f"{self.what}: its {len(self.actions)} actions are named one by one"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Looks at what every Allow names: a pattern could fit an action that nobody has thought of."""
        for paper in papers:
            for one in _statements(paper):
                if one.get("Effect") != "Allow":
                    continue
                more = [element for element in ("NotAction", "NotResource", "NotPrincipal") if element in one]
                more += [str(action) for action in _listed(one.get("Action")) if action not in self.actions]
                more += [str(place) for place in _listed(one.get("Resource")) if place not in self.where]
                if more:
                    shown = f"{one.get('Sid', 'a statement')} of {paper.name} allows {', '.join(more)} too"
                    return Proof(self.text, holds=False, shown=shown)
        return Proof(
            self.text, holds=bool(papers), shown="every Allow lists actions and resources of the claim only"
        )


@dataclass(frozen=True, slots=True)
class Fits:
    """The documents are accepted by AWS: their grammar and their sizes."""

    text: str = "it fits: grammar and size are what AWS takes"

    def prove(self, papers: Sequence[Paper]) -> Proof:
        """Parses and measures every document."""
        sizes = []
        for paper in papers:
            try:
                parsed(paper)
            except MalformedPolicy as error:
                return Proof(self.text, holds=False, shown=error.message)
            size, limit = len(paper.text), paper.kind.limit
            if size > limit:
                shown = f"{paper.name} has {size:,} characters, and a {paper.kind} may have {limit:,}"
                return Proof(self.text, holds=False, shown=shown)
            sizes.append(f"{size:,} of {limit:,} characters")
        return Proof(self.text, holds=bool(sizes), shown=", ".join(sizes))


class Bench:
    """The documents of one part, each in the layer where it decides."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        found = [(paper, parsed(paper)) for paper in papers]
        self._of = {kind: tuple(policy for paper, policy in found if paper.kind is kind) for kind in Kind}
        self._grants = any(paper.kind is Kind.IDENTITY and not paper.limits for paper, _ in found)
        self._ready: dict[tuple[bool, RootTask | None, str], Layers] = {}

    def layers(self, case: Case) -> Layers:
        """The layers of a request: whoever asks has full access as far as the documents do not decide that."""
        arn = str(case.request.context.get("aws:principalarn", ""))
        is_root = arn.endswith(":root")
        account = arn.split(":")[4] if is_root or self._of[Kind.TRUST] or self._of[Kind.RESOURCE] else ""
        place = (is_root, case.task, account)
        if place not in self._ready:
            self._ready[place] = self._layers(case, account, is_root=is_root)
        return self._ready[place]

    def _layers(self, case: Case, account: str, *, is_root: bool) -> Layers:
        trusting = self._of[Kind.TRUST] or self._of[Kind.RESOURCE]
        if trusting:
            # What the resource's policy says by itself, as across accounts: the principal's own policies allow in any case.
            return Layers(identity=(), resource=ResourcePolicy(account, trusting))
        identity = self._of[Kind.IDENTITY] if self._grants else (FULL, *self._of[Kind.IDENTITY])
        ceiling = (_ceiling(case.task, case.request),) if case.task else ()
        scps = (
            (Level("above", (FULL,)), Level("here", (FULL, *self._of[Kind.SCP])))
            if self._of[Kind.SCP]
            else ()
        )
        return Layers(
            identity=None if is_root else identity,
            boundary=self._of[Kind.BOUNDARY] or None,
            ceiling=ceiling,
            scp_levels=scps,
        )


def _ceiling(task: RootTask, request: Request) -> Policy:
    """The task policy, as it is written in the partition of who asks."""
    partition = str(request.context["aws:principalarn"]).split(":")[1]
    text = json.dumps(task.document).replace("arn:aws:", f"arn:{partition}:")
    return parse_policy(text, name=task.policy_name)


def parsed(paper: Paper) -> Policy:
    """The document as the evaluator reads it. Raises MalformedPolicy."""
    body: Any = json.loads(paper.text)
    if paper.kind is Kind.TRUST:  # it is about the role that carries it, and names no resource
        found = _listed(body.get("Statement"))
        if any({"Resource", "NotResource"} & set(one) for one in found):
            raise MalformedPolicy(f"{paper.name}: a trust policy has no Resource")
        body["Statement"] = [{**one, "Resource": "*"} for one in found]
    return parse_policy(body, name=paper.name)


def _statements(paper: Paper) -> Iterator[Any]:
    yield from _listed(paper.document.get("Statement"))


def _listed(found: Any) -> list[Any]:
    if found is None:
        return []
    return list(found) if isinstance(found, (list, tuple)) else [found]
