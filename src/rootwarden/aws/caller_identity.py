"""Who the caller is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.aws.error_codes import aws_call
from rootwarden.model.caller import Caller
from rootwarden.model.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


def get_caller(sts: STSClient) -> Caller:
    """The caller's identity. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    with aws_call("sts:GetCallerIdentity"):
        answer = sts.get_caller_identity()
    return Caller(account_id=AccountId(answer["Account"]), arn=answer["Arn"], user_id=answer["UserId"])
