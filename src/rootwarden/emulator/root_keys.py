"""A root user's long-term access keys as keys that sign requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_add-key.html
"""

from __future__ import annotations

from rootwarden.emulator.call import Call
from rootwarden.emulator.keyring import Credential, Principal
from rootwarden.emulator.root_user import KeyUse
from rootwarden.emulator.world import World
from rootwarden.model.ids import AccountId, root_arn


def root_principal(world: World, account: str) -> Principal:
    """The root user itself, with its inherent access: no task holds it back, only SCPs."""
    arn = root_arn(world.organization.partition, AccountId(account))
    return Principal(account=account, arn=arn, user_id=account, is_root=True)


def create_root_key(world: World, account: str) -> Credential:
    """A new key of an account's root user. Raises AwsAnswer for a third one. The caller holds the world's lock."""
    user, now = world.root_users[account], world.clock.now()
    credential = world.keyring.issue(root_principal(world, account))
    user.add_access_key(credential.access_key_id, now)
    return credential


def reveal_root_key(world: World, account: str, key_id: str) -> Credential:
    """The secret of a key that is there, which comes to be when it is first asked for.

    Raises AwsAnswer where the root user has no such key. The caller holds the world's lock.
    """
    world.root_users[account].access_key(key_id)
    known = world.keyring.find(key_id)
    return known or world.keyring.issue(root_principal(world, account), access_key_id=key_id)


def is_usable(world: World, credential: Credential) -> bool:
    """Whether a key still counts: one of root's does while it is there and active. The caller holds the world's lock."""
    if not _is_long_term_of_root(credential):
        return True
    keys = world.root_users[credential.principal.account].access_keys
    return any(key.id == credential.access_key_id and key.status == "Active" for key in keys)


def note_use(world: World, credential: Credential, call: Call) -> None:
    """Writes down where a root key was last used. The caller holds the world's lock."""
    if _is_long_term_of_root(credential):
        use = KeyUse(when=world.clock.now(), service=call.service, region=call.region)
        user = world.root_users[credential.principal.account]
        user.change_access_key(credential.access_key_id, last_used=use)


def _is_long_term_of_root(credential: Credential) -> bool:
    return credential.principal.is_root and credential.token is None
