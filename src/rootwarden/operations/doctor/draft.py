"""Documents on their way to what they should be. Values only."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rootwarden.model.reading import Seen
from rootwarden.operations.doctor import edits
from rootwarden.policy import Policy, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.operations.doctor.shelf import Shelf


class NoChange(Exception):
    """Says why no change of a policy can be computed."""


@dataclass(slots=True)
class Draft:
    """Edited policies. Documents in it are replaced, never altered, so that drafts can share them."""

    shelf: Shelf
    before: dict[str, edits.Document] = field(default_factory=dict)
    """By policy id."""
    after: dict[str, edits.Document] = field(default_factory=dict)
    parsed: dict[str, Policy] = field(default_factory=dict)
    """The edited ones by label, for the evaluator."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """What was done, and at which root, OU or account."""

    def document(self, policy_id: str) -> edits.Document:
        """The document as it stands now; raises NoChange where it was not read."""
        if policy_id not in self.after:
            found = self.shelf.evidence.policies.documents.get(policy_id)
            if not isinstance(found, Seen):
                raise NoChange(f"{policy_id} was not read")
            self.before[policy_id] = self.after[policy_id] = json.loads(found.value)
        return self.after[policy_id]

    def put(self, policy_id: str, document: edits.Document, what: str) -> None:
        """Takes a changed document."""
        label = self.shelf.listed[policy_id].label
        self.after[policy_id] = document
        self.parsed[label] = parse_policy(json.dumps(document), name=label)
        self.say(what)

    def say(self, what: str, where: str = "") -> None:
        """Adds a sentence, unless it was said."""
        if all(text != what for text, _ in self.said):
            self.said.append((what, where))

    def current(self, label: str) -> Policy:
        """The policy as it stands now."""
        return self.parsed.get(label) or self.shelf.books[self.shelf.by_label[label]].policy

    def only(self, labels: Iterable[str]) -> Draft:
        """A draft of its own that begins with what was done to these policies."""
        wanted = [label for label in labels if label in self.parsed]
        ids = [self.shelf.by_label[label] for label in wanted]
        return Draft(
            self.shelf,
            before={id_: self.before[id_] for id_ in ids},
            after={id_: self.after[id_] for id_ in ids},
            parsed={label: self.parsed[label] for label in wanted},
        )

    def take(self, other: Draft, where: str) -> None:
        """Takes over what another draft, begun with ``only``, made of its policies at one place."""
        self.before |= other.before
        self.after |= other.after
        self.parsed |= other.parsed
        for what, _ in other.said:
            self.say(what, where)
