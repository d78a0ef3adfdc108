"""A removal plan as a file: bound to its organization and endpoint, and to its own hash. Pure; the caller reads and writes."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from rootwarden.errors import BadInput, RefusedByRule, WrongOrganization
from rootwarden.model.canonical import plain, sha256_hex
from rootwarden.model.removal import RemovalPlan

SCHEMA: Final = "rootwarden/removal-plan/1"


def hash_of(plan: RemovalPlan) -> str:
    """The hash a plan is confirmed by: SHA-256 of its canonical form, in hex."""
    return sha256_hex(plan)


def to_text(plan: RemovalPlan) -> str:
    """The content of the plan's file."""
    return json.dumps({"schema": SCHEMA, "plan_hash": hash_of(plan), "plan": plain(plan)}, indent=2) + "\n"


def from_text(text: str, *, name: str, stated_hash: str | None) -> RemovalPlan:
    """The plan of a file.

    ``stated_hash`` is the hash the user confirmed elsewhere. Raises BadInput for a file that is no plan, and RefusedByRule for one
    that was changed after it was written, or is not the one stated.
    """
    document = _document(text, name)
    plan_hash = _hash_of_document(document["plan"], name)
    if plan_hash != document["plan_hash"]:
        raise RefusedByRule(
            f"{name}: the plan was changed after it was written (its hash is {plan_hash}, the file says {document['plan_hash']})",
            advice="Make a new plan with 'rootwarden remove plan'; choose what goes with its options, not in the file.",
        )
    if stated_hash is not None and stated_hash != plan_hash:
        raise RefusedByRule(
            f"{name}: this plan has hash {plan_hash}, not the stated {stated_hash}",
            advice="Read the plan again, and state its own hash.",
        )
    plan = _validated(document["plan"], name)
    if hash_of(plan) != plan_hash:  # it says more than a plan does
        raise BadInput(
            f"{name}: the plan holds what no plan of this version has",
            advice="Make a new plan with 'rootwarden remove plan'.",
        )
    return plan


def _validated(document: dict[str, Any], name: str) -> RemovalPlan:
    try:
        return TypeAdapter(RemovalPlan).validate_python(document, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"{name}: plan.{where}: {first['msg']}", advice="Make a new plan with 'rootwarden remove plan'."
        ) from error


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{name}: not JSON: {error}", advice="Name a file that 'rootwarden remove plan --out' wrote."
        ) from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA:
        raise BadInput(
            f"{name}: not a removal plan of this version (schema {found!r}, expected {SCHEMA!r})",
            advice="Name a file that 'rootwarden remove plan --out' wrote.",
        )
    if not isinstance(document.get("plan"), dict) or not isinstance(document.get("plan_hash"), str):
        raise BadInput(
            f"{name}: plan or plan_hash is missing", advice="Make a new plan with 'rootwarden remove plan'."
        )
    return dict(document)


def _hash_of_document(plan: dict[str, Any], name: str) -> str:
    try:
        return sha256_hex(plan)
    except (TypeError, ValueError) as error:  # a fraction, or half a character: no plan of ours holds one
        raise RefusedByRule(
            f"{name}: the plan was changed after it was written: {error}",
            advice="Make a new plan with 'rootwarden remove plan'; choose what goes with its options, not in the file.",
        ) from error


def check_belongs(plan: RemovalPlan, *, organization_id: str, endpoint: str) -> None:
    """Raises WrongOrganization for a plan that was made at another organization or endpoint."""
    if (plan.organization_id, plan.endpoint) != (organization_id, endpoint):
        raise WrongOrganization(
            f"the plan was made for organization {plan.organization_id} at {plan.endpoint}, and this is organization "
            f"{organization_id} at {endpoint}",
            advice="Use the profile and endpoint the plan was made with, or make a new plan.",
        )
