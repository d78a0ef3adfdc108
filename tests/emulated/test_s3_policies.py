"""Bucket policies bind: whom they shut out, whom they cannot, and how a root session opens them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rootwarden.emulator.builders import MANAGEMENT, account
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.emulator.root_keys import create_root_key
from rootwarden.model.tasks import RootTask

if TYPE_CHECKING:
    from rootwarden.emulator.server import Emulator

Refusal = Callable[..., tuple[str, str, int]]

MEMBER, OTHER, GUARDED, SHIELDED = "444444444444", "555555555555", "666666666666", "777777777777"
OWNER = f"emulator-{MEMBER}"
POLICY_CALLS = ("get_bucket_policy", "put_bucket_policy", "delete_bucket_policy")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(bucket: str, **more: Any) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    plain = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources}
    left_out = {name.removeprefix("Not") for name in more if name.startswith("Not")}
    return {name: value for name, value in plain.items() if name not in left_out} | more


@pytest.fixture
def emulator(rootwarden_organization: Any) -> Emulator:
    deny_root: Any = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "s3:DeleteBucketPolicy",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        },
    }
    shield: Any = json.loads(
        policy({"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": "*"})
    )
    everything: Any = json.loads(policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    started: Emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(
                account(MEMBER, "Member"),
                account(OTHER, "Other"),
                account(GUARDED, "Guarded", scps=("NoRootDelete",)),
                account(SHIELDED, "Shielded", rcps=("Shield",)),
            ),
            scps={"NoRootDelete": deny_root},
            rcps={"Shield": shield},
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootCredentialsManagement", "RootSessions"),
            principals=(
                PrincipalSpec(account=MEMBER, name="app", policies=(everything,)),
                PrincipalSpec(account=MEMBER, name="nobody"),
                PrincipalSpec(account=MEMBER, name="ann", kind="user", policies=(everything,)),
                PrincipalSpec(account=OTHER, name="nobody"),
            ),
        )
    )
    return started


def make(client: Any, bucket: str, document: str | None = None) -> None:
    """A bucket with one object in it, and a policy if one is given."""
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="report", Body=b"text")
    if document is not None:
        client.put_bucket_policy(Bucket=bucket, Policy=document)


def test_a_policy_that_denies_everyone_shuts_out_the_administrator(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    owner = client_of(emulator, "s3", OWNER)
    make(owner, "locked", policy(statement("locked")))
    arn = f"arn:aws:iam::{MEMBER}:user/Administrator"
    text = (
        f'User: {arn} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::locked" '
        "with an explicit deny in a resource-based policy"
    )
    assert refusal_of(owner.list_objects_v2, Bucket="locked") == ("AccessDenied", text, 403)
    for name in POLICY_CALLS:
        more = {"Policy": policy(statement("locked"))} if name.startswith("put") else {}
        assert refusal_of(getattr(owner, name), Bucket="locked", **more)[::2] == ("AccessDenied", 403)
    assert refusal_of(owner.get_object, Bucket="locked", Key="report")[0] == "AccessDenied"
    objects = {"Objects": [{"Key": "report"}]}
    assert refusal_of(owner.delete_objects, Bucket="locked", Delete=objects)[0] == "AccessDenied"
    assert refusal_of(owner.head_bucket, Bucket="locked")[::2] == ("403", 403)
    assert [one["Name"] for one in owner.list_buckets()["Buckets"]] == ["locked"]


def test_a_root_session_deletes_the_policy_and_the_administrator_is_back(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    owner = client_of(emulator, "s3", OWNER)
    make(owner, "locked", policy(statement("locked")))
    root = root_session_of(emulator, MEMBER, RootTask.S3_UNLOCK, "s3")
    assert [one["Name"] for one in root.list_buckets()["Buckets"]] == ["locked"]
    found = root.get_bucket_policy(Bucket="locked", ExpectedBucketOwner=MEMBER)["Policy"]
    assert found == json.dumps(json.loads(policy(statement("locked"))), separators=(",", ":"))
    for name in ("list_objects_v2", "get_bucket_location", "delete_bucket"):
        assert refusal_of(getattr(root, name), Bucket="locked")[::2] == ("AccessDenied", 403)
    answer = root.delete_bucket_policy(Bucket="locked", ExpectedBucketOwner=MEMBER)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    text = "The bucket policy does not exist"
    assert refusal_of(root.get_bucket_policy, Bucket="locked") == ("NoSuchBucketPolicy", text, 404)
    root.delete_bucket_policy(Bucket="locked")
    assert owner.get_object(Bucket="locked", Key="report")["Body"].read() == b"text"


def test_a_root_session_puts_a_better_policy_in_its_place(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    owner = client_of(emulator, "s3", OWNER)
    make(owner, "locked", policy(statement("locked")))
    root = root_session_of(emulator, MEMBER, RootTask.S3_UNLOCK, "s3")
    better = policy(statement("locked", Action="s3:DeleteObject", Resource="arn:aws:s3:::locked/*"))
    root.put_bucket_policy(
        Bucket="locked", Policy=better, ExpectedBucketOwner=MEMBER, ConfirmRemoveSelfBucketAccess=True
    )
    assert json.loads(owner.get_bucket_policy(Bucket="locked")["Policy"]) == json.loads(better)
    assert refusal_of(owner.delete_object, Bucket="locked", Key="report")[0] == "AccessDenied"


def test_root_with_a_key_of_its_own_gets_through_to_the_policy_alone(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    make(client_of(emulator, "s3", OWNER), "locked", policy(statement("locked")))
    root = client_of(emulator, "s3", create_root_key(emulator.world, MEMBER))
    assert refusal_of(root.list_objects_v2, Bucket="locked")[1].endswith(
        "with an explicit deny in a resource-based policy"
    )
    assert json.loads(root.get_bucket_policy(Bucket="locked")["Policy"])["Statement"]
    root.put_bucket_policy(Bucket="locked", Policy=policy(statement("locked", Sid="Again")))
    root.delete_bucket_policy(Bucket="locked")
    assert root.list_objects_v2(Bucket="locked")["KeyCount"] == 1


def test_scps_and_rcps_bind_the_owners_root_too(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    for member in (GUARDED, SHIELDED):
        make(client_of(emulator, "s3", f"emulator-{member}"), f"bucket-{member}")
    root = root_session_of(emulator, GUARDED, RootTask.S3_UNLOCK, "s3")
    found = refusal_of(root.delete_bucket_policy, Bucket=f"bucket-{GUARDED}")
    assert found[1].endswith("with an explicit deny in a service control policy")
    root.put_bucket_policy(Bucket=f"bucket-{GUARDED}", Policy=policy(statement(f"bucket-{GUARDED}")))
    root = root_session_of(emulator, SHIELDED, RootTask.S3_UNLOCK, "s3")
    mine = policy(statement(f"bucket-{SHIELDED}"))
    found = refusal_of(root.put_bucket_policy, Bucket=f"bucket-{SHIELDED}", Policy=mine)
    assert found[1].endswith("with an explicit deny in a resource control policy")
    code = refusal_of(root.get_bucket_policy, Bucket=f"bucket-{SHIELDED}")[0]
    assert code == "NoSuchBucketPolicy"


def test_everyone_but_one_role(emulator: Emulator, client_of: Any, refusal_of: Refusal) -> None:
    owner = client_of(emulator, "s3", OWNER)
    kept = [f"arn:aws:iam::{MEMBER}:root", f"arn:aws:iam::{MEMBER}:role/app"]
    make(owner, "mostly-locked", policy(statement("mostly-locked", NotPrincipal={"AWS": kept})))
    assert refusal_of(owner.list_objects_v2, Bucket="mostly-locked")[0] == "AccessDenied"
    app = client_of(emulator, "s3", f"{OWNER}-app")
    assert app.list_objects_v2(Bucket="mostly-locked")["KeyCount"] == 1
    app.delete_bucket_policy(Bucket="mostly-locked")
    assert owner.list_objects_v2(Bucket="mostly-locked")["KeyCount"] == 1


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-emulated01"}}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-11111111"}}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{MEMBER}:role/*"}}, False),
    ],
    ids=lambda value: next(iter(next(iter(value.values())))) if isinstance(value, dict) else None,
)
def test_conditions_count(
    emulator: Emulator, client_of: Any, refusal_of: Refusal, condition: dict[str, Any], *, is_open: bool
) -> None:
    owner = client_of(emulator, "s3", OWNER)
    make(owner, "guarded", policy(statement("guarded", Condition=condition)))
    if is_open:
        assert owner.list_objects_v2(Bucket="guarded")["KeyCount"] == 1
    else:
        assert refusal_of(owner.list_objects_v2, Bucket="guarded")[0] == "AccessDenied"


def test_a_bucket_policy_allows_what_no_identity_policy_does(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    owner, nobody = client_of(emulator, "s3", OWNER), client_of(emulator, "s3", f"{OWNER}-nobody")
    make(owner, "shared")
    assert refusal_of(nobody.get_object, Bucket="shared", Key="report")[1].endswith(
        "because no identity-based policy allows the s3:GetObject action"
    )
    allowed = {"AWS": f"arn:aws:iam::{MEMBER}:role/nobody"}
    opened = statement("shared", Effect="Allow", Principal=allowed, Action="s3:GetObject")
    owner.put_bucket_policy(Bucket="shared", Policy=policy(opened))
    assert nobody.get_object(Bucket="shared", Key="report")["Body"].read() == b"text"


def test_another_account_gets_in_where_both_sides_say_so(
    emulator: Emulator, client_of: Any, refusal_of: Refusal
) -> None:
    owner, stranger = client_of(emulator, "s3", OWNER), client_of(emulator, "s3", f"emulator-{OTHER}")
    make(owner, "shared")
    assert refusal_of(stranger.get_object, Bucket="shared", Key="report") == (
        "AccessDenied",
        "Access Denied",
        403,
    )
    opened = statement("shared", Effect="Allow", Principal={"AWS": OTHER}, Action="s3:GetObject")
    owner.put_bucket_policy(Bucket="shared", Policy=policy(opened))
    assert stranger.get_object(Bucket="shared", Key="report")["Body"].read() == b"text"
    nobody = client_of(emulator, "s3", f"emulator-{OTHER}-nobody")
    assert refusal_of(nobody.get_object, Bucket="shared", Key="report")[1] == "Access Denied"
    shut = statement("shared", Principal={"AWS": f"arn:aws:iam::{OTHER}:user/Administrator"})
    owner.put_bucket_policy(Bucket="shared", Policy=policy(opened, shut))
    assert refusal_of(stranger.get_object, Bucket="shared", Key="report")[1] == "Access Denied"


def test_nobody_of_another_account_reaches_a_bucket_policy(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    owner, stranger = client_of(emulator, "s3", OWNER), client_of(emulator, "s3", f"emulator-{OTHER}")
    opened = policy(statement("shared", Effect="Allow", Principal={"AWS": OTHER}))
    make(owner, "closed", policy(statement("closed")))
    make(owner, "shared", opened)
    root = root_session_of(emulator, OTHER, RootTask.S3_UNLOCK, "s3")
    for client in (stranger, root):
        assert refusal_of(client.delete_bucket_policy, Bucket="closed")[::2] == ("AccessDenied", 403)
        assert refusal_of(client.delete_bucket_policy, Bucket="shared")[::2] == ("MethodNotAllowed", 405)
        assert client.list_buckets()["Buckets"] == []
    assert json.loads(owner.get_bucket_policy(Bucket="shared")["Policy"]) == json.loads(opened)


def test_the_expected_owner_is_checked(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    owner = client_of(emulator, "s3", OWNER)
    make(owner, "locked", policy(statement("locked", Action="s3:DeleteBucket")))
    root = root_session_of(emulator, MEMBER, RootTask.S3_UNLOCK, "s3")
    for client in (owner, root):
        found = refusal_of(client.delete_bucket_policy, Bucket="locked", ExpectedBucketOwner=OTHER)
        assert found == ("AccessDenied", "Access Denied", 403)
    assert json.loads(owner.get_bucket_policy(Bucket="locked", ExpectedBucketOwner=MEMBER)["Policy"])
    found = refusal_of(owner.get_object, Bucket="locked", Key="report", ExpectedBucketOwner=OTHER)
    assert found[::2] == ("AccessDenied", 403)
    assert owner.list_objects_v2(Bucket="locked", ExpectedBucketOwner=MEMBER)["KeyCount"] == 1


def test_a_bucket_that_is_not_there(
    emulator: Emulator, client_of: Any, root_session_of: Any, refusal_of: Refusal
) -> None:
    text = "The specified bucket does not exist"
    for client in (
        client_of(emulator, "s3", OWNER),
        root_session_of(emulator, MEMBER, RootTask.S3_UNLOCK, "s3"),
    ):
        assert refusal_of(client.get_bucket_policy, Bucket="nowhere") == ("NoSuchBucket", text, 404)
    nobody = client_of(emulator, "s3", f"{OWNER}-nobody")
    assert refusal_of(nobody.get_bucket_policy, Bucket="nowhere")[0] == "AccessDenied"


def test_the_answer_has_the_ids_support_asks_for(emulator: Emulator, client_of: Any) -> None:
    owner = client_of(emulator, "s3", OWNER)
    found = owner.list_buckets()["ResponseMetadata"]
    assert found["HostId"] == f"emulated/{found['RequestId']}"
