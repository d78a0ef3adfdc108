"""What becomes of keys and sessions in the emulator: identity, expiry, tokens, changes elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, small
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.keyring import Principal
from rootwarden.emulator.org_file import PrincipalSpec
from rootwarden.model.tasks import RootTask
from rootwarden.policy import parse_policy

if TYPE_CHECKING:
    from rootwarden.emulator.keyring import Credential
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER = "555555555555"
START = datetime(2026, 10, 1, 12, tzinfo=UTC)
EXPIRED = "The security token included in the request is expired"
UNKNOWN = "The security token included in the request is invalid."
NOBODY = PrincipalSpec(account=MEMBER, name="nobody")


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def emulator(rootwarden_organization: Any, clock: Clock) -> Emulator:
    organization = small(START).model_copy(
        update={
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement", "RootSessions"),
            "delegated_administrators": {SECURITY: ("iam.amazonaws.com",)},
            "principals": (NOBODY,),
        }
    )
    started: Emulator = rootwarden_organization(organization, clock=clock)
    return started


def client(emulator: Emulator, service: str, keys: Credential, **change: str | None) -> Any:
    settings: dict[str, Any] = {
        "aws_access_key_id": keys.access_key_id,
        "aws_secret_access_key": keys.secret_access_key,
        "aws_session_token": keys.token,
        **change,
    }
    make: Callable[..., Any] = boto3.Session(region_name="us-east-1").client
    return make(
        service,
        endpoint_url=emulator.endpoint_url,
        config=Config(retries={"total_max_attempts": 1}),
        **settings,
    )


def identity(sts: Any) -> dict[str, str]:
    answer = sts.get_caller_identity()
    return {key: answer[key] for key in ("UserId", "Account", "Arn")}


def test_a_root_session_is_the_root_user(emulator: Emulator, root_session_of: Any) -> None:
    sts = root_session_of(emulator, MEMBER, RootTask.AUDIT, "sts")
    assert identity(sts) == {"UserId": MEMBER, "Account": MEMBER, "Arn": f"arn:aws:iam::{MEMBER}:root"}


def test_everybody_may_ask_who_they_are(emulator: Emulator, client_of: Any) -> None:
    found = identity(client_of(emulator, "sts", f"emulator-{MEMBER}-nobody"))
    assert found["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/nobody/emulator"
    assert identity(client_of(emulator, "sts"))["Arn"] == f"arn:aws:iam::{MANAGEMENT}:user/Administrator"


def test_source_identity_is_inherited(emulator: Emulator) -> None:
    everything = parse_policy(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    )
    arn = f"arn:aws:sts::{MANAGEMENT}:assumed-role/breakglass/alice"
    alice = Principal(MANAGEMENT, arn, "AROA:alice", (everything,), source_identity="alice")
    keys = emulator.world.keyring.issue(alice, expires=START + timedelta(hours=1))
    answer = client(emulator, "sts", keys).assume_root(
        TargetPrincipal=MEMBER, TaskPolicyArn={"arn": RootTask.AUDIT.policy_arn("aws")}
    )
    assert answer["SourceIdentity"] == "alice"
    session = emulator.world.keyring.find(answer["Credentials"]["AccessKeyId"])
    assert session
    assert session.principal.source_identity == "alice"


def test_sessions_survive_what_happens_to_features_trust_and_delegate(
    emulator: Emulator, client_of: Any, root_session_of: Any
) -> None:
    session = root_session_of(emulator, MEMBER, RootTask.AUDIT, profile="emulator-security")
    organizations, iam = client_of(emulator, "organizations"), client_of(emulator, "iam")
    iam.disable_organizations_root_credentials_management()
    organizations.deregister_delegated_administrator(AccountId=SECURITY, ServicePrincipal="iam.amazonaws.com")
    organizations.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    assert session.get_user()["User"]["Arn"] == f"arn:aws:iam::{MEMBER}:root"


def test_a_session_ends_on_the_emulators_clock(
    emulator: Emulator, clock: Clock, root_session_of: Any, refusal_of: Refusal
) -> None:
    session = root_session_of(emulator, MEMBER, RootTask.AUDIT)
    clock.advance(timedelta(seconds=890))
    assert session.get_account_summary()["SummaryMap"]
    clock.advance(timedelta(seconds=11))
    assert refusal_of(session.get_account_summary) == ("ExpiredToken", EXPIRED, 403)


def test_each_service_words_an_expired_token_in_its_own_way(
    emulator: Emulator, clock: Clock, refusal_of: Refusal
) -> None:
    keys = emulator.world.keyring.issue(emulator.credential().principal, expires=START + timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    sts = client(emulator, "sts", keys)
    task = {"arn": RootTask.AUDIT.policy_arn("aws")}
    assert refusal_of(sts.get_caller_identity) == ("ExpiredToken", EXPIRED, 403)
    found = refusal_of(sts.assume_root, TargetPrincipal=MEMBER, TaskPolicyArn=task)
    assert found == ("ExpiredTokenException", EXPIRED, 400)
    found = refusal_of(client(emulator, "organizations", keys).list_roots)
    assert found == ("ExpiredTokenException", EXPIRED, 400)
    found = refusal_of(client(emulator, "s3", keys).list_buckets)
    assert found == ("ExpiredToken", "The provided token has expired.", 400)


def test_a_key_nobody_knows(emulator: Emulator, refusal_of: Refusal) -> None:
    keys, stranger = emulator.credential(), "AKIAIOSFODNN7EXAMPLE"

    def refused(service: str, call: str) -> tuple[str, str, int]:
        return refusal_of(getattr(client(emulator, service, keys, aws_access_key_id=stranger), call))

    assert refused("sts", "get_caller_identity") == ("InvalidClientTokenId", UNKNOWN, 403)
    assert refused("iam", "list_users") == ("InvalidClientTokenId", UNKNOWN, 403)
    assert refused("organizations", "list_roots") == ("UnrecognizedClientException", UNKNOWN, 400)
    assert refused("s3", "list_buckets")[0] == "InvalidAccessKeyId"


def test_the_token_has_to_be_the_sessions_own(emulator: Emulator, refusal_of: Refusal) -> None:
    keys = emulator.credential(f"emulator-{MEMBER}-nobody")
    for wrong in (None, "another"):
        sts = client(emulator, "sts", keys, aws_session_token=wrong)
        assert refusal_of(sts.get_caller_identity) == ("InvalidClientTokenId", UNKNOWN, 403)
    sts = client(emulator, "sts", emulator.credential(), aws_session_token="surplus")
    assert refusal_of(sts.get_caller_identity) == ("InvalidClientTokenId", UNKNOWN, 403)


def test_a_wrong_secret_key_is_noticed(emulator: Emulator, refusal_of: Refusal) -> None:
    keys = emulator.credential()
    sts = client(emulator, "sts", keys, aws_secret_access_key="wrong")
    code, text, status = refusal_of(sts.get_caller_identity)
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert text.startswith("The request signature we calculated does not match")
    organizations = client(emulator, "organizations", keys, aws_secret_access_key="wrong")
    assert refusal_of(organizations.list_roots)[::2] == ("InvalidSignatureException", 400)


def test_session_tokens_of_a_user(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    keys = sts.get_session_token(DurationSeconds=900)["Credentials"]
    assert keys["Expiration"] >= START + timedelta(seconds=900)
    held = emulator.world.keyring.find(keys["AccessKeyId"])
    assert held
    again = client(emulator, "sts", held)
    assert identity(again) == identity(sts)
    assert refusal_of(again.get_session_token)[0] == "AccessDenied"


def test_the_account_of_a_key(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    assert sts.get_access_key_info(AccessKeyId=emulator.credential().access_key_id)["Account"] == MANAGEMENT
    root_key = emulator.world.root_users[MEMBER].access_keys[0].id
    assert sts.get_access_key_info(AccessKeyId=root_key)["Account"] == MEMBER
    assert refusal_of(sts.get_access_key_info, AccessKeyId="AKIAIOSFODNN7EXAMPLE")[0] == "ValidationError"


def test_what_is_not_emulated_says_so(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    code, text, status = refusal_of(client_of(emulator, "sts").get_federation_token, Name="test")
    assert (code, status) == ("InvalidAction", 400)
    assert text == "The emulator has no sts:GetFederationToken: use one of its profiles instead."
