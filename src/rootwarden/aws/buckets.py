"""Buckets and their policies, as the root user whose session is in use: the four actions of the S3 unlock task, no more.

GetBucketLocation and HeadBucket are not among them, so a bucket's Region comes from ListBuckets or from S3's redirect.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.aws.request_id import request_id_of
from rootwarden.errors import NotFound
from rootwarden.model.unlock import Located

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from rootwarden.model.ids import AccountId

_PAGE: Final = 1000
_REGION_HEADER: Final = "x-amz-bucket-region"


class BucketReader:
    """Finds buckets and reads their policies. All calls raise AwsError and name the owner they expect.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """

    def __init__(self, client_in: Callable[[str], S3Client], owner: AccountId) -> None:
        """``client_in`` gives the client of a Region; ``owner`` is the account whose root user asks."""
        self._client_in = client_in
        self._owner = owner

    def all(self, region: str) -> Iterator[Located]:
        """Every bucket of the account, of all Regions, asked for in one of them.

        S3 tells Regions only where a parameter is given, so the page size is. A bucket without one is told to be where we ask.
        """
        for page in pages(
            self._client_in(region),
            "list_buckets",
            "s3:ListAllMyBuckets",
            PaginationConfig={"PageSize": _PAGE},
        ):
            yield from (Located(one["Name"], one.get("BucketRegion") or region) for one in page["Buckets"])

    def region_by_redirect(self, name: str, region: str) -> str:
        """The Region that S3 says a bucket is in when its policy is asked for elsewhere; for callers that may not list."""
        client = self._client_in(region)
        with _redirects_noted(client) as seen:
            self.policy(Located(name, region))
        return seen[-1] if seen else region

    def policy(self, bucket: Located) -> str | None:
        """The policy as S3 keeps it; None where the bucket has none. Raises NotFound where there is no bucket."""
        try:
            with aws_call("s3:GetBucketPolicy"):
                answer = self._client_in(bucket.region).get_bucket_policy(
                    Bucket=bucket.name, ExpectedBucketOwner=self._owner
                )
        except NotFound as error:
            if error.code == "NoSuchBucketPolicy":
                return None
            raise
        return answer["Policy"]


class BucketWriter(BucketReader):
    """Changes bucket policies as well; those calls return AWS's request id."""

    def put_policy(self, bucket: Located, policy: str) -> str | None:
        """Puts a policy in the place of the one there is.

        Whether it locks anybody out is judged before; S3's own check of that is answered beforehand, since the root user
        cannot be locked out. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
        """
        with aws_call("s3:PutBucketPolicy"):
            answer = self._client_in(bucket.region).put_bucket_policy(
                Bucket=bucket.name,
                Policy=policy,
                ExpectedBucketOwner=self._owner,
                ConfirmRemoveSelfBucketAccess=True,
            )
        return request_id_of(answer)

    def delete_policy(self, bucket: Located) -> str | None:
        """Takes the policy away; that there is none is no error."""
        with aws_call("s3:DeleteBucketPolicy"):
            answer = self._client_in(bucket.region).delete_bucket_policy(
                Bucket=bucket.name, ExpectedBucketOwner=self._owner
            )
        return request_id_of(answer)


@contextmanager
def _redirects_noted(client: S3Client) -> Iterator[list[str]]:
    """The Regions that S3 names in its redirects meanwhile, which the SDK follows without telling anybody."""
    seen: list[str] = []

    def note(response: Any, **_others: Any) -> None:
        parsed = response[1] if response else {}
        named = parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get(_REGION_HEADER)
        named = named or parsed.get("Error", {}).get("Region")
        if named and "Error" in parsed:
            seen.append(named)

    event = "needs-retry.s3.GetBucketPolicy"
    client.meta.events.register_first(event, note)
    try:
        yield seen
    finally:
        client.meta.events.unregister(event, note)
