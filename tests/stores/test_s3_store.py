"""What is S3's own: conditional writes, lost answers, Object Lock, and buckets that say no."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError
from ledger_world import IDENTITY, Place, draft, s3_client

from rootwarden.aws.ledger_bucket import LedgerBucket, LockMode, Retention
from rootwarden.errors import (
    BadInput,
    LedgerBroken,
    LedgerError,
    LedgerTooNew,
    LedgerUnreadable,
    LedgerUnwritable,
)
from rootwarden.ledger.chain import Identity, verify
from rootwarden.ledger.leases import Lease
from rootwarden.ledger.location import S3Location
from rootwarden.ledger.object_store import Fetched
from rootwarden.ledger.s3 import S3Store
from rootwarden.ledger.store import entries
from rootwarden.model.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MINUTE = timedelta(minutes=1)
FIRST = "entries/000000000001.json"


class TroubledBucket:
    """The real bucket, with trouble on the way: each write meets the next of the troubles."""

    def __init__(self, bucket: LedgerBucket, *troubles: str) -> None:
        self.bucket = bucket
        self.troubles = list(troubles)
        self.location = bucket.location

    def get(self, key: str) -> Fetched | None:
        return self.bucket.get(key)

    def list_after(self, folder: str, after: str, limit: int) -> tuple[str, ...]:
        return self.bucket.list_after(folder, after, limit)

    def put_new(self, key: str, data: bytes, *, retain: bool) -> bool:
        return self._troubled(lambda: self.bucket.put_new(key, data, retain=retain))

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        return self._troubled(lambda: self.bucket.replace(key, data, etag))

    def _troubled(self, write: Callable[[], bool]) -> bool:
        match self.troubles.pop(0) if self.troubles else "none":
            case "conflict":
                return False
            case "lost answer":
                write()
                return False
        return write()


def store_on(bucket: TroubledBucket | LedgerBucket, pauses: list[float] | None = None) -> S3Store:
    waited: list[float] = [] if pauses is None else pauses
    return S3Store(bucket, IDENTITY, sleep=waited.append)


def test_each_entry_is_an_object_named_by_its_number(s3_place: Place) -> None:
    added = store_on(s3_place.bucket()).append_many([draft(1), draft(2)])
    client = s3_client(str(s3_place.endpoint_url))
    bucket = s3_place.location.split("/")[2]
    listed = client.list_objects_v2(Bucket=bucket)["Contents"]
    assert [found["Key"] for found in listed] == [
        "team/records/entries/000000000001.json",
        "team/records/entries/000000000002.json",
        "team/records/ledger.json",
    ]
    kept = client.get_object(Bucket=bucket, Key="team/records/entries/000000000002.json")
    assert kept["Body"].read() == added[1].to_bytes()
    assert json.loads(client.get_object(Bucket=bucket, Key="team/records/ledger.json")["Body"].read()) == {
        "endpoint": "aws",
        "organization_id": "o-exampleorg1",
        "schema": "rootwarden/ledger/1",
    }


def test_a_write_under_way_elsewhere_is_tried_again_after_a_pause(s3_place: Place) -> None:
    """409: the object was not written, and there may be none."""
    store_on(s3_place.bucket()).append(draft(1))
    pauses: list[float] = []
    entry = store_on(TroubledBucket(s3_place.bucket(), "conflict", "conflict"), pauses).append(draft(2))
    assert entry.number == 2
    assert len(pauses) == 2
    assert all(0 <= pause <= 1 for pause in pauses)


def test_an_entry_whose_answer_got_lost_is_not_written_twice(s3_place: Place) -> None:
    store_on(s3_place.bucket()).append(draft(1))
    store = store_on(TroubledBucket(s3_place.bucket(), "lost answer"))
    assert store.append(draft(2)).number == 2
    assert store.append(draft(3)).number == 3
    assert [entry.id for entry in entries(store)] == [draft(n).id for n in (1, 2, 3)]


def test_a_ledger_whose_creation_met_another_is_used_as_it_is(s3_place: Place) -> None:
    entry = store_on(TroubledBucket(s3_place.bucket(), "lost answer")).append(draft(1))
    assert entry.number == 1


def test_who_is_never_fast_enough_gives_up_with_the_reason(s3_place: Place) -> None:
    store_on(s3_place.bucket()).append(draft(1))
    with pytest.raises(LedgerUnwritable, match="other writers were faster 200 times"):
        store_on(TroubledBucket(s3_place.bucket(), *["conflict"] * 200)).append(draft(2))
    assert verify(IDENTITY, store_on(s3_place.bucket()).records()).number == 1


def test_a_lease_whose_answer_got_lost_is_ours(s3_place: Place) -> None:
    store_on(s3_place.bucket()).append(draft(1))
    store = store_on(TroubledBucket(s3_place.bucket(), "lost answer", "conflict", "lost answer"))
    lease = store.acquire("sweep", "cron", MINUTE)
    assert isinstance(lease, Lease)
    later = store.renew(lease, 2 * MINUTE)
    assert store.leases() == (later,)
    assert later.token == lease.token


def test_a_lost_answer_to_giving_back_is_no_error(s3_place: Place) -> None:
    plain = store_on(s3_place.bucket())
    lease = plain.acquire("sweep", "cron", MINUTE)
    assert isinstance(lease, Lease)
    store_on(TroubledBucket(s3_place.bucket(), "lost answer")).release(lease)
    assert plain.leases() == ()


def test_a_damaged_lease_is_an_error_and_not_free(s3_place: Place) -> None:
    store = store_on(s3_place.bucket())
    store.acquire("sweep", "cron", MINUTE)
    found = s3_place.bucket().get("leases/sweep.json")
    assert found is not None
    assert s3_place.bucket().replace("leases/sweep.json", b"{}", found.etag)
    with pytest.raises(LedgerUnreadable, match=r"leases/sweep\.json is not a lease"):
        store.acquire("sweep", "cron", MINUTE)


def test_an_object_that_is_no_entry_is_named(s3_place: Place) -> None:
    store = store_on(s3_place.bucket())
    store.append(draft(1))
    s3_place.bucket().put_new("entries/1.json", b"{}", retain=False)
    with pytest.raises(LedgerBroken, match=r"entries/1\.json is no entry") as caught:
        list(store.records())
    assert caught.value.fault == "inserted"
    with pytest.raises(LedgerBroken):
        store_on(s3_place.bucket()).append(draft(2))


def test_entries_without_an_owner_are_part_of_a_ledger(s3_place: Place) -> None:
    s3_place.bucket().put_new(FIRST, b"{}", retain=False)
    for attempt in (
        lambda: store_on(s3_place.bucket()).append(draft(2)),
        store_on(s3_place.bucket()).head,
    ):
        with pytest.raises(LedgerUnreadable, match=r"entries but no ledger\.json"):
            attempt()
    assert s3_place.bucket().list_after("", "", 10) == (FIRST,)


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        (
            b'{"endpoint":"aws","organization_id":"o-exampleorg1","schema":"rootwarden/ledger/2"}',
            LedgerTooNew,
            "rootwarden/ledger/2",
        ),
        (b'{"endpoint":"aws","organi', LedgerUnreadable, "damaged or of another program"),
        (b'{"schema":"something/else"}', LedgerUnreadable, "not of a ledger"),
    ],
)
def test_an_owner_we_cannot_read_is_refused(
    s3_place: Place, content: bytes, error: type[LedgerError], text: str
) -> None:
    s3_place.bucket().put_new("ledger.json", content, retain=False)
    with pytest.raises(error, match=text) as caught:
        store_on(s3_place.bucket()).append(draft(1))
    assert caught.value.exit_code == 5
    assert s3_place.bucket().list_after("entries/", "", 10) == ()


def test_a_missing_object_is_named(s3_place: Place) -> None:
    store = store_on(s3_place.bucket())
    store.append_many([draft(number) for number in range(4)])
    bucket = s3_place.location.split("/")[2]
    s3_client(str(s3_place.endpoint_url)).delete_object(
        Bucket=bucket, Key="team/records/entries/000000000003.json"
    )
    with pytest.raises(LedgerBroken, match=r"entry 3 \(missing\)"):
        verify(IDENTITY, store_on(s3_place.bucket()).records())


def test_a_bucket_that_does_not_exist_is_refused(aws_url: str) -> None:
    bucket = LedgerBucket(s3_client(aws_url), S3Location("no-such-bucket-here", ""))
    with pytest.raises(LedgerUnreadable, match="NoSuchBucket"):
        store_on(bucket).append(draft(1))
    assert bucket.location == "s3://no-such-bucket-here"


def denying(client: S3Client, operation: str) -> S3Client:
    """S3's answer to somebody who may not call the operation."""

    def answer(request: Any, **_: Any) -> Any:
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>R1</RequestId></Error>"
        raw = type("Raw", (), {"stream": lambda *_: iter([body])})()
        headers: Any = HeadersDict({"content-type": "application/xml"})
        return AWSResponse(request.url, 403, headers, raw)

    client.meta.events.register(f"before-send.s3.{operation}", answer)
    return client


