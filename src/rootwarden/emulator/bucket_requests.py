"""What S3 looks at before anybody's policies: the bucket's Region, and the owner the caller expects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

from moto.s3.models import FakeBucket

from rootwarden.emulator.answers import AwsAnswer
from rootwarden.emulator.buckets import bucket_named
from rootwarden.emulator.call import Call
from rootwarden.emulator.http_message import HttpRequest

_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}
_FIRST_REGION = "us-east-1"
_ELSEWHERE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. "
    "Please send all future requests to this endpoint."
)


def check_bucket_request(call: Call, request: HttpRequest, partition: str) -> None:
    """Raises AwsAnswer for a request in the wrong Region, or about somebody else's bucket than expected.

    The caller holds the world's lock.
    """
    if call.service != "s3" or call.operation == "CreateBucket":
        return
    bucket = bucket_named(str(call.params.get("Bucket") or ""), partition)
    if bucket is None:
        return
    if call.region != bucket.region_name and not _is_asked_anywhere(call):
        raise _redirect(call, bucket, partition)
    if request.headers.get("x-amz-expected-bucket-owner", bucket.account_id) != bucket.account_id:
        raise AwsAnswer("AccessDenied", "Access Denied", 403)


def _is_asked_anywhere(call: Call) -> bool:
    """The first Region says where every bucket is."""
    return call.operation == "GetBucketLocation" and call.region == _FIRST_REGION


def _redirect(call: Call, bucket: FakeBucket, partition: str) -> AwsAnswer:
    """S3's two answers: a request that reached the right Region was signed for another, or it reached another."""
    region = bucket.region_name
    headers = {"x-amz-bucket-region": region}
    suffix = _SUFFIXES.get(partition, "amazonaws.com")
    host = call.host.split(":")[0]
    if f".{region}." in host or host == f"{bucket.name}.s3.{suffix}":
        text = f"The authorization header is malformed; the region '{call.region}' is wrong; expecting '{region}'"
        return AwsAnswer("AuthorizationHeaderMalformed", text, 400, headers=headers, Region=region)
    endpoint = f"{bucket.name}.s3.{region}.{suffix}"
    return AwsAnswer(
        "PermanentRedirect", _ELSEWHERE, 301, headers=headers, Endpoint=endpoint, Bucket=bucket.name
    )
