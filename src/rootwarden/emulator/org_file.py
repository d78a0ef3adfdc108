"""The organization an emulator starts with: typed, checked, and readable from a JSON file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

AccountIdText = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
OuPath = Annotated[str, StringConstraints(pattern=r"^/([^/]+(/[^/]+)*)?$")]
ServicePrincipal = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$")]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class LastUseSpec(_Spec):
    """Last use of a root access key."""

    when: AwareDatetime
    service: str = "s3"
    region: str = "us-east-1"


class AccessKeySpec(_Spec):
    """One root access key."""

    id: Annotated[str, StringConstraints(pattern=r"^AKIA[A-Z0-9]{16}$")] | None = None
    """Made up when left out."""
    status: Literal["Active", "Inactive"] = "Active"
    created: AwareDatetime | None = None
    last_used: LastUseSpec | None = None


class SigningCertificateSpec(_Spec):
    """One root signing certificate."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{24,128}$")] | None = None
    status: Literal["Active", "Inactive"] = "Active"
    created: AwareDatetime | None = None


class MfaDeviceSpec(_Spec):
    """One MFA device of the root user."""

    serial: str | None = None
    """Left out: the virtual device ``arn:…:mfa/root-account-mfa-device``."""
    enabled: AwareDatetime | None = None


class PasswordSpec(_Spec):
    """A root login profile."""

    created: AwareDatetime | None = None
    last_used: AwareDatetime | None = None


class RootUserSpec(_Spec):
    """What the root user of an account holds."""

    password: PasswordSpec | bool = False
    access_keys: tuple[AccessKeySpec, ...] = ()
    signing_certificates: tuple[SigningCertificateSpec, ...] = ()
    mfa_devices: tuple[MfaDeviceSpec, ...] = Field(default=(), max_length=8)


class AccountSpec(_Spec):
    """One account."""

    id: AccountIdText
    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    ou: OuPath = "/"
    state: Literal["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"] = "ACTIVE"
    joined_method: Literal["CREATED", "INVITED"] = "CREATED"
    joined: AwareDatetime | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    scps: tuple[str, ...] = ()
    """Names of SCPs attached to the account besides FullAWSAccess."""
    root: RootUserSpec = RootUserSpec()


class OuSpec(_Spec):
    """One OU, by its path of names; parents that are not listed are made."""

    path: OuPath
    scps: tuple[str, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)


class PrincipalSpec(_Spec):
    """An IAM user or role whose policies decide what it may call. Every account has an administrator besides."""

    account: AccountIdText
    name: Annotated[str, StringConstraints(pattern=r"^[\w+=,.@-]{1,64}$")]
    kind: Literal["user", "role"] = "role"
    policies: tuple[dict[str, JsonValue], ...] = ()
    """Identity policy documents; none means everything is denied."""


class TrailSpec(_Spec):
    """A CloudTrail trail."""

    name: str = "organization-trail"
    account: AccountIdText
    """The account that owns it; the management account for an organization trail."""
    organization: bool = True
    multi_region: bool = True
    management_events: Literal["All", "ReadOnly", "WriteOnly", "None"] = "All"
    logging: bool = True
    home_region: str = "us-east-1"
    bucket: str = "organization-cloudtrail"


class FaultSpec(_Spec):
    """A failure on demand: the operation answers with an error, for one account or all."""

    operation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9]+$")]
    """``sts:AssumeRoot``, ``iam:DeleteAccessKey`` ..."""
    account: AccountIdText | None = None
    """The account acted on (AssumeRoot: its target); left out: every account."""
    code: str = "Throttling"
    message: str = "Rate exceeded"
    http_status: Annotated[int, Field(ge=400, le=599)] = 400
    count: Annotated[int, Field(ge=1)] | None = None
    """How often; left out: until the emulator stops."""


class OrganizationFile(_Spec):
    """The document ``emulator start --org FILE`` reads."""

    id: Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}$")] = "o-emulated01"
    partition: Literal["aws", "aws-us-gov", "aws-cn"] = "aws"
    feature_set: Literal["ALL", "CONSOLIDATED_BILLING"] = "ALL"
    management_account: AccountSpec
    security_account: AccountIdText | None = None
    """The account profile ``emulator-security`` points to; left out: the first member account."""
    organizational_units: tuple[OuSpec, ...] = ()
    accounts: tuple[AccountSpec, ...] = ()
    root_scps: tuple[str, ...] = ()
    """Names of SCPs attached to the organization root besides FullAWSAccess."""
    scps: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    """SCP documents by name."""
    trusted_services: tuple[ServicePrincipal, ...] = ()
    root_features: tuple[Literal["RootCredentialsManagement", "RootSessions"], ...] = ()
    """Kept, and unseen, while ``iam.amazonaws.com`` is not among the trusted services."""
    delegated_administrators: dict[AccountIdText, tuple[ServicePrincipal, ...]] = Field(default_factory=dict)
    principals: tuple[PrincipalSpec, ...] = ()
    trails: tuple[TrailSpec, ...] = ()
    faults: tuple[FaultSpec, ...] = ()
    now: AwareDatetime | None = None
    """Where the emulator's clock starts; left out: the machine's time."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def all_accounts(self) -> tuple[AccountSpec, ...]:
        """The management account and every member account."""
        return (self.management_account, *self.accounts)

    def _problems(self) -> list[str]:
        ids = [account.id for account in self.all_accounts()]
        known = set(ids)
        found = [f"account {one} is listed twice" for one in sorted({i for i in ids if ids.count(i) > 1})]
        named = {
            "security_account": [self.security_account] if self.security_account else [],
            "delegated_administrators": list(self.delegated_administrators),
            "principals": [p.account for p in self.principals],
            "trails": [t.account for t in self.trails],
            "faults": [f.account for f in self.faults if f.account],
        }
        for where, accounts in named.items():
            found += [
                f"{where} names account {one}, which the organization has not"
                for one in accounts
                if one not in known
            ]
        scps = [*self.root_scps, *(s for ou in self.organizational_units for s in ou.scps)]
        scps += [s for account in self.all_accounts() for s in account.scps]
        found += [
            f"SCP {name!r} is attached but not defined under scps"
            for name in sorted(set(scps) - set(self.scps))
        ]
        if self.management_account.ou != "/" or self.management_account.state != "ACTIVE":
            found.append("management_account has to be ACTIVE and under /")
        return found


def as_json_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return OrganizationFile.model_json_schema()