@pytest.mark.parametrize(
    ("operation", "permission", "error"),
    [
        ("PutObject", "s3:PutObject", LedgerUnwritable),
        ("GetObject", "s3:GetObject", LedgerUnreadable),
        ("ListObjectsV2", "s3:ListBucket", LedgerUnreadable),
        ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", LedgerUnwritable),
    ],
)
def test_a_bucket_without_permission_is_refused(
    s3_place: Place, operation: str, permission: str, error: type[LedgerError]
) -> None:
    location = S3Location(s3_place.location.split("/")[2], "team/records")
    client = denying(s3_client(str(s3_place.endpoint_url)), operation)
    with pytest.raises(error, match="AccessDenied: Access Denied") as caught:
        store_on(LedgerBucket(client, location)).append(draft(1))
    assert permission in caught.value.advice
    assert caught.value.exit_code == 5
    assert s3_place.bucket().list_after("entries/", "", 10) == ()


def test_a_bucket_of_another_account_is_refused(s3_place: Place) -> None:
    """S3 compares the expected owner; the local server does not, so its answer is given for it."""
    location = S3Location(s3_place.location.split("/")[2], "team/records")
    client = s3_client(str(s3_place.endpoint_url))
    asked: list[str] = []

    def remember(request: Any, **_: Any) -> None:
        asked.append(str(request.headers["x-amz-expected-bucket-owner"], "ascii"))

    client.meta.events.register_first("before-send.s3", remember)
    bucket = LedgerBucket(denying(client, "GetObject"), location, owner=AccountId("111122223333"))
    with pytest.raises(LedgerUnreadable) as caught:
        store_on(bucket).append(draft(1))
    assert "not a bucket that belongs to account 111122223333" in caught.value.advice
    assert set(asked) == {"111122223333"}


