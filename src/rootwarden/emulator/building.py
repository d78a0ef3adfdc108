"""An organization file becomes the state of one emulated AWS."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from rootwarden.emulator.clock import Clock
from rootwarden.emulator.happenings import AccountCreated
from rootwarden.emulator.keyring import Credential, Keyring, Principal
from rootwarden.emulator.known_regions import FROM_THE_BEGINNING
from rootwarden.emulator.managed_policies import managed_arn, managed_document
from rootwarden.emulator.org_file import AccountSpec, OrganizationFile, PrincipalSpec, RootUserSpec
from rootwarden.emulator.organization import RCP, SCP, OrganizationState, short_hash
from rootwarden.emulator.resource_specs import ContactSpec
from rootwarden.emulator.roles import Role, role_of
from rootwarden.emulator.root_user import RootUser
from rootwarden.emulator.tree import Account, Container, OrganizationPolicy, StandaloneAccount, Target
from rootwarden.emulator.world import World
from rootwarden.model.features import RootFeature
from rootwarden.policy import Policy, parse_policy

LONG_AGO: Final = timedelta(days=730)
"""How long an account has been in the organization where the file does not say."""

_ROLE_SESSION: Final = timedelta(days=3650)  # a role's profile has to outlast any rehearsal

_ALLOW_ALL: Final[Mapping[str, Any]] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_FULL_ACCESS: Final = (
    ("p-FullAWSAccess", "FullAWSAccess", SCP, "Allows access to every operation", _ALLOW_ALL),
    (
        "p-RCPFullAWSAccess",
        "RCPFullAWSAccess",
        RCP,
        "Allows all access to every resource",
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    ),
)


def build_world(file: OrganizationFile, clock: Clock | None = None) -> World:
    """The state an emulator starts with. The clock starts at the file's ``now`` unless one is given."""
    clock = clock or Clock(file.now)
    now = clock.now()
    organization = build_organization(file, now)
    everybody = (*file.all_accounts(), *file.standalone_accounts)
    root_users = {
        account.id: RootUser.from_spec(account.root, account=account.id, partition=file.partition, now=now)
        for account in everybody
    }
    keyring = Keyring()
    return World(
        organization=organization,
        root_users=root_users,
        clock=clock,
        keyring=keyring,
        profiles=_profiles(file, keyring, now),
        roles={role.arn: role for role in _roles(file)},
        trails=file.trails,
        records=file.records,
        features={RootFeature(feature) for feature in file.root_features},
        contacts={
            account.id: dict[str, ContactSpec](account.alternate_contacts.items()) for account in everybody
        },
        faults=list(file.faults),
        regions=set(file.enabled_regions or FROM_THE_BEGINNING[file.partition]),
        throttles=file.throttles,
        revocation_lags=file.revocation_lags,
    )


def build_organization(file: OrganizationFile, now: datetime) -> OrganizationState:
    """The organization's tree, accounts and policies, with everything that is trusted and delegated at the start."""
    state = OrganizationState(
        id=file.id,
        partition=file.partition,
        management_account_id=file.management_account.id,
        feature_set=file.feature_set,
        root=Container(id=f"r-{short_hash(file.id, 4)}", name="Root"),
        delegates_per_service=file.delegated_administrators_per_service,
    )
    state.containers[state.root.id] = state.root
    _add_policies(state, file)
    _add_tree(state, file, now)
    state.trusted = dict.fromkeys(file.trusted_services, now - LONG_AGO)
    for account_id, services in file.delegated_administrators.items():
        for service in services:
            state.delegates.setdefault(service, {})[account_id] = now - LONG_AGO
    return state


def _add_policies(state: OrganizationState, file: OrganizationFile) -> None:
    if file.feature_set == "ALL":
        state.policy_types |= {SCP, RCP} if file.rcps else {SCP}
    for policy_id, name, policy_type, description, statement in _FULL_ACCESS:
        content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        state.policies[policy_id] = OrganizationPolicy(
            id=policy_id,
            name=name,
            type=policy_type,
            content=content,
            description=description,
            aws_managed=True,
        )
    state.attach_defaults(state.root)
    for name, document in file.scps.items():
        state.add_policy(name, SCP, json.dumps(document))
    for name, document in file.rcps.items():
        state.add_policy(name, RCP, json.dumps(document))


def _add_tree(state: OrganizationState, file: OrganizationFile, now: datetime) -> None:
    own = {(policy.type, policy.name): policy for policy in state.policies.values()}
    by_path: dict[str, Container] = {"/": state.root}

    def container(path: str) -> Container:
        if path not in by_path:
            above, _, name = path.rpartition("/")
            by_path[path] = state.add_container(name, container(above or "/"))
        return by_path[path]

    def attach(
        scps: tuple[str, ...], rcps: tuple[str, ...], target: Target, *, full_access: bool = True
    ) -> None:
        for policy_type, names in ((SCP, scps), (RCP, rcps)):
            for name in names:
                state.attach(own[policy_type, name], target)
        full = own[SCP, "FullAWSAccess"]
        if not full_access and full in target.policies:
            state.detach(full, target)

    attach(file.root_scps, file.root_rcps, state.root)
    for ou in file.organizational_units:
        unit = container(ou.path)
        unit.tags.update(ou.tags)
        attach(ou.scps, ou.rcps, unit, full_access=ou.full_access)
    for spec in file.all_accounts():
        joined = state.add_account(_account(spec, now), container(spec.ou))
        attach(spec.scps, spec.rcps, joined, full_access=spec.full_access)
    for spec in file.standalone_accounts:
        state.standalone[spec.id] = StandaloneAccount(spec.id, spec.name, email_of(spec))


