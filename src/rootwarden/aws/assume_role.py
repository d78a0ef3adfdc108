"""Assuming the role a purpose names, the way botocore does it for a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    DeferredRefreshableCredentials,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.credentials import Credentials
    from botocore.session import Session

_SESSION_NAME = "rootwarden"


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role, and what its trust policy asks for."""

    arn: str
    external_id: str | None = None
    mfa_serial: str | None = None


class RoleProvider(CredentialProvider):
    """Credentials of an assumed role, refreshed before they expire.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """

    METHOD = "assume-role"

    def __init__(
        self,
        source: Session,
        role: RoleChoice,
        *,
        region: str,
        endpoint_url: str | None,
        ask: Callable[[str], str],
    ) -> None:
        super().__init__(source)
        self._source = source
        self._role = role
        self._region = region
        self._endpoint_url = endpoint_url
        self._ask = ask

    def load(self) -> Credentials:
        """Credentials that call AssumeRole when they are first used."""
        extra = {
            "RoleSessionName": _SESSION_NAME,
            "ExternalId": self._role.external_id,
            "SerialNumber": self._role.mfa_serial,
        }
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=self._client,
            source_credentials=self._source.get_credentials(),
            role_arn=self._role.arn,
            extra_args={key: value for key, value in extra.items() if value},
            mfa_prompter=self._ask,
        )
        return DeferredRefreshableCredentials(method=self.METHOD, refresh_using=fetcher.fetch_credentials)

    def _client(self, service: str, **arguments: Any) -> Any:
        return self._source.create_client(
            service, region_name=self._region, endpoint_url=self._endpoint_url, **arguments
        )
