"""Choosing and opening the ledger of a run."""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING, Final

import platformdirs

from rootwarden.aws.caller_identity import get_caller
from rootwarden.aws.ledger_bucket import LedgerBucket
from rootwarden.aws.ledger_signing import KmsSigner
from rootwarden.aws.organizations import Organizations
from rootwarden.errors import LedgerUnreadable
from rootwarden.ledger.chain import Identity
from rootwarden.ledger.location import S3Location, SqliteLocation, default_path, parse_location
from rootwarden.ledger.recorder import Recorder, RunContext
from rootwarden.ledger.s3 import S3Store
from rootwarden.ledger.s3 import identity_in as identity_in_bucket
from rootwarden.ledger.sqlite import SqliteStore
from rootwarden.ledger.sqlite_file import identity_in as identity_in_file
from rootwarden.model.canonical import sha256_hex
from rootwarden.model.ids import account_id
from rootwarden.model.purpose import PurposeName

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.ledger.store import Store

_log = logging.getLogger(__name__)

LEDGER_VARIABLE: Final = "ROOTWARDEN_LEDGER"
_KEY_REGION: Final = re.compile(r"arn:[^:]+:kms:([^:]+):")


def open_store(app: App, clients: CallerClients, organization_id: str) -> Store:
    """The ledger of an organization and endpoint: ``--ledger``, ROOTWARDEN_LEDGER, the configuration, or the platform's state folder.

    Nothing is created before the first entry. Raises BadInput for a place that is none.
    """
    identity = Identity(organization_id, clients.endpoint)
    location = _named_location(app) or SqliteLocation(
        default_path(identity, platformdirs.user_state_path("rootwarden", appauthor=False))
    )
    if isinstance(location, SqliteLocation):
        return SqliteStore(location.path, identity, clock=app.clock)
    return S3Store(_bucket(app, clients, location), identity, clock=app.clock)


def open_store_for_reading(app: App) -> Store:
    """The ledger for the ``ledger`` commands.

    A ledger that is named says itself whose it is, so a file can be read without AWS; the default one is that of the caller's
    organization. Raises LedgerUnreadable where there is none, WrongOrganization where the configuration is for another.
    """
    store = open_store_if_there(app)
    if store is None:
        raise LedgerUnreadable(
            f"there is no ledger at {_named_location(app)}", advice="Name another with --ledger."
        )
    return store


def open_store_if_there(app: App) -> Store | None:
    """The same; None where one is named that is not there."""
    location = _named_location(app)
    if location is None:
        clients = app.caller(PurposeName.DELEGATE)
        organization = Organizations(clients.client("organizations")).describe()
        app.check_organization(organization.id)
        return open_store(app, clients, organization.id)
    if isinstance(location, SqliteLocation):
        identity = _checked(app, identity_in_file(location.path))
        return SqliteStore(location.path, identity) if identity else None
    bucket = _bucket(app, app.caller(PurposeName.DELEGATE), location)
    identity = _checked(app, identity_in_bucket(bucket))
    return S3Store(bucket, identity) if identity else None


def location_of(app: App) -> str | None:
    """Where the ledger is by what somebody said; None where nobody did."""
    location = _named_location(app)
    return None if location is None else str(location)


def _named_location(app: App) -> SqliteLocation | S3Location | None:
    named = app.choices.ledger or os.environ.get(LEDGER_VARIABLE) or app.settings.ledger.url
    return parse_location(named) if named else None


def _bucket(app: App, clients: CallerClients, location: S3Location) -> LedgerBucket:
    # Whoever owns the bucket could hand us another ledger: it has to be the account we expect.
    owner = app.settings.ledger.bucket_owner or get_caller(clients.client("sts")).account_id
    return LedgerBucket(clients.client("s3"), location, owner=account_id(owner))


def _checked(app: App, identity: Identity | None) -> Identity | None:
    if identity is not None:
        app.check_organization(identity.organization_id)
    return identity


def open_recorder(app: App, clients: CallerClients, organization_id: str, version: str) -> Recorder:
    """The writer of this run's entries."""
    context = RunContext(
        caller_arn=get_caller(clients.client("sts")).arn,
        # STS tells a caller's source identity only in its answer to AssumeRoot: the result lines carry it.
        source_identity=None,
        tool_version=version,
        configuration_hash=sha256_hex(app.settings.model_dump(mode="json", exclude={"source"})),
    )
    store = open_store(app, clients, organization_id)
    _log.info("ledger %s", store.location)
    return Recorder(store, context, clock=app.clock)


def checkpoint_signer(app: App) -> KmsSigner | None:
    """The key that signs checkpoints, or None where the configuration names none."""
    key = app.settings.ledger.signing_key
    if key is None:
        return None
    region = _KEY_REGION.match(key)
    return KmsSigner(app.caller(PurposeName.DELEGATE).client("kms", region.group(1) if region else None), key)
