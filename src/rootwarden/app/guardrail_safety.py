"""What a deployment must not do: lock out the operators, or a root user who signs in under an open exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organization_policies import OrganizationPolicies
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import AccessDenied, AwsError, RefusedByRule, RootwardenError, WrongAccount
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL, AccountId, account_of_root_arn
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import Seen
from rootwarden.model.tasks import RootTask
from rootwarden.operations.doctor.gather import gather_caller
from rootwarden.policy import Answer, evaluate
from rootwarden.policy.guardrails.asks import Asks
from rootwarden.policy.guardrails.claims import Bench, Case
from rootwarden.policy.lint.lint import lint_document
from rootwarden.policy.lint.lint_finding import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.recovery_exception import RecoveryException
    from rootwarden.operations.guardrails.state import ScpState
    from rootwarden.policy.guardrails.guardrail import Paper

_ANYBODY = AccountId("123456789012")
_WORK = "iam:CreateUser"
"""Something a root user signs in for."""


def kept_exemptions(found: Iterable[RecoveryException], state: ScpState) -> tuple[AccountId, ...]:
    """The accounts whose open recovery has an exemption in this very policy: it stays, and the close takes it back."""
    if state.id is None:
        return ()
    spared = _spared(state.document)
    return tuple(
        one.account
        for one in found
        if one.account in spared and any(each.policy_id == state.id for each in one.exemptions)
    )


def check_recoveries(
    found: Iterable[RecoveryException],
    clients: CallerClients,
    paper: Paper,
    *,
    places: Collection[str],
    exempt: Collection[AccountId],
) -> None:
    """Raises RefusedByRule where the policy at these places would keep somebody from the work of an open recovery."""
    asks, bench = Asks(clients.partition.name), Bench((paper,))
    locked = [
        one
        for one in found
        if one.account not in exempt
        and _denied(bench, Case(asks.signed_in(_WORK, one.account)))
        and _may_be_below(clients, one.account, places)
    ]
    if locked:
        named = ", ".join(f"{one.id} in {one.account}" for one in locked)
        raise RefusedByRule(
            f"it would lock out whoever signs in for an open recovery: {named}",
            advice="Close it first ('rootwarden recovery close'), or spare its root user with --exempt and deploy again afterwards.",
        )


def _may_be_below(clients: CallerClients, account: AccountId, places: Collection[str]) -> bool:
    """Whether an account stands at one of the places or below; also where that cannot be told. No SCP binds the management account."""
    if account == Organizations(clients.client("organizations")).describe().management_account_id:
        return False
    try:
        parents = Organizations(clients.client("organizations")).account(account).parents
    except AwsError:
        return True
    return parents is None or bool({*parents, account} & set(places))


def check_operators(
    app: App, clients: CallerClients, paper: Paper, *, places: Collection[str], lock_me_out: bool
) -> Iterator[str]:
    """Raises RefusedByRule where it would keep our own caller from opening root sessions, unless ``lock_me_out`` says that it may.

    Gives what has to be said about it, and says so where that cannot be told.
    """
    asks, bench = Asks(clients.partition.name), Bench((paper,))
    if not _denied(bench, Case(asks.open(asks.role(_ANYBODY), RootTask.AUDIT, _ANYBODY, {}))):
        return  # it keeps nobody from it
    try:
        own = app.caller(PurposeName.DELEGATE)
        caller = get_caller(own.client("sts"))
        details = gather_caller(own, caller, None).details
    except RootwardenError as error:
        yield f"whether the caller that opens root sessions is spared is not known: {error.message.rstrip('.')}"
        return
    if not _may_be_below(clients, caller.account_id, places):
        yield "the caller in use opens no root sessions from there: make sure that an operator role exists and can be assumed"
        return
    arn = (
        details.value.arn
        if isinstance(details, Seen)
        else asks.role(caller.account_id, caller.arn.split("/")[1])
    )
    if not any(_denied(bench, Case(asks.open(arn, task, _ANYBODY, {}))) for task in RootTask):
        return
    if not lock_me_out:
        raise RefusedByRule(
            f"it would keep {arn}, which opens root sessions here, from opening any: it is not among the operators",
            advice=f"Name every role that has to: --operator {arn}; or deploy from a profile of an operator role. With --lock-me-out "
            "it is deployed all the same.",
        )
    yield f"{arn}, the caller in use, will not open root sessions any more: it is not among the operators"


def is_delegate(api: Organizations, account: AccountId) -> bool:
    """Whether an account is delegated administrator for IAM: only such an account, and the management account, may ask."""
    try:
        return account in api.delegated_administrators(IAM_SERVICE_PRINCIPAL)
    except AccessDenied as error:
        raise WrongAccount(
            f"the caller is of account {account}, and whether that is the delegated administrator's could not be read: "
            f"{error.code}: {error.text}",
            advice="Use a profile of the management account or of the delegated administrator's, or let it call "
            "organizations:ListDelegatedAdministrators.",
        ) from error


def control_tower(clients: CallerClients, state: ScpState) -> Iterator[str]:
    """Control Tower's root controls at these places, which stay as they are."""
    api = OrganizationPolicies(clients.client("organizations"))
    seen: dict[str, str] = {}
    for policies in state.attached.values():
        for one in policies:
            if one.aws_managed or one.id in seen or one.id == state.id:
                continue
            seen[one.id] = ""
            try:
                found = lint_document(one.label, api.document(one.id), PolicyKind.SCP)
            except AwsError as error:
                yield f"{one.label} could not be read: {error.code}: {error.text}"
                continue
            for finding in found.findings:
                if finding.code.startswith("control_tower"):
                    yield f"{one.label}: {finding.text.rstrip('.')}"


def _denied(bench: Bench, case: Case) -> bool:
    return evaluate(case.request, bench.layers(case)).answer is not Answer.ALLOW


def _spared(document: str) -> frozenset[AccountId]:
    """The accounts whose root user a policy names."""
    texts = json.dumps(json.loads(document)).split('"') if document else []
    return frozenset(found for found in map(account_of_root_arn, texts) if found)
