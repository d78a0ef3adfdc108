"""What ``emulator start -o json`` prints once the emulator answers."""

from __future__ import annotations

from typing import Any, Final

from rootwarden.emulator.world import World

REGIONS: Final = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""The Region that the emulator's profiles name, by partition: the one its global services are signed for."""


def start_document(world: World, endpoint_url: str, control: tuple[str, str] | None = None) -> dict[str, Any]:
    """The JSON object of the command contract. It names the profiles; their keys are not in it.

    ``control`` is address and token of the control endpoint, which only whoever starts the emulator is to have.
    """
    organization = world.organization
    found: dict[str, Any] = {
        "schema": "rootwarden/emulator-start/1",
        "endpoint_url": endpoint_url,
        "region": REGIONS[organization.partition],
        "organization_id": organization.id,
        "management_account_id": organization.management_account_id,
        "security_account_id": world.profiles["emulator-security"].principal.account,
        "profiles": list(world.profiles),
    }
    if control is not None:
        url, token = control
        found["control"] = {"url": url, "token": token}
    return found
