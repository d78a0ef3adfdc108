"""What AssumeRoot believes of trusted access and of delegated administrators, which lags behind what Organizations says.

The lag was measured on one organization on one day; between the measured points the emulator makes up the moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from rootwarden.emulator.world import World
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL

FORMER_DELEGATE_ALLOWED: Final = (timedelta(seconds=15), timedelta(seconds=60))
"""After a delegate was de-registered: denied at 0 s, allowed again at 15 s, denied at 60 s and at 180 s."""

FORMER_TRUST_HOLDS: Final = timedelta(seconds=120)
"""After trusted access was removed: allowed at 0, 15 and 60 s, denied at 180 s."""


def counts_as_delegate(world: World, account_id: str) -> bool:
    """Whether AssumeRoot takes an account for a delegated administrator of IAM. The caller holds the world's lock."""
    organization = world.organization
    if organization.is_delegate(account_id, IAM_SERVICE_PRINCIPAL):
        return True
    passed = _since(world, organization.deregistered.get((IAM_SERVICE_PRINCIPAL, account_id)))
    return passed is not None and FORMER_DELEGATE_ALLOWED[0] <= passed < FORMER_DELEGATE_ALLOWED[1]


def counts_as_trusted(world: World) -> bool:
    """Whether AssumeRoot finds trusted access for IAM. The caller holds the world's lock."""
    organization = world.organization
    if organization.trusts(IAM_SERVICE_PRINCIPAL):
        return True
    passed = _since(world, organization.untrusted.get(IAM_SERVICE_PRINCIPAL))
    return passed is not None and passed < FORMER_TRUST_HOLDS


def _since(world: World, when: datetime | None) -> timedelta | None:
    return world.clock.now() - when if world.revocation_lags and when is not None else None
