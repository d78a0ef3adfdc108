"""A company whose trail is read back: people do their work as root the allowed way, and then others do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from product_rig import EVERYTHING, LEGACY, SECURITY, SHOP, Rig
from recovery_rig import DELEGATE, closed, later, opened, recovery_company, signs_in
from removal_rig import applied, planned

from rootwarden.emulator import account
from rootwarden.emulator.resource_specs import BucketSpec

if TYPE_CHECKING:
    from product_rig import Ran

BUCKET = "organization-cloudtrail"
TRAIL = f"s3://{BUCKET}"
LOCKED: dict[str, Any] = {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::shop-orders","arn:aws:s3:::shop-orders/*"]}]}
OTHERS = tuple(f"6{number:011}" for number in range(1, 13))


def watched_company(rig: Rig, **fields: Any) -> None:
    """Starts it, on a clock that tests move."""
    recovery_company(
        rig,
        account(SHOP, "Shop", "/Shops", buckets=(BucketSpec(name="shop-orders", region="eu-central-1", policy=LOCKED),)),
        account(LEGACY, "Legacy", root=EVERYTHING),
        *(account(one, f"Team {one[-2:]}", "/Teams") for one in OTHERS),
        **fields,
    )


def works(rig: Rig) -> None:
    """An audit, a removal, an unlock and a recovery, each with what belongs to it."""
    assert rig.json("audit", profile=DELEGATE).code == 1
    later(rig, minutes=20)
    assert planned(rig, "--override", "all").code in {0, 1}


def detected(rig: Rig, *arguments: str, profile: str | None = "emulator-management") -> Ran:
    """What detection says, of the whole trail unless something else is named."""
    return rig.json("detect", "run", *(arguments or (TRAIL,)), profile=profile)
