"""Whether the alerts that ``guardrails deploy`` brings are there, whole, and tell somebody. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.model.management import ManagementCheck, Verdict
from rootwarden.operations.management.words import listed

if TYPE_CHECKING:
    from rootwarden.model.management import DeployedAlerts

_PAGE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html"
_TITLES: Final = {
    "alerts-callers": "Root sessions and changes of the baseline are alerted on in every Region",
    "alerts-root": "Root users are alerted on in every Region, here and in every member account",
}
_WHY: Final = {
    "alerts-callers": "Whoever may call AssumeRoot chooses the Region: an alert in some of them is easy to avoid.",
    "alerts-root": "An event is on the bus of its own account and Region: this account's rules do not see members.",
}


def judge_alerts(one: DeployedAlerts) -> ManagementCheck:
    """One check of a stack of alerts."""
    wrong = tuple(_wrong(one))
    if wrong:
        verdict, found = Verdict.FAILED, listed(wrong)
    elif one.unread:
        verdict, found = Verdict.UNKNOWN, f"not read: {listed(one.unread)}"
    else:
        beside = (
            "; the delegated administrator's are not seen from here"
            if one.guardrail == "alerts-callers"
            else ""
        )
        verdict, found = Verdict.PASSED, f"in {len(one.there)} Regions, and somebody is told{beside}"
    return ManagementCheck(
        one.guardrail,
        _TITLES[one.guardrail],
        verdict,
        found,
        _WHY[one.guardrail],
        "" if verdict is Verdict.PASSED else f"Run 'rootwarden guardrails deploy {one.guardrail} --plan'.",
        _PAGE,
        reason=one.reason if verdict is Verdict.UNKNOWN else None,
    )


def _wrong(one: DeployedAlerts) -> tuple[str, ...]:
    if not one.there and one.missing:
        return ("not deployed by this program; rules of others were not looked at",)
    found = []
    if one.missing:
        found.append(f"missing in {', '.join(one.missing)}")
    found += one.changed
    if one.silent:
        found.append(f"nobody is told in {', '.join(one.silent)}: no subscription is confirmed")
    if one.members:
        found.append(one.members)
    return tuple(found)
