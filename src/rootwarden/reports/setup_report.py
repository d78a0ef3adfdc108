"""The plan and the outcome of ``enable`` and ``disable``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rootwarden.model.outcome import Done, Failed, NothingToDo, Outcome, Refused, Unknown
from rootwarden.reports.audit_report import reason_text
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from rootwarden.model.reason import Reason
    from rootwarden.model.setup import SetupPlan, Step, StepOutcome

_NEEDS = {
    True: ("to do", Tone.WARN),
    False: ("nothing to do", Tone.GOOD),
    None: ("to do, or nothing", Tone.WARN),
}
_OUTCOMES = {
    Done: ("done", Tone.GOOD),
    NothingToDo: ("nothing_to_do", Tone.GOOD),
    Refused: ("refused", Tone.BAD),
    Failed: ("failed", Tone.BAD),
    Unknown: ("unknown", Tone.BAD),
}


def setup_plan_report(command: str, plan: SetupPlan) -> Report:
    """The steps a plan would make, and the IAM actions they need."""
    steps = [_step_document(step) for step in plan.steps]
    actions = ", ".join(plan.actions)
    return Report(
        command=command,
        document={
            "organization_id": plan.organization_id,
            "endpoint": plan.endpoint,
            "plan": steps,
            "actions_needed": list(plan.actions),
        },
        tables=(
            Table(
                title="Plan",
                columns=("Step", "State"),
                rows=tuple((cell(step.text), cell(*_NEEDS[step.needed])) for step in plan.steps),
            ),
        ),
        lines=(Cell(f"IAM actions needed: {actions}" if actions else "Nothing to do."),),
        rows=tuple(steps),
    )


def setup_outcome_report(
    command: str, plan: SetupPlan, outcomes: tuple[StepOutcome, ...], status: dict[str, Any] | None
) -> Report:
    """How each step came out, and what AWS says afterwards; None where that could not be read."""
    steps = [
        {
            **_step_document(one.step),
            "outcome": outcome_name(one.outcome),
            "reason": _reason_document(one.outcome),
        }
        for one in outcomes
    ]
    return Report(
        command=command,
        document={
            "organization_id": plan.organization_id,
            "endpoint": plan.endpoint,
            "steps": steps,
            "status": status,
        },
        tables=(
            Table(
                title="Steps",
                columns=("Step", "Outcome", "Reason"),
                rows=tuple(
                    (cell(one.step.text), cell(*_OUTCOMES[type(one.outcome)]), cell(_reason(one.outcome)))
                    for one in outcomes
                ),
            ),
        ),
        rows=tuple(steps),
    )


def outcome_name(outcome: Outcome) -> str:
    """The contract's word for an outcome."""
    return _OUTCOMES[type(outcome)][0]


def _step_document(step: Step) -> dict[str, Any]:
    return {
        "step": step.kind.value,
        "text": step.text,
        "account": step.account,
        "needed": step.needed,
        "action": step.kind.action,
    }


def _reason_of(outcome: Outcome) -> Reason | None:
    return None if isinstance(outcome, Done) else outcome.reason


def _reason_document(outcome: Outcome) -> dict[str, Any] | None:
    reason = _reason_of(outcome)
    return reason.as_json() if reason else None


def _reason(outcome: Outcome) -> str:
    reason = _reason_of(outcome)
    return reason_text(reason) if reason else ""
