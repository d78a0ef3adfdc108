"""Finding the last entry among many keys takes few listings."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from ledger_values import IDENTITY

from rootwarden.ledger.object_store import Fetched
from rootwarden.ledger.s3 import S3Store, key_of


class BucketInMemory:
    """A bucket that lists as S3 does, and counts how often."""

    location = "s3://memory"

    def __init__(self, numbers: list[int]) -> None:
        self.keys = sorted(key_of(number) for number in numbers)
        self.listings = 0

    def get(self, key: str) -> Fetched | None:
        raise NotImplementedError(key)

    def put_new(self, key: str, data: bytes, *, retain: bool) -> bool:
        raise NotImplementedError(key)

    def replace(self, key: str, data: bytes, etag: str) -> bool:
        raise NotImplementedError(key)

    def list_after(self, folder: str, after: str, limit: int) -> tuple[str, ...]:
        self.listings += 1
        return tuple([key for key in self.keys if key.startswith(folder) and key > after][: min(limit, 1000)])


@given(st.integers(0, 60_000), st.data())
def test_the_last_number_is_found(count: int, data: st.DataObject) -> None:
    bucket = BucketInMemory(list(range(1, count + 1)))
    known = data.draw(st.integers(0, count))
    assert S3Store(bucket, IDENTITY)._last_number(known) == count
    assert bucket.listings <= 2 + 2 * math.log2(2 + count)


@given(st.sets(st.integers(1, 20_000), max_size=60), st.integers(0, 3))
def test_gaps_do_not_hide_it(numbers: set[int], blocks: int) -> None:
    """Whoever removes entries does not make the next writer begin again in the middle."""
    kept = numbers | set(range(3000, 3000 + blocks * 1500))
    assert S3Store(BucketInMemory(list(kept)), IDENTITY)._last_number(0) == max(kept, default=0)


@given(st.integers(0, 5000))
def test_pages_give_every_number_once(count: int) -> None:
    store, found, after = S3Store(BucketInMemory(list(range(1, count + 1))), IDENTITY), [], 0
    while page := store._numbers_after(after):
        found += page
        after = page[-1]
    assert found == list(range(1, count + 1))
