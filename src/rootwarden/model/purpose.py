"""What a caller is used for: each purpose can have a profile or role of its own, with no more than it needs."""

from __future__ import annotations

from enum import StrEnum


class PurposeName(StrEnum):
    """The purposes of the configuration."""

    MANAGEMENT_READ = "management_read"
    """Reads the organization and its features from the management account."""
    MANAGEMENT_DEPLOY = "management_deploy"
    """Changes the organization: trusted access, features, delegated administrators."""
    DELEGATE = "delegate"
    """Opens root sessions from the delegated administrator's account."""
    DELEGATE_DEPLOY = "delegate_deploy"
    """Deploys what lives in the delegated administrator's account."""
    MEMBER_READ = "member_read"
    """Reads in member accounts without a root session."""
    LOG_READ = "log_read"
    """Reads the organization trail's records."""
