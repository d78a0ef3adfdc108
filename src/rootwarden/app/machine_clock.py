"""Whether this machine's clock can be trusted with the ends of exceptions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rootwarden.aws.aws_time import aws_time
from rootwarden.errors import RefusedByRule
from rootwarden.model.canonical import rfc3339

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients

_APART: Final = timedelta(minutes=1)


def check_clock(app: App, clients: CallerClients) -> None:
    """Raises RefusedByRule where the clock differs from AWS's by more than a minute, and AwsError where AWS cannot be asked."""
    before = app.clock()
    said = aws_time(clients.client("sts"))
    after = app.clock()
    if said is None:
        app.notes.append(
            "AWS's answer has no time in it, so this machine's clock was not compared with AWS's"
        )
        return
    # The answer was given at some moment between the two, and its time is cut to the second.
    ahead, behind = before - said - timedelta(seconds=1), said - after
    if max(ahead, behind) > _APART:
        which = "ahead of" if ahead > behind else "behind"
        seconds = int(max(ahead, behind).total_seconds())
        raise RefusedByRule(
            f"this machine's clock shows {rfc3339(after.replace(microsecond=0))}, {seconds} seconds {which} AWS's "
            f"({rfc3339(said)}): ends of exceptions would come at a wrong time",
            advice="Set the clock (chrony, ntpd, systemd-timesyncd), then repeat the command.",
        )
