"""The events that matter whoever made them; of the root user every event matters."""

from __future__ import annotations

from typing import Final

SIGN_IN: Final = "signin.amazonaws.com"
IAM: Final = "iam.amazonaws.com"
ORGANIZATIONS: Final = "organizations.amazonaws.com"
ACCOUNT: Final = "account.amazonaws.com"
CLOUDTRAIL: Final = "cloudtrail.amazonaws.com"
EVENTS: Final = "events.amazonaws.com"

RECOVERY: Final = frozenset({"PasswordRecoveryRequested", "PasswordRecoveryCompleted"})
"""``PasswordRecoveryRequested`` exists for the root user only."""
FEATURES: Final = frozenset(
    {
        "EnableOrganizationsRootCredentialsManagement",
        "DisableOrganizationsRootCredentialsManagement",
        "EnableOrganizationsRootSessions",
        "DisableOrganizationsRootSessions",
    }
)
DELEGATES: Final = frozenset({"RegisterDelegatedAdministrator", "DeregisterDelegatedAdministrator"})
TRUSTED_ACCESS: Final = frozenset({"EnableAWSServiceAccess", "DisableAWSServiceAccess"})
LEAVING: Final = frozenset({"LeaveOrganization", "RemoveAccountFromOrganization", "CloseAccount"})
TRAILS: Final = frozenset({"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"})
ALERT_RULES: Final = frozenset({"DeleteRule", "DisableRule", "RemoveTargets"})

WATCHED: Final = frozenset(
    {"AssumeRoot", *RECOVERY, *FEATURES, *DELEGATES, *TRUSTED_ACCESS, *LEAVING, *TRAILS, *ALERT_RULES}
)
"""Names, in whatever service: ``read_event`` and the rules look closer."""
