"""A session's keys, where the user asked for exactly them, and the block of an AWS profile that asks for them."""

from __future__ import annotations

import json
import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from rootwarden.model.canonical import rfc3339
from rootwarden.reports.report import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rootwarden.model.session_keys import SessionKeys


class KeyFormat(StrEnum):
    """``--format``."""

    ENV = "env"
    JSON = "json"
    CREDENTIAL_PROCESS = "credential-process"


def render_keys(
    chosen: KeyFormat, keys: SessionKeys, variables: Mapping[str, str], unset: Sequence[str]
) -> str:
    """The keys in the chosen format.

    ``variables`` are keys and places as variables, ``unset`` those that would stand against them; both count for ``env``.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    """
    match chosen:
        case KeyFormat.ENV:
            lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
            return "\n".join([f"unset {' '.join(unset)}", *lines, ""])
        case KeyFormat.JSON:
            document = {
                "schema": schema("session"),
                "account": keys.account,
                "task": keys.task.value,
                "access_key_id": keys.access_key_id,
                "secret_access_key": keys.secret_access_key,
                "session_token": keys.session_token,
                "expiration": rfc3339(keys.expires),
                "region": variables["AWS_REGION"],
                "endpoint_url": variables.get("AWS_ENDPOINT_URL"),
            }
            return json.dumps(document, indent=2) + "\n"
        case KeyFormat.CREDENTIAL_PROCESS:
            answer = {
                "Version": 1,
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "SessionToken": keys.session_token,
                "Expiration": rfc3339(keys.expires),
            }
            return json.dumps(answer) + "\n"
        case _:
            assert_never(chosen)


def profile_block(name: str, process: Sequence[str], settings: Mapping[str, str]) -> str:
    """A profile for the AWS configuration file whose credentials come from a command."""
    lines = [f"[profile {name}]", f"credential_process = {shlex.join(process)}"]
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in settings.items()), ""])
