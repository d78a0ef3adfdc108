"""Accounts in which AWS denied the session: what doctor makes of that is put beside AWS's word."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rootwarden.app.doctor import readings_of
from rootwarden.errors import Interrupted, RootwardenError
from rootwarden.model.audit import AuditOutcome

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rootwarden.app.audit_pass import AuditPass
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.audit import AuditRow
    from rootwarden.model.diagnosis import TaskDiagnosis
    from rootwarden.model.ids import AccountId

MOST: Final = 100
"""Denied accounts that are looked into: each takes calls of Organizations, of which AWS allows few a second."""


def was_denied(row: AuditRow) -> bool:
    """Whether AWS denied the session, or a read inside it."""
    denied = (
        row.reason is not None and row.reason.source == "aws" and row.reason.code.startswith("AccessDenied")
    )
    return denied and row.outcome is AuditOutcome.UNREACHABLE


def with_our_readings(app: App, clients: CallerClients, one_pass: AuditPass) -> Generator[AuditRow]:
    """The rows of a pass. Those of denied accounts come last, with our reading of the policies as far as they can be read.

    A pass that did not come to its end is not kept waiting for that. Raises what the pass raises, after its last row.
    """
    held: list[AuditRow] = []
    further = 0
    try:
        with closing(one_pass.rows()) as rows:
            for row in rows:
                if not was_denied(row):
                    yield row
                elif len(held) < MOST:
                    held.append(row)
                else:
                    further += 1
                    yield row
    except RootwardenError:
        yield from held
        raise
    found = _readings(app, clients, one_pass, [row.account.id for row in held])
    if further and found:
        app.notes.append(
            f"our reading of the policies was made for {MOST} of {MOST + further} denied accounts; "
            "'rootwarden doctor' makes it for all"
        )
    for row in held:
        yield replace(row, our_reading=found.get(row.account.id))


def _readings(
    app: App, clients: CallerClients, one_pass: AuditPass, denied: Sequence[AccountId]
) -> dict[AccountId, TaskDiagnosis]:
    if not (denied and one_pass.whole):
        return {}
    try:
        return readings_of(app, clients, denied)
    except (KeyboardInterrupt, Interrupted):
        one_pass.interrupted = True
    except RootwardenError as error:
        app.notes.append(f"what the policies make of the denied accounts was not read: {error.message}")
    return {}
