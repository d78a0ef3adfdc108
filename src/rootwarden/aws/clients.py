"""boto3 clients: made once per caller, service and Region, and shared."""

from __future__ import annotations

import getpass
import logging
import os
import platform
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import boto3
import botocore
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials
from botocore.exceptions import ProfileNotFound
from botocore.session import Session as BotocoreSession

from rootwarden.aws.assume_role import RoleChoice, RoleProvider
from rootwarden.aws.connections import Connections
from rootwarden.aws.endpoints import endpoint_identity
from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pacing import Limits, Pacing, counted_against_member
from rootwarden.aws.partitions import partition_of
from rootwarden.aws.places import places_of
from rootwarden.errors import BadInput, EndpointRefused, NeedsTerminal, NoCredentials, NoRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rootwarden.model.held_back import HeldBack
    from rootwarden.model.partition import Partition

USED_SERVICES = ("sts", "iam", "organizations", "cloudtrail")
"""Every service a command may call; they all have to live at the same endpoint."""

_USUAL = Limits()
_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10
_READ_SECONDS = 20


@dataclass(frozen=True, slots=True)
class CallerChoice:
    """Which caller, Region and endpoint the user asked for; None leaves it to the AWS variables and config files."""

    profile: str | None = None
    role: RoleChoice | None = None
    """A role to assume with the profile's credentials."""
    region: str | None = None
    fallback_region: str | None = None
    """Used where neither ``region`` nor AWS's own settings name one."""
    endpoint_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    may_ask: bool = True
    """Whether an MFA code may be asked for, where there is a terminal."""

    @property
    def asks(self) -> bool:
        """Whether one is asked for."""
        return self.may_ask and sys.stdin.isatty()


class CallerClients:
    """The clients of one caller. Nothing is sent to AWS before the first call.

    Raises NoCredentials for an unknown profile, NoRegion where nothing names a Region, BadInput for a text that is no Region,
    EndpointRefused for an endpoint that is not to be trusted.
    """

    def __init__(self, choice: CallerChoice, *, version: str, limits: Limits = _USUAL) -> None:
        self._choice = choice
        self._limits = limits
        self._pacing = Pacing(limits)
        self._version = version
        with aws_call("configuration"):
            self._core = _botocore_session(choice)
        region = choice.region or _own_region(self._core) or choice.fallback_region
        if not region:
            raise NoRegion(
                "no Region is set, and root sessions exist on regional STS endpoints only",
                advice="Give --region, or set AWS_REGION, the profile's region or region in the configuration.",
            )
        self.region: str = region
        self.partition: Partition = partition_of(self._core, region)
        _always_regional_sts(self._core)
        if choice.role:
            # The endpoint counts before any call: the role's credentials must not go to a host that is not trusted.
            self._core = self._with_role(choice, choice.role)
        self._session = boto3.Session(botocore_session=self._core, region_name=region)
        self._connections = Connections(limits.concurrency)
        self._making = threading.RLock()  # clients may be shared by threads, sessions that make them may not
        self._clients: dict[tuple[str, str], Any] = {}
        self._root_session: boto3.Session | None = None
        self._root_clients: dict[tuple[str, str], Any] = {}
        self.endpoint: str = self._one_endpoint()
        _log.info("Region %s, partition %s, endpoint %s", self.region, self.partition.name, self.endpoint)

    def held_back(self) -> HeldBack | None:
        """The calls of this caller, and of its root sessions, that AWS has made wait for some seconds."""
        return self._pacing.held_back()

    def client(self, service: str, region: str | None = None) -> Any:
        """The caller's client of a service."""
        key = (service, region or self.region)
        with self._making:
            if key not in self._clients:
                made = self._make(self._session, *key)
                if service not in USED_SERVICES:
                    self._check_endpoint(service, made)
                self._clients[key] = made
            return self._clients[key]

    def _check_endpoint(self, service: str, client: Any) -> None:
        found = self._identity(service, client)
        if found != self.endpoint:
            raise EndpointRefused(
                f"{service} is at {found}, and everything else at {self.endpoint}",
                advice="Override all services alike, or none.",
            )

    def _identity(self, service: str, client: Any) -> str:
        url = client.meta.endpoint_url
        return endpoint_identity(url, service, self.partition.dns_suffixes, self._choice.allowed_hosts)

    def root_client(self, service: str, region: str | None = None) -> Any:
        """A client shared by all root sessions: it signs with the keys of the session that is in use (see ``use_keys``)."""
        key = (service, region or self.region)
        with self._making:
            if self._root_session is None:
                # The caller's profile has a say in proxies and certificates here too, but not in the endpoint.
                core = BotocoreSession(profile=self._choice.profile)
                core.register_component("credential_provider", CredentialResolver([_InUseProvider()]))
                _always_regional_sts(core)
                self._root_session = boto3.Session(botocore_session=core, region_name=self.region)
            if key not in self._root_clients:
                # Root's keys go where the caller's go, and that place was checked.
                endpoint = self.client(*key).meta.endpoint_url
                self._root_clients[key] = self._make(self._root_session, *key, endpoint_url=endpoint)
            return self._root_clients[key]

    def partition_of(self, region: str) -> Partition:
        """The partition of any Region; raises BadInput for a text that is none."""
        return partition_of(self._core, region)

    def places(self) -> Mapping[str, str]:
        """The variables that send another program to the same Region and endpoints as this caller, whatever its profile says."""
        return places_of(self._core, self.client, region=self.region, endpoint=self.endpoint)

    def _with_role(self, choice: CallerChoice, role: RoleChoice) -> BotocoreSession:
        ask = _ask if choice.asks else _no_prompt
        provider = RoleProvider(
            self._core, role, region=self.region, endpoint_url=choice.endpoint_url, ask=ask
        )
        assumed = BotocoreSession(profile=choice.profile)
        assumed.register_component("credential_provider", CredentialResolver([provider]))
        _always_regional_sts(assumed)
        return assumed

    def _make(
        self, session: boto3.Session, service: str, region: str, *, endpoint_url: str | None = None
    ) -> Any:
        # Global services answer in one Region; naming another would only be signed wrongly where an endpoint is overridden.
        signed_for = self.partition.control_region if service in {"iam", "organizations"} else region
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 1},  # pacing repeats them
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=self._limits.concurrency,
            user_agent=_user_agent(self._version),
        )
        url = endpoint_url or self._choice.endpoint_url
        try:
            with aws_call(f"{service}:client"):
                client = session.client(service, region_name=signed_for, endpoint_url=url, config=config)
        except ValueError as error:  # botocore's word on an endpoint that is no URL, wherever it comes from
            raise BadInput(
                f"{service}: {error}",
                advice="Write the endpoint as https://HOST or http://127.0.0.1:PORT, or unset AWS_ENDPOINT_URL.",
            ) from error
        client.meta.events.register("after-call", _log_answer)
        self._pacing.attach(client)
        self._connections.carry(client, ca_bundle=_ca_bundle(self._core))
        return client

    def _one_endpoint(self) -> str:
        found = {service: self._identity(service, self.client(service)) for service in USED_SERVICES}
        if len(set(found.values())) > 1:
            raise EndpointRefused(
                "the services do not live at one endpoint: "
                + ", ".join(f"{s} at {e}" for s, e in found.items()),
                advice="Unset AWS_ENDPOINT_URL_<SERVICE> and the services section of the profile, or override all of them alike.",
            )
        return found["sts"]


