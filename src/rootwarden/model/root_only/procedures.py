"""What every task of one way has in common: its steps before and after the task, and the events they leave.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
"""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only_task import RecordedIn, Step, TrailEvent


def by_caller(service: str, *names: str) -> tuple[TrailEvent, ...]:
    """Events of a service that stand in the trail of the account that acts on the member account."""
    return tuple(TrailEvent(f"{service}.amazonaws.com", name, RecordedIn.CALLER) for name in names)


def in_member(service: str, *names: str) -> tuple[TrailEvent, ...]:
    """Events of a service that stand in the member account's own trail."""
    return tuple(TrailEvent(f"{service}.amazonaws.com", name, RecordedIn.MEMBER) for name in names)


SESSION_EVENTS: Final = by_caller("sts", "AssumeRoot")

CREDENTIALS_REMOVED: Final = in_member(
    "iam",
    "DeleteLoginProfile",
    "DeleteAccessKey",
    "DeleteSigningCertificate",
    "DeactivateMFADevice",
)
"""Each only where there was something to remove."""

RECOVERY_EVENTS: Final = (
    *SESSION_EVENTS,
    *in_member("iam", "CreateLoginProfile"),
    *in_member(
        "signin",
        "PasswordRecoveryRequested",
        "PasswordRecoveryCompleted",
        "ConsoleLogin",
    ),
    *in_member("iam", "CreateVirtualMFADevice", "EnableMFADevice"),
    *CREDENTIALS_REMOVED,
)
"""What allowing recovery, signing in and taking it back leaves, whatever was done meanwhile."""


def recovery(name: str, *task: Step, hours: int = 2) -> tuple[Step, ...]:
    """The steps of a task that needs a sign-in, round those of the task itself."""
    return (
        Step(
            "From the delegated administrator {delegate}: allow password recovery for the account, for as long as the task "
            "takes. This sets no password; it lets the holder of the root mailbox set one.",
            f"rootwarden recovery open {{account}} --task {name} --for {hours}h --reason WHY --ticket ID",
        ),
        Step(
            "Whoever reads the root mailbox opens https://signin.aws.amazon.com/, chooses the root user, enters the account's "
            "e-mail address, and sets a password through 'Forgot password'. Nobody reads that mailbox any more? Change the "
            "address first.",
            "rootwarden tasks root-email",
        ),
        Step(
            "Sign in with it, and register an MFA device when AWS asks for one, which it does for root users."
        ),
        *task,
        Step(
            "Sign out, and take everything away again: password, access keys, signing certificates, MFA devices. A console "
            "session may outlive its password, so do not leave it open.",
            "rootwarden recovery close {account} --reason 'task done'",
        ),
    )
