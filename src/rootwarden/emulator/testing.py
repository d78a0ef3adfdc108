"""Organizations for tests in a line or two: the accounts a test is about, around them what every organization has.

organization = small_org(account(password=True), account("Shop", keys=["Active", "Inactive"]))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, small
from rootwarden.emulator.builders import account as account_spec
from rootwarden.emulator.org_file import (
    AccessKeySpec,
    AccountSpec,
    MfaDeviceSpec,
    OrganizationFile,
    PasswordSpec,
    RootUserSpec,
    SigningCertificateSpec,
)
from rootwarden.model.features import RootFeature

__all__ = ["MANAGEMENT", "SECURITY", "AccountDraft", "account", "small_org"]

FIRST_ID: Final = 300_000_000_001
"""The id of the first account that is given none; the next ones count on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """An account on its way into an organization, which gives it an id where it has none."""

    id: str | None
    name: str | None
    fields: dict[str, Any]

    def placed(self, number: int) -> AccountSpec:
        """The account as the one with a number, counted from 0."""
        name = self.name or f"Account {number + 1}"
        return account_spec(self.id or f"{FIRST_ID + number:012d}", name, **self.fields)


def account(
    name: str | None = None,
    *,
    id: str | None = None,  # noqa: A002 - as in the organization file
    password: bool | str = False,
    keys: Iterable[Literal["Active", "Inactive"] | AccessKeySpec] = (),
    certificates: int = 0,
    mfa: int = 0,
    **more: Any,
) -> AccountDraft:
    """An account and what its root user holds.

    ``password`` is whether there is a login profile, or the password itself; ``keys`` are access keys by their status;
    ``certificates`` and ``mfa`` say how many. ``more`` are further fields of AccountSpec: ``ou``, ``state``, ``tags`` ...
    """
    root = RootUserSpec(
        password=PasswordSpec(text=password) if isinstance(password, str) else password,
        access_keys=tuple(AccessKeySpec(status=one) if isinstance(one, str) else one for one in keys),
        signing_certificates=(SigningCertificateSpec(),) * certificates,
        mfa_devices=(MfaDeviceSpec(),) * mfa,
    )
    return AccountDraft(id=id, name=name, fields={"root": root, **more})


def small_org(*accounts: AccountDraft, enabled: bool = True, **more: Any) -> OrganizationFile:
    """An organization with these accounts besides a management and a security account; without any, ``small()``'s twelve.

    Central root access is enabled, with the security account as delegated administrator, unless ``enabled`` is false.
    ``more`` are further fields of OrganizationFile. An SCP that an OU or an account names has to be among ``scps``.
    """
    if accounts:
        security = account_spec(SECURITY, "Security")
        placed = tuple(one.placed(number) for number, one in enumerate(accounts))
        fields: dict[str, Any] = {
            "management_account": account_spec(MANAGEMENT, "Management"),
            "security_account": SECURITY,
            "accounts": (security, *placed),
        }
    else:
        base = small()
        fields = {name: getattr(base, name) for name in base.model_fields_set}
    if enabled:
        trusted = fields.get("trusted_services", ())
        fields |= {
            "trusted_services": (*trusted, "iam.amazonaws.com"),
            "root_features": tuple(feature.value for feature in RootFeature),
            "delegated_administrators": {SECURITY: ("iam.amazonaws.com",)},
        }
    return OrganizationFile.model_validate(fields | more)
