"""The table of docs/emulator.md: how far the emulator's answers are known to be AWS's, from tests/cases/fidelity."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

CASES: Final = Path(__file__).parents[1] / "tests" / "cases" / "fidelity"
PROVENANCES: Final = ("seen live", "documented", "inferred")
_INTRODUCTION: Final = """\
Each row is an answer of AWS that is known, and a test provokes it here with a real boto3 client. *Seen live*: in a
published raw capture or a real event, somebody else's; nobody has repeated them for this table. *Documented*: in AWS's
documentation or its service models. *Inferred*: AWS's own answer has not been seen. Where the text of an error is not
known, only its code and its HTTP status are compared. `CALLER` stands for the ARN of who calls, `…` for anything."""


def fidelity_table() -> str:
    """The counts, the rows by subject, and where they come from."""
    groups = [
        json.loads(file.read_text(encoding="utf-8")) for file in sorted((CASES / "rows").glob("*.json"))
    ]
    sources = json.loads((CASES / "sources.json").read_text(encoding="utf-8"))
    parts = [_INTRODUCTION, _counts([row for group in groups for row in group["rows"]])]
    for group in groups:
        head = ("operation", "when", "answer", "known from", "holds")
        rows = [_cells(row) for row in group["rows"]]
        parts += [f"### {group['title']}", group["about"], _table(head, rows)]
    parts += ["### Sources", "\n".join(f"- {name}: {place}" for name, place in sources.items())]
    return "\n\n".join(parts)


def _counts(rows: list[Mapping[str, Any]]) -> str:
    found = Counter((row["provenance"], row["holds"]) for row in rows)
    lines = [
        (one, str(found[one, True]), str(found[one, False]), str(found[one, True] + found[one, False]))
        for one in PROVENANCES
    ]
    held = sum(row["holds"] for row in rows)
    lines.append(("together", str(held), str(len(rows) - held), str(len(rows))))
    return _table(("known from", "hold", "do not hold", "rows"), lines)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    note = f". {row['note']}" if "note" in row else ""
    return (
        f"`{row['operation']}`",
        row["precondition"],
        _answer(row["answer"]) + note,
        f"{row['provenance']}, {row['source']}",
        "yes" if row["holds"] else f"**no**: {row['reason']}",
    )


def _answer(answer: Mapping[str, Any]) -> str:
    output = [*_members("", answer.get("output", {})), *(f"no `{path}`" for path in answer.get("absent", ()))]
    if "AccessKeyId" in answer.get("output", {}).get("Credentials", {}):
        return "a session"
    if "code" not in answer:
        return "; ".join(output) or "succeeds"
    status = "" if answer["status"] is None else f" ({answer['status']})"
    text = answer["text"] and answer["text"].replace("{caller}", "CALLER")
    rest = "…" if answer.get("match") == "prefix" else ""
    said = f": `{text}{rest}`" if text else ", text unseen"
    return "; ".join((f"{_value(answer['code'])}{status}{said}", *output))


def _members(path: str, wanted: Any) -> Iterator[str]:
    """The members an answer is to have, one by one."""
    if isinstance(wanted, dict) and "$json" in wanted:  # CloudTrail's record
        yield from _members("record", wanted["$json"])
    elif wanted == {"$absent": True}:
        yield f"no `{path}`"
    elif isinstance(wanted, dict) and not any(name.startswith("$") for name in wanted):
        for name, inner in wanted.items():
            yield from _members(f"{path}.{name}" if path else name, inner)
    elif isinstance(wanted, list) and wanted and all(isinstance(one, dict) for one in wanted):
        for number, inner in enumerate(wanted):
            yield from _members(f"{path}.{number}", inner)
    elif isinstance(wanted, dict) and "$count" in wanted:
        yield f"{wanted['$count']} of `{path}`"
    else:
        yield f"`{path}` {_value(wanted)}"


def _value(wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return f"`{wanted if isinstance(wanted, str) else json.dumps(wanted)}`"
    ((rule, value),) = wanted.items()
    texts = {
        "$any": "…",
        "$starts": f"{value}…",
        "$ends": f"…{value}",
        "$contains": f"…{value}…",
        "$seconds_ahead": f"in {value} s",
    }
    if rule in texts:
        return f"`{texts[rule]}`"
    return (" and " if rule == "$set" else " or ").join(f"`{one}`" for one in value)
