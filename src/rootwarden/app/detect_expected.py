"""What the configuration allows, for detection."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from rootwarden.model.detection_known import Expected, Suppression
from rootwarden.model.ids import AccountId

if TYPE_CHECKING:
    from rootwarden.settings import Settings


def expected_of(settings: Settings) -> Expected:
    """The ``[detection]`` of a configuration."""
    said = settings.detection
    return Expected(
        principals=frozenset(said.principals),
        accounts=frozenset(AccountId(one) for one in said.accounts),
        tasks=frozenset(said.tasks),
        regions=frozenset(said.regions),
        networks=tuple(ip_network(one, strict=False) for one in said.networks),
        alert_rules=frozenset(said.alert_rules),
        suppressions=tuple(
            Suppression(
                rule=one.rule,
                owner=one.owner,
                reason=one.reason,
                until=one.until,
                accounts=frozenset(AccountId(each) for each in one.accounts),
            )
            for one in said.suppressions
        ),
    )
