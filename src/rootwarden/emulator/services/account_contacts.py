"""The alternate contacts of AWS Account Management.

https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.call import Call
from rootwarden.emulator.resource_specs import ContactSpec
from rootwarden.emulator.services.served import Served
from rootwarden.emulator.world import World

_SERVICE: Final = "account.amazonaws.com"
_TYPES: Final = ("BILLING", "OPERATIONS", "SECURITY")
_FIELDS: Final = {
    "Name": "name",
    "Title": "title",
    "EmailAddress": "email_address",
    "PhoneNumber": "phone_number",
}


def get_alternate_contact(world: World, call: Call) -> Mapping[str, Any]:
    """One contact; ResourceNotFoundException where there is none of that type."""
    kind = _kind(call)
    found = world.contacts.get(_account(world, call), {}).get(kind)
    if found is None:
        raise AwsAnswer(
            "ResourceNotFoundException", "No contact of the inputted alternate contact type found.", 404
        )
    shown = {name: getattr(found, field) for name, field in _FIELDS.items()}
    return {"AlternateContact": {"AlternateContactType": kind, **shown}}


def put_alternate_contact(world: World, call: Call) -> Mapping[str, Any]:
    """Sets one contact, whole."""
    kind, account = _kind(call), _account(world, call)
    contact = ContactSpec(**{field: str(call.params[name]) for name, field in _FIELDS.items()})
    world.contacts.setdefault(account, {})[kind] = contact
    return {}


def delete_alternate_contact(world: World, call: Call) -> Mapping[str, Any]:
    """Takes one contact away."""
    kind, account = _kind(call), _account(world, call)
    if world.contacts.get(account, {}).pop(kind, None) is None:
        raise AwsAnswer(
            "ResourceNotFoundException", "No contact of the inputted alternate contact type found.", 404
        )
    return {}


def _kind(call: Call) -> str:
    kind = str(call.params.get("AlternateContactType"))
    if kind not in _TYPES:
        raise AwsAnswer(
            "AccessDeniedException",
            f"User: {call.caller.arn} is not authorized to perform: account:{call.operation} (You specified an invalid "
            "Alternate Contact type.)",
            403,
        )
    return kind


def _account(world: World, call: Call) -> str:
    """The account meant: the caller's own, or a member's, which the management account or a delegate may name.

    That the management account may not name itself is documented; the texts are inferred.
    """
    named = call.params.get("AccountId")
    own = call.caller.account
    if named is None:
        return own
    organization = world.organization
    delegates = organization.delegates.get(_SERVICE, {})
    may = own == organization.management_account_id or own in delegates
    member = named in organization.accounts and named != organization.management_account_id
    if not (may and member and organization.trusts(_SERVICE)):
        text = f"User: {call.caller.arn} is not authorized to perform: account:{call.operation}"
        raise AwsAnswer("AccessDeniedException", text, 403)
    return str(named)


CONTACTS: Final[dict[str, Served]] = {
    "GetAlternateContact": Served(get_alternate_contact),
    "PutAlternateContact": Served(put_alternate_contact),
    "DeleteAlternateContact": Served(delete_alternate_contact),
}
"""Handlers by operation."""
