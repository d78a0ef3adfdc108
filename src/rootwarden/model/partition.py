"""AWS partitions: separate worlds with their own names and their own rules for root."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition, as botocore knows it. Built by ``aws.partitions``; no name of AWS's is written down by us."""

    name: str
    """``aws``, ``aws-us-gov``, ``aws-cn`` ..."""
    dns_suffixes: tuple[str, ...]
    """``amazonaws.com`` and the like; then that of its dual-stack endpoints."""
    control_region: str
    """Where the global services (IAM, Organizations) are signed and logged."""

    @property
    def manages_root_credentials(self) -> bool:
        """Whether root credentials are managed centrally here.

        GovCloud offers privileged tasks only (AWS GovCloud User Guide, "IAM"); for the other partitions outside ``aws``
        support is unconfirmed, so they count as able and AWS's own answer decides.
        """
        return self.name != "aws-us-gov"
