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
from pydantic_core import PydanticCustomError

from rootwarden.emulator.cloudtrail.options import RecordsSpec
from rootwarden.emulator.org_checks import Problem, fault_problems, inconsistencies
from rootwarden.emulator.resource_specs import BucketSpec, ContactSpec, QueueSpec

AccountIdText = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
OuPath = Annotated[str, StringConstraints(pattern=r"^/([^/]+(/[^/]+)*)?$")]
ServicePrincipal = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$")]


class _Spec(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True, serialize_by_alias=True
    )


class LastUseSpec(_Spec):
    """Last use of a root access key."""

    when: AwareDatetime
    """When, with a UTC offset."""
    service: str = "s3"
    """The service it was used with."""
    region: str = "us-east-1"
    """The Region it was used in."""


class AccessKeySpec(_Spec):
    """One root access key."""

    id: Annotated[str, StringConstraints(pattern=r"^AKIA[A-Z0-9]{16}$")] | None = None
    """Made up when left out."""
    status: Literal["Active", "Inactive"] = "Active"
    """An inactive key cannot sign requests, but is still there."""
    created: AwareDatetime | None = None
    """Left out: long ago."""
    last_used: LastUseSpec | None = None
    """Left out: never used."""


class SigningCertificateSpec(_Spec):
    """One root signing certificate."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{24,128}$")] | None = None
    """Made up when left out."""
    status: Literal["Active", "Inactive"] = "Active"
    """Whether it can sign."""
    created: AwareDatetime | None = None
    """Left out: long ago."""


class MfaDeviceSpec(_Spec):
    """One MFA device of the root user."""

    serial: str | None = None
    """Left out: the virtual device ``arn:…:mfa/root-account-mfa-device``."""
    enabled: AwareDatetime | None = None
    """Left out: long ago."""


class PasswordSpec(_Spec):
    """A root login profile."""

    created: AwareDatetime | None = None
    """Left out: long ago."""
    last_used: AwareDatetime | None = None
    """The last sign-in; left out: none on record."""
    text: Annotated[str, StringConstraints(min_length=8, max_length=128)] | None = None
    """The password itself, which signs in; left out: nobody knows it."""


class RootUserSpec(_Spec):
    """What the root user of an account holds."""

    password: PasswordSpec | bool = False
    """A login profile; ``true`` for one without further detail."""
    access_keys: tuple[AccessKeySpec, ...] = Field(default=(), max_length=2)
    """At most two, as with AWS."""
    signing_certificates: tuple[SigningCertificateSpec, ...] = Field(default=(), max_length=2)
    """At most two, as with AWS."""
    mfa_devices: tuple[MfaDeviceSpec, ...] = Field(default=(), max_length=8)
    """At most eight, as with AWS."""


class AccountSpec(_Spec):
    """One account."""

    id: AccountIdText
    """Twelve digits, as text: some ids begin with 0."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    """The account's name."""
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    """The root user's mailbox; made up when left out."""
    ou: OuPath = "/"
    """Path of OU names, such as ``/Workloads/Production``; ``/`` is the organization's root."""
    state: Literal["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"] = "ACTIVE"
    """Where the account is in its life."""
    joined_method: Literal["CREATED", "INVITED"] = "CREATED"
    """Invited accounts bring their root credentials along."""
    joined: AwareDatetime | None = None
    """Left out: long ago."""
    tags: dict[str, str] = Field(default_factory=dict)
    """The account's tags."""
    scps: tuple[str, ...] = ()
    """Names of SCPs attached to the account besides FullAWSAccess."""
    rcps: tuple[str, ...] = ()
    """Names of RCPs attached to the account besides RCPFullAWSAccess."""
    full_access: bool = True
    """Whether FullAWSAccess is attached, as AWS does it; an SCP that is an allow-list limits only without it."""
    root: RootUserSpec = RootUserSpec()
    """What the root user holds; left out: nothing."""
    alternate_contacts: dict[Literal["BILLING", "OPERATIONS", "SECURITY"], ContactSpec] = Field(
        default_factory=dict
    )
    """Whom AWS writes to besides the root user's mailbox, by type."""
    buckets: tuple[BucketSpec, ...] = ()
    """The account's S3 buckets."""
    queues: tuple[QueueSpec, ...] = ()
    """The account's SQS queues."""


