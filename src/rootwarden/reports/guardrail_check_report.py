"""What ``guardrails check`` found: each finding with its place, and what each policy does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from rootwarden.reports.render import OutputFormat
from rootwarden.reports.report import Cell, Report, Table, Tone, cell
from rootwarden.reports.sarif import sarif

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rootwarden.policy.lint.lint_finding import Effect, Linted, LintFinding

_TONES: Final = {"passes": Tone.GOOD, "denied": Tone.BAD, "depends": Tone.WARN}


def guardrail_check_report(checked: Sequence[Linted], *, version: str) -> Report:
    """The findings first, then a row for what each policy does."""
    rows = tuple(_finding_row(one, finding) for one in checked for finding in one.findings)
    count = sum(len(one.counted) for one in checked)
    policies = [_document(one) for one in checked]
    said = f"{len(checked)} {'policy' if len(checked) == 1 else 'policies'} checked, {count or 'no'} finding{'' if count == 1 else 's'}."
    return Report(
        command="guardrails check",
        document={"policies": policies, "summary": {"policies": len(checked), "findings": count}},
        tables=(_findings_table(checked), _grants_table(checked), _effects_table(checked)),
        lines=(Cell(said, Tone.WARN if count else Tone.GOOD),),
        rows=rows,
        texts={OutputFormat.SARIF: sarif(checked, version=version)},
    )


def _findings_table(checked: Iterable[Linted]) -> Table:
    rows = tuple(
        (cell(_place(one, finding)), cell(finding.code, Tone.WARN), cell(finding.path), cell(finding.text))
        for one in checked
        for finding in one.findings
    )
    return Table("Findings", ("Policy", "Finding", "Where", "Reason"), rows, headed=True)


def _effects_table(checked: Iterable[Linted]) -> Table:
    """SCPs and RCPs: what they do to those whom root sessions are about."""
    rows = []
    for one in checked:
        if one.kind.value == "identity" or not one.effects:
            continue
        root = [effect for effect in one.effects if effect.who == "root user, signed in"]
        sessions = [effect for effect in one.effects if effect.who == "root session"]
        operators = [effect for effect in one.effects if effect.what == "sts:AssumeRoot"]
        rows.append(
            (
                cell(_name(one)),
                cell(one.kind.value.upper()),
                cell(root[0].answer, _TONES.get(root[0].answer, Tone.WARN)),
                _summed(sessions, [effect.what for effect in sessions]),
                _summed(operators, [effect.who for effect in operators]),
            )
        )
    columns = ("Policy", "Kind", "Signed-in root", "Root sessions", "Operator roles")
    return Table("What they do", columns, tuple(rows))


def _grants_table(checked: Iterable[Linted]) -> Table:
    """Identity policies: the root sessions that they let their holder open."""
    rows = tuple(
        (cell(_name(one)), cell(effect.what), cell(effect.answer), cell(effect.why))
        for one in checked
        if one.kind.value == "identity"
        for effect in one.effects
    )
    return Table("What they grant", ("Policy", "Call", "Answer", "Reason"), rows)


def _summed(effects: Sequence[Effect], names: Sequence[str]) -> Cell:
    """``all pass``, or those that do not."""
    parts = [
        f"{answer}: {', '.join(name for effect, name in zip(effects, names, strict=True) if effect.answer == answer)}"
        for answer in ("denied", "depends")
        if any(effect.answer == answer for effect in effects)
    ]
    if not parts:
        return cell("all pass", Tone.GOOD)
    return cell("; ".join(parts), Tone.BAD if parts[0].startswith("denied") else Tone.WARN)


def _name(one: Linted) -> str:
    return f"{one.source} {one.name}".strip()


def _place(one: Linted, finding: LintFinding) -> str:
    return f"{one.source}:{finding.line}:{finding.column}" if finding.line else _name(one)


def _finding_row(one: Linted, finding: LintFinding) -> dict[str, Any]:
    return {"source": one.source, "kind": one.kind.value, **asdict(finding)}


def _document(one: Linted) -> dict[str, Any]:
    return {
        "source": one.source,
        "name": one.name or None,
        "kind": one.kind.value,
        "targets": list(one.targets),
        "findings": [asdict(finding) for finding in one.findings],
        "effects": [asdict(effect) for effect in one.effects],
    }
