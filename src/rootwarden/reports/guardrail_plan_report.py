"""The plan and the outcome of ``guardrails deploy`` and ``undeploy``."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, Final

from rootwarden.model.outcome import Done, NothingToDo
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Block, Cell, Report, Table, Tone, cell
from rootwarden.reports.setup_report import outcome_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rootwarden.model.guardrail_plan import ChangeOutcome, GuardrailChange, GuardrailPlan


_TONES: Final = {outcome_name(Done()): Tone.GOOD, "nothing_to_do": Tone.GOOD}


def guardrail_plan_report(plan: GuardrailPlan) -> Report:
    """Every call it would make, and the difference between the document there is and the one there will be."""
    rows = tuple(_document(one) for one in plan.changes)
    steps = _together((one, (one.kind.action,)) for one in plan.changes)
    table = Table("Plan", ("Step", "IAM action"), tuple((cell(text), cell(more[0])) for text, more in steps))
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
            (cell(text), cell(name, _TONES.get(name, Tone.BAD)), cell(reason))
            for text, (name, reason) in _together(
                (one.change, (outcome_name(one.outcome), _reason(one))) for one in outcomes
            )
        ),
    )
    said = (
        "Done."
        if outcomes and all(isinstance(one.outcome, Done | NothingToDo) for one in outcomes)
        else "Nothing to do."
    )
    lines: tuple[Cell, ...] = () if outcomes and said != "Done." else (Cell(said, Tone.GOOD),)
    if plan.unseen:
        lines = tuple(Cell(f"Not seen: {one}.", Tone.BAD) for one in plan.unseen)
    if outcomes and any(not isinstance(one.outcome, Done | NothingToDo) for one in outcomes):
        lines = (Cell("Not everything was done: look at the reasons, and repeat the command.", Tone.BAD),)
    return Report(plan.command, _head(plan) | {"steps": list(rows)}, (table,), lines, rows)


def _together(
    steps: Iterable[tuple[GuardrailChange, tuple[str, ...]]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The steps in words; those that are alike in all but their Region are one row."""
    rows: dict[tuple[str, tuple[str, ...]], list[GuardrailChange]] = {}
    for change, more in steps:
        alike = f"{change.kind}/{change.policy}/{change.account}" if change.region else change.item
        rows.setdefault((alike, more), []).append(change)
    for (_, more), changes in rows.items():
        first = changes[0]
        text = first.text
        if len(changes) > 1:
            regions = ", ".join(sorted(str(one.region) for one in changes))
            text = f"{first.text_anywhere}, in {first.account}, {len(changes)} Regions: {regions}"
        yield text, more


def _head(plan: GuardrailPlan) -> dict[str, Any]:
    return {
        "guardrail": plan.guardrail,
        "organization_id": plan.organization_id,
        "endpoint": plan.endpoint,
        "changed_by_hand": plan.drifted,
        "also_attached_to": [place.id for place in plan.elsewhere],
        "diff": "".join(_diff(plan)),
        "notes": list(plan.notes),
        "by_hand": list(plan.by_hand),
        "unseen": list(plan.unseen),
    }


def _diff(plan: GuardrailPlan) -> Iterator[str]:
    if plan.before != plan.after:
        before, after = plan.before.splitlines(keepends=True), plan.after.splitlines(keepends=True)
        yield from difflib.unified_diff(before, after, "there is", "there will be")


def _blocks(plan: GuardrailPlan) -> tuple[Block, ...]:
    rules = [] if plan.before or not plan.after else _rules(plan.after)
    if rules:  # hundreds of lines, all of them new, which 'render' prints
        head = f"From 'guardrails render {plan.guardrail} --format cloudformation', an encrypted topic and these rules:"
        return (Block(head, tuple(Cell(one) for one in rules), "text"),)
    tones = {"+": Tone.GOOD, "-": Tone.BAD}
    lines = tuple(Cell(line.rstrip("\n"), tones.get(line[:1], Tone.PLAIN)) for line in _diff(plan))
    return (Block("The document", lines, "diff"),) if lines and plan.changes else ()


def _rules(template: str) -> list[str]:
    """What the alert rules of a template are called and notice."""
    resources = json.loads(template).get("Resources", {}).values()
    rules = [one for one in resources if one.get("Type") == "AWS::Events::Rule"]
    return [
        f"{one['Properties']['Name']}: {one['Properties']['Description']}"
        + (" (where global services are recorded)" if "Condition" in one else "")
        for one in rules
    ]


def _lines(plan: GuardrailPlan) -> Iterator[Cell]:
    for one in plan.unseen:
        yield Cell(f"Not seen: {one}.", Tone.BAD)
    if plan.by_hand:
        yield Cell("Changed by hand, and made anew only with --overwrite:", Tone.BAD)
        for one in plan.by_hand:
            yield Cell(f"  {one}", Tone.BAD)
    elif plan.drifted:
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
        "targets": [one.id for one in change.targets],
        "account": change.account,
        "region": change.region,
        "regions": list(change.regions),
        "action": change.kind.action,
    }


def _outcome(one: ChangeOutcome) -> dict[str, Any]:
    reason = None if isinstance(one.outcome, Done) else one.outcome.reason
    return {"outcome": outcome_name(one.outcome), "reason": reason.as_json() if reason else None}


def _reason(one: ChangeOutcome) -> str:
    reason = None if isinstance(one.outcome, Done) else one.outcome.reason
    return reason_text(reason) if reason else ""
