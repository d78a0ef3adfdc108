"""A company whose trail is read back: people do their work as root the allowed way, and then others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Rig, caller
from recovery_rig import DELEGATE, closed, later, opened, recovery_company, signs_in
from removal_rig import applied, planned

from rootwarden.emulator import account
from rootwarden.emulator.resource_specs import BucketSpec

if TYPE_CHECKING:
    from product_rig import Ran

BUCKET = "organization-cloudtrail"
TRAIL = f"s3://{BUCKET}"
STRANGER = "Stranger"
LOCKED: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::shop-orders", "arn:aws:s3:::shop-orders/*"],
        }
    ],
}
KEPT, SIGNED_INTO, *SPRAYED = (f"6{number:011}" for number in range(1, 9))
"""An account whose root user kept a key, one whose password somebody knows, and others."""
PASSWORD = "correct horse battery staple"


def watched_company(rig: Rig, **fields: Any) -> None:
    """Starts it, on a clock that tests move."""
    bucket = BucketSpec(name="shop-orders", region="eu-central-1", policy=LOCKED)
    recovery_company(
        rig,
        account(SHOP, "Shop", "/Shops", buckets=(bucket,)),
        account(LEGACY, "Legacy", root=EVERYTHING),
        account(KEPT, "Kept", "/Teams", root={"access_keys": ({},)}),
        account(SIGNED_INTO, "Signed into", "/Teams", root={"password": True}),
        *(account(one, f"Team {one[-2:]}", "/Teams", root={"password": True}) for one in SPRAYED),
        principals=(caller(SECURITY, "sts:AssumeRoot", name=STRANGER),),
        **fields,
    )


def works(rig: Rig) -> None:
    """An audit, a removal, an unlock and a recovery with its sign-in, twenty minutes apart."""
    assert rig.json("audit", profile=DELEGATE).code == 1
    later(rig, minutes=20)
    assert planned(rig).code == 0
    assert applied(rig).code == 0
    later(rig, minutes=20)
    unlock = (
        "unlock",
        "bucket",
        "shop-orders",
        "--account",
        SHOP,
        "--delete",
        "--yes",
        "--reason",
        "nobody gets in",
    )
    assert rig.json(*unlock, profile=DELEGATE).code == 0
    later(rig, minutes=20)
    assert opened(rig, "--ticket", "SEC-12").code == 0
    signs_in(rig)
    later(rig, minutes=20)
    assert closed(rig).code == 0
    later(rig, minutes=20)


def as_stranger(rig: Rig) -> None:
    """Somebody opens a root session past the tool, and looks around in it."""
    sts = _client(rig, "sts", rig.emulator.credential(f"emulator-{SECURITY}-{STRANGER}"))
    policy = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    issued = sts.assume_root(TargetPrincipal=SHOP, TaskPolicyArn={"arn": policy})["Credentials"]
    iam = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=rig.emulator.endpoint_url,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )
    iam.list_access_keys()


def signs_in_past_everything(rig: Rig) -> None:
    """Somebody signs in as root where no exception is open."""
    assert rig.emulator.control.sign_in(SIGNED_INTO, _password_of(rig, SIGNED_INTO)).succeeded


def uses_root_key(rig: Rig) -> None:
    """Somebody has the root key of an account."""
    control = rig.emulator.control
    (key,) = control.root_user(KEPT).access_keys
    _client(rig, "iam", control.reveal_root_access_key(KEPT, key.id)).list_users()


def sprays(rig: Rig) -> None:
    """Somebody tries one password on the root user of every account."""
    for one in SPRAYED:
        for _ in range(2):
            assert not rig.emulator.control.sign_in(one, "Summer2026!").succeeded


def _password_of(rig: Rig, account_id: str) -> str:
    mail = rig.emulator.control.request_password_recovery(account_id)
    return PASSWORD if rig.emulator.control.complete_password_recovery(mail.link, PASSWORD).succeeded else ""


def _client(rig: Rig, service: str, keys: Any) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name="us-east-1",
        endpoint_url=rig.emulator.endpoint_url,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def detected(rig: Rig, *arguments: str, profile: str | None = "emulator-management") -> Ran:
    """What detection says, of the whole trail unless something else is named."""
    return rig.json("detect", "run", *(arguments or (TRAIL,)), profile=profile)


def trail_client(rig: Rig) -> Any:
    """S3 as the management account, whose bucket the trail's is."""
    return _client(rig, "s3", rig.emulator.credential("emulator-management"))
