"""Deleting one credential inside an open session with the delete task."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from rootwarden.errors import AwsError, Conflict, CredentialsExpired, NotFound, Unreachable
from rootwarden.model.credentials import CredentialKind
from rootwarden.model.reason import reason_of
from rootwarden.model.removal_outcome import ItemOutcome, ItemResult

if TYPE_CHECKING:
    from rootwarden.aws.root_credentials import RootCredentialsApi
    from rootwarden.model.removal import RemovalItem


def delete_item(api: RootCredentialsApi, item: RemovalItem) -> ItemOutcome:
    """Deletes one item and says how it came out.

    Raises what says that another attempt may succeed: CredentialsExpired when the session is over, and Conflict when AWS refuses
    the change in the present state (EntityTemporarilyUnmodifiable, ConcurrentModification).
    """
    try:
        request_id = _delete(api, item)
    except (CredentialsExpired, Conflict):
        raise
    except NotFound as error:
        if error.answer_was_lost:
            # Our own first try may be what removed it: whoever looks may say that it is gone, but not that it was gone before.
            return ItemOutcome(item, ItemResult.UNKNOWN, reason_of(error))
        return ItemOutcome(item, ItemResult.ALREADY_ABSENT, reason_of(error))
    except Unreachable as error:
        # The call may have taken effect before the answer was lost; a look tells.
        return ItemOutcome(item, ItemResult.UNKNOWN, reason_of(error))
    except AwsError as error:
        return ItemOutcome(item, ItemResult.FAILED, reason_of(error))
    return ItemOutcome(item, ItemResult.REMOVED, request_id=request_id)


def _delete(api: RootCredentialsApi, item: RemovalItem) -> str | None:
    match item.kind:
        case CredentialKind.PASSWORD:
            return api.delete_login_profile()
        case CredentialKind.ACCESS_KEYS:
            return api.delete_access_key(item.identifier)
        case CredentialKind.SIGNING_CERTIFICATES:
            return api.delete_signing_certificate(item.identifier)
        case CredentialKind.MFA_DEVICES:
            return api.deactivate_mfa_device(item.identifier)
        case _:
            assert_never(item.kind)
