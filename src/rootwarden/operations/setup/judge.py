"""What a baseline lacks, and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.model.baseline import Baseline, Logging
from rootwarden.model.features import CallerRole, RootFeature
from rootwarden.model.organization import NO_ORGANIZATION
from rootwarden.model.reading import NotSeen, Reading, Seen
from rootwarden.model.reason import Reason, local

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader of ``status`` should know."""

    code: str
    text: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged baseline."""

    blockers: tuple[Finding, ...]
    """What is missing or could not be seen; with one, the baseline is not known to be complete."""
    warnings: tuple[Finding, ...]
    next_steps: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything was seen and nothing is missing."""
        return not self.blockers


def judge(baseline: Baseline) -> Verdict:
    """Blockers, warnings and next steps of a baseline."""
    blockers = tuple(_blockers(baseline))
    return Verdict(
        blockers, tuple(_warnings(baseline)), tuple(_next_steps(baseline, {one.code for one in blockers}))
    )


def _blockers(baseline: Baseline) -> Iterator[Finding]:
    if isinstance(baseline.organization, NotSeen):
        reason = baseline.organization.reason
        if reason.code == NO_ORGANIZATION:
            text = f"account {baseline.caller.account_id} belongs to no AWS Organization"
            yield Finding("no_organization", text, reason)
        else:
            yield _not_seen("organization", "the organization", reason)
        return
    if not baseline.organization.value.has_all_features:
        yield Finding(
            "not_all_features",
            "the organization has consolidated billing only; centralized root access needs all features",
            local(
                "OrganizationNotInAllFeaturesModeException",
                "AWS's answer to the IAM organization calls in this state",
            ),
        )
    yield from _trust_and_features(baseline)
    yield from _delegation(baseline)
    yield from _logging(baseline.logging)


def _trust_and_features(baseline: Baseline) -> Iterator[Finding]:
    match baseline.trusted_access:
        case NotSeen(reason):
            yield _not_seen("trusted_access", "trusted access for IAM", reason)
        case Seen(False):
            yield Finding("trusted_access_off", "trusted access for iam.amazonaws.com is off")
    match baseline.features:
        case NotSeen(reason):
            if baseline.trusted_access != Seen(value=False):
                yield _not_seen("features", "the root features", reason)
        case Seen(enabled):
            for feature in baseline.wanted_features():
                if feature not in enabled:
                    yield Finding(_FEATURE_CODES[feature], f"{feature.value} is off")


_FEATURE_CODES = {
    RootFeature.ROOT_CREDENTIALS_MANAGEMENT: "root_credentials_management_off",
    RootFeature.ROOT_SESSIONS: "root_sessions_off",
}


def _delegation(baseline: Baseline) -> Iterator[Finding]:
    match baseline.delegates:
        case NotSeen(reason):
            if baseline.role is not CallerRole.DELEGATED_ADMINISTRATOR:
                yield _not_seen("delegated_administrators", "the delegated administrators for IAM", reason)
        case Seen(()):
            yield Finding("no_delegated_administrator", "no delegated administrator for IAM is registered")


def _logging(reading: Reading[Logging]) -> Iterator[Finding]:
    if isinstance(reading, NotSeen):
        yield _not_seen("logging", "the CloudTrail trails", reading.reason)
        return
    logging = reading.value
    if logging.organization_trail is False:
        yield Finding(
            "no_organization_trail",
            "no organization trail is logging: what is done as root is not kept, and alerts stay silent",
        )
        return
    running, events = logging.running_unread, logging.events_unread
    for known, code, text, why in (
        (logging.organization_trail, "organization_trail", "the organization trail is logging", running),
        (
            logging.management_events,
            "management_events",
            "the organization trail records management events",
            events,
        ),
        (logging.multi_region, "multi_region", "the organization trail covers all Regions", None),
    ):
        if known is None:
            said = f": {why.code}: {why.text}" if why else ""
            yield Finding(f"{code}_not_readable", f"Could not read whether {text}{said}")
        elif not known:
            yield Finding(f"{code}_missing", f"it is not so that {text}")


def _warnings(baseline: Baseline) -> Iterator[Finding]:
    match baseline.delegates:
        case Seen(delegates) if len(delegates) > 1:
            yield Finding(
                "several_delegated_administrators",
                f"{len(delegates)} accounts are delegated administrators for IAM ({', '.join(delegates)}): "
                "each of them can open root sessions in every member account",
            )
    delegated = isinstance(baseline.delegates, Seen) and bool(baseline.delegates.value)
    if baseline.role is CallerRole.MANAGEMENT and delegated:
        yield Finding(
            "management_account_in_use",
            "this is the management account: keep it for set-up, and do routine work from the delegated administrator",
        )
    if baseline.caller.is_root:
        yield Finding(
            "caller_is_root", "the caller is a root user; AWS does not let root users open root sessions"
        )


def _next_steps(baseline: Baseline, blockers: set[str]) -> Iterator[str]:
    setup = {"trusted_access_off", "root_credentials_management_off", "root_sessions_off"}
    if "no_organization" in blockers:
        yield "use a profile of an account that belongs to the organization (--profile)"
    if "not_all_features" in blockers:
        yield "enable all features in the organization (AWS Organizations console, Settings)"
    if blockers & setup:
        yield "from the management account: rootwarden enable --delegate ACCOUNT_ID"
    elif "no_delegated_administrator" in blockers:
        yield "from the management account: rootwarden enable --delegate ACCOUNT_ID, with an account of the security team"
    if any(
        code in blockers
        for code in ("no_organization_trail", "management_events_missing", "multi_region_missing")
    ):
        yield "create a multi-Region organization trail that records all management events"
    if any(code.endswith("_not_readable") for code in blockers):
        yield "repeat from the management account, or with a role that has the actions 'rootwarden status --help' lists"
    if not blockers:
        where = (
            ""
            if baseline.role is CallerRole.DELEGATED_ADMINISTRATOR
            else "from the delegated administrator: "
        )
        yield f"{where}rootwarden audit"


def _not_seen(code: str, what: str, reason: Reason) -> Finding:
    return Finding(f"{code}_not_readable", f"Could not read {what}: {reason.code}: {reason.text}", reason)
