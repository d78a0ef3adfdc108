"""ec2:DescribeRegions: the Regions of the partition, and which of them are switched on.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rootwarden.emulator.call import Call
from rootwarden.emulator.known_regions import FROM_THE_BEGINNING, OPT_IN
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World


def describe_regions(world: World, call: Call) -> Mapping[str, Any]:
    """Those that are on; with AllRegions the others too."""
    partition = world.organization.partition
    everything = {*FROM_THE_BEGINNING[partition], *OPT_IN.get(partition, ())}
    whole = call.params.get("AllRegions") in (True, "true")
    named = set(call.params.get("RegionNames", ()))
    shown = sorted((everything | world.regions) if whole else world.regions)
    return {"Regions": [_shown(world, one) for one in shown if not named or one in named]}


def _shown(world: World, region: str) -> dict[str, str]:
    if region in FROM_THE_BEGINNING[world.organization.partition]:
        status = "opt-in-not-required"
    else:
        status = "opted-in" if region in world.regions else "not-opted-in"
    return {"RegionName": region, "Endpoint": f"ec2.{region}.amazonaws.com", "OptInStatus": status}


EC2: Final[dict[str, Served]] = {"DescribeRegions": Served(describe_regions)}
"""Handlers by operation."""
