"""The catalogue of guardrails, and one of them rendered, with its claims and their proof."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

from rootwarden.policy.guardrails.parameters import OPTION_OF
from rootwarden.policy.guardrails.template import template, template_text
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell
from rootwarden.reports.terraform import terraform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.policy.guardrails.catalog import Rendered
    from rootwarden.policy.guardrails.claims import Proof
    from rootwarden.policy.guardrails.guardrail import Guardrail


class GuardrailFormat(StrEnum):
    """``--format``."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


def guardrail_list_report(guardrails: Iterable[Guardrail]) -> Report:
    """A row for every guardrail; the document says also what each breaks and what it takes."""
    found = tuple(guardrails)
    rows = tuple(_row(one) for one in found)
    table = Table(
        title="",
        columns=("Guardrail", "Protects", "Belongs", "Breaks"),
        rows=tuple(
            (
                cell(one.name),
                cell(one.protects),
                cell(one.belongs),
                cell(one.breaks),
            )
            for one in found
        ),
    )
    said = f"{len(found)} guardrails. 'rootwarden guardrails render NAME' prints one, proven; --explain shows the proof."
    return Report("guardrails list", {"guardrails": list(rows)}, (table,), (Cell(said),), rows)


def guardrail_text(made: Rendered, chosen: GuardrailFormat) -> str:
    """What was asked for, ready to be used. Raises BadInput for a format the guardrail does not have."""
    match chosen:
        case GuardrailFormat.JSON:
            return json.dumps(_documents(made), indent=2, ensure_ascii=False) + "\n"
        case GuardrailFormat.CLOUDFORMATION:
            return template_text(template(made))
        case GuardrailFormat.TERRAFORM:
            return terraform(made)
        case _:
            assert_never(chosen)


def guardrail_report(made: Rendered, chosen: GuardrailFormat) -> Report:
    """One guardrail with every claim and what proves it."""
    text = guardrail_text(made, chosen)
    claims = tuple({"documents": names, **_claim(one)} for names, one in made.proofs)
    table = Table(
        title=f"{made.guardrail.name}: what it claims",
        columns=("Documents", "Claim", "Verdict", "Shown by"),
        rows=tuple(
            (cell(one["documents"]), cell(one["claim"]), cell("holds", Tone.GOOD), cell(one["shown"]))
            for one in claims
        ),
    )
    document = {
        "guardrail": _row(made.guardrail),
        "format": chosen.value,
        "documents": [
            {"name": paper.name, "kind": paper.kind.value, "document": paper.document}
            for paper in made.papers
        ],
        "text": text,
        "claims": list(claims),
        "warnings": list(made.warnings),
    }
    block = Block(f"As {chosen}", tuple(Cell(line) for line in text.splitlines()), "json")
    return Report("guardrails render", document, (table,), (), claims, (block,))


def _documents(made: Rendered) -> Any:
    """The one document, or each by its name."""
    if len(made.papers) == 1:
        return made.papers[0].document
    return {paper.name: paper.document for paper in made.papers}


def _claim(proof: Proof) -> dict[str, Any]:
    return {"claim": proof.claim, "holds": proof.holds, "shown": proof.shown}


def _row(guardrail: Guardrail) -> dict[str, Any]:
    return {
        "name": guardrail.name,
        "kinds": [kind.value for kind in guardrail.kinds],
        "protects": guardrail.protects,
        "belongs": guardrail.belongs,
        "breaks": guardrail.breaks,
        "parameters": [
            {"option": OPTION_OF[name], "required": name in guardrail.needs} for name in guardrail.takes
        ],
    }
