"""Partitions as botocore knows them."""

from __future__ import annotations

import re

from botocore.exceptions import UnknownRegionError
from botocore.regions import EndpointResolver
from botocore.session import Session

from rootwarden.errors import BadInput
from rootwarden.model.partition import Partition

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", re.ASCII)


def partition_of(session: Session, region: str) -> Partition:
    """The partition a Region lies in; raises BadInput for a text that is no Region name of any partition."""
    try:
        name = session.get_partition_for_region(region)
    except UnknownRegionError:
        name = None
    if name is None or _REGION.fullmatch(region) is None:
        raise BadInput(
            f"{region!r} is not an AWS Region",
            advice="Give a Region such as eu-central-1 with --region, AWS_REGION or in the profile.",
        )
    resolver = EndpointResolver(session.get_data("endpoints"))
    # IAM's endpoint data names the Region that the partition's global services are signed for.
    iam = resolver.construct_endpoint("iam", region_name=region) or {}
    control = iam.get("credentialScope", {}).get("region", region)
    own = resolver.get_partition_dns_suffix(name)
    dual_stack = resolver.get_partition_dns_suffix(name, endpoint_variant_tags=["dualstack"])
    suffixes = tuple(dict.fromkeys(one for one in (own, dual_stack) if one))
    return Partition(name=name, dns_suffixes=suffixes, control_region=control)
