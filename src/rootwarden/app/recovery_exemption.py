"""Composing temporary exemptions: what a signed-in root user would meet, who may change that, the change and its end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.doctor import gather_evidence
from rootwarden.aws.caller_identity import get_caller
from rootwarden.errors import AwsError, RefusedByRule, RootwardenError
from rootwarden.ledger.entry import Kind
from rootwarden.ledger.exception_notes import record_exempted
from rootwarden.ledger.query import Filter, select
from rootwarden.ledger.results import Result, result_of
from rootwarden.ledger.store import entries
from rootwarden.model.canonical import sha256_hex
from rootwarden.model.ids import root_arn
from rootwarden.model.outcome import Done, Failed, NothingToDo
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reason import local
from rootwarden.model.recovery_close import ExemptionOutcome
from rootwarden.model.root_only.actions import signed_in_actions
from rootwarden.model.selection import Selection
from rootwarden.operations.doctor.signed_in import judge_signed_in
from rootwarden.operations.recovery.exempt import deploy, is_deployed, take_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from rootwarden.app.recovery_ground import Ground
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.canonical import Json
    from rootwarden.model.ids import AccountId
    from rootwarden.model.outcome import Outcome
    from rootwarden.model.recovery import SignedIn
    from rootwarden.model.recovery_exception import RecoveryException, TemporaryExemption

OPERATION: Final = "recovery exemption"
"""The operation of the intents to change a policy."""


def signed_in(on: Ground, account: AccountId, task: str) -> SignedIn:
    """What a root user that signs in for a task would meet, as far as the policies can be read. Raises AwsError."""
    selection = Selection(accounts=(account,))
    chosen = choose_accounts(on.app, on.clients, selection, changing=False, placing=True)
    evidence = gather_evidence(on.app, on.clients, chosen)
    return judge_signed_in(evidence, account, signed_in_actions(task))


def check_deployable(on: Ground, account: AccountId, found: SignedIn) -> CallerClients:
    """The caller that may deploy the exemptions. Raises RefusedByRule, which says what denies it and who has to act, where there is none."""
    why = " ".join(found.why)
    if not found.liftable:
        what = "; ".join(found.by_hand) or "no change of a policy was found that lifts it"
        raise RefusedByRule(
            f"signing in would be useless: {why} And rootwarden cannot lift that: {what}.",
            advice="Whoever looks after the organization's policies has to see to it, for the time of the exception.",
        )
    clients, problem = _deployer(on)
    if clients is None:
        diffs = "\n".join(one.diff.rstrip() for one in found.exemptions)
        manager = on.organization.management_account_id
        raise RefusedByRule(
            f"signing in would be useless: {why} This exemption for {account} would lift it:\n{diffs}\nIt has to be deployed from "
            f"the management account {manager} (organizations:UpdatePolicy), and {problem}.",
            advice="Name a caller that may as purposes.management_deploy in the configuration (and leave --profile out): rootwarden "
            "then deploys it, and takes it back at the close.",
        )
    return clients


def _deployer(on: Ground) -> tuple[CallerClients | None, str]:
    """The caller of the purpose, where it is of the management account or the configuration names it; else what is in the way."""
    app = on.app
    try:
        clients = app.caller(PurposeName.MANAGEMENT_DEPLOY)
        account = get_caller(clients.client("sts")).account_id
    except RootwardenError as error:
        return None, f"its caller cannot be used: {error.message}"
    named = app.settings.purposes.management_deploy is not None and app.choices.profile is None
    if named or account == on.organization.management_account_id:
        return clients, ""
    return None, f"the caller is of account {account}"


def deploy_all(
    on: Ground, clients: CallerClients, exception: RecoveryException
) -> tuple[RecoveryException, Outcome]:
    """Deploys every exemption; the exception as it stands then, and the first outcome that is not good. Raises LedgerError."""
    for place, one in enumerate(exception.exemptions):
        outcome = _recorded(on, exception, one, one.after, partial(deploy, clients, one))
        if not isinstance(outcome, Done | NothingToDo):
            return exception, outcome
        exception = _with(exception, place, replace(one, deployed=on.app.clock()))
        record_exempted(on.recorder, exception, exception.exemptions)
    return exception, Done()


def take_all_back(
    on: Ground, exception: RecoveryException
) -> tuple[RecoveryException, tuple[ExemptionOutcome, ...]]:
    """Takes back every exemption that is not known to be gone; how each came out. Raises LedgerError."""
    outcomes: list[ExemptionOutcome] = []
    waiting = [(place, one) for place, one in enumerate(exception.exemptions) if one.removed is None]
    if not waiting:
        return exception, ()
    arn = root_arn(on.clients.partition.name, exception.account)
    clients, problem = _deployer(on)
    for place, one in waiting:
        if clients is None:
            text = f"{problem}, and the exemption has to be taken back from the management account"
            outcomes.append(ExemptionOutcome(one, Failed(local("cannot_deploy", text))))
            continue
        outcome = _recorded(on, exception, one, one.before, partial(take_back, clients, one, arn))
        outcomes.append(ExemptionOutcome(one, outcome))
        if isinstance(outcome, Done | NothingToDo):
            exception = _with(exception, place, replace(one, removed=on.app.clock()))
            record_exempted(on.recorder, exception, exception.exemptions)
    return exception, tuple(outcomes)


def taken_back_unsaid(on: Ground, exception: RecoveryException) -> bool:
    """Whether no exemption of an emptied exception is there any more, and the ledger shows that we set out to take each back.

    Then a run ended before it could say so, and between its look and its change nobody else had a say. Raises LedgerError.
    """
    if exception.emptied is None or not exception.exemptions:
        return False
    waiting = [one for one in exception.exemptions if one.removed is None]
    since = Filter(account=exception.account, operation=OPERATION, since=exception.emptied)
    intents = [one for one in select(entries(on.recorder.store), since) if one.kind is Kind.INTENT]
    begun = {item for one in intents for item in _items(one.content.get("items"))}
    if not {_item(one) for one in waiting} <= begun:
        return False
    return not waiting or none_deployed(on, replace(exception, exemptions=tuple(waiting)))


def none_deployed(on: Ground, exception: RecoveryException) -> bool:
    """Whether the exception was to have exemptions, and AWS shows none."""
    if not exception.exemptions:
        return False
    clients, _ = _deployer(on)
    arn = root_arn(on.clients.partition.name, exception.account)
    try:
        return clients is not None and not any(is_deployed(clients, one, arn) for one in exception.exemptions)
    except (AwsError, ValueError):
        return False


def _recorded(
    on: Ground,
    exception: RecoveryException,
    one: TemporaryExemption,
    wanted: str,
    act: Callable[[], Outcome],
) -> Outcome:
    """One change of a policy between its intent and its outcome; what an earlier run left open about it is settled by it."""
    item = _item(one)
    earlier = [
        each
        for each in on.recorder.open_intents()
        if each.intent.content.get("operation") == OPERATION
        and exception.account in each.accounts
        and item in _items(each.intent.content.get("items"))
    ]
    details: dict[str, Json] = {"policy_name": one.policy_name, "policy_sha256_wanted": sha256_hex(wanted)}
    with on.recorder.begin(
        operation=OPERATION,
        accounts=(exception.account,),
        items=(item,),
        reason=exception.reason,
        ticket=exception.ticket,
        exception_id=exception.id,
        details=details,
    ) as intent:
        outcome = act()
        intent.finish(result_of(outcome, account=exception.account, item=item))
    if isinstance(outcome, Done | NothingToDo):
        line = Result(
            "superseded",
            account=exception.account,
            item=item,
            reason=local("looked", "the policy was looked at again"),
        )
        for each in earlier:
            on.recorder.settle(each, [line], note="settled by a later look")
    return outcome


def _item(one: TemporaryExemption) -> str:
    return f"policy:{one.policy_id}"


def _items(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


def _with(exception: RecoveryException, place: int, one: TemporaryExemption) -> RecoveryException:
    found = list(exception.exemptions)
    found[place] = one
    return replace(exception, exemptions=tuple(found))
