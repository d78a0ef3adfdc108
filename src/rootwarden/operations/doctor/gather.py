"""Reading what decides a root session; each read stands for itself, and none is made twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from rootwarden.aws.organization_policies import OrganizationPolicies
from rootwarden.aws.principal_policies import PrincipalPolicies
from rootwarden.errors import AccessDenied, AwsError, CredentialsExpired, CredentialsRefused
from rootwarden.model.organization_policy import AttachedPolicy, PolicyType
from rootwarden.model.reading import NotSeen, Reading, Seen, map_seen
from rootwarden.model.reason import Reason, local, reason_of
from rootwarden.operations.doctor.evidence import CallerEvidence, Places, PolicyEvidence

if TYPE_CHECKING:
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.caller import Caller
    from rootwarden.model.features import CallerRole
    from rootwarden.model.organization import Account, OrganizationalUnit
    from rootwarden.model.principal import Document, PrincipalDetails

T = TypeVar("T")

Attached = dict[tuple[PolicyType, str], Reading[tuple[AttachedPolicy, ...]]]

_MANY = 100
"""Targets above which the policies are asked for their targets, where that takes fewer calls."""


def gather_places(accounts: Iterable[Account], units: Reading[tuple[OrganizationalUnit, ...]]) -> Places:
    """Where each account stands, from a directory that was read before."""
    found = units.value if isinstance(units, Seen) else ()
    by_id = {unit.id: unit for unit in found}
    by_path: dict[str, list[OrganizationalUnit]] = {}
    for unit in found:
        by_path.setdefault(unit.path, []).append(unit)

    def lineage(account: Account) -> Reading[tuple[str, ...]]:
        if account.parents is not None:
            return Seen((*account.parents, account.id))
        if isinstance(units, NotSeen):
            return units
        homes = by_path.get(account.ou_path or "", [])
        if len(homes) != 1:
            text = (
                f"{len(homes)} OUs have the path {account.ou_path}"
                if homes
                else "it was in none of the OUs that were read: it may be moving, or have left"
            )
            return NotSeen(local("account_not_placed", text))
        ids: list[str] = [account.id]
        unit: OrganizationalUnit | None = homes[0]
        while unit is not None:
            ids.append(unit.id)
            unit = by_id.get(unit.parent) if unit.parent else None
        return Seen(tuple(reversed(ids)))

    return Places(
        {account.id: lineage(account) for account in accounts}, {unit.id: unit.path for unit in found}
    )


def gather_policies(
    clients: CallerClients,
    lineages: Iterable[Reading[tuple[str, ...]]],
    *,
    callers: Iterable[Reading[tuple[str, ...]]],
    binding: bool = True,
) -> PolicyEvidence:
    """SCPs and RCPs along these lineages, SCPs also along those of callers whose accounts are bound by them.

    Each place is asked once, and each policy read once, however many accounts share them. Without ``binding`` the SCPs of the
    lineages themselves are left out: those do not decide about a call that is made elsewhere.
    """
    api = OrganizationPolicies(clients.client("organizations"))
    status = _reading(api.type_status)
    enabled = {kind: _enabled(status, kind) for kind in PolicyType}
    targets = _targets(lineages)
    bound = _targets(callers)
    attached: Attached = {}
    for kind in PolicyType:
        if enabled[kind] == Seen(value=True):
            scps = (*(targets if binding else ()), *bound)
            wanted = tuple(dict.fromkeys(scps)) if kind is PolicyType.SCP else targets
            attached |= _attached(api, kind, wanted)
    ids = dict.fromkeys(
        one.id for found in attached.values() if isinstance(found, Seen) for one in found.value
    )
    return PolicyEvidence(enabled, attached, _each(ids, api.document))


def _targets(lineages: Iterable[Reading[tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for found in lineages if isinstance(found, Seen) for one in found.value))


def _enabled(status: Reading[dict[str, str]], kind: PolicyType) -> Reading[bool]:
    if isinstance(status, NotSeen):
        return status
    word = status.value.get(kind.value, "")
    if word.startswith("PENDING"):
        return NotSeen(local("policy_type_pending", f"{kind.short}s are being switched: AWS says {word}"))
    return Seen(word == "ENABLED")


def _attached(api: OrganizationPolicies, kind: PolicyType, targets: Sequence[str]) -> Attached:
    if len(targets) > _MANY:
        everything = _reading(lambda: tuple(api.all_of(kind)))
        if isinstance(everything, Seen) and len(everything.value) < len(targets) / 2:
            return _by_policy(api, kind, targets, everything.value)
    found = _each(targets, lambda target: api.attached_to(target, kind))
    return {(kind, target): reading for target, reading in found.items()}


def _by_policy(
    api: OrganizationPolicies,
    kind: PolicyType,
    targets: Sequence[str],
    policies: Iterable[AttachedPolicy],
) -> Attached:
    """The same seen from the policies. One whose targets are not told may be attached anywhere."""
    on: dict[str, list[AttachedPolicy]] = {target: [] for target in targets}
    by_id = {policy.id: policy for policy in policies}
    for policy, places in _each(by_id, lambda one: tuple(api.targets_of(one))).items():
        if isinstance(places, NotSeen):
            return {(kind, target): places for target in targets}
        for target in places.value:
            if target in on:
                on[target].append(by_id[policy])
    return {(kind, target): Seen(tuple(found)) for target, found in on.items()}


def gather_caller(clients: CallerClients, caller: Caller, role: CallerRole | None) -> CallerEvidence:
    """The caller's own policies, as far as it may read them."""
    api = PrincipalPolicies(clients.client("iam"))
    kind, name = _principal(caller.arn)
    if not kind:
        nothing = NotSeen(
            local("unknown_principal", f"{caller.arn} is neither a user nor a session of a role")
        )
        return CallerEvidence(caller, role, nothing, nothing, nothing)
    details = _reading(lambda: api.user(name) if kind == "user" else api.role(name))
    policies = _reading(lambda: tuple(api.of_user(name) if kind == "user" else api.of_role(name)))
    return CallerEvidence(caller, role, details, policies, _boundary(api, details))


