"""Records of CloudTrail, and log files of them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from product_rig import SHOP

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "FwoGZXIvYXdzEPlantedPlantedPlantedPlantedPlanted"


def record(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A record of a root user who lists its keys."""
    whole = {
        "eventVersion": "1.08",
        "eventID": f"event-{number}",
        "eventName": "ListAccessKeys",
        "eventSource": "iam.amazonaws.com",
        "eventTime": "2026-03-01T12:00:00Z",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "recipientAccountId": SHOP,
        "userIdentity": {
            "type": "Root",
            "accountId": SHOP,
            "arn": f"arn:aws:iam::{SHOP}:root",
            "accessKeyId": "ASIAPLANTEDKEY000001",
        },
        "eventType": "AwsApiCall",
        "readOnly": True,
    }
    return {**whole, **fields}


def written(path: Path, *records: Any, packed: bool = True) -> Path:
    """A log file."""
    text = json.dumps({"Records": records}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text) if packed else text)
    return path
