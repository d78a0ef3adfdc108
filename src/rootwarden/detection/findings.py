"""Matches become findings; suppressions take away what somebody answers for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from rootwarden.detection.gathering import account_of
from rootwarden.model.detection import Finding, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from rootwarden.detection.rule import Match, Rule
    from rootwarden.detection.scene import Scene
    from rootwarden.model.detection_known import Suppression


def findings_of(rules: Iterable[Rule], scene: Scene) -> tuple[Finding, ...]:
    """What all rules find, the most severe and then the earliest first."""
    found = {one.id: one for rule in rules for match in rule.find(scene) for one in (_finding(rule, match),)}
    return tuple(sorted(found.values(), key=lambda one: (-one.severity.rank, one.first, one.rule, one.id)))


def suppress(
    findings: Iterable[Finding],
    suppressions: Iterable[Suppression],
    now: datetime,
    rule_ids: AbstractSet[str],
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[str, ...]]:
    """The findings that stand, those that are suppressed, and what there is to say about suppressions that have ended."""
    said = tuple(suppressions)
    current = [one for one in said if now < one.until]
    ended = [one for one in said if now >= one.until]
    standing: list[Finding] = []
    taken: list[Suppressed] = []
    for finding in findings:
        by = next((one for one in current if _holds(one, finding)), None)
        if by is None:
            standing.append(finding)
        else:
            taken.append(Suppressed(finding, by))
    unknown = [one for one in current if one.rule not in rule_ids]
    notices = (*(_unknown_notice(one) for one in unknown), *(_ended_notice(one, standing) for one in ended))
    return tuple(standing), tuple(taken), notices


def _holds(suppression: Suppression, finding: Finding) -> bool:
    """Whether a suppression takes a finding away. Of a finding about several accounts it has to name all."""
    if suppression.rule != finding.rule:
        return False
    return not suppression.accounts or set(finding.accounts) <= suppression.accounts


def _unknown_notice(suppression: Suppression) -> str:
    return f"The suppression of {suppression.rule} by {suppression.owner} suppresses nothing: there is no such rule."


def _ended_notice(suppression: Suppression, standing: list[Finding]) -> str:
    count = sum(_holds(suppression, one) for one in standing)
    would = f" It would hold {count} of these findings." if count else ""
    return (
        f"The suppression of {suppression.rule} by {suppression.owner} ended on {suppression.until:%Y-%m-%d %H:%M} UTC and "
        f"suppresses nothing.{would}"
    )


def _finding(rule: Rule, match: Match) -> Finding:
    events = sorted(match.events, key=lambda one: (one.time, one.id))
    ids = tuple(dict.fromkeys(one.id for one in events))
    names = (match.anchor,) if match.anchor is not None else tuple(sorted(ids))
    return Finding(
        id=hashlib.sha256("\n".join((rule.id, *names)).encode()).hexdigest()[:32],
        rule=rule.id,
        severity=match.severity or rule.severity,
        title=rule.title,
        description=match.description,
        next_step=rule.next_step,
        techniques=rule.techniques,
        event_ids=ids,
        accounts=tuple(dict.fromkeys(account_of(one) for one in events)),
        regions=tuple(dict.fromkeys(one.region for one in events if one.region)),
        first=events[0].time,
        last=events[-1].time,
        session_id=match.session_id,
    )