class OuSpec(_Spec):
    """One OU, by its path of names; parents that are not listed are made."""

    path: OuPath
    """Path of OU names, such as ``/Workloads/Production``."""
    scps: tuple[str, ...] = ()
    """Names of SCPs attached to the OU besides FullAWSAccess."""
    rcps: tuple[str, ...] = ()
    """Names of RCPs attached to the OU besides RCPFullAWSAccess."""
    full_access: bool = True
    """Whether FullAWSAccess is attached, as AWS does it; an SCP that is an allow-list limits only without it."""
    tags: dict[str, str] = Field(default_factory=dict)
    """The OU's tags."""


class PrincipalSpec(_Spec):
    """An IAM user or role whose policies decide what it may call. Every account has an administrator besides."""

    account: AccountIdText
    """The account it belongs to."""
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$")]
    """Its name; the profile is called ``emulator-<account>-<name>``."""
    kind: Literal["user", "role"] = "role"
    """A user has long-term keys, a role a session with a token."""
    policies: tuple[dict[str, JsonValue], ...] = ()
    """Identity policy documents; none means everything is denied."""
    managed_policies: tuple[str, ...] = ()
    """Names of AWS's managed policies that are attached as well, such as ``PowerUserAccess``."""
    boundary: dict[str, JsonValue] | None = None
    """The document of its permissions boundary; left out: it has none."""
    trust: dict[str, JsonValue] | None = None
    """A role's trust policy; left out: its own account and the management account may assume it."""
    max_session_seconds: Annotated[int, Field(ge=3600, le=43_200)] = 3600
    """How long a session of a role may last that AssumeRole opens."""


class TrailSpec(_Spec):
    """A CloudTrail trail."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$")] = (
        "organization-trail"
    )
    """The trail's name."""
    account: AccountIdText
    """The account that owns it; the management account for an organization trail."""
    organization: bool = True
    """Whether it is an organization trail, which every member account sees as well."""
    multi_region: bool = True
    """Whether it records the events of all Regions."""
    management_events: Literal["All", "ReadOnly", "WriteOnly", "None"] = "All"
    """Which management events it records."""
    logging: bool = True
    """Whether logging is switched on."""
    home_region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")] = "us-east-1"
    """The Region it was made in."""
    bucket: str = "organization-cloudtrail"
    """The bucket it delivers to."""
    log_group: str | None = None
    """The log group of CloudWatch Logs it delivers to as well, in its account and home Region; left out: none."""


class RateSpec(_Spec):
    """A token bucket, which fills with the emulator's clock."""

    per_second: Annotated[float, Field(gt=0, le=100_000)]
    """Calls a second that go through steadily."""
    burst: Annotated[int, Field(ge=1, le=100_000)]
    """Calls that go through at once after a rest."""


class DelaySpec(_Spec):
    """How much longer something takes, in real seconds."""

    distribution: Literal["fixed", "uniform", "lognormal"] = "fixed"
    """``lognormal`` is how latencies are mostly spread: many short, a few very long."""
    seconds: Annotated[float, Field(gt=0, le=3600)]
    """``fixed``: always; ``uniform``: at least; ``lognormal``: the median."""
    at_most: Annotated[float, Field(gt=0, le=3600)] | None = None
    """``uniform``: the longest, required; ``lognormal``: longer ones are cut to it."""
    sigma: Annotated[float, Field(gt=0, le=5)] = 0.5
    """``lognormal``: the spread; 0.5 puts one in twenty above 2.3 times the median."""
    seed: int = 0
    """The same seed gives the same lengths in the same order."""


