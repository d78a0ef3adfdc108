"""Who deploys alerts in which account: the callers for the accounts that need them, and those that are not reached."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.organizations import Organizations
from rootwarden.aws.trail import Trails
from rootwarden.errors import RefusedByRule, WrongAccount
from rootwarden.model.ids import IAM_SERVICE_PRINCIPAL
from rootwarden.model.purpose import PurposeName
from rootwarden.model.reading import NotSeen, try_reading
from rootwarden.policy.guardrails.guardrail import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.aws.trail import Trail
    from rootwarden.model.ids import AccountId
    from rootwarden.policy.guardrails.guardrail import Guardrail


class AlertCallers:
    """The callers by account. Raises WrongAccount where there is none of an account that it belongs into, and AwsError."""

    def __init__(self, app: App, guardrail: Guardrail) -> None:
        purposes = {
            Reach.CALLERS: (PurposeName.MANAGEMENT_DEPLOY, PurposeName.DELEGATE_DEPLOY),
            Reach.MEMBERS: (PurposeName.MANAGEMENT_DEPLOY,),
            Reach.HUB: (PurposeName.DELEGATE_DEPLOY,),
            None: (),
        }[guardrail.reach]
        callers: dict[AccountId, CallerClients] = {}
        for purpose in purposes:
            clients = app.caller(purpose)
            callers.setdefault(get_caller(clients.client("sts")).account_id, clients)
        self.first: CallerClients = next(iter(callers.values()))
        self.api = Organizations(self.first.client("organizations"))
        self.organization = self.api.describe()
        app.check_organization(self.organization.id)
        wanted, unread = self._wanted(guardrail, tuple(callers))
        self.reached: dict[AccountId, CallerClients] = {
            account: clients for account, clients in callers.items() if account in wanted
        }
        self.unreached: tuple[str, ...] = (*unread, *self._unreached(wanted))
        if not self.reached or (
            guardrail.reach is Reach.MEMBERS and self.organization.management_account_id not in self.reached
        ):
            raise WrongAccount(
                f"the caller is of account {', '.join(callers)}, and {guardrail.name} is deployed from {self._whom(guardrail)}",
                advice="Use a profile of it, or name one as purposes.management_deploy or purposes.delegate_deploy in the configuration.",
            )

    def of(self, account: AccountId | None) -> CallerClients:
        """The caller in an account; for None the one that has the StackSets."""
        return self.first if account is None else self.reached[account]

    def check_trails(self) -> Iterator[str]:
        """What is to be said of trails. Raises RefusedByRule where none records management events in an account: rules are silent there."""
        for account, clients in self.reached.items():
            found = try_reading(partial(_recording, clients))
            if isinstance(found, NotSeen):
                yield (
                    f"whether a trail records management events in {account} could not be read "
                    f"({found.reason.code}: {found.reason.text}): without one the alerts are silent"
                )
            elif not found.value:
                raise RefusedByRule(
                    f"no trail records the management events of {account}, and without one EventBridge notices nothing",
                    advice="Create a multi-Region organization trail first; 'rootwarden status' says what is there.",
                )
            elif not any(one.is_multi_region for one in found.value):
                yield f"no trail of {account} covers all Regions: the alerts in the others are silent"

    def _wanted(
        self, guardrail: Guardrail, callers: tuple[AccountId, ...]
    ) -> tuple[tuple[AccountId, ...], tuple[str, ...]]:
        if guardrail.reach is Reach.HUB:
            return callers, ()
        manager = self.organization.management_account_id
        if guardrail.reach is Reach.MEMBERS:
            return (manager,), ()
        delegates = try_reading(lambda: self.api.delegated_administrators(IAM_SERVICE_PRINCIPAL))
        if isinstance(delegates, NotSeen):
            reason = delegates.reason
            return (manager,), (
                f"the delegated administrator could not be read: {reason.code}: {reason.text}",
            )
        return (manager, *delegates.value), ()

    def _unreached(self, wanted: tuple[AccountId, ...]) -> tuple[str, ...]:
        manager = self.organization.management_account_id
        return tuple(
            f"{account}: not reached, since no caller of it is configured (purposes."
            f"{'management_deploy' if account == manager else 'delegate_deploy'}): nothing is known of its alerts"
            for account in wanted
            if account not in self.reached
        )

    def _whom(self, guardrail: Guardrail) -> str:
        manager = f"the management account {self.organization.management_account_id}"
        return manager if guardrail.reach is Reach.MEMBERS else f"{manager} or the delegated administrator's"


def _recording(clients: CallerClients) -> tuple[Trail, ...]:
    """The trails that record an account's management events now."""
    trails = Trails(clients.client("cloudtrail"))
    return tuple(
        one
        for one in trails.describe()
        if trails.is_logging(one.arn) and trails.records_management_events(one.arn)
    )
