"""Every key of ``rootwarden.toml``: its type, its default and what it means.

The descriptions are read by people: ``init`` writes them as comments, and docs/configuration.md is made from them. An
example stands where there is no default.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from rootwarden.model.purpose import PurposeName
from rootwarden.model.tasks import MAX_SESSION_SECONDS
from rootwarden.settings.detection import DetectionSettings
from rootwarden.settings.section import Section
from rootwarden.settings.values import (
    AccountIds,
    AccountIdText,
    ExternalId,
    HostNames,
    KmsKeyArn,
    LedgerUrl,
    MfaSerial,
    OrganizationId,
    OuReferences,
    PrincipalReferences,
    RegionName,
    RegionNames,
    RoleArn,
    RoleArns,
    TagReferences,
    Text,
    TopicArn,
    WebhookUrl,
)


class Purpose(Section):
    """The caller for one purpose: a profile, or a role to assume."""

    profile: Text | None = Field(
        default=None, description="A profile of the AWS configuration files.", examples=["security"]
    )
    role_arn: RoleArn | None = Field(
        default=None,
        description="A role to assume instead of a profile.",
        examples=["arn:aws:iam::111122223333:role/RootwardenDeploy"],
    )
    source_profile: Text | None = Field(
        default=None,
        description="The profile that assumes the role; without it the given or default one.",
        examples=["default"],
    )
    external_id: ExternalId | None = Field(
        default=None,
        description="The external id that the role's trust policy asks for.",
        examples=["a1b2c3"],
    )
    mfa_serial: MfaSerial | None = Field(
        default=None,
        description="The MFA device whose code is asked for when the role is assumed.",
        examples=["arn:aws:iam::111122223333:mfa/alice"],
    )

    @model_validator(mode="after")
    def _one_way(self) -> Purpose:
        if (self.profile is None) == (self.role_arn is None):
            raise PydanticCustomError("one_of", "expected either profile or role_arn")
        extras = [
            name
            for name in ("source_profile", "external_id", "mfa_serial")
            if getattr(self, name) is not None
        ]
        if self.profile is not None and extras:
            raise PydanticCustomError(
                "one_of",
                "expected a role_arn with {extras}, found a profile",
                {"extras": " and ".join(extras)},
            )
        return self


class Purposes(Section):
    """Which profile or role is used for what. A purpose that is not named here falls back to the given profile."""

    management_read: Purpose | None = Field(
        default=None,
        description="Reads the organization and its root access features, from the management account.",
    )
    management_deploy: Purpose | None = Field(
        default=None, description="Changes the organization (enable, disable), from the management account."
    )
    delegate: Purpose | None = Field(
        default=None, description="Opens root sessions, from the delegated administrator's account."
    )
    delegate_deploy: Purpose | None = Field(
        default=None, description="Deploys what lives in the delegated administrator's account."
    )
    member_read: Purpose | None = Field(
        default=None, description="Reads in member accounts without a root session."
    )
    log_read: Purpose | None = Field(default=None, description="Reads the records of the organization trail.")

    def of(self, name: PurposeName) -> Purpose | None:
        """The caller named for a purpose, or None where the given profile is meant."""
        found: Purpose | None = getattr(self, name.value)
        return found


class Regions(Section):
    """Where requests are sent."""

    sts: RegionName | None = Field(
        default=None,
        description="The Region whose STS endpoint gets AssumeRoot, and where CloudTrail records it; without it the "
        "Region in use.",
        examples=["eu-central-1"],
    )


class Scope(Section):
    """Which accounts are meant. Exclusions hold always, also against --all and --account."""

    accounts: AccountIds = Field(
        default=(),
        description="Accounts that reading commands look at when nothing is selected; "
        "with ous and tags empty as well, all of them.",
        examples=[["111122223333"]],
    )
    ous: OuReferences = Field(
        default=(), description="OUs, by id or path, that they look at.", examples=[["/Workloads"]]
    )
    tags: TagReferences = Field(
        default=(),
        description="Tags, KEY or KEY=VALUE, whose accounts they look at.",
        examples=[["stage=prod"]],
    )
    exclude_accounts: AccountIds = Field(
        default=(), description="Accounts that no command touches.", examples=[["444455556666"]]
    )
    exclude_ous: OuReferences = Field(
        default=(), description="OUs whose accounts no command touches.", examples=[["/Suspended"]]
    )
    exclude_tags: TagReferences = Field(
        default=(), description="Tags whose accounts no command touches.", examples=[["rootwarden=off"]]
    )

    @property
    def names_some(self) -> bool:
        """Whether reading commands look at a selection rather than at every account."""
        return bool(self.accounts or self.ous or self.tags)


class Limits(Section):
    """How much, how old and how long."""

    max_accounts: int = Field(default=50, ge=1, description="The most accounts that one run may change.")
    plan_max_age_hours: int = Field(
        default=24, ge=1, description="A saved plan older than this is not applied."
    )
    waiver_days: int = Field(
        default=365, ge=1, description="The most days ahead that a waiver's end may be set."
    )
    keep_used_within_days: int = Field(
        default=90,
        ge=0,
        description="Root credentials used within so many days are not planned for removal unless named; 0 turns the rule off.",
    )
    cache_max_age_hours: int = Field(
        default=24,
        ge=0,
        description="Names, OUs and tags of accounts are kept in the platform's cache folder so long; 0 keeps nothing.",
    )
    session_seconds: int = Field(
        default=MAX_SESSION_SECONDS,
        ge=1,
        le=MAX_SESSION_SECONDS,
        description=f"How long a root session lasts; AWS allows at most {MAX_SESSION_SECONDS}.",
    )
    concurrency: int = Field(
        default=64,
        ge=1,
        le=512,
        description="The most accounts that are worked on at a time (--concurrency).",
    )
    max_rate: int | None = Field(
        default=None,
        ge=1,
        description="The most AssumeRoot calls a second (--max-rate); without it as many as AWS lets through.",
        examples=[20],
    )
    patience_seconds: int = Field(
        default=120,
        ge=0,
        description="How long the calls of one root session are tried again while AWS or the network fails them; 0 tries once.",
    )


class Require(Section):
    """What has to be given with every command that opens a root session or changes anything, audit excepted."""

    reason: bool = Field(default=False, description="Whether --reason is required.")
    ticket: bool = Field(default=False, description="Whether --ticket is required.")


class LedgerSettings(Section):
    """Where it is written down what was done, by whom and why."""

    url: LedgerUrl | None = Field(
        default=None,
        description="sqlite:///PATH or s3://BUCKET/PREFIX; without it one SQLite file per organization and endpoint in the "
        "platform's state folder.",
        examples=["sqlite:////var/lib/rootwarden/ledger.sqlite3"],
    )
    bucket_owner: AccountIdText | None = Field(
        default=None,
        description="The account that the bucket of an s3:// ledger has to belong to; without it the caller's own.",
        examples=["111122223333"],
    )
    signing_key: KmsKeyArn | None = Field(
        default=None,
        description="An asymmetric AWS KMS key for signing (ECC_NIST_P256 or RSA) that signs the ledger's checkpoints.",
        examples=["arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )


class Recovery(Section):
    """Root credentials as an exception."""

    break_glass: bool = Field(
        default=False,
        description="Whether --break-glass stands in for what entitles to a root session about credentials: an open exception, "
        "or a plan, and lets 'recovery open' pass the limits below. It needs a reason, and stands in the ledger by that name.",
    )
    longest_hours: int = Field(
        default=24, ge=1, description="The longest time for which an exception may be opened or adopted."
    )
    openers: RoleArns = Field(
        default=(),
        description="The roles that may open and adopt exceptions; left empty, whoever may open root sessions.",
        examples=[["arn:aws:iam::111122223333:role/RootRecovery"]],
    )
    open_at_once: int = Field(
        default=5, ge=1, description="How many exceptions may be open at a time, overdue ones counted."
    )
    remove_on_join: bool = Field(
        default=False,
        description="Whether 'recovery sweep' removes the root credentials of accounts that joined since the sweep before it, within "
        "limits.max_accounts and limits.keep_used_within_days.",
    )
    sweep_within_hours: int | None = Field(
        default=None,
        ge=1,
        description="'status' has a blocker where no sweep ran within so many hours.",
        examples=[2],
    )
    member_role: Text | None = Field(
        default=None,
        description="The name of a role in the member accounts with which 'recovery sweep' looks up what was done as root "
        "(cloudtrail:LookupEvents); the purpose member_read assumes it.",
        examples=["TrailReader"],
    )
    watch_regions: RegionNames = Field(
        default=(),
        description="The Regions it looks in, besides the one that records IAM calls and sign-ins and the one in use.",
        examples=[["eu-central-1"]],
    )
    watch_hours: int = Field(
        default=24,
        ge=1,
        le=24 * 60,
        description="How long after a close it goes on looking, since a console session may outlive its password.",
    )


class Notifications(Section):
    """Who is told when an exception is opened, due within the hour, overdue or closed, of root credentials that nothing explains,
    and of break-glass. A delivery that fails is reported and recorded, and holds nothing up."""

    sns_topic: TopicArn | None = Field(
        default=None,
        description="An SNS topic; the caller needs sns:Publish on it.",
        examples=["arn:aws:sns:eu-central-1:111122223333:root-exceptions"],
    )
    webhook_url: WebhookUrl | None = Field(
        default=None,
        description="An address that takes a JSON document by POST, such as a chat's incoming webhook: https, or http on this "
        "machine. Neither messages nor the ledger hold more of it than its host.",
        examples=["https://hooks.example.com/services/T000/B000"],
    )
    timeout_seconds: int = Field(
        default=10, ge=1, le=60, description="How long a webhook may take to answer."
    )


class Unlock(Section):
    """Unlocking buckets and queues whose policy keeps everybody out."""

    administrators: PrincipalReferences = Field(
        default=(),
        description="The users and roles that have to get in: role/NAME or user/NAME means that of every account, an ARN one "
        "of its own account; --admin takes their place.",
        examples=[["role/Administrator"]],
    )
    backup_owner: AccountIdText | None = Field(
        default=None,
        description="The account that a bucket of --backup has to belong to; without it the caller's own.",
        examples=["111122223333"],
    )


class Guardrails(Section):
    """Deploying the policies that narrow who can be root."""

    test_ou: Text | None = Field(
        default=None,
        description="An OU, by id or path, that SCPs are attached to before any other place, and where a failure ends the deployment.",
        examples=["/Sandbox"],
    )


class Configuration(Section):
    """The whole file."""

    organization_id: OrganizationId | None = Field(
        default=None, description="The organization this configuration is for.", examples=["o-a1b2c3d4e5"]
    )
    region: RegionName | None = Field(
        default=None,
        description="The Region used when neither --region nor AWS's own settings name one.",
        examples=["eu-central-1"],
    )
    allowed_endpoints: HostNames = Field(
        default=(),
        description="Hosts trusted with root sessions besides AWS's own names and loopback.",
        examples=[["vpce.example.com"]],
    )
    purposes: Purposes = Purposes()
    regions: Regions = Regions()
    scope: Scope = Scope()
    limits: Limits = Limits()
    require: Require = Require()
    ledger: LedgerSettings = LedgerSettings()
    recovery: Recovery = Recovery()
    notifications: Notifications = Notifications()
    unlock: Unlock = Unlock()
    guardrails: Guardrails = Guardrails()
    detection: DetectionSettings = DetectionSettings()


class Settings(Configuration):
    """The configuration in force, and the file it came from."""

    source: Path | None = None
    """The file, or None where there is none and every default holds."""
