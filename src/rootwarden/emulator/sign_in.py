"""Signing in as root, and "Forgot password" by mail.

https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-password.html
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from rootwarden.emulator.happenings import PasswordRecovery, PasswordUpdated, SignedIn
from rootwarden.emulator.keyring import Credential
from rootwarden.emulator.root_keys import root_principal
from rootwarden.emulator.root_user import RootUser
from rootwarden.emulator.world import World

SIGN_IN_FAILED: Final = (
    "Authentication failed. Your root user credentials are not valid or sign-in as root is currently disabled for "
    "this account. Please reach out to your administrator for further assistance."
)
"""For a wrong password and for no login profile alike. That a missing MFA code gets the same is inferred."""

RECOVERY_FAILED: Final = (
    "Password recovery failed. Password recovery is disabled for your AWS account. Please contact your administrator "
    "for further assistance."
)
"""What the link of a recovery mail says where there is no login profile. That a used link says the same is inferred."""

SESSION: Final = timedelta(hours=12)
"""How long a console session lasts."""

_LINK: Final = "https://signin.aws.amazon.com/resetpassword?type=RootUser&token="


@dataclass(frozen=True, slots=True)
class RecoveryMail:
    """The mail that "Forgot password" sends, whether or not its link will do anything."""

    account: str
    to: str
    subject: str
    link: str


@dataclass(frozen=True, slots=True)
class RecoveryOutcome:
    """What the page behind the link says."""

    account: str
    succeeded: bool
    message: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended. ``credential`` is what the console session calls AWS with."""

    account: str
    succeeded: bool
    mfa_used: bool
    message: str
    credential: Credential | None


def request_recovery(world: World, account: str, mailbox: str) -> RecoveryMail:
    """Sends the mail; an earlier one's link is worth nothing from then on. The caller holds the world's lock."""
    user = world.root_users[account]
    user.recovery_link = _LINK + account + secrets.token_urlsafe(24)
    world.happened(PasswordRecovery(account, world.clock.now(), "requested"))
    return RecoveryMail(account, mailbox, "Amazon Web Services Password Assistance", user.recovery_link)


def complete_recovery(world: World, link: str, password: str) -> RecoveryOutcome | None:
    """Follows a link and sets a password; None for a link nobody was sent. The caller holds the world's lock."""
    account = link.removeprefix(_LINK)[:12]
    user = world.root_users.get(account)
    if user is None or not link.startswith(_LINK):
        return None
    is_open = user.recovery_link is not None and _same(link, user.recovery_link)
    succeeded = is_open and user.login_profile is not None
    if succeeded:
        user.password, user.recovery_link = password, None
    world.happened(PasswordRecovery(account, world.clock.now(), "completed", succeeded))
    return RecoveryOutcome(
        account, succeeded, "Your password has been changed." if succeeded else RECOVERY_FAILED
    )


def sign_in(world: World, account: str, password: str, *, mfa: bool) -> SignIn:
    """Tries to sign in; ``mfa`` says whether a code of one of the devices is at hand. The caller holds the world's lock.

    SCPs do not keep root from signing in, only from doing something then. An account that is CLOSED is gone; that one
    that is suspended or being closed still lets its root user in is inferred.
    """
    user, now = world.root_users[account], world.clock.now()
    known = world.organization.account(account)
    serial = user.mfa_devices[0].id if mfa and user.mfa_devices else None
    succeeded = (
        has_password(user, password)
        and (serial is not None or not user.mfa_devices)
        and not (known is not None and known.state == "CLOSED")
    )
    credential = None
    if succeeded:
        user.password_last_used = now
        credential = world.keyring.issue(root_principal(world, account), expires=now + SESSION)
    opened = credential.access_key_id if credential else None
    world.happened(SignedIn(account, now, succeeded, serial, opened))
    return SignIn(account, succeeded, serial is not None, "" if succeeded else SIGN_IN_FAILED, credential)


def change_password(world: World, account: str, password: str) -> None:
    """The signed-in root user gives itself another password. The caller holds the world's lock."""
    world.root_users[account].password = password
    world.happened(PasswordUpdated(account, world.clock.now()))


def has_password(user: RootUser, password: str) -> bool:
    """Whether the password signs in: there is a login profile, and this is its password."""
    if user.login_profile is None or user.password is None:
        return False
    return _same(password, user.password)


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), right.encode(errors="replace"))
