"""The two features of centralized root access and who may switch them."""

from __future__ import annotations

from enum import StrEnum


class RootFeature(StrEnum):
    """``EnabledFeatures`` of ListOrganizationsFeatures."""

    ROOT_CREDENTIALS_MANAGEMENT = "RootCredentialsManagement"
    ROOT_SESSIONS = "RootSessions"


class CallerRole(StrEnum):
    """What the caller's account is to the organization."""

    MANAGEMENT = "management"
    DELEGATED_ADMINISTRATOR = "delegated_administrator"
    MEMBER = "member"
