"""Whether the caller may open the session: its own policies, its boundary, the SCPs of its account. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import Unread
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.doctor.shelf import Book, Shelf, open_book, stand_in
from rootwarden.operations.doctor.stack import stack_of
from rootwarden.policy import Answer, Decision, Layer, Layers, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.principal import Document
    from rootwarden.operations.doctor.evidence import Evidence
    from rootwarden.operations.doctor.stack import Stack
    from rootwarden.policy import Policy, Request

CALLERS_POLICIES = "caller's policies"
NEW_POLICY = "RootTasks"
CALLERS_BOUNDARY = "caller's permissions boundary"
SESSION_POLICY = "the caller is a session of a role: a session policy given when it was assumed would limit it further, and no call shows one"


@dataclass(frozen=True, slots=True)
class CallerPolicies:
    """What decides about the caller."""

    identity: tuple[Book, ...]
    boundary: tuple[Book, ...] | None
    stack: Stack
    """The SCPs of its account; without levels for the management account."""
    principal: str | None = None
    """The ARN of the user or role; None where that is not known."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Its own policies as they were read, by name."""
    new_policy: str | None = None
    """What an inline policy for root tasks is called among them, whether there is one or not."""

    @property
    def boundary_policy(self) -> str | None:
        """The name of its boundary."""
        return self.boundary[0].policy.name if self.boundary else None

    @property
    def books(self) -> tuple[Book, ...]:
        """All of them."""
        return (*self.identity, *(self.boundary or ()), *self.stack.books)

    def decide(
        self,
        request: Request,
        instead: Mapping[str, Policy] | None = None,
        *,
        without: frozenset[Layer] = frozenset(),
    ) -> Decision:
        """Whether the call goes through, with some policies, by name, replaced, and some layers left out."""
        said = evaluate(request, self._layers(instead or {}, without))
        unread = frozenset(book.policy.name for book in self.books if book.unread)
        if said.answer is Answer.DEPENDS and unread:
            return dataclasses.replace(said, depends_on=said.depends_on | unread)
        return said

    def denials(self, request: Request) -> Iterator[Decision]:
        """Everything that surely denies the call, one a layer, for all of it has to be lifted."""
        without: frozenset[Layer] = frozenset()
        while (said := self.decide(request, without=without)).answer is Answer.DENY:
            yield said
            layer = said.layer or Layer.IDENTITY
            if layer in without:
                return
            without |= {layer}

    def _layers(self, instead: Mapping[str, Policy], without: frozenset[Layer]) -> Layers:
        identity, boundary = list(self.identity), self.boundary
        policies = [instead.get(book.policy.name, book.policy) for book in identity]
        further = instead.get(self.new_policy or "")
        if further is not None and all(one.name != further.name for one in policies):
            policies.append(further)
        limits = [instead.get(book.policy.name, book.policy) for book in boundary or ()]
        return Layers(
            None if Layer.IDENTITY in without else tuple(policies),
            boundary=tuple(limits) if boundary is not None and Layer.BOUNDARY not in without else None,
            scp_levels=() if Layer.SCP in without else self.stack.layers(instead).scp_levels,
        )

    def unread(self) -> Iterator[Unread]:
        """What of the caller's own policies was not read; its SCPs are told with the others."""
        for book in (*self.identity, *(self.boundary or ())):
            if book.unread is not None:
                yield Unread(book.policy.name, book.unread)


def caller_policies(evidence: Evidence, shelf: Shelf) -> CallerPolicies:
    """The caller's policies, parsed once."""
    caller = evidence.caller
    in_management = caller.caller.account_id == evidence.organization.management_account_id
    kinds = () if in_management else (PolicyType.SCP,)
    arn = caller.details.value.arn if isinstance(caller.details, Seen) else None
    return CallerPolicies(
        _identity(evidence),
        _boundary(evidence),
        stack_of(shelf, caller.caller.account_id, kinds),
        principal=arn,
        documents=_documents(evidence),
        new_policy=None if arn is None else _new_policy(arn),
    )


def _documents(evidence: Evidence) -> dict[str, Document]:
    caller = evidence.caller
    found = dict(caller.identity.value) if isinstance(caller.identity, Seen) else {}
    if isinstance(caller.boundary, Seen) and caller.boundary.value is not None:
        name, document = caller.boundary.value
        found[name] = document
    return found


def _new_policy(arn: str) -> str:
    """As the policies that were read are named."""
    kind, _, path = arn.rpartition(":")[2].partition("/")
    return f"{kind} {path.rpartition('/')[2]}, inline policy {NEW_POLICY}"


def _identity(evidence: Evidence) -> tuple[Book, ...]:
    found = evidence.caller.identity
    if isinstance(found, NotSeen):
        return (stand_in(CALLERS_POLICIES, found.reason),)
    return tuple(open_book(name, Seen(document)) for name, document in found.value)


def _boundary(evidence: Evidence) -> tuple[Book, ...] | None:
    found = evidence.caller.boundary
    if isinstance(found, NotSeen):
        return (stand_in(CALLERS_BOUNDARY, found.reason),)
    return None if found.value is None else (open_book(found.value[0], Seen(found.value[1])),)
