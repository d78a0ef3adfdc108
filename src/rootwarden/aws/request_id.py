"""The id by which AWS, and CloudTrail, know a call."""

from __future__ import annotations

from typing import Any


def request_id_of(answer: Any) -> str | None:
    """The request id of an answer of boto3's."""
    found = (answer or {}).get("ResponseMetadata", {}).get("RequestId")
    return None if found is None else str(found)
