"""The alternate contacts of the caller's account.

https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call
from rootwarden.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_account import AccountClient

    from rootwarden.model.management import ContactKind


def has_contact(account: AccountClient, kind: ContactKind) -> bool:
    """Whether there is one of a kind. Names no account, which the management account must not. Raises AwsError."""
    try:
        with aws_call("account:GetAlternateContact"):
            account.get_alternate_contact(AlternateContactType=kind.value)
    except NotFound:
        return False
    return True
