"""One record of CloudTrail, with the few members that detection needs and nothing secret in them.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.model.ids import AccountId


@dataclass(frozen=True, slots=True)
class Event:
    """A record as it is kept. Made by ``detection.event.read_event``, which takes secrets out."""

    id: str
    """``eventID``; a hash of the rest where a record has none, as in AWS's published sample of AssumeRoot."""
    account: AccountId
    """The account that recorded it (``recipientAccountId``)."""
    time: datetime
    source: str
    """``eventSource``."""
    name: str
    """``eventName``."""
    region: str
    address: str
    """``sourceIPAddress``: an address, or the name of a service of AWS."""
    user_agent: str
    event_type: str
    """``eventType``: ``AwsApiCall``, ``AwsConsoleSignIn``, ``AwsServiceEvent`` ..."""
    read_only: bool
    identity_type: str
    """``userIdentity.type``: ``Root``, ``AssumedRole``, ``AWSAccount`` ..."""
    identity_account: AccountId | None = None
    arn: str | None = None
    issuer_arn: str | None = None
    """The role behind an assumed-role session."""
    access_key_id: str | None = None
    """What the call was signed with."""
    session_began: datetime | None = None
    """``userIdentity.sessionContext.attributes.creationDate``."""
    mfa: bool | None = None
    """Whether MFA was used; None where the record does not say."""
    assumed_root: bool = False
    """``assumedRoot``, wherever the record has it."""
    from_console: bool = False
    """Whether the keys are those of a console session, as the record says."""
    invoked_by: str | None = None
    """The service that called in the identity's name."""
    error_code: str | None = None
    error_message: str | None = None
    """AWS's text; a failed sign-in has this and no code."""
    failed: bool = False
    """Whether it came to nothing."""
    request_id: str | None = None
    shared_id: str | None = None
    """``sharedEventID``: the same for the records that two accounts have of one call."""
    target: AccountId | None = None
    """AssumeRoot: the account of ``targetPrincipal``."""
    task_policy: str | None = None
    """AssumeRoot: the last part of the task policy's ARN."""
    issued_key_id: str | None = None
    """AssumeRoot: the access key id it gave out."""
    details: tuple[tuple[str, str], ...] = ()
    """What else rules look at: names of request parameters, and their values."""

    def detail(self, name: str) -> str | None:
        """A request parameter that was kept, or None."""
        return next((value for key, value in self.details if key == name), None)

    @property
    def is_root(self) -> bool:
        """Whether the root user, or a root session, made the call."""
        return self.identity_type == "Root"

    @property
    def is_assume_root(self) -> bool:
        """Whether it is the call that opens a root session."""
        return self.name == "AssumeRoot" and self.source == "sts.amazonaws.com"
