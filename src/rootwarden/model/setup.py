"""Steps that set centralized root access up or take it back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rootwarden.model.features import RootFeature

if TYPE_CHECKING:
    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome


class StepKind(StrEnum):
    """What a step changes."""

    ENABLE_TRUSTED_ACCESS = "enable_trusted_access"
    ENABLE_ROOT_CREDENTIALS_MANAGEMENT = "enable_root_credentials_management"
    ENABLE_ROOT_SESSIONS = "enable_root_sessions"
    REGISTER_DELEGATE = "register_delegate"
    DEREGISTER_DELEGATE = "deregister_delegate"
    DISABLE_ROOT_SESSIONS = "disable_root_sessions"
    DISABLE_ROOT_CREDENTIALS_MANAGEMENT = "disable_root_credentials_management"
    DISABLE_TRUSTED_ACCESS = "disable_trusted_access"

    @property
    def action(self) -> str:
        """The IAM action the step needs."""
        return _ACTIONS[self]

    @property
    def feature(self) -> RootFeature:
        """The feature the step switches; raises ValueError for a step that switches none."""
        if self not in _FEATURES:
            raise ValueError(f"{self.value} switches no feature")
        return _FEATURES[self]


_ACTIONS = {
    StepKind.ENABLE_TRUSTED_ACCESS: "organizations:EnableAWSServiceAccess",
    StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT: "iam:EnableOrganizationsRootCredentialsManagement",
    StepKind.ENABLE_ROOT_SESSIONS: "iam:EnableOrganizationsRootSessions",
    StepKind.REGISTER_DELEGATE: "organizations:RegisterDelegatedAdministrator",
    StepKind.DEREGISTER_DELEGATE: "organizations:DeregisterDelegatedAdministrator",
    StepKind.DISABLE_ROOT_SESSIONS: "iam:DisableOrganizationsRootSessions",
    StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT: "iam:DisableOrganizationsRootCredentialsManagement",
    StepKind.DISABLE_TRUSTED_ACCESS: "organizations:DisableAWSServiceAccess",
}
_FEATURES = {
    StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT: RootFeature.ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT: RootFeature.ROOT_CREDENTIALS_MANAGEMENT,
    StepKind.ENABLE_ROOT_SESSIONS: RootFeature.ROOT_SESSIONS,
    StepKind.DISABLE_ROOT_SESSIONS: RootFeature.ROOT_SESSIONS,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One change to make. ``account`` is the delegate where the step is about one."""

    kind: StepKind
    text: str
    needed: bool | None
    """True: to do; False: nothing to do; None: cannot be seen yet (features while trusted access is off)."""
    account: AccountId | None = None

    @property
    def delegate(self) -> AccountId:
        """The delegate the step is about; raises ValueError for a step that is about none."""
        if self.account is None:
            raise ValueError(f"{self.kind.value} names no account")
        return self.account


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """The steps of ``enable`` or ``disable``, in the order AWS accepts."""

    organization_id: str
    endpoint: str
    steps: tuple[Step, ...]

    @property
    def pending(self) -> tuple[Step, ...]:
        """The steps that are not known to be unnecessary."""
        return tuple(step for step in self.steps if step.needed is not False)

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions the pending steps need, in order."""
        return tuple(step.kind.action for step in self.pending)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How a step came out."""

    step: Step
    outcome: Outcome
    request_id: str | None = None
    """AWS's id of the call that made it."""
