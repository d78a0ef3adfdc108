"""The users and roles that have profiles, as moto's IAM knows them: whoever may read IAM finds them with their policies.

Changing them through IAM changes what IAM shows, not what their keys may do: that is the organization file's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rootwarden.emulator.managed_policies import make_known

if TYPE_CHECKING:
    from rootwarden.emulator.keyring import Principal
    from rootwarden.emulator.roles import Role
    from rootwarden.emulator.world import World


def let_policies_name_root_users() -> None:
    """moto's IAM refuses a policy whose resource is a root user, which is what policies for sts:AssumeRoot name.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
    """
    from moto.iam import policy_validation  # noqa: PLC0415 - loads thirty megabytes

    known: list[str] = policy_validation.VALID_RESOURCE_PATH_STARTING_VALUES["iam"]["values"]
    if "root" not in known:
        known.append("root")


def iam_of(world: World, account: str) -> Any:
    """moto's IAM of an account, with its users and roles: they are made when it is first asked for. The caller holds the lock."""
    from moto.iam import iam_backends  # noqa: PLC0415 - loads thirty megabytes; only IAM's calls need it

    partition = world.organization.partition
    backend: Any = iam_backends[account][partition]
    if account not in world.settled:
        world.settled.add(account)
        for role in world.roles.values():
            if role.account == account:
                _role(backend, role, partition)
        for credential in world.profiles.values():
            principal = credential.principal
            if principal.account == account and ":user/" in principal.arn:
                _user(backend, principal, partition)
    return backend


def _user(backend: Any, principal: Principal, partition: str) -> None:
    name = principal.arn.rpartition("/")[2]
    if name in backend.users:
        return
    user = backend.create_user("us-east-1", name)
    user.id = principal.user_id
    for policy_name, document in _inline(principal):
        backend.put_user_policy(name, policy_name, document)
    for arn in _managed(principal):
        make_known(backend, arn, partition)
        backend.attach_user_policy(arn, name)
    if principal.boundary is not None:
        # moto's users have no permissions boundary; what is set here is shown with them.
        user.permissions_boundary = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": _boundary(backend, name, principal),
        }


def _role(backend: Any, role: Role, partition: str) -> None:
    name = role.arn.rpartition("/")[2]
    made = backend.create_role(name, role.trust.source, "/", None, "", [], str(role.max_session_seconds))
    made.id = role.holder.user_id.partition(":")[0]
    for policy_name, document in _inline(role.holder):
        backend.put_role_policy(name, policy_name, document)
    for arn in _managed(role.holder):
        make_known(backend, arn, partition)
        backend.attach_role_policy(arn, name)
    if role.holder.boundary is not None:
        backend.put_role_permissions_boundary(name, _boundary(backend, name, role.holder))


def _boundary(backend: Any, name: str, principal: Principal) -> str:
    source = principal.boundary.source if principal.boundary else ""
    return str(backend.create_policy("", "/", source, f"{name}-boundary", []).arn)


def _managed(principal: Principal) -> Iterable[str]:
    return [policy.name for policy in principal.policies if policy.name.startswith("arn:")]


def _inline(principal: Principal) -> Iterable[tuple[str, str]]:
    own = [policy for policy in principal.policies if not policy.name.startswith("arn:")]
    for number, policy in enumerate(own, start=1):
        name = policy.name if policy.name and "/" not in policy.name else f"policy-{number}"
        yield "".join(char if char.isalnum() or char in "+=,.@-_" else "-" for char in name), policy.source
