"""Allowing password recovery inside an open session with the create-password task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.errors import AlreadyThere, AwsError, Unreachable
from rootwarden.model.outcome import Done, Failed, NothingToDo, Unknown
from rootwarden.model.reason import local, reason_of

if TYPE_CHECKING:
    from rootwarden.aws.root_credentials import RootCredentialsApi
    from rootwarden.model.outcome import Outcome


def allow_recovery(api: RootCredentialsApi) -> tuple[Outcome, str | None]:
    """Creates the login profile and reads it back; how that came out, and AWS's request id.

    Unknown means that no answer came, or that AWS does not show the profile: another look tells.
    """
    try:
        request_id = api.create_login_profile()
    except AlreadyThere as error:
        # Our own first try may be what made it, where its answer was lost.
        reason = reason_of(error)
        return (Unknown(reason) if error.answer_was_lost else NothingToDo(reason)), error.request_id
    except Unreachable as error:
        return Unknown(reason_of(error)), error.request_id
    except AwsError as error:
        return Failed(reason_of(error)), error.request_id
    return _read_back(api), request_id


def _read_back(api: RootCredentialsApi) -> Outcome:
    try:
        shown = api.login_profile()
    except AwsError as error:
        return Unknown(reason_of(error))
    if shown is None:
        return Unknown(local("not_confirmed", "AWS took the call, and does not show the login profile yet"))
    return Done()
