"""Whether the caller may open the session: its own policies, its boundary, the SCPs of its account. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.diagnosis import Unread
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import NotSeen, Seen
from rootwarden.operations.doctor.shelf import Book, Shelf, level_of, open_book, stand_in
from rootwarden.operations.doctor.stack import stack_of
from rootwarden.policy import Answer, Decision, Layers, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.operations.doctor.evidence import Evidence
    from rootwarden.operations.doctor.stack import Stack
    from rootwarden.policy import Policy, Request

CALLERS_POLICIES = "caller's policies"
CALLERS_BOUNDARY = "caller's permissions boundary"
SESSION_POLICY = "the caller is a session of a role: a session policy given when it was assumed would limit it further, and no call shows one"


@dataclass(frozen=True, slots=True)
class CallerPolicies:
    """What decides about the caller."""

    identity: tuple[Book, ...]
    boundary: tuple[Book, ...] | None
    stack: Stack
    """The SCPs of its account; without levels for the management account."""

    @property
    def books(self) -> tuple[Book, ...]:
        """All of them."""
        return (*self.identity, *(self.boundary or ()), *self.stack.books)

    def decide(self, request: Request, instead: Mapping[str, Policy] | None = None) -> Decision:
        """Whether the call goes through, with some SCPs, by name, replaced."""
        said = evaluate(request, self._layers(instead))
        unread = frozenset(book.policy.name for book in self.books if book.unread)
        if said.answer is Answer.DEPENDS and unread:
            return dataclasses.replace(said, depends_on=said.depends_on | unread)
        return said

    def _layers(self, instead: Mapping[str, Policy] | None) -> Layers:
        boundary = level_of("", self.boundary).policies if self.boundary is not None else None
        return Layers(
            level_of("", self.identity).policies,
            boundary=boundary,
            scp_levels=self.stack.layers(instead).scp_levels,
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
    return CallerPolicies(
        _identity(evidence), _boundary(evidence), stack_of(shelf, caller.caller.account_id, kinds)
    )


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
