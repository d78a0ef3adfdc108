"""The state of centralized root access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from rootwarden.model.baseline import Baseline, Logging
from rootwarden.model.canonical import rfc3339
from rootwarden.model.features import RootFeature
from rootwarden.model.reading import NotSeen, Reading, Seen, map_seen, seen_or_none
from rootwarden.reports.recovery_sweep_report import last_sweep_document
from rootwarden.reports.report import Cell, Report, Table, Tone, cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rootwarden.model.reason import Reason
    from rootwarden.model.sweep import LastSweep


class Finding(Protocol):
    """A blocker or a warning."""

    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def reason(self) -> Reason | None: ...


def status_document(
    baseline: Baseline, *, blockers: Sequence[Finding], warnings: Sequence[Finding], next_steps: Sequence[str]
) -> dict[str, Any]:
    """The contract's document of ``status``."""
    organization = seen_or_none(baseline.organization)
    logging = seen_or_none(baseline.logging) or Logging(None, None, None)
    delegates = seen_or_none(baseline.delegates)
    return {
        "organization_id": organization.id if organization else None,
        "management_account_id": organization.management_account_id if organization else None,
        "caller": {
            "account_id": baseline.caller.account_id,
            "arn": baseline.caller.arn,
            "role": baseline.role.value if baseline.role else None,
        },
        "partition": baseline.partition.name,
        "region": baseline.region,
        "endpoint": baseline.endpoint,
        "trusted_access": seen_or_none(baseline.trusted_access),
        "root_credentials_management": baseline.has_feature(RootFeature.ROOT_CREDENTIALS_MANAGEMENT),
        "root_sessions": baseline.has_feature(RootFeature.ROOT_SESSIONS),
        "delegated_administrators": None if delegates is None else list(delegates),
        "logging": {
            "organization_trail": logging.organization_trail,
            "multi_region": logging.multi_region,
            "management_events": logging.management_events,
        },
        "blockers": [_finding(one) for one in blockers],
        "warnings": [_finding(one) for one in warnings],
        "next_steps": list(next_steps),
        "not_readable": {
            name: reading.reason.as_json()
            for name, reading in (
                ("organization", baseline.organization),
                ("trusted_access", baseline.trusted_access),
                ("features", baseline.features),
                ("delegated_administrators", baseline.delegates),
                ("logging", baseline.logging),
            )
            if isinstance(reading, NotSeen)
        },
    }


def status_report(
    baseline: Baseline,
    *,
    blockers: Sequence[Finding],
    warnings: Sequence[Finding],
    next_steps: Sequence[str],
    last_sweep: Reading[LastSweep | None],
) -> Report:
    """The document, a table of what was seen, and sentences on what is missing."""
    lines = [
        Cell(one.text, Tone.WARN)
        if one.code.endswith("_not_readable")
        else Cell(f"Missing: {one.text}", Tone.BAD)
        for one in blockers
    ]
    lines += [Cell(f"Note: {one.text}", Tone.WARN) for one in warnings]
    if not blockers:
        lines.append(Cell("The baseline is complete.", Tone.GOOD))
    lines += [Cell(f"Next: {step}") for step in next_steps]
    document = status_document(baseline, blockers=blockers, warnings=warnings, next_steps=next_steps)
    document["last_sweep"] = last_sweep_document(seen_or_none(last_sweep))
    if isinstance(last_sweep, NotSeen):
        document["not_readable"]["last_sweep"] = last_sweep.reason.as_json()
    return Report("status", document, (_table(baseline, last_sweep),), tuple(lines), (document,))


def _finding(one: Finding) -> dict[str, Any]:
    return {"code": one.code, "text": one.text, "reason": one.reason.as_json() if one.reason else None}


def _table(baseline: Baseline, last_sweep: Reading[LastSweep | None]) -> Table:
    role = baseline.role.value.replace("_", " ") if baseline.role else "role in the organization not known"
    rows = [
        (cell("Caller"), cell(f"{baseline.caller.arn} ({role})")),
        (
            cell("Organization"),
            _shown(
                map_seen(
                    baseline.organization, lambda one: f"{one.id}, management {one.management_account_id}"
                )
            ),
        ),
        (cell("Trusted access for IAM"), _switch(baseline.trusted_access)),
        *((cell(feature.value), _switch(_feature(baseline, feature))) for feature in RootFeature),
        (
            cell("Delegated administrators"),
            _shown(map_seen(baseline.delegates, lambda ids: ", ".join(ids) or "none")),
        ),
        (cell("Organization trail"), _logging(baseline.logging)),
        (cell("Last recovery sweep"), _swept(last_sweep)),
    ]
    where = f"{baseline.partition.name}, {baseline.region}"
    return Table(f"Centralized root access ({where})", ("", "State"), tuple(rows))


def _feature(baseline: Baseline, feature: RootFeature) -> Reading[bool]:
    return map_seen(baseline.features, lambda enabled: feature in enabled)


def _switch(reading: Reading[bool]) -> Cell:
    if isinstance(reading, NotSeen):
        return _not_read(reading)
    return cell("on", Tone.GOOD) if reading.value else cell("off", Tone.BAD)


def _shown(reading: Reading[str]) -> Cell:
    return cell(reading.value) if isinstance(reading, Seen) else _not_read(reading)


def _logging(reading: Reading[Logging]) -> Cell:
    if isinstance(reading, NotSeen):
        return _not_read(reading)
    logging = reading.value
    if logging.organization_trail is False:
        return cell("none is logging", Tone.BAD)
    words = {True: "yes", False: "no", None: "not readable"}
    text = (
        f"logging: {words[logging.organization_trail]}, all Regions: {words[logging.multi_region]}, "
        f"management events: {words[logging.management_events]}"
    )
    return cell(text, Tone.GOOD if logging.complete else Tone.WARN)


def _swept(reading: Reading[LastSweep | None]) -> Cell:
    if isinstance(reading, NotSeen):
        return _not_read(reading)
    last = reading.value
    return cell("none is in the ledger") if last is None else cell(rfc3339(last.ended.replace(microsecond=0)))


def _not_read(reading: NotSeen) -> Cell:
    return cell(f"not readable: {reading.reason.code}", Tone.WARN)
