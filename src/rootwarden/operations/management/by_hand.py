"""What no call of AWS's tells: somebody has to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.model.management import ManagementCheck, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.model.management import ManagementReadings

_PRACTICES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"


def by_hand(read: ManagementReadings) -> Iterator[ManagementCheck]:
    """The checks by hand, with where to look."""
    mailbox = read.email or "the root user's address"
    for name, title, found, why, advice in (
        (
            "root-mfa-kind",
            "The MFA devices are hardware, and more than one",
            "GetAccountSummary says whether there is a device, not what it is",
            "A virtual device is as safe as the phone it is on, and a lost one locks the organization out.",
            "Sign in as the root user: Security credentials lists the devices. Keep two, in two places.",
        ),
        (
            "root-mailbox",
            "The root mailbox belongs to a group",
            f"mail goes to {mailbox}",
            "Whoever reads it can reset the root password; one person's mailbox leaves with the person.",
            f"See who reads {mailbox}: a few people, with MFA, and nobody by forwarding.",
        ),
        (
            "root-phone",
            "The account's phone number is the company's",
            "the Account page of the console shows it",
            "AWS Support calls it to prove who is entitled to the account.",
            "Call it, and see that somebody answers who knows what to do.",
        ),
    ):
        yield ManagementCheck(name, title, Verdict.BY_HAND, found, why, advice, _PRACTICES)
