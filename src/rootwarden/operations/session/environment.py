"""The environment of a command that runs in a root session: the session and the way to AWS, nothing of the caller's. Pure.

https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rootwarden.model.canonical import rfc3339

if TYPE_CHECKING:
    from rootwarden.model.session_keys import SessionKeys

_OURS: Final = ("AWS_", "ROOTWARDEN_", "BOTO_CONFIG")
"""How the names of variables begin that say who the caller is, or where its files are."""
_KEPT: Final = frozenset({"AWS_PAGER", "AWS_DEFAULT_OUTPUT"})
"""How the AWS CLI shows things says nothing about who calls."""
CALLERS: Final = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""The variables by which a shell that takes over a session could still be somebody else."""


def key_variables(keys: SessionKeys) -> dict[str, str]:
    """The session's credentials, as every AWS SDK reads them."""
    return {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token,
        "AWS_CREDENTIAL_EXPIRATION": rfc3339(keys.expires),
    }


def child_environment(
    inherited: Mapping[str, str], keys: SessionKeys, places: Mapping[str, str], *, nothing: str
) -> dict[str, str]:
    """What the command gets. ``nothing`` is a file without content: the caller's configuration files are not read."""
    left = {name: value for name, value in inherited.items() if name in _KEPT or not name.startswith(_OURS)}
    return {
        **left,
        **places,
        **key_variables(keys),
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
