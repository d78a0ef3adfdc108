"""From a baseline to the steps of ``enable`` and ``disable``, in the order AWS accepts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.errors import BadInput, CannotLook, NotInOrganization, RefusedByRule, WrongAccount
from rootwarden.model.baseline import Baseline
from rootwarden.model.features import CallerRole, RootFeature
from rootwarden.model.organization import NO_ORGANIZATION, Account, AccountState, Organization
from rootwarden.model.reading import NotSeen, Reading, Seen, seen_or_none
from rootwarden.model.setup import SetupPlan, Step, StepKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.model.ids import AccountId

_ENABLE = {
    RootFeature.ROOT_CREDENTIALS_MANAGEMENT: StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT,
    RootFeature.ROOT_SESSIONS: StepKind.ENABLE_ROOT_SESSIONS,
}
_DISABLE = {
    RootFeature.ROOT_SESSIONS: StepKind.DISABLE_ROOT_SESSIONS,
    RootFeature.ROOT_CREDENTIALS_MANAGEMENT: StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT,
}


def plan_enable(baseline: Baseline, *, only: RootFeature | None, delegate: Account | None) -> SetupPlan:
    """The steps that lead from this baseline to the wanted one.

    Raises what AWS would refuse: NotInOrganization, WrongAccount, CannotLook, BadInput for the delegate.
    """
    organization = _organization(baseline)
    if not organization.has_all_features:
        raise CannotLook(
            "the organization has consolidated billing only; AWS answers OrganizationNotInAllFeaturesModeException",
            advice="Enable all features in AWS Organizations first (every invited account has to agree).",
        )
    _only_from_management(baseline, organization, _refusal_to_enable(baseline))
    _readable(baseline)
    features = (only,) if only else baseline.wanted_features()
    steps = [_trust_step(baseline)]
    steps += [_feature_step(baseline, feature) for feature in features]
    if delegate:
        steps.append(_delegate_step(baseline, organization, delegate))
    return SetupPlan(organization.id, baseline.endpoint, tuple(steps))


def plan_disable(
    baseline: Baseline, *, features: Iterable[RootFeature], delegate: AccountId | None, trusted_access: bool
) -> SetupPlan:
    """The steps back. Features go first: once trusted access is off they persist unseen and cannot be switched.

    Raises NotInOrganization, WrongAccount, CannotLook, and RefusedByRule for an order that AWS would refuse.
    """
    organization = _organization(baseline)
    if delegate or trusted_access:
        _only_from_management(
            baseline,
            organization,
            "AccessDeniedException: You don't have permissions to access this resource.",
        )
    elif baseline.role is CallerRole.MEMBER:
        raise WrongAccount(
            f"account {baseline.caller.account_id} is neither the management account nor the IAM delegated administrator; "
            "AWS answers AccountNotManagementOrDelegatedAdministratorException",
            advice="Use a profile of the management account.",
        )
    _readable(baseline)
    steps = [_disable_step(baseline, feature) for feature in _DISABLE if feature in set(features)]
    delegates = seen_or_none(baseline.delegates) or ()
    if delegate:
        there = delegate in delegates
        text = (
            f"deregister {delegate} as delegated administrator for IAM"
            if there
            else f"{delegate} is no delegated administrator for IAM"
        )
        steps.append(Step(StepKind.DEREGISTER_DELEGATE, text, needed=there, account=delegate))
    if trusted_access:
        steps.append(_end_trust_step(baseline, [one for one in delegates if one != delegate]))
    return SetupPlan(organization.id, baseline.endpoint, tuple(steps))


def _organization(baseline: Baseline) -> Organization:
    match baseline.organization:
        case Seen(value):
            return value
        case NotSeen(reason) if reason.code == NO_ORGANIZATION:
            raise NotInOrganization(
                f"account {baseline.caller.account_id} belongs to no AWS Organization: {reason.code}: {reason.text}",
                code=reason.code,
                text=reason.text,
                operation="organizations:DescribeOrganization",
                request_id=reason.request_id,
                advice="Use a profile of the organization's management account.",
            )
        case NotSeen(reason):
            raise CannotLook(
                f"the organization could not be read: {reason.code}: {reason.text}",
                advice="The caller needs organizations:DescribeOrganization.",
            )


def _refusal_to_enable(baseline: Baseline) -> str:
    """What AWS answers to this caller's enabling of a feature."""
    account = baseline.caller.account_id
    if baseline.role is CallerRole.DELEGATED_ADMINISTRATOR:
        return (
            f"CallerIsNotManagementAccountException: Caller account {account} is not management account of the organization "
            "and cannot enable IAM features."
        )
    return (
        f"AccountNotManagementOrDelegatedAdministratorException: Input account {account} is neither management account "
        "nor delegated admin."
    )