def _principal(arn: str) -> tuple[str, str]:
    """``user`` or ``role``, and its name; nothing for another kind of caller."""
    resource = arn.split(":", 5)[-1]
    head, *rest = resource.split("/")
    if head == "user" and rest:
        return "user", rest[-1]
    if head == "assumed-role" and rest:
        return "role", rest[0]
    return "", ""


def _boundary(
    api: PrincipalPolicies, details: Reading[PrincipalDetails]
) -> Reading[tuple[str, Document] | None]:
    if isinstance(details, NotSeen):
        return details
    arn = details.value.boundary
    if arn is None:
        return Seen(None)
    return map_seen(_reading(lambda: api.managed(arn)), lambda document: (arn, document))


def _each(keys: Iterable[str], read: Callable[[str], T]) -> dict[str, Reading[T]]:
    """One read a key. Where the very first is denied the others are not tried: thousands of denials tell no more than one."""
    found: dict[str, Reading[T]] = {}
    denied: Reason | None = None
    for key in keys:
        if denied is not None:
            found[key] = NotSeen(denied)
            continue
        try:
            found[key] = Seen(read(key))
        except (CredentialsExpired, CredentialsRefused):
            raise
        except AwsError as error:
            found[key] = NotSeen(reason_of(error))
            if isinstance(error, AccessDenied) and len(found) == 1:
                denied = reason_of(error)
    return found


def _reading(read: Callable[[], T]) -> Reading[T]:
    try:
        return Seen(read())
    except (CredentialsExpired, CredentialsRefused):
        raise  # every further read would fail alike, and say nothing about the organization
    except AwsError as error:
        return NotSeen(reason_of(error))
