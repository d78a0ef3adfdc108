"""The users and roles that have profiles, as moto's IAM knows them: whoever may read IAM finds them with their policies.

Changing them through IAM changes what IAM shows, not what their keys may do: that is the organization file's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.iam import iam_backends, policy_validation

from rootwarden.emulator.keyring import Credential, Principal
from rootwarden.emulator.roles import Role


def let_policies_name_root_users() -> None:
    """moto's IAM refuses a policy whose resource is a root user, which is what policies for sts:AssumeRoot name.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
    """
    known: list[str] = policy_validation.VALID_RESOURCE_PATH_STARTING_VALUES["iam"]["values"]
    if "root" not in known:
        known.append("root")


def settle(account: str, partition: str, credentials: Iterable[Credential], roles: Iterable[Role]) -> None:
    """Makes the users and roles of one account, once. The caller holds the world's lock."""
    backend: Any = iam_backends[account][partition]
    for role in roles:
        if role.account == account:
            _role(backend, role)
    for credential in credentials:
        principal = credential.principal
        if principal.account == account and ":user/" in principal.arn:
            _user(backend, principal)


def _user(backend: Any, principal: Principal) -> None:
    name = principal.arn.rpartition("/")[2]
    if name in backend.users or principal.boundary is not None:
        # moto's users have no permissions boundary: one without it would be taken for a user that may do more.
        return
    user = backend.create_user("us-east-1", name)
    user.id = principal.user_id
    for policy_name, document in _policies(principal):
        backend.put_user_policy(name, policy_name, document)


def _role(backend: Any, role: Role) -> None:
    name = role.arn.rpartition("/")[2]
    made = backend.create_role(name, role.trust.source, "/", None, "", [], str(role.max_session_seconds))
    made.id = role.holder.user_id.partition(":")[0]
    for policy_name, document in _policies(role.holder):
        backend.put_role_policy(name, policy_name, document)
    if role.holder.boundary is not None:
        boundary = backend.create_policy("", "/", role.holder.boundary.source, f"{name}-boundary", [])
        backend.put_role_permissions_boundary(name, boundary.arn)


def _policies(principal: Principal) -> Iterable[tuple[str, str]]:
    for number, policy in enumerate(principal.policies, start=1):
        name = policy.name if policy.name and "/" not in policy.name else f"policy-{number}"
        yield "".join(char if char.isalnum() or char in "+=,.@-_" else "-" for char in name), policy.source
