"""Backups of policies in a bucket of the caller's own, written and read with the caller's own credentials.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.errors import BadInput

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from rootwarden.model.ids import AccountId

MAX_BYTES: Final = 1_000_000
"""The longest object read as a backup; S3 and SQS take policies of 20 KB at most."""


def put_backup(s3: S3Client, bucket: str, key: str, data: bytes, *, owner: AccountId) -> None:
    """Writes an object where there is none of that key; S3 refuses a bucket that is not the owner's. Raises AwsError."""
    with aws_call("s3:PutObject"):
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=data,
            ContentType="application/json",
            IfNoneMatch="*",
            ExpectedBucketOwner=owner,
        )


def get_backup(s3: S3Client, bucket: str, key: str, *, owner: AccountId) -> bytes:
    """An object of at most a megabyte. Raises AwsError, and BadInput for a longer one."""
    with aws_call("s3:GetObject"):
        answer = s3.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner)
        data = answer["Body"].read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(f"s3://{bucket}/{key}: larger than any policy backup", advice="Name the right object.")
    return data