_keys_in_use: ContextVar[ReadOnlyCredentials] = ContextVar("keys of the root session in use")


@contextmanager
def use_keys(access_key_id: str, secret_access_key: str, token: str) -> Iterator[None]:
    """Signs the calls of ``root_client`` made inside with these keys, in this thread or task only."""
    mark = _keys_in_use.set(ReadOnlyCredentials(access_key_id, secret_access_key, token))
    try:
        with counted_against_member():
            yield
    finally:
        _keys_in_use.reset(mark)


class _InUse(Credentials):
    """Credentials that botocore asks for at each signing, answered with those of the session in use."""

    def __init__(self) -> None:
        super().__init__("", "", method="root-session")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _keys_in_use.get()


class _InUseProvider(CredentialProvider):
    METHOD = "root-session"

    def load(self) -> Credentials:
        return _InUse()


def _user_agent(version: str) -> str:
    """How CloudTrail names this program. botocore would put its own text together for each call, a twentieth of what a call costs."""
    system = f"{platform.system()}/{platform.release()}"
    return f"rootwarden/{version} Boto3/{boto3.__version__} Botocore/{botocore.__version__} Python/{platform.python_version()} {system}"


def _botocore_session(choice: CallerChoice) -> BotocoreSession:
    core = BotocoreSession(profile=choice.profile)
    try:
        core.get_scoped_config()
    except ProfileNotFound as error:
        known = ", ".join(sorted(core.available_profiles)) or "none"
        raise NoCredentials(str(error), advice=f"The profiles there are: {known}.") from error
    resolver = core.get_component("credential_provider")
    if not choice.asks:
        # botocore would read the MFA code with getpass, which waits for ever, or fails with a traceback, without a terminal.
        resolver.get_provider("assume-role")._prompter = _no_prompt  # noqa: SLF001 - botocore offers no other place for it
    return core


def _log_answer(model: Any, parsed: Any, **_others: Any) -> None:
    """One line a call. Nothing of the request or the answer but its id: either may hold secrets."""
    metadata = parsed.get("ResponseMetadata", {})
    _log.debug(
        "%s:%s answered %s, request id %s",
        model.service_model.service_name,
        model.name,
        metadata.get("HTTPStatusCode"),
        metadata.get("RequestId"),
    )


def _ca_bundle(core: BotocoreSession) -> str | bool:
    """The certificates to trust, as botocore finds them; True for those it brings along."""
    found: str | None = core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    return found or True


def _own_region(core: BotocoreSession) -> str | None:
    """The Region that AWS's settings name, in the order of the AWS CLI; botocore alone does not know AWS_REGION."""
    found: str | None = os.environ.get("AWS_REGION") or core.get_config_variable("region")
    return found


def _ask(question: str) -> str:
    return getpass.getpass(question)


def _no_prompt(question: str) -> NoReturn:
    raise NeedsTerminal(
        f"an MFA code is needed ({question.strip().rstrip(':')}), and there is no terminal to ask at",
        advice="Run the command on a terminal, or use a profile that needs no MFA code.",
    )


def _always_regional_sts(core: BotocoreSession) -> None:
    # The global endpoint answers AssumeRoot with InvalidAction; AWS_STS_REGIONAL_ENDPOINTS=legacy would choose it.
    core.set_config_variable("sts_regional_endpoints", "regional")
