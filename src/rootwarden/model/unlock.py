"""Unlocking buckets and queues: what is locked, what is planned, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rootwarden.model.ids import AccountId
from rootwarden.model.outcome import Outcome
from rootwarden.model.reading import Reading
from rootwarden.model.tasks import RootTask


class ResourceKind(StrEnum):
    """What a root session can unlock."""

    BUCKET = "bucket"
    QUEUE = "queue"

    @property
    def service(self) -> str:
        """The prefix of its actions and the service in its ARN."""
        return "s3" if self is ResourceKind.BUCKET else "sqs"

    @property
    def task(self) -> RootTask:
        """The task whose session unlocks it."""
        return RootTask.S3_UNLOCK if self is ResourceKind.BUCKET else RootTask.SQS_UNLOCK


@dataclass(frozen=True, slots=True)
class Located:
    """A bucket or queue by its name, and the Region it is in."""

    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One bucket or queue."""

    kind: ResourceKind
    partition: str
    account: AccountId
    name: str
    region: str

    @property
    def arn(self) -> str:
        """Its ARN; a bucket's names neither Region nor account."""
        if self.kind is ResourceKind.BUCKET:
            return f"arn:{self.partition}:s3:::{self.name}"
        return f"arn:{self.partition}:sqs:{self.region}:{self.account}:{self.name}"

    @property
    def located(self) -> Located:
        """Where to call about it."""
        return Located(self.name, self.region)


class Entry(StrEnum):
    """Whether an administrator gets in: may read and change the policy, and so put right everything else."""

    GETS_IN = "gets_in"
    LOCKED_OUT = "locked_out"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class AdministratorAnswer:
    """What all layers together say to one administrator, whose own policies are taken to allow everything."""

    principal: str | None
    """Its ARN; None for the account's users and roles as such, where no administrator is named."""
    entry: Entry
    sentence: str
    """The decision on the first action that is denied or open."""
    layer: str | None = None
    """``resource-policy``, ``scp`` or ``rcp``; None where nothing stands in the way."""
    depends_on: tuple[str, ...] = ()
    denied_usual: tuple[str, ...] = ()
    """Everyday actions that are denied although the administrator gets in."""


@dataclass(frozen=True, slots=True)
class StatementFinding:
    """One statement of the policy, and whom it keeps out by itself."""

    number: int
    """Counted from 0."""
    label: str
    """Its Sid, else ``statement N`` counted from 1."""
    words: str
    """What it says, in plain words."""
    locks: tuple[str | None, ...] = ()
    """Administrators it surely keeps out; None for everybody in the account."""
    may_lock: tuple[str | None, ...] = ()
    """Those it keeps out under conditions that are not known."""
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockDiagnosis:
    """What a policy does to the administrators."""

    administrators: tuple[AdministratorAnswer, ...]
    statements: tuple[StatementFinding, ...]
    """Every statement in its order; none where there is no policy or it cannot be read."""
    unreadable: str | None = None
    """Why the policy cannot be judged."""

    @property
    def locked(self) -> bool:
        """Whether an administrator is surely locked out."""
        return any(one.entry is Entry.LOCKED_OUT for one in self.administrators)


class Method(StrEnum):
    """How a policy is changed."""

    DELETE = "delete"
    REPLACE = "replace"
    REPAIR = "repair"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class StatementChange:
    """What a repair does to one statement."""

    label: str
    done: str
    """``dropped``, ``narrowed`` or ``cleaned``."""
    words: str


@dataclass(frozen=True, slots=True)
class UnlockPlan:
    """Exactly what will be done; nothing else can be applied."""

    organization_id: str
    endpoint: str
    resource: Resource
    method: Method
    before: str | None
    """The policy as it was read; None where there is none."""
    after: str | None
    """The policy that is sent; None takes it away."""
    changes: tuple[StatementChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a policy should not be put in place."""

    code: str
    """``locks_out``, ``opens_to_world`` or ``invalid``."""
    text: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A policy as it was before a change, bound to where it belongs."""

    organization_id: str
    endpoint: str
    resource: Resource
    taken: datetime
    policy: str | None
    """The text as AWS gave it; None where there was none."""


@dataclass(frozen=True, slots=True)
class UnlockOutcome:
    """How a change came out."""

    outcome: Outcome
    seen: Reading[str | None]
    """The policy as it was read back."""
    request_id: str | None = None
    interrupted: bool = False
