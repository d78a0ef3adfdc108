"""What STS answers, and the sessions it has given.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from bench_audit.faults import error
from bench_audit.iam import AUDIT, DELETE
from bench_audit.organization import DELEGATE, Organization
from bench_audit.wire import Answer

_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
_TOKEN_LENGTH: Final = 800
_PADDING: Final = "IQoJb3JpZ2luX2VjEBench" * 40
CALLER_ARN: Final = f"arn:aws:sts::{DELEGATE}:assumed-role/Security/bench"
CALLER_KEY: Final = "AKIABENCHMARK0000001"
CALLER_SECRET: Final = "benchmark/secret/that/is/no/secret/00001"  # noqa: S105 - known to this server only


class Session(NamedTuple):
    """A root session that was given."""

    number: int
    """Of its account."""
    task: str
    secret: str
    token: str


class Sts:
    """AssumeRoot and GetCallerIdentity."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self.sessions: dict[str, Session] = {}

    def identity(self) -> Answer:
        """GetCallerIdentity."""
        return _answer(
            "GetCallerIdentity",
            f"<Arn>{CALLER_ARN}</Arn><UserId>AROABENCH:bench</UserId><Account>{DELEGATE}</Account>",
        )

    def assume_root(self, parameters: Mapping[str, str]) -> Answer:
        """AssumeRoot; the session is known from then on."""
        account = parameters.get("TargetPrincipal", "")
        task = parameters.get("TaskPolicyArn.arn", "").rpartition("/")[2]
        number = self._organization.number_of(account)
        if task not in {AUDIT, DELETE}:
            return error("ValidationError", f"no task {task} here", 400, json=False)
        if not number or not self._organization.is_active(number) or self._organization.is_denied(number):
            text = f"User: {CALLER_ARN} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{account}:root"
            return error("AccessDenied", text, 403, json=False)
        key_id, session = self._given(number, task)
        expires = datetime.fromtimestamp(int(time.time()) + 900, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _answer(
            "AssumeRoot",
            f"<Credentials><AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{session.secret}</SecretAccessKey>"
            f"<SessionToken>{session.token}</SessionToken><Expiration>{expires}</Expiration></Credentials>"
            "<SourceIdentity>bench</SourceIdentity>",
        )

    def _given(self, number: int, task: str) -> tuple[str, Session]:
        # Unique, told apart by account and turn, and of the length of real ones.
        digest = hashlib.sha512(f"{number}:{task}:{len(self.sessions)}".encode()).digest()
        key_id = "ASIA" + base64.b32encode(digest[:10]).decode()
        secret = base64.b64encode(digest[10:40]).decode()
        token = (base64.b64encode(digest[40:]).decode().rstrip("=") + _PADDING)[:_TOKEN_LENGTH]
        self.sessions[key_id] = Session(number, task, secret, token)
        return key_id, self.sessions[key_id]


def _answer(operation: str, said: str) -> Answer:
    return Answer(
        f'<{operation}Response xmlns="{_NAMESPACE}"><{operation}Result>{said}</{operation}Result>'
        f"<ResponseMetadata><RequestId>in-the-header</RequestId></ResponseMetadata></{operation}Response>".encode()
    )
