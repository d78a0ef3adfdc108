"""SCPs and RCPs as the organization keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PolicyType(StrEnum):
    """The two types that decide requests, in AWS's words."""

    SCP = "SERVICE_CONTROL_POLICY"
    RCP = "RESOURCE_CONTROL_POLICY"

    @property
    def short(self) -> str:
        """``SCP`` or ``RCP``."""
        return self.name


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy as the lists show it, without its document."""

    id: str
    name: str
    aws_managed: bool = False

    @property
    def label(self) -> str:
        """Name and id, as decisions call it."""
        return f"{self.name} ({self.id})" if self.name else self.id
