"""Every guardrail, and the only way to get one: proven."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.operator_role import OperatorRole
from rootwarden.policy.guardrails.alert_deployment import DEPLOY_ALERTS
from rootwarden.policy.guardrails.alert_stacks import ALERT_STACKS
from rootwarden.policy.guardrails.caller_policies import caller_policy
from rootwarden.policy.guardrails.command_policies import COMMAND_POLICIES
from rootwarden.policy.guardrails.delegation import DELEGATION
from rootwarden.policy.guardrails.detection_policies import DETECTION_POLICIES
from rootwarden.policy.guardrails.role_papers import ROLE_PAPERS
from rootwarden.policy.guardrails.service_control import SERVICE_CONTROL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.policy.guardrails.claims import Proof
    from rootwarden.policy.guardrails.guardrail import Guardrail, Paper, Part
    from rootwarden.policy.guardrails.parameters import Parameters

_ENTRIES: Final = (
    *map(caller_policy, OperatorRole),
    *ROLE_PAPERS,
    *SERVICE_CONTROL,
    *COMMAND_POLICIES,
    *DETECTION_POLICIES,
    *DELEGATION,
    DEPLOY_ALERTS,
    *ALERT_STACKS,
)
GUARDRAILS: Final[Mapping[str, Guardrail]] = {one.name: one for one in _ENTRIES}
"""The catalogue, by name."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A guardrail for these parameters, all of whose claims hold."""

    guardrail: Guardrail
    parts: tuple[Part, ...]
    proofs: tuple[tuple[str, Proof], ...]
    """Each claim with the names of the documents it is about."""

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every document."""
        return tuple(paper for part in self.parts for paper in part.papers)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader has to know before using them."""
        return tuple(dict.fromkeys(one for part in self.parts for one in part.warnings))


def guardrail_named(name: str) -> Guardrail:
    """The entry of a name; raises BadInput with near matches."""
    found = GUARDRAILS.get(name.strip().lower())
    if found is None:
        near = " or ".join(get_close_matches(name.lower(), GUARDRAILS, n=3, cutoff=0.5))
        every = f"There are {', '.join(GUARDRAILS)}."
        raise BadInput(
            f"there is no guardrail {name!r}", advice=f"Did you mean {near}? {every}" if near else every
        )
    return found


def rendered(guardrail: Guardrail, given: Parameters) -> Rendered:
    """The documents, proven. Raises BadInput for parameters it cannot be made of, RefusedByRule where a claim does not hold."""
    given.check_for(guardrail)
    parts = guardrail.make(given)
    proofs = prove(parts)
    broken = [(names, one) for names, one in proofs if not one.holds]
    if broken:
        said = "; ".join(f"{names}: {one.claim} ({one.shown})" for names, one in broken)
        raise RefusedByRule(
            f"guardrail {guardrail.name} is not rendered: its claims do not hold: {said}",
            advice="Change the parameters that the claim is about.",
        )
    return Rendered(guardrail, parts, proofs)


def prove(parts: tuple[Part, ...]) -> tuple[tuple[str, Proof], ...]:
    """Every claim with its proof, and the names of the documents it is about."""
    return tuple(
        (", ".join(paper.name for paper in part.papers), claim.prove(part.papers))
        for part in parts
        for claim in part.claims
    )