def test_no_answer_is_refused_with_the_reason(s3_place: Place) -> None:
    client = s3_client(str(s3_place.endpoint_url))

    def unplugged(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    client.meta.events.register("before-send.s3", unplugged)
    bucket = LedgerBucket(client, S3Location(s3_place.location.split("/")[2], "team/records"))
    for call in (
        lambda: bucket.get("ledger.json"),
        lambda: bucket.list_after("", "", 1),
        lambda: bucket.put_new("x", b"", retain=False),
        lambda: bucket.put_new("x", b"", retain=True),
    ):
        with pytest.raises(LedgerError, match="EndpointConnectionError"):
            call()


def locked_bucket(aws_url: str, rule: int | None = None) -> str:
    client, name = s3_client(aws_url), f"locked-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    if rule is not None:
        client.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": rule}},
            },
        )
    return name


def test_entries_are_retained_where_the_bucket_has_object_lock(aws_url: str) -> None:
    name, client = locked_bucket(aws_url), s3_client(aws_url)
    now = datetime(2033, 3, 1, tzinfo=UTC)
    retention = Retention(LockMode.GOVERNANCE, timedelta(days=400))
    bucket = LedgerBucket(client, S3Location(name, ""), retention=retention, clock=lambda: now)
    store = store_on(bucket)
    store.append(draft(1))
    store.acquire("sweep", "cron", MINUTE)
    kept = client.head_object(Bucket=name, Key=FIRST)
    until = now + timedelta(days=400)
    assert (kept["ObjectLockMode"], kept["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", until)
    version = kept["VersionId"]
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.delete_object(Bucket=name, Key=FIRST, VersionId=version)
    assert "ObjectLockMode" not in client.head_object(Bucket=name, Key="leases/sweep.json")


def test_a_default_rule_of_the_bucket_is_left_to_s3(aws_url: str) -> None:
    name, client = locked_bucket(aws_url, rule=30), s3_client(aws_url)
    store_on(LedgerBucket(client, S3Location(name, ""))).append(draft(1))
    assert client.head_object(Bucket=name, Key=FIRST)["ObjectLockMode"] == "COMPLIANCE"


def test_a_bucket_without_object_lock_keeps_entries_all_the_same(s3_place: Place) -> None:
    store_on(s3_place.bucket()).append(draft(1))
    client, name = s3_client(str(s3_place.endpoint_url)), s3_place.location.split("/")[2]
    assert "ObjectLockMode" not in client.head_object(Bucket=name, Key=f"team/records/{FIRST}")


def test_a_retention_of_less_than_a_day_cannot_be_meant() -> None:
    with pytest.raises(BadInput, match="too short"):
        Retention(length=timedelta(hours=1))


def test_replacing_what_is_gone_or_changed_writes_nothing(s3_place: Place) -> None:
    bucket = s3_place.bucket()
    assert bucket.replace("leases/x.json", b"new", '"0123"') is False
    assert bucket.get("leases/x.json") is None
    assert bucket.put_new("leases/x.json", b"one", retain=False)
    assert bucket.replace("leases/x.json", b"new", '"0123"') is False
    found = bucket.get("leases/x.json")
    assert found is not None
    assert found.data == b"one"
    assert bucket.replace("leases/x.json", b"two", found.etag)


def test_two_ledgers_share_a_bucket_under_two_prefixes(s3_place: Place) -> None:
    store_on(s3_place.bucket()).append(draft(1))
    other = Identity("o-otherorg999", "aws")
    name = s3_place.location.split("/")[2]
    bucket = LedgerBucket(s3_client(str(s3_place.endpoint_url)), S3Location(name, "team/records2"))
    assert S3Store(bucket, other).head().number == 0
    assert s3_place.bucket().list_after("entries/", "", 10) == (FIRST,)
