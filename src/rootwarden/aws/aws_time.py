"""What time AWS says it is."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sts import STSClient


def aws_time(sts: STSClient) -> datetime | None:
    """The Date header of an answer, to the second; None where an answer has none that can be read. Raises AwsError.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    with aws_call("sts:GetCallerIdentity"):
        answer = sts.get_caller_identity()
    said = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
    try:
        return parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
