"""AWS Organizations: every operation the emulator has."""

from __future__ import annotations

from typing import Final

from rootwarden.emulator.services.org_accounts import ACCOUNTS
from rootwarden.emulator.services.org_delegation import DELEGATION
from rootwarden.emulator.services.org_policies import POLICIES
from rootwarden.emulator.services.org_resource_policy import RESOURCE_POLICY
from rootwarden.emulator.services.served import Served

ORGANIZATIONS: Final[dict[str, Served]] = {**ACCOUNTS, **DELEGATION, **POLICIES, **RESOURCE_POLICY}
"""Handlers by operation."""
