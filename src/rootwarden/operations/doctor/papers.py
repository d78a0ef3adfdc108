"""The documents that could be changed, by the names decisions use: SCPs, RCPs and the caller's own policies. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rootwarden.model.diagnosis import PolicyChange
from rootwarden.model.organization_policy import PolicyType
from rootwarden.model.reading import Seen
from rootwarden.operations.doctor import edits
from rootwarden.operations.doctor.amendments import Amendment, NoChange, amended
from rootwarden.policy import Policy, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.operations.doctor.call import CallerPolicies
    from rootwarden.operations.doctor.shelf import Shelf

LONGEST: Final = {PolicyType.SCP: 10_240, PolicyType.RCP: 5_120}
"""Characters: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
_NOTHING: Final[edits.Document] = {"Version": "2012-10-17", "Statement": []}


@dataclass(frozen=True, slots=True)
class Paper:
    """One policy and where it belongs."""

    label: str
    name: str
    """For the head of a diff."""
    policy_id: str | None
    """None for an inline policy, which has none."""
    targets: tuple[str, ...]
    kind: PolicyType | None
    """None for a policy of the caller."""
    document: edits.Document | None
    """None for a policy that does not exist yet."""


@dataclass(slots=True)
class Papers:
    """Finds documents and amends them; each version is made and parsed once."""

    shelf: Shelf
    caller: CallerPolicies
    resources: tuple[str, ...]
    """The root users the caller is to be allowed to become."""
    _papers: dict[str, Paper] = field(default_factory=dict)
    _made: dict[tuple[str, frozenset[Amendment]], tuple[edits.Document, Policy]] = field(default_factory=dict)

    def paper(self, label: str) -> Paper:
        """The policy; raises NoChange for one that nobody but AWS can change, or that was not read."""
        found = self._papers.get(label)
        if found is None:
            policy_id = self.shelf.by_label.get(label)
            found = self._papers[label] = (
                self._of_caller(label) if policy_id is None else self._of_organization(label, policy_id)
            )
        return found

    def make(self, label: str, wanted: Iterable[Amendment]) -> tuple[edits.Document, Policy]:
        """The amended document, and parsed. Raises NoChange."""
        key = (label, frozenset(wanted))
        if key not in self._made:
            document = amended(self.paper(label).document or _NOTHING, key[1], self.resources)
            self._made[key] = (document, parse_policy(json.dumps(document), name=label))
        return self._made[key]

    def written(self, label: str, wanted: Iterable[Amendment]) -> PolicyChange:
        """The change for the reader."""
        paper = self.paper(label)
        document, _ = self.make(label, wanted)
        return PolicyChange(
            policy=label,
            policy_id=paper.policy_id,
            targets=paper.targets,
            diff=edits.diff(paper.document, document, paper.name),
            content=edits.compact(document),
            too_long=self._too_long(paper, document),
        )

    def _too_long(self, paper: Paper, document: edits.Document) -> str | None:
        if paper.kind is None:
            return None
        length, longest = len(edits.compact(document)), LONGEST[paper.kind]
        if length <= longest:
            return None
        return f"{paper.label} would then have {length} characters, and AWS takes {longest}: shorten it elsewhere."

    def _of_organization(self, label: str, policy_id: str) -> Paper:
        one = self.shelf.listed[policy_id]
        found = self.shelf.evidence.policies.documents.get(policy_id)
        if one.aws_managed or not isinstance(found, Seen):
            raise NoChange(f"{label} cannot be changed")
        document = json.loads(found.value)
        targets = self.shelf.targets_of(policy_id)
        return Paper(label, one.name or one.id, policy_id, targets, self.shelf.kinds[policy_id], document)

    def _of_caller(self, label: str) -> Paper:
        principal = self.caller.principal or ""
        found = self.caller.documents.get(label)
        if found is None and label != self.caller.new_policy:
            raise NoChange(f"{label} cannot be changed")
        if label.startswith("arn:"):
            if ":iam::aws:policy/" in label:
                raise NoChange(f"{label} is AWS's own and cannot be changed")
            return Paper(label, label.rpartition("/")[2], label, (principal,), None, _loaded(found))
        return Paper(label, label, None, (principal,), None, None if found is None else _loaded(found))


def _loaded(found: object) -> edits.Document:
    """A document of one's own to change: AWS gives those of principals as text or as a mapping."""
    if isinstance(found, Mapping):
        return dict(found)
    document: edits.Document = json.loads(str(found))
    return document