def _account(spec: AccountSpec, now: datetime) -> Account:
    return Account(
        id=spec.id,
        name=spec.name,
        email=email_of(spec),
        state=spec.state,
        joined_method=spec.joined_method,
        joined=spec.joined or now - LONG_AGO,
        tags=dict(spec.tags),
    )


def add_new_account(world: World, *, name: str, email: str, account_id: str | None = None) -> Account:
    """An account made in the organization: under the root, without root credentials, with an administrator's profile."""
    organization, now = world.organization, world.clock.now()
    account = Account(
        id=account_id or free_account_id(world),
        name=name,
        email=email,
        state="ACTIVE",
        joined_method="CREATED",
        joined=now,
    )
    organization.add_account(account, organization.root)
    add_people(world, account.id, RootUserSpec())
    world.happened(AccountCreated(account.id, now))
    return account


def add_people(world: World, account_id: str, root: RootUserSpec) -> None:
    """The root user of an account that this AWS did not have, and its administrator with a profile."""
    now, partition = world.clock.now(), world.organization.partition
    world.root_users[account_id] = RootUser.from_spec(root, account=account_id, partition=partition, now=now)
    world.profiles[profile_of(account_id)] = _issue_administrator(world.keyring, account_id, partition)


def add_invited_account(world: World, spec: AccountSpec, parent: Container) -> Account:
    """An account that exists joins the organization, and keeps what its root user holds."""
    world.organization.standalone.pop(spec.id, None)
    joined = spec.model_copy(update={"joined": world.clock.now(), "joined_method": "INVITED"})
    return world.organization.add_account(_account(joined, world.clock.now()), parent)


def free_account_id(world: World) -> str:
    """An account id that nobody has."""
    number = 700_000_000_000 + len(world.root_users)
    while f"{number:012d}" in world.root_users:
        number += 1
    return f"{number:012d}"


def email_of(spec: AccountSpec) -> str:
    """The root user's mailbox: the file's, or one made of the account id."""
    return spec.email or f"aws+{spec.id}@example.com"


def _profiles(file: OrganizationFile, keyring: Keyring, now: datetime) -> dict[str, Credential]:
    profiles = {
        profile_of(account.id): _issue_administrator(keyring, account.id, file.partition)
        for account in (*file.all_accounts(), *file.standalone_accounts)
    }
    for spec in file.principals:
        expires = now + _ROLE_SESSION if spec.kind == "role" else None
        profile = f"{profile_of(spec.account)}-{spec.name}"
        profiles[profile] = keyring.issue(_principal(spec, file.partition), expires=expires)
    return {
        "emulator-management": profiles[profile_of(file.management_account.id)],
        "emulator-security": profiles[profile_of(security_account_of(file))],
        **profiles,
    }


def profile_of(account_id: str) -> str:
    """The profile of an account's administrator."""
    return f"emulator-{account_id}"


def security_account_of(file: OrganizationFile) -> str:
    """The account that is meant to become the delegated administrator."""
    if file.security_account is not None:
        return file.security_account
    return file.accounts[0].id if file.accounts else file.management_account.id


def _issue_administrator(keyring: Keyring, account_id: str, partition: str) -> Credential:
    """Long-term keys of the administrator that every account has."""
    principal = Principal(
        account=account_id,
        arn=f"arn:{partition}:iam::{account_id}:user/Administrator",
        user_id=_unique_id("AIDA", f"{account_id}/Administrator"),
        policies=_administrator_policies(),
    )
    return keyring.issue(principal)


@functools.cache
def _administrator_policies() -> tuple[Policy, ...]:
    document = {"Version": "2012-10-17", "Statement": [_ALLOW_ALL]}
    return (parse_policy(document, name="AdministratorAccess"),)


def _principal(spec: PrincipalSpec, partition: str) -> Principal:
    unique = f"{spec.account}/{spec.kind}/{spec.name}"
    policies = tuple(
        parse_policy(document, name=f"{spec.name}-{n}") for n, document in enumerate(spec.policies, 1)
    )
    policies += tuple(
        parse_policy(managed_document(name) or {}, name=managed_arn(name, partition))
        for name in spec.managed_policies
    )
    boundary = None if spec.boundary is None else parse_policy(spec.boundary, name=f"{spec.name}-boundary")
    if spec.kind == "user":
        return Principal(
            account=spec.account,
            arn=f"arn:{partition}:iam::{spec.account}:user/{spec.name}",
            user_id=_unique_id("AIDA", unique),
            policies=policies,
            boundary=boundary,
        )
    return Principal(
        account=spec.account,
        arn=f"arn:{partition}:sts::{spec.account}:assumed-role/{spec.name}/emulator",
        user_id=f"{_unique_id('AROA', unique)}:emulator",
        policies=policies,
        boundary=boundary,
    )


def _roles(file: OrganizationFile) -> Iterator[Role]:
    for spec in file.principals:
        if spec.kind == "role":
            yield role_of(
                _principal(spec, file.partition),
                spec.trust,
                max_session_seconds=spec.max_session_seconds,
                management=file.management_account.id,
            )


def _unique_id(prefix: str, seed: str) -> str:
    return f"{prefix}01EMULATED{short_hash(seed, 7).upper()}"
