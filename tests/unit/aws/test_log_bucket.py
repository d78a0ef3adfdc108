"""Objects whose bodies break off on their way."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from rootwarden.aws.log_bucket import LogBucket
from rootwarden.errors import NotFound, Unreachable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Breaking:
    """A body that never comes."""

    def read(self) -> bytes:
        raise ReadTimeoutError(endpoint_url="s3")


class S3:
    """Gives these bodies, one after the other."""

    def __init__(self, *bodies: Any) -> None:
        self._bodies = list(bodies)

    def get_object(self, **_asked: Any) -> dict[str, Any]:
        body = self._bodies.pop(0)
        if isinstance(body, Exception):
            raise body
        return {"Body": body}


def bucket(*bodies: Any) -> LogBucket:
    return LogBucket(cast("S3Client", S3(*bodies)), "logs")


def test_one_that_breaks_off_is_asked_for_again() -> None:
    assert bucket(Breaking(), Breaking(), io.BytesIO(b"log")).read("key").read() == b"log"


def test_one_that_always_does_is_given_up() -> None:
    with pytest.raises(Unreachable):
        bucket(Breaking(), Breaking(), Breaking(), io.BytesIO(b"log")).read("key")


def test_an_answer_of_awss_is_not_asked_for_again() -> None:
    gone = ClientError({"Error": {"Code": "NoSuchBucket", "Message": "No."}}, "GetObject")
    with pytest.raises(NotFound):
        bucket(gone, io.BytesIO(b"log")).read("key")
