"""IAM calls with which a signed-in root user makes and switches its own access keys. No task policy allows them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.root_keys import create_root_key
from rootwarden.emulator.services.iam_root import about_caller, own_resource
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World


def create_access_key(world: World, call: Call) -> Mapping[str, Any]:
    """A new key of root's own. That UserName is left out is inferred, as in root's lists."""
    made = create_root_key(world, call.caller.account)
    return {
        "AccessKey": {
            "AccessKeyId": made.access_key_id,
            "Status": "Active",
            "SecretAccessKey": made.secret_access_key,
            "CreateDate": world.clock.now(),
        }
    }


def update_access_key(world: World, call: Call) -> Mapping[str, Any]:
    """Switches one of root's keys on or off."""
    status = call.params["Status"]
    if status not in ("Active", "Inactive"):
        raise AwsAnswer("ValidationError", "The status of an access key is Active or Inactive.")
    world.root_users[call.caller.account].change_access_key(call.params["AccessKeyId"], status=status)
    return {}


def _own(call: Call) -> bool:
    return call.caller.is_root and about_caller(call)


IAM_ROOT_KEYS: dict[str, Served] = {
    "CreateAccessKey": Served(create_access_key, resource=own_resource, when=_own),
    "UpdateAccessKey": Served(update_access_key, resource=own_resource, when=_own),
}
