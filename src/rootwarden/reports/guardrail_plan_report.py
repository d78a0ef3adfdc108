"""The plan and the outcome of ``guardrails deploy`` and ``undeploy``."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from rootwarden.model.outcome import Done, NothingToDo
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell
from rootwarden.reports.setup_report import outcome_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange, GuardrailPlan


def guardrail_plan_report(plan: GuardrailPlan) -> Report:
    """Every call it would make, and the difference between the document there is and the one there will be."""
    rows = tuple(_document(one) for one in plan.changes)
    table = Table(
        "Plan", ("Step", "IAM action"), tuple((cell(one.text), cell(one.kind.action)) for one in plan.changes)
    )
    return Report(
        plan.command, _head(plan) | {"plan": list(rows)}, (table,), tuple(_lines(plan)), rows, _blocks(plan)
    )


def guardrail_outcome_report(plan: GuardrailPlan, outcomes: tuple[ChangeOutcome, ...]) -> Report:
    """How each call came out."""
    rows = tuple(_document(one.change) | _outcome(one) for one in outcomes)
    table = Table(
        "Steps",
        ("Step", "Outcome", "Reason"),
        tuple(
            (cell(one.change.text), cell(outcome_name(one.outcome), _tone(one)), cell(_reason(one)))
            for one in outcomes
        ),
    )
    said = (
        "Done."
        if outcomes and all(isinstance(one.outcome, Done | NothingToDo) for one in outcomes)
        else "Nothing to do."
    )
    lines = () if outcomes and said != "Done." else (Cell(said, Tone.GOOD),)
    if outcomes and any(not isinstance(one.outcome, Done | NothingToDo) for one in outcomes):
        lines = (Cell("Not everything was done: look at the reasons, and repeat the command.", Tone.BAD),)
    return Report(plan.command, _head(plan) | {"steps": list(rows)}, (table,), lines, rows)


def _head(plan: GuardrailPlan) -> dict[str, Any]:
    return {
        "guardrail": plan.guardrail,
        "organization_id": plan.organization_id,
        "endpoint": plan.endpoint,
        "changed_by_hand": plan.drifted,
        "also_attached_to": [place.id for place in plan.elsewhere],
        "diff": "".join(_diff(plan)),
        "notes": list(plan.notes),
    }


def _diff(plan: GuardrailPlan) -> Iterator[str]:
    if plan.before != plan.after:
        before, after = plan.before.splitlines(keepends=True), plan.after.splitlines(keepends=True)
        yield from difflib.unified_diff(before, after, "there is", "there will be")


def _blocks(plan: GuardrailPlan) -> tuple[Block, ...]:
    tones = {"+": Tone.GOOD, "-": Tone.BAD}
    lines = tuple(Cell(line.rstrip("\n"), tones.get(line[:1], Tone.PLAIN)) for line in _diff(plan))
    return (Block("The document", lines, "diff"),) if lines and plan.changes else ()


def _lines(plan: GuardrailPlan) -> Iterator[Cell]:
    if plan.drifted:
        text = "Somebody changed the document since it was deployed, or it was not deployed from here: it is overwritten only with --overwrite."
        yield Cell(text, Tone.BAD)
    if plan.elsewhere:
        places = ", ".join(place.shown for place in plan.elsewhere)
        yield Cell(
            f"It is attached to {places} as well, and stays there; what changes in it changes there too.",
            Tone.WARN,
        )
    for note in plan.notes:
        yield Cell(f"{note}.", Tone.WARN)
    if not plan.changes:
        yield Cell("Nothing to do.", Tone.GOOD)


def _document(change: GuardrailChange) -> dict[str, Any]:
    return {
        "step": change.kind.value,
        "text": change.text,
        "policy": change.policy,
        "target": change.place.id if change.place else None,
        "action": change.kind.action,
    }


def _outcome(one: ChangeOutcome) -> dict[str, Any]:
    reason = None if isinstance(one.outcome, Done) else one.outcome.reason
    return {"outcome": outcome_name(one.outcome), "reason": reason.as_json() if reason else None}


def _reason(one: ChangeOutcome) -> str:
    reason = None if isinstance(one.outcome, Done) else one.outcome.reason
    return reason_text(reason) if reason else ""


def _tone(one: ChangeOutcome) -> Tone:
    return Tone.GOOD if isinstance(one.outcome, Done | NothingToDo) else Tone.BAD
