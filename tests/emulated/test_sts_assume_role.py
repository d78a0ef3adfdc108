"""AssumeRole: whom a role trusts, what its session may do, how long it lasts, and whom it says it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.keyring import Credential, Principal
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.emulator.root_keys import create_root_key

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER, CLOSED, GUARDED = "444444444444", "555555555555", "666666666666"
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
AUDIT = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str) -> tuple[dict[str, Any], ...]:
    return (document({"Effect": "Allow", "Action": list(actions), "Resource": "*"}),)


def trusting(*arns: str, condition: dict[str, Any] | None = None, actions: Any = "sts:AssumeRole") -> Any:
    plain = {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": actions}
    return document(plain | ({"Condition": condition} if condition else {}))


def role(account_id: str, name: str, **more: Any) -> PrincipalSpec:
    return PrincipalSpec(account=account_id, name=name, **({"policies": allow("*")} | more))


def arn(account_id: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:role/{name}"


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    external = {"StringEquals": {"sts:ExternalId": "a1b2c3"}}
    named = {"StringLike": {"sts:RoleSessionName": "audit-*"}}
    no_roles: Any = document({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"})
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    started: Emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(
                account(SECURITY, "Security"),
                account(MEMBER, "Member"),
                account(CLOSED, "Closed", state="CLOSED"),
                account(GUARDED, "Guarded", scps=("NoRoles",)),
            ),
            scps={"NoRoles": no_roles},
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootCredentialsManagement",),
            delegated_administrators={SECURITY: ("iam.amazonaws.com",)},
            principals=(
                role(SECURITY, "plain", max_session_seconds=7200),
                role(SECURITY, "reader", policies=allow("iam:Get*")),
                role(
                    SECURITY,
                    "external",
                    trust=trusting(f"arn:aws:iam::{MANAGEMENT}:root", condition=external),
                ),
                role(SECURITY, "session-name", trust=trusting(MANAGEMENT, condition=named)),
                role(MEMBER, "for-security", trust=trusting(arn(SECURITY, "plain"), SECURITY, actions=both)),
                role(MEMBER, "for-ann", trust=trusting(f"arn:aws:iam::{MEMBER}:user/ann")),
                role(MEMBER, "for-guarded", trust=trusting(GUARDED)),
                role(CLOSED, "plain"),
                role(MEMBER, "stubborn", trust=trusting(SECURITY)),
                PrincipalSpec(account=MEMBER, name="ann", kind="user"),
                PrincipalSpec(account=MANAGEMENT, name="powerless", kind="user"),
            ),
        ),
        clock=Clock(NOON, frozen=True),
    )
    return started


def assumed(sts: Any, role_arn: str, name: str = "audit-1", **more: Any) -> Any:
    return sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **more)


def held(answer: Any) -> Credential:
    """The keys of an answer, as ``client_of`` takes them."""
    keys = answer["Credentials"]
    nobody = Principal(MANAGEMENT, "", "")
    return Credential(keys["AccessKeyId"], keys["SecretAccessKey"], nobody, keys["SessionToken"])


def refused(refusal_of: Refusal, sts: Any, role_arn: str, **more: Any) -> str:
    code, text, status = refusal_of(
        sts.assume_role, **{"RoleArn": role_arn, "RoleSessionName": "audit-1"} | more
    )
    assert (code, status) == ("AccessDenied", 403)
    return text


def test_a_role_is_assumed_from_the_management_account_and_its_own(
    emulator: Emulator, client_of: Any
) -> None:
    for account_id in (MANAGEMENT, SECURITY):
        answer = assumed(client_of(emulator, "sts", f"emulator-{account_id}"), arn(SECURITY, "plain"))
        session = f"arn:aws:sts::{SECURITY}:assumed-role/plain/audit-1"
        user = answer["AssumedRoleUser"]
        assert user["Arn"] == session
        assert user["AssumedRoleId"].startswith("AROA")
        assert user["AssumedRoleId"].endswith(":audit-1")
        assert answer["Credentials"]["Expiration"] == NOON + timedelta(hours=1)
        assert "SourceIdentity" not in answer
        found = client_of(emulator, "sts", held(answer)).get_caller_identity()
        assert (found["Arn"], found["UserId"], found["Account"]) == (session, user["AssumedRoleId"], SECURITY)


def test_the_session_may_what_the_role_may(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    keys = held(assumed(client_of(emulator, "sts"), arn(SECURITY, "reader")))
    iam = client_of(emulator, "iam", keys)
    assert iam.get_account_summary()["SummaryMap"]
    assert refusal_of(iam.list_users)[1].startswith(
        f"User: arn:aws:sts::{SECURITY}:assumed-role/reader/audit-1 is not authorized to perform: iam:ListUsers"
    )


@pytest.mark.parametrize(
    ("profile", "role_arn"),
    [
        (f"emulator-{MEMBER}", arn(SECURITY, "plain")),
        ("emulator-management", arn(MEMBER, "for-security")),
        (f"emulator-{MEMBER}", arn(MEMBER, "for-security")),
        ("emulator-management", arn(SECURITY, "nobody-made-it")),
        ("emulator-management", arn(CLOSED, "plain")),
        (f"emulator-{MANAGEMENT}-powerless", arn(SECURITY, "plain")),
        (f"emulator-{GUARDED}", arn(MEMBER, "for-guarded")),
    ],
    ids=["stranger", "not-trusted", "own-administrator", "no-such-role", "closed", "no-permission", "scp"],
)
def test_whom_a_role_does_not_let_in(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, profile: str, role_arn: str
) -> None:
    caller = emulator.credential(profile).principal.arn
    text = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    assert refused(refusal_of, client_of(emulator, "sts", profile), role_arn) == text


def test_a_user_whom_the_role_names_needs_no_policy_of_its_own(emulator: Emulator, client_of: Any) -> None:
    answer = assumed(client_of(emulator, "sts", f"emulator-{MEMBER}-ann"), arn(MEMBER, "for-ann"))
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/for-ann/audit-1"


def test_root_assumes_no_role(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    root = client_of(emulator, "sts", create_root_key(emulator.world, SECURITY))
    found = refused(refusal_of, root, arn(SECURITY, "plain"))
    assert found == "Roles may not be assumed by root accounts."


def test_iam_shows_whom_a_role_trusts(emulator: Emulator, client_of: Any) -> None:
    found = client_of(emulator, "iam", f"emulator-{MEMBER}").get_role(RoleName="for-ann")["Role"]
    assert found["AssumeRolePolicyDocument"] == trusting(f"arn:aws:iam::{MEMBER}:user/ann")
    plain = client_of(emulator, "iam", f"emulator-{SECURITY}").get_role(RoleName="plain")["Role"]
    assert plain["MaxSessionDuration"] == 7200


def test_the_external_id_and_the_session_name_count(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    sts = client_of(emulator, "sts")
    assert assumed(sts, arn(SECURITY, "external"), ExternalId="a1b2c3")["Credentials"]
    for more in ({}, {"ExternalId": "A1B2C3"}):
        assert "sts:AssumeRole" in refused(refusal_of, sts, arn(SECURITY, "external"), **more)
    assert assumed(sts, arn(SECURITY, "session-name"), "audit-7")["Credentials"]
    assert refused(refusal_of, sts, arn(SECURITY, "session-name"), RoleSessionName="other")


def test_the_session_ends(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    answer = assumed(client_of(emulator, "sts"), arn(SECURITY, "plain"), DurationSeconds=900)
    iam = client_of(emulator, "iam", held(answer))
    emulator.world.clock.advance(timedelta(seconds=899))
    assert iam.get_account_summary()["SummaryMap"]
    emulator.world.clock.advance(timedelta(seconds=1))
    assert refusal_of(iam.get_account_summary)[0] == "ExpiredToken"


def test_how_long_a_session_may_last(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    sts = client_of(emulator, "sts")
    answer = assumed(sts, arn(SECURITY, "plain"), DurationSeconds=7200)
    assert answer["Credentials"]["Expiration"] == NOON + timedelta(hours=2)
    arguments = {"RoleSessionName": "audit-1", "DurationSeconds": 7201}
    assert refusal_of(sts.assume_role, RoleArn=arn(SECURITY, "plain"), **arguments) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        400,
    )
    chained = client_of(emulator, "sts", held(answer))
    arguments["DurationSeconds"] = 3601
    code, text, _ = refusal_of(chained.assume_role, RoleArn=arn(SECURITY, "plain"), **arguments)
    assert (code, "role chaining" in text) == ("ValidationError", True)


def test_the_source_identity_goes_through_the_chain_into_the_root_session(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    first = assumed(client_of(emulator, "sts"), arn(SECURITY, "plain"), SourceIdentity="ann")
    assert first["SourceIdentity"] == "ann"
    sts = client_of(emulator, "sts", held(first))
    root = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=AUDIT)
    assert root["SourceIdentity"] == "ann"
    second = assumed(sts, arn(MEMBER, "for-security"))
    assert second["SourceIdentity"] == "ann"
    assert assumed(sts, arn(MEMBER, "for-security"), SourceIdentity="ann")["SourceIdentity"] == "ann"
    assert "sts:SetSourceIdentity" in refused(
        refusal_of, sts, arn(MEMBER, "for-security"), SourceIdentity="bob"
    )
    # A role that does not allow it takes nobody who has one.
    assert "sts:SetSourceIdentity" in refused(refusal_of, sts, arn(MEMBER, "stubborn"))
    found = client_of(emulator, "cloudtrail", f"emulator-{SECURITY}").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRoot"}]
    )
    record = json.loads(found["Events"][0]["CloudTrailEvent"])
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "ann"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Policy": "{}"}, "ValidationError"),
        ({"Tags": [{"Key": "team", "Value": "red"}]}, "ValidationError"),
        ({"SerialNumber": f"arn:aws:iam::{MANAGEMENT}:mfa/ann", "TokenCode": "123456"}, "AccessDenied"),
        ({"DurationSeconds": 43201}, "ValidationError"),
        ({"RoleSessionName": "no spaces"}, "ValidationError"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_refused_before_anybody_is_asked(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, more: dict[str, Any], code: str
) -> None:
    sts = client_of(emulator, "sts")
    arguments = {"RoleArn": arn(SECURITY, "plain"), "RoleSessionName": "audit-1"} | more
    assert refusal_of(sts.assume_role, **arguments)[0] == code


def test_a_trust_policy_that_says_no(
    rootwarden_organization: Any, client_of: Any, refusal_of: Refusal
) -> None:
    trust = trusting(MANAGEMENT, SECURITY)
    trust["Statement"].append({"Effect": "Deny", "Principal": {"AWS": SECURITY}, "Action": "sts:AssumeRole"})
    emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(SECURITY, "Security"), account(MEMBER, "Member")),
            principals=(role(MEMBER, "picky", trust=trust),),
        )
    )
    assert assumed(client_of(emulator, "sts"), arn(MEMBER, "picky"))["Credentials"]
    assert refused(refusal_of, client_of(emulator, "sts", f"emulator-{SECURITY}"), arn(MEMBER, "picky"))
