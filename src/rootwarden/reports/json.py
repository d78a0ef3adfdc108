"""One JSON document, or one line a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rootwarden.model.canonical import plain
from rootwarden.reports.report import Report, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from rootwarden.errors import RootwardenError


def render(report: Report) -> str:
    """The document. ASCII only, so that no name can carry a control sequence to a terminal."""
    return json.dumps({"schema": report.schema, **plain(report.document)}, indent=2) + "\n"


def render_lines(report: Report) -> str:
    """One JSON object a line for each row."""
    return "".join(map(render_line, report.rows))


def render_line(row: Mapping[str, Any]) -> str:
    """One row as one line."""
    return json.dumps(row, default=plain) + "\n"


def render_failure(command: str, error: RootwardenError, reason: Mapping[str, Any], *, exit_code: int) -> str:
    """The document of a command that came to nothing."""
    failure = {
        "type": type(error).__name__,
        "message": error.message,
        "advice": error.advice,
        "exit_code": exit_code,
        "reason": plain(reason),
    }
    return json.dumps({"schema": schema(command), "error": failure}, indent=2) + "\n"
