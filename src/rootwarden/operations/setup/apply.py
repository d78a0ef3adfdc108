"""Carrying out a set-up plan: one step, then another look, then the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from rootwarden.aws.organizations import Organizations
from rootwarden.aws.root_features import RootFeatures
from rootwarden.errors import AlreadyThere, AwsError, NotFound, RootwardenError, Unreachable
from rootwarden.ledger.results import Result, result_of
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.outcome import Done, Failed, NothingToDo, Refused, Unknown
from rootwarden.model.reason import local, reason_of
from rootwarden.model.setup import SetupPlan, Step, StepKind, StepOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.recorder import Intent


class Record(Protocol):
    """Writes the intent of one step to the ledger. Raises LedgerError: then the step is not made."""

    def __call__(self, step: Step) -> Intent: ...


def apply_setup(
    clients: CallerClients, record: Record, plan: SetupPlan, replan: Callable[[], SetupPlan]
) -> tuple[tuple[StepOutcome, ...], SetupPlan]:
    """Carries out a plan and says how each step came out, with the plan that is left over (empty of pending steps when all went well).

    ``replan`` looks at AWS again; it is asked after every change, so a step that became unnecessary is not made. A step that was
    not in the confirmed plan is never made.
    """
    outcomes: list[StepOutcome] = []
    current = plan
    failed: RootwardenError | None = None
    for confirmed in plan.steps:
        step = _found(current, confirmed, default=confirmed)
        if step.needed is False:
            outcomes.append(StepOutcome(step, NothingToDo()))
            continue
        if failed is not None and _rests_on_earlier(step, outcomes):
            reason = local("not_tried", f"a step before it did not succeed: {failed.message}")
            outcomes.append(StepOutcome(step, Refused(reason)))
            continue
        with record(step) as intent:
            one, error = _attempt(clients, step)
            intent.finish(_result(one))
        outcomes.append(one)
        current = _look_again(replan, current)
        if error is not None and _found(current, step, default=step).needed is not False:
            failed = error
    return tuple(_settled(one, current) for one in outcomes), current


def _rests_on_earlier(step: Step, outcomes: list[StepOutcome]) -> bool:
    """Whether a step makes no sense after a failure: all need trusted access, which in turn may only end when all else did.

    A feature that stays on when trusted access ends is on, unseen, and back when trusted access comes back.
    """
    needs_trust = any(
        one.step.kind is StepKind.ENABLE_TRUSTED_ACCESS and not isinstance(one.outcome, (Done, NothingToDo))
        for one in outcomes
    )
    return needs_trust or step.kind is StepKind.DISABLE_TRUSTED_ACCESS


def _found(plan: SetupPlan, wanted: Step, *, default: Step) -> Step:
    """The step of a newer plan that stands for an older one's."""
    alike = (one for one in plan.steps if one.kind is wanted.kind and one.account == wanted.account)
    return next(alike, default)


def _look_again(replan: Callable[[], SetupPlan], before: SetupPlan) -> SetupPlan:
    try:
        return replan()
    except RootwardenError:
        return before  # what was done stays done; it is reported as not confirmed


def _result(one: StepOutcome) -> Result:
    ids = (one.request_id,) if one.request_id else ()
    return result_of(one.outcome, account=one.step.account, item=one.step.kind.value, request_ids=ids)


def _attempt(clients: CallerClients, step: Step) -> tuple[StepOutcome, AwsError | None]:
    try:
        request_id = _make(clients, step)
    except (AlreadyThere, NotFound) as error:
        if (
            step.kind in {StepKind.REGISTER_DELEGATE, StepKind.DEREGISTER_DELEGATE}
            and error.code != "AccountNotFoundException"
        ):
            return StepOutcome(step, NothingToDo(reason_of(error))), None
        return StepOutcome(step, Failed(reason_of(error))), error
    except Unreachable as error:
        return StepOutcome(step, Unknown(reason_of(error))), error
    except AwsError as error:
        return StepOutcome(step, Failed(reason_of(error))), error
    return StepOutcome(step, Done(), request_id), None


def _settled(one: StepOutcome, current: SetupPlan) -> StepOutcome:
    """Checks an outcome against the last look: a lost answer is settled by it, and a step AWS does not show is not called done."""
    now = _found(current, one.step, default=one.step)
    if now.needed is None:
        return one
    if isinstance(one.outcome, Unknown) and not now.needed:
        return StepOutcome(one.step, Done(), one.request_id)
    if isinstance(one.outcome, Done) and now.needed:
        reason = local(
            "not_confirmed",
            "AWS accepted the call, but does not show its effect yet; look again with 'rootwarden status'",
        )
        return StepOutcome(one.step, Unknown(reason), one.request_id)
    return one


def _make(clients: CallerClients, step: Step) -> str | None:
    organizations = Organizations(clients.client("organizations"))
    features = RootFeatures(clients.client("iam"))
    match step.kind:
        case StepKind.ENABLE_TRUSTED_ACCESS:
            return organizations.enable_trusted_access(IAM_SERVICE_PRINCIPAL)
        case StepKind.DISABLE_TRUSTED_ACCESS:
            return organizations.disable_trusted_access(IAM_SERVICE_PRINCIPAL)
        case StepKind.REGISTER_DELEGATE:
            return organizations.register_delegate(step.delegate, IAM_SERVICE_PRINCIPAL)
        case StepKind.DEREGISTER_DELEGATE:
            return organizations.deregister_delegate(step.delegate, IAM_SERVICE_PRINCIPAL)
        case StepKind.ENABLE_ROOT_CREDENTIALS_MANAGEMENT | StepKind.ENABLE_ROOT_SESSIONS:
            return features.enable(step.kind.feature)
        case StepKind.DISABLE_ROOT_CREDENTIALS_MANAGEMENT | StepKind.DISABLE_ROOT_SESSIONS:
            return features.disable(step.kind.feature)
        case _:
            assert_never(step.kind)