def _only_from_management(baseline: Baseline, organization: Organization, refusal: str) -> None:
    if baseline.role is CallerRole.MANAGEMENT:
        return
    account = baseline.caller.account_id
    raise WrongAccount(
        f"this is account {account}; only the management account {organization.management_account_id} can do this. AWS answers "
        f"{refusal}",
        advice=f"Use a profile of account {organization.management_account_id} (--profile, or purposes.management_deploy in "
        "the configuration).",
    )


def _readable(baseline: Baseline) -> None:
    """Stops where the caller's own reads were refused: it could neither know what to do nor verify it afterwards."""
    trust_off = baseline.trusted_access == Seen(value=False)
    reads: list[tuple[str, Reading[object]]] = [
        ("organizations:ListAWSServiceAccessForOrganization", baseline.trusted_access),
        ("organizations:ListDelegatedAdministrators", baseline.delegates),
    ]
    if not trust_off:  # while it is off, AWS shows the features to nobody
        reads.append(("iam:ListOrganizationsFeatures", baseline.features))
    for action, reading in reads:
        if isinstance(reading, NotSeen):
            raise CannotLook(
                f"the caller may not read what this plan changes: {action}: {reading.reason.code}: {reading.reason.text}",
                advice="'rootwarden enable --help' lists the IAM actions the caller needs.",
            )


def _trust_step(baseline: Baseline) -> Step:
    if seen_or_none(baseline.trusted_access):
        return Step(
            StepKind.ENABLE_TRUSTED_ACCESS, "trusted access for iam.amazonaws.com is on", needed=False
        )
    return Step(StepKind.ENABLE_TRUSTED_ACCESS, "enable trusted access for iam.amazonaws.com", needed=True)


def _feature_step(baseline: Baseline, feature: RootFeature) -> Step:
    on = baseline.has_feature(feature)
    texts = {
        True: f"{feature.value} is on",
        False: f"enable {feature.value}",
        None: f"enable {feature.value}, unless it is on already (AWS hides that while trusted access is off)",
    }
    return Step(_ENABLE[feature], texts[on], needed=None if on is None else not on)


def _delegate_step(baseline: Baseline, organization: Organization, delegate: Account) -> Step:
    if delegate.id == organization.management_account_id:
        raise BadInput(
            f"{delegate.id} is the management account, which cannot be a delegated administrator. AWS answers "
            "ConstraintViolationException (CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR).",
            advice="Name a member account of the security team.",
        )
    if delegate.state is not AccountState.ACTIVE:
        raise BadInput(
            f"account {delegate.id} ({delegate.name}) is {delegate.state.value}, so it cannot be a delegated administrator. AWS "
            "answers ConstraintViolationException (CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR).",
            advice="Name an active member account.",
        )
    delegates = seen_or_none(baseline.delegates) or ()
    what = f"{delegate.id} ({delegate.name})"
    if delegate.id in delegates:
        return Step(
            StepKind.REGISTER_DELEGATE,
            f"{what} is delegated administrator for IAM",
            needed=False,
            account=delegate.id,
        )
    text = f"register {what} as delegated administrator for IAM"
    if delegates:
        text += f", beside {', '.join(delegates)}: each of them can then open root sessions in every member account"
    return Step(StepKind.REGISTER_DELEGATE, text, needed=True, account=delegate.id)


def _disable_step(baseline: Baseline, feature: RootFeature) -> Step:
    on = baseline.has_feature(feature)
    if on is None:
        # Trusted access is off (anything else unreadable was refused above): AWS would not take the call.
        text = f"{feature.value} cannot be switched off while trusted access for IAM is off; it comes back with it if it was on"
        return Step(_DISABLE[feature], text, needed=False)
    texts = {True: f"disable {feature.value}", False: f"{feature.value} is off"}
    return Step(_DISABLE[feature], texts[on], needed=on)


def _end_trust_step(baseline: Baseline, other_delegates: list[AccountId]) -> Step:
    if not seen_or_none(baseline.trusted_access):
        return Step(
            StepKind.DISABLE_TRUSTED_ACCESS, "trusted access for iam.amazonaws.com is off", needed=False
        )
    if other_delegates:
        raise RefusedByRule(
            f"trusted access cannot end while {', '.join(other_delegates)} is delegated administrator for IAM. AWS answers "
            "ConstraintViolationException: You have delegated administrator/s for this service. De-register them in order to "
            "disable service access.",
            advice=f"Add --delegate {other_delegates[0]} to deregister it in the same run.",
        )
    return Step(StepKind.DISABLE_TRUSTED_ACCESS, "disable trusted access for iam.amazonaws.com", needed=True)
