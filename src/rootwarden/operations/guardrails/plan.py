"""Planning the deployment of a guardrail and its way back. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rootwarden.errors import RefusedByRule
from rootwarden.model.canonical import sha256_hex
from rootwarden.model.guardrail_plan import NAMES_MARK, ChangeKind, GuardrailChange, Place
from rootwarden.model.ids import root_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rootwarden.model.ids import AccountId
    from rootwarden.operations.guardrails.state import ScpState

MOST_SCPS: Final = 10
"""SCPs that AWS lets be attached to one root, OU or account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""
_OURS: Final = "Rootwarden"
"""How the statements begin that are ours in a resource policy."""


def described(guardrail: str, document: str) -> str:
    """The description that tells later whether the document is still the one that was deployed."""
    return f"rootwarden guardrail {guardrail}; {NAMES_MARK}{hash_of(document)}"


def hash_of(document: str) -> str:
    """The hash of what a document says, however it is written."""
    return sha256_hex(normal(document))


def normal(document: str) -> Any:
    """A document in which it does not matter how it is written: lists of one are taken for what they hold."""
    try:
        return _normal(json.loads(document))
    except ValueError:
        return document


def laid_out(document: str) -> str:
    """A document for people, line by line; empty for none."""
    found = normal(document) if document else ""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n" if found else ""


def is_drifted(state: ScpState, spared: Iterable[AccountId], partition: str) -> bool:
    """Whether the document is not the one that was deployed: by the hash in its description, or for want of one.

    What recoveries put into it for the root users of these accounts is no change by hand.
    """
    if state.id is None:
        return False
    plain = _without(state.document, {root_arn(partition, one) for one in spared})
    return not any(f"{NAMES_MARK}{hash_of(one)}" in state.description for one in (state.document, plain))


def _without(document: str, arns: set[str]) -> str:
    """A document without these root users among those that it spares."""
    try:
        found = json.loads(document)
    except ValueError:
        return document
    for statement in found.get("Statement", []) if arns else []:
        condition = statement.get("Condition", {})
        keys = condition.get("ArnNotEquals", {})
        named = keys.get("aws:PrincipalArn", [])
        left = [one for one in (named if isinstance(named, list) else [named]) if one not in arns]
        if keys:
            keys["aws:PrincipalArn"] = left
        if keys and not left:
            del condition["ArnNotEquals"]
    return json.dumps(found)


def plan_scp(
    guardrail: str, name: str, document: str, state: ScpState, places: Sequence[Place]
) -> tuple[GuardrailChange, ...]:
    """The calls that bring the SCP to these places, in order. Raises RefusedByRule where a place has no slot left."""
    if not state.enabled:
        raise RefusedByRule(
            "SCPs are not enabled in this organization, so none would apply",
            advice="Enable the policy type in AWS Organizations first: it concerns every account.",
        )
    about = described(guardrail, document)
    changes = []
    if state.id is None:
        changes.append(GuardrailChange(ChangeKind.CREATE_POLICY, name, document=document, description=about))
    elif normal(state.document) != normal(document):
        changes.append(GuardrailChange(ChangeKind.UPDATE_POLICY, name, document=document, description=about))
    missing = [place for place in places if place.id not in state.targets]
    full = [place for place in missing if len(state.attached.get(place.id, ())) >= MOST_SCPS]
    if full:
        raise RefusedByRule(
            f"{', '.join(place.shown for place in full)}: {MOST_SCPS} SCPs are attached already, which is the most AWS takes",
            advice="Merge some of them first, or deploy to the OUs below.",
        )
    return (*changes, *(GuardrailChange(ChangeKind.ATTACH_POLICY, name, place) for place in missing))


def plan_scp_away(name: str, state: ScpState, named: Mapping[str, Place]) -> tuple[GuardrailChange, ...]:
    """The calls that take the SCP out of the organization, in the order AWS accepts."""
    if state.id is None:
        return ()
    places = [named.get(target, Place(target, "")) for target in state.targets]
    detached = (GuardrailChange(ChangeKind.DETACH_POLICY, name, place) for place in places)
    return (*detached, GuardrailChange(ChangeKind.DELETE_POLICY, name))


def merged(there: str | None, ours: Mapping[str, Any]) -> str:
    """A resource policy with our statements in it, and those of others as they are."""
    statements = [*_others(there), *ours["Statement"]]
    return json.dumps(
        {"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), ensure_ascii=False
    )


def without_ours(there: str) -> str | None:
    """A resource policy without our statements; None where nothing is left."""
    left = _others(there)
    if not left:
        return None
    found = json.loads(there)
    return json.dumps({**found, "Statement": left}, separators=(",", ":"), ensure_ascii=False)


def has_ours(there: str | None) -> bool:
    """Whether any statement is ours."""
    return there is not None and len(_others(there)) < len(_statements(there))


def ours_differ(there: str | None, ours: Mapping[str, Any]) -> bool:
    """Whether our statements are there, and say something else."""
    if there is None or not has_ours(there):
        return False
    found = [one for one in _statements(there) if _is_ours(one)]
    return bool(_normal(found) != _normal(list(ours["Statement"])))


def _others(there: str | None) -> list[Any]:
    return [] if there is None else [one for one in _statements(there) if not _is_ours(one)]


def _is_ours(statement: Any) -> bool:
    return str(statement.get("Sid", "")).startswith(_OURS)


def _statements(document: str) -> list[Any]:
    found = json.loads(document).get("Statement", [])
    return found if isinstance(found, list) else [found]


def _normal(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _normal(found[key]) for key in sorted(found)}
    if isinstance(found, list):
        parts = [_normal(one) for one in found]
        if all(isinstance(one, str) for one in parts):
            parts = sorted(parts)
        return parts[0] if len(parts) == 1 else parts
    return found


def in_order(places: Iterable[Place], first: Place | None) -> tuple[Place, ...]:
    """Each place once, the test OU before all others."""
    every = [*([first] if first else []), *places]
    return tuple({place.id: place for place in every}.values())
