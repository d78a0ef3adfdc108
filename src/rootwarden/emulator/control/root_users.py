"""Root users: what they hold, and what people do with them."""

from __future__ import annotations

from rootwarden.emulator import sign_in as signing
from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.control.base import Verbs
from rootwarden.emulator.control.refusal import ControlRefused, invalid, unknown
from rootwarden.emulator.control.views import ItemView, KeyView, RootUserView
from rootwarden.emulator.happenings import RootChanged
from rootwarden.emulator.keyring import Credential
from rootwarden.emulator.root_keys import create_root_key, reveal_root_key
from rootwarden.emulator.root_user import RootAccessKey
from rootwarden.emulator.sign_in import RecoveryMail, RecoveryOutcome, SignIn

_SHORTEST, _LONGEST = 8, 128


class RootUserVerbs(Verbs):
    """Accounts are those of the organization and the standalone ones."""

    def root_user(self, account: str) -> RootUserView:
        """Everything the root user of an account holds."""
        with self._world.lock:
            user = self._root(account)
            return RootUserView(
                account=account,
                arn=user.arn,
                login_profile=user.login_profile,
                password_known=user.login_profile is not None and user.password is not None,
                password_last_used=user.password_last_used,
                access_keys=tuple(_key_view(key) for key in user.access_keys),
                signing_certificates=tuple(
                    ItemView(one.id, one.created) for one in user.signing_certificates
                ),
                mfa_devices=tuple(ItemView(one.id, one.enabled) for one in user.mfa_devices),
            )

    def request_password_recovery(self, account: str) -> RecoveryMail:
        """Somebody asks for a new password: the mail is sent, whether or not its link will do anything."""
        with self._world.lock:
            self._root(account)
            organization = self._world.organization
            known = organization.account(account) or organization.standalone[account]
            return signing.request_recovery(self._world, account, known.email)

    def complete_password_recovery(self, link: str, password: str) -> RecoveryOutcome:
        """Somebody follows the link of a mail and chooses a password, which works where there is a login profile."""
        _check_password(password, "password")
        with self._world.lock:
            outcome = signing.complete_recovery(self._world, link, password)
        if outcome is None:
            raise unknown("recovery link", link[:100], ())
        return outcome

    def sign_in(self, account: str, password: str, *, mfa: bool = False) -> SignIn:
        """Somebody signs in to the console as root, with a code of an MFA device where ``mfa`` is true.

        A wrong password is an answer, not an error: ``succeeded`` says which.
        """
        with self._world.lock:
            user = self._root(account)
            if mfa and not user.mfa_devices:
                raise ControlRefused("NoMfaDevice", f"the root user of {account} has no MFA device")
            return signing.sign_in(self._world, account, password, mfa=mfa)

    def change_root_password(self, account: str, password: str, new_password: str) -> RootUserView:
        """The signed-in root user gives itself another password."""
        _check_password(new_password, "new_password")
        with self._world.lock:
            if not signing.has_password(self._root(account), password):
                raise ControlRefused("WrongPassword", f"this is not the root password of {account}")
            signing.change_password(self._world, account, new_password)
            return self.root_user(account)

    def create_root_access_key(self, account: str) -> Credential:
        """Somebody makes a root access key in the console. The keys work; no policy was asked."""
        with self._world.lock:
            self._root(account)
            try:
                made = create_root_key(self._world, account)
            except AwsAnswer as answer:
                raise _refused(answer) from answer
            now = self._world.clock.now()
            self._world.happened(RootChanged(account, now, "CreateAccessKey", made.access_key_id))
            return made

    def reveal_root_access_key(self, account: str, access_key_id: str) -> Credential:
        """The secret of a root access key that is there, so that it can be used."""
        with self._world.lock:
            known = [key.id for key in self._root(account).access_keys]
            if access_key_id not in known:
                raise unknown("access key", access_key_id, known)
            return reveal_root_key(self._world, account, access_key_id)

    def add_mfa_device(self, account: str, *, serial: str | None = None) -> RootUserView:
        """The signed-in root user enrols an MFA device: a virtual one, unless a serial number is given."""
        if serial is not None and not _SHORTEST < len(serial) <= 2 * _LONGEST:
            raise invalid([f"serial: a serial number has 9 to 256 characters, this has {len(serial)}"])
        with self._world.lock:
            user, now = self._root(account), self._world.clock.now()
            try:
                device = user.add_mfa_device(now, serial)
            except AwsAnswer as answer:
                raise _refused(answer) from answer
            self._world.happened(RootChanged(account, now, "EnableMFADevice", device.id))
            return self.root_user(account)


def _key_view(key: RootAccessKey) -> KeyView:
    used = key.last_used
    when, service, region = (used.when, used.service, used.region) if used else (None, None, None)
    return KeyView(key.id, key.status, key.created, when, service, region)


def _check_password(password: str, name: str) -> None:
    if not _SHORTEST <= len(password) <= _LONGEST:
        problem = (
            f"{name}: a root password has {_SHORTEST} to {_LONGEST} characters, this has {len(password)}"
        )
        raise invalid([problem])


def _refused(answer: AwsAnswer) -> ControlRefused:
    return ControlRefused(answer.code, answer.message, http_status=answer.http_status)
