"""How old what a change goes by may be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rootwarden.errors import RefusedByRule
from rootwarden.model.canonical import rfc3339

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.app.context import App


def check_age(app: App, when: datetime, what: str) -> None:
    """Raises RefusedByRule for what was made longer ago than the configuration allows."""
    hours = app.settings.limits.plan_max_age_hours
    if app.clock() - when > timedelta(hours=hours):
        raise RefusedByRule(
            f"{what} was made at {rfc3339(when)}, which is more than {hours} hours ago",
            advice="Make a new one: what was seen then may have changed. limits.plan_max_age_hours sets the limit.",
        )
