"""What ``unlock`` is about: the account, the bucket or queue, and the administrators that have to get in."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rootwarden.app.accounts import choose_accounts
from rootwarden.app.unlock_backup import find
from rootwarden.errors import BadInput, RefusedByRule
from rootwarden.model.ids import AccountId, is_account_id
from rootwarden.model.purpose import PurposeName
from rootwarden.model.selection import Selection
from rootwarden.model.unlock import ResourceKind
from rootwarden.operations.unlock.names import (
    administrator_arns,
    bucket_name,
    check_partition,
    configured_administrators,
    queue_name,
)
from rootwarden.operations.unlock.requests import Origin, origin_of

if TYPE_CHECKING:
    from rootwarden.app.accounts import Chosen
    from rootwarden.app.context import App
    from rootwarden.app.unlock_backup import Found
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.organization import Account
    from rootwarden.model.unlock import Located


@dataclass(frozen=True, slots=True)
class UnlockRequest:
    """What the user named."""

    kind: ResourceKind
    name: str | None = None
    account: str | None = None
    administrators: tuple[str, ...] = ()
    origin: str | None = None
    restore: str | None = None
    """The backup to put back, which says where it belongs."""

    @property
    def command(self) -> str:
        """The command, as help and ledger name it."""
        return f"unlock {self.kind.value}"


@dataclass(frozen=True, slots=True)
class Target:
    """The account, and the bucket or queue where it is known by now."""

    request: UnlockRequest
    clients: CallerClients
    chosen: Chosen
    account: Account
    administrators: tuple[str, ...]
    origin: Origin
    name: str | None
    region: str | None
    backup: Found | None = None


def target_of(app: App, request: UnlockRequest) -> Target:
    """The account and, where one is named, the bucket or queue. Opens no session yet.

    Raises BadInput, RefusedByRule where no root session reaches the account, WrongOrganization, CannotLook.
    """
    app.require_why(request.command)
    clients = app.caller(PurposeName.DELEGATE)
    backup = find(app, clients, request.restore) if request.restore else None
    request, region, owner = _named(request, clients, backup)
    if request.account is None:
        raise BadInput(
            f"no account is named, and a {request.kind.value} belongs to one",
            advice="Name it with --account ID|NAME.",
        )
    chosen = choose_accounts(app, clients, Selection(accounts=(request.account,)), changing=True)
    account = _only(tuple(chosen.accounts), request.account)
    if owner is not None and owner != account.id:
        raise BadInput(
            f"the queue belongs to account {owner}, not to {account.id} {account.name}",
            advice="Leave --account out, or correct it.",
        )
    reason = chosen.against(account)
    if reason is not None:
        raise RefusedByRule(
            f"{account.id} {account.name}: {reason.text}",
            advice="No root session is opened in such an account.",
        )
    given = request.administrators or configured_administrators(
        app.settings.unlock.administrators, account.id
    )
    origin = origin_of(request.origin) if request.origin else Origin()
    if origin is None:
        raise BadInput(
            f"{request.origin!r} is no place to call from",
            advice="Give an IP address, a VPC endpoint (vpce-...) or a VPC (vpc-...).",
        )
    return Target(
        request,
        clients,
        chosen,
        account,
        administrator_arns(given, clients.partition, account.id),
        origin,
        request.name,
        region,
        backup,
    )


def _only(accounts: tuple[Account, ...], text: str) -> Account:
    if len(accounts) != 1:
        raise BadInput(
            f"{text!r} names {len(accounts)} accounts, and this works on one at a time",
            advice="Name one account.",
        )
    return accounts[0]


def _named(
    request: UnlockRequest, clients: CallerClients, backup: Found | None
) -> tuple[UnlockRequest, str | None, AccountId | None]:
    """The request with the bare name and the account, and the Region and the owner where the name tells them."""
    if backup is not None:
        kept = backup.backup.resource
        if kept.kind is not request.kind:
            raise BadInput(
                f"{backup.name}: the backup is of a {kept.kind.value}",
                advice=f"Use 'unlock {kept.kind.value}'.",
            )
        name = request.name or (kept.arn if kept.kind is ResourceKind.QUEUE else kept.name)
        request = dataclasses.replace(request, name=name, account=request.account or kept.account)
    if request.name is None:
        return request, None, None
    if request.kind is ResourceKind.BUCKET:
        name = bucket_name(request.name, clients.partition)
        region = backup.backup.resource.region if backup else None
        return dataclasses.replace(request, name=name), region, None
    account = AccountId(request.account) if request.account and is_account_id(request.account) else None
    queue = queue_name(request.name, clients.partition, region=clients.region, account=account)
    if queue.region:
        check_partition(request.name, clients.partition_of(queue.region).name, clients.partition)
    named = dataclasses.replace(request, name=queue.name, account=request.account or queue.account)
    return named, queue.region or clients.region, queue.account


def pick(target: Target, chosen: Located) -> Target:
    """The target with one of the list."""
    return dataclasses.replace(target, name=chosen.name, region=chosen.region)