class FaultSpec(_Spec):
    """A failure on demand of one operation or several, for one account or all."""

    kind: Literal[
        "error", "throttle", "latency", "stall", "reset", "reset-after-effect", "expired-credentials"
    ] = "error"
    """``error`` answers with ``code``; ``throttle`` does so above ``rate``; ``latency`` delays the effect and with it the
    answer; ``stall`` delays the answer alone; ``reset`` cuts the connection and nothing happens; ``reset-after-effect``
    cuts it when everything has happened; ``expired-credentials`` answers that the caller's have expired."""
    operation: Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+))$")]
    """``sts:AssumeRoot``, ``iam:DeleteAccessKey`` ...; ``iam:*`` is the whole service, ``*`` everything."""
    account: AccountIdText | None = None
    """The account acted on (AssumeRoot: its target); left out: every account."""
    code: Annotated[str, StringConstraints(min_length=1)] | None = None
    """The error's code; left out: the service's own for throttling, or for a server error where ``http_status`` says so."""
    message: str | None = None
    """The error's text; left out: the one of the code left out, else ``Rate exceeded``."""
    http_status: Annotated[int, Field(ge=400, le=599)] | None = None
    """The answer's HTTP status; left out: 400, or what belongs to the code left out."""
    rate: RateSpec | None = None
    """What ``throttle`` lets through; all calls that meet the fault share one bucket."""
    delay: DelaySpec | None = None
    """How long ``latency`` and ``stall`` take."""
    count: Annotated[int, Field(ge=1)] | None = None
    """How often; left out: until the emulator stops. Calls that ``throttle`` lets through do not count."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _raise(fault_problems(self))
        return self


class OrganizationFile(_Spec):
    """The document ``emulator start --org FILE`` reads."""

    schema_reference: str | None = Field(default=None, alias="$schema")
    """Where an editor finds the schema of this file; not looked at."""
    id: Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}$")] = "o-emulated01"
    """The organization's id."""
    partition: Literal["aws", "aws-us-gov", "aws-cn"] = "aws"
    """The AWS partition, which shows in every ARN."""
    feature_set: Literal["ALL", "CONSOLIDATED_BILLING"] = "ALL"
    """Without all features there are no SCPs, no trusted services and no central root access."""
    management_account: AccountSpec
    """The management account: ACTIVE, and under ``/``."""
    security_account: AccountIdText | None = None
    """The account profile ``emulator-security`` points to; left out: the first member account."""
    organizational_units: tuple[OuSpec, ...] = ()
    """OUs with SCPs, tags or no accounts; the others are made from the accounts' paths."""
    accounts: tuple[AccountSpec, ...] = ()
    """The member accounts."""
    standalone_accounts: tuple[AccountSpec, ...] = ()
    """Accounts outside the organization, each with its profile."""
    root_scps: tuple[str, ...] = ()
    """Names of SCPs attached to the organization root besides FullAWSAccess."""
    scps: dict[Annotated[str, StringConstraints(min_length=1, max_length=128)], dict[str, JsonValue]] = Field(
        default_factory=dict
    )
    """SCP documents by name."""
    root_rcps: tuple[str, ...] = ()
    """Names of RCPs attached to the organization root besides RCPFullAWSAccess."""
    rcps: dict[Annotated[str, StringConstraints(min_length=1, max_length=128)], dict[str, JsonValue]] = Field(
        default_factory=dict
    )
    """RCP documents by name; where there are any, the organization has enabled RCPs."""
    trusted_services: tuple[ServicePrincipal, ...] = ()
    """Services with trusted access, such as ``iam.amazonaws.com``."""
    root_features: tuple[Literal["RootCredentialsManagement", "RootSessions"], ...] = ()
    """Kept, and unseen, while ``iam.amazonaws.com`` is not among the trusted services."""
    delegated_administrators: dict[AccountIdText, tuple[ServicePrincipal, ...]] = Field(default_factory=dict)
    """Services by the account that is delegated administrator for them."""
    delegated_administrators_per_service: Annotated[int, Field(ge=1)] | None = None
    """How many a service may have; left out: any number."""
    principals: tuple[PrincipalSpec, ...] = ()
    """IAM users and roles besides the administrators."""
    trails: tuple[TrailSpec, ...] = ()
    """CloudTrail trails."""
    records: RecordsSpec = RecordsSpec()
    """How CloudTrail records."""
    faults: tuple[FaultSpec, ...] = ()
    """Failures on demand."""
    enabled_regions: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    """Regions that are switched on, in every account; left out: those AWS has on from the beginning."""
    throttles: bool = False
    """Whether AWS's published rates are enforced: calls above them are refused."""
    revocation_lags: bool = False
    """Whether AssumeRoot notices late, as with AWS, that a delegated administrator or trusted access is gone."""
    now: AwareDatetime | None = None
    """Where the emulator's clock starts; left out: the machine's time."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _raise(inconsistencies(self))
        return self

    def all_accounts(self) -> tuple[AccountSpec, ...]:
        """The management account and every member account."""
        return (self.management_account, *self.accounts)


def _raise(problems: list[Problem]) -> None:
    if problems:
        text = "; ".join(f"{problem.path}: {problem.text}" for problem in problems)
        raise PydanticCustomError("inconsistent", "{text}", {"text": text, "problems": problems})


def as_json_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    schema = OrganizationFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
