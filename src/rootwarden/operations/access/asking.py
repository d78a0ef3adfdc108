"""What is known of a principal's request. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.policy import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rootwarden.operations.access.people import Person
    from rootwarden.policy import ContextValue

_NEVER: Final = frozenset({"aws:assumedroot", "aws:tagkeys"})
_NEVER_BEGIN: Final = ("aws:requesttag/", "aws:calledvia")
TASK: Final = "sts:taskpolicyarn"


def context_of(
    person: Person, organization_id: str, keys: Iterable[str], *, new: bool = False
) -> dict[str, ContextValue]:
    """The condition keys of a call by a principal: what is known, what is unknown among ``keys``, and nothing that is absent.

    Where a call comes from, with which device and in which Region is the caller's to choose. A session of a role may carry tags of
    its own, so those of the role are not known to hold. ``new`` is for a principal yet to be made, whatever its name.
    """
    holder = person.holder
    known: dict[str, ContextValue] = {
        "aws:principalarn": UNKNOWN if new else holder.arn,
        "aws:principalaccount": holder.account,
        "aws:principalorgid": organization_id,
        "aws:principalorgpaths": person.home.org_paths,
        "aws:principaltype": "User" if person.is_user else "AssumedRole",
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        "aws:principalisawsservice": "false",
    }
    never_begin: tuple[str, ...] = _NEVER_BEGIN
    if person.is_user and not new:
        known["aws:username"] = holder.name
        known["aws:userid"] = person.unique_id
        known |= {f"aws:principaltag/{key.lower()}": value for key, value in person.tags.items()}
        never_begin = (*never_begin, "aws:principaltag/")
    never = _NEVER if person.is_user or new else _NEVER | {"aws:username"}
    for key in keys:
        if key not in known and key not in never and not key.startswith(never_begin) and key != TASK:
            known[key] = UNKNOWN
    return known
