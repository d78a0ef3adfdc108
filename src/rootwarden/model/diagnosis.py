"""What ``doctor`` says: whether a root session would work, per account and task, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rootwarden.model.organization import Account
    from rootwarden.model.reason import Reason


class TaskAnswer(StrEnum):
    """Whether a task would work, worst first."""

    BLOCKED = "blocked"
    """Something surely denies an action the task cannot do without."""
    DEPENDS = "depends"
    """What was not read, or is not known beforehand, decides."""
    ALLOWED = "allowed"
    """Everything that decides was read, and nothing stands in the way."""
    SKIPPED = "skipped"
    """No root session reaches the account, or the configuration leaves it alone."""


class Gate(StrEnum):
    """What decides outside of policies; the layers of policies have the policy engine's names."""

    ACCOUNT = "account"
    TRUSTED_ACCESS = "trusted-access"
    DELEGATION = "delegation"
    FEATURE = "feature"


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One policy as it would have to read for everything this run judged, whichever task names it."""

    policy: str
    policy_id: str | None
    """None for an inline policy of the caller, which has none."""
    targets: tuple[str, ...]
    """Where it is attached among what was read: everything there changes with it."""
    diff: str
    """Unified diff of the document, two spaces a level."""
    content: str
    """The whole document as it would be."""
    too_long: str | None = None
    """What to say where AWS would not take a document of that length."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would lift a block."""

    steps: tuple[str, ...]
    """What to do, a sentence or two each."""
    policies: tuple[PolicyChange, ...] = ()
    """Empty where no change of a policy could be computed and proven; the steps then say what to change and why."""
    policies_suffice: bool = False
    """Whether it is proven that with these policies nothing denies the task any more; else the steps say what is left."""

    @property
    def summary(self) -> str:
        """The steps as one text."""
        return " ".join(self.steps)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that decides about a task. What does not apply is None or empty."""

    sentence: str
    actions: tuple[str, ...] = ()
    """Those that meet it; empty for what is no policy."""
    layer: str | None = None
    target: str | None = None
    policy: str | None = None
    policy_id: str | None = None
    statement: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class TaskDiagnosis:
    """One task in one account. What does not apply is None or empty."""

    task: RootTask
    answer: TaskAnswer
    sentence: str
    layer: str | None = None
    target: str | None = None
    """The organization root, OU or account at which the deciding policy is attached."""
    policy: str | None = None
    policy_id: str | None = None
    statement: str | None = None
    condition: str | None = None
    causes: tuple[Cause, ...] = ()
    """Everything that decides; the fields above are those of the first."""
    depends_on: tuple[str, ...] = ()
    """Condition keys nobody knows beforehand, and layers that were not read."""
    warnings: tuple[str, ...] = ()
    blocked_actions: tuple[str, ...] = ()
    """Every action of the task that is denied, those it can do without included."""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class AccountDiagnosis:
    """One account of the selection. Every account has exactly one."""

    account: Account
    tasks: tuple[TaskDiagnosis, ...]
    reason: Reason | None = None
    """Why it was left alone."""

    @property
    def worst(self) -> TaskAnswer:
        """The worst answer of its tasks."""
        order = list(TaskAnswer)
        return min((one.answer for one in self.tasks), key=order.index, default=TaskAnswer.SKIPPED)


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """Something in the policies that a reader should know, whether or not it blocks a task."""

    code: str
    text: str
    policy: str | None = None
    policy_id: str | None = None
    statement: str | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that decides and could not be read."""

    what: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Probe:
    """A session that was really opened, and whether it met what was predicted."""

    account: Account
    predicted: TaskAnswer
    met: TaskAnswer
    """DEPENDS where no answer came that says either."""
    reason: Reason | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether the prediction held; None where either side left it open."""
        if TaskAnswer.DEPENDS in {self.predicted, self.met}:
            return None
        return self.predicted is self.met


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A whole run of ``doctor``."""

    organization_id: str
    endpoint: str
    region: str
    accounts: tuple[AccountDiagnosis, ...]
    findings: tuple[DoctorFinding, ...]
    unread: tuple[Unread, ...]
    policy_paths: int
    """How many different sets of policies decided."""
    changes: tuple[PolicyChange, ...] = ()
    """Every policy that would have to change, once."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """OU paths by id, for the reader."""
    probes: tuple[Probe, ...] | None = None
    """None where none were asked for."""
    interrupted: bool = False

    def count(self, answer: TaskAnswer) -> int:
        """How many tasks came out so."""
        return sum(1 for account in self.accounts for one in account.tasks if one.answer is answer)
