"""``detect run s3://...``: layouts, pruning before download, and what may not be read."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from detect_records import record
from detect_rig import BUCKET, TRAIL, detected, trail_client
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Rig, caller, company

from rootwarden.emulator import FaultSpec, account
from rootwarden.emulator.gateway import Gateway
from rootwarden.emulator.org_file import TrailSpec

if TYPE_CHECKING:
    from pathlib import Path

READER = f"emulator-{MANAGEMENT}-Reader"
SINCE = ("--since", "2026-03-01", "--until", "2026-03-02")
DAY = "us-east-1/2026/03/01"


@pytest.fixture
def bucket(rig: Rig, ledger: Path) -> Rig:
    """A trail that records nothing itself, so that its bucket holds what tests put there."""
    rig.up(
        company(
            account(SHOP, "Shop"),
            account(LEGACY, "Legacy"),
            trails=(TrailSpec(account=MANAGEMENT, management_events="None"),),
            principals=(caller(MANAGEMENT, "s3:ListBucket", name="Reader"),),
        )
    )
    return rig


def put(rig: Rig, key: str, *records: Any) -> None:
    """Puts a log file into the trail's bucket."""
    body = gzip.compress(json.dumps({"Records": records}).encode())
    trail_client(rig).put_object(Bucket=BUCKET, Key=key, Body=body)


def asked_for(rig: Rig) -> list[str]:
    """A list that fills with the keys that are downloaded from now on."""
    seen: list[str] = []
    passed = Gateway.answer

    def noted(gateway: Any, request: Any) -> Any:
        if request.method == "GET" and request.path.endswith(".json.gz"):
            seen.append(request.path)
        return passed(gateway, request)

    rig.patch.setattr(Gateway, "answer", noted)
    return seen


def layout(account_id: str, *, organization: str = "", kind: str = "CloudTrail", day: str = DAY) -> str:
    return f"AWSLogs/{organization}{account_id}/{kind}/{day}/{account_id}_x.json.gz"


@pytest.mark.parametrize("own", [False, True], ids=["organization trail", "account trail"])
@pytest.mark.parametrize("below", ["", "logs/"])
def test_both_layouts_are_found_and_only_what_is_wanted_is_downloaded(
    bucket: Rig, own: bool, below: str
) -> None:
    organization = "" if own else f"{bucket.emulator.world.organization.id}/"
    here = {"organization": organization}
    put(bucket, below + layout(SHOP, **here), record(1))
    put(bucket, below + layout(LEGACY, **here), record(2, recipientAccountId=LEGACY))
    put(bucket, below + layout(SHOP, day="us-east-1/2026/02/20", **here), record(3))
    put(bucket, below + layout(SHOP, day="us-east-1/2026/03/09", **here), record(4))
    put(bucket, below + layout(SHOP, kind="CloudTrail-Digest", **here), record(5))
    put(bucket, below + layout(SHOP, kind="CloudTrail-Insight", **here), record(6))
    put(bucket, below + layout(SHOP, kind="Config", **here), record(7))
    seen = asked_for(bucket)
    everything = detected(bucket, f"{TRAIL}/{below}", *SINCE)
    assert {one["id"] for one in everything.document["events"]} == {"event-1", "event-2"}
    assert len(seen) == 2
    seen.clear()
    shop = detected(bucket, f"{TRAIL}/{below}", *SINCE, "--account", SHOP)
    assert {one["id"] for one in shop.document["events"]} == {"event-1"}
    assert len(seen) == 1


def test_any_level_of_the_layout_may_be_named(bucket: Rig) -> None:
    put(bucket, layout(SHOP), record(1))
    put(bucket, layout(LEGACY), record(2, recipientAccountId=LEGACY))
    for prefix, count in (
        ("AWSLogs", 2),
        (f"AWSLogs/{SHOP}/", 1),
        (f"AWSLogs/{SHOP}/CloudTrail/us-east-1", 1),
        (layout(SHOP), 1),
    ):
        assert len(detected(bucket, f"{TRAIL}/{prefix}", *SINCE).document["events"]) == count, prefix


def test_a_prefix_without_a_layout_is_read_whole(bucket: Rig) -> None:
    put(bucket, "export/a.json.gz", record(1))
    put(bucket, "export/deeper/b.json.gz", record(2))
    assert len(detected(bucket, f"{TRAIL}/export", *SINCE).document["events"]) == 2


def test_an_object_that_may_not_be_read_is_named_and_the_rest_is_judged(bucket: Rig) -> None:
    put(bucket, layout(SHOP), record(1))
    put(bucket, layout(LEGACY), record(2, recipientAccountId=LEGACY))
    refused = FaultSpec(
        operation="s3:GetObject", code="AccessDenied", message="Not today.", http_status=403, count=1
    )
    bucket.emulator.world.faults.append(refused)
    found = detected(bucket, TRAIL, *SINCE)
    assert found.code == 6
    assert len(found.document["events"]) == 1
    (trouble,) = found.document["read"]["troubles"]
    assert trouble["place"].startswith(f"{TRAIL}/AWSLogs/")
    assert (trouble["reason"]["source"], trouble["reason"]["code"]) == ("aws", "AccessDenied")


def test_nothing_that_may_be_read_is_no_all_clear(bucket: Rig) -> None:
    put(bucket, layout(SHOP), record(1))
    found = detected(bucket, TRAIL, *SINCE, profile=READER)
    assert found.code == 3
    assert "AccessDenied" in found.document["error"]["message"]


def test_a_bucket_that_may_not_be_read_is_named_where_there_is_more_to_read(bucket: Rig) -> None:
    put(bucket, layout(SHOP), record(1))
    found = detected(bucket, "s3://no-such-bucket-anywhere", TRAIL, *SINCE)
    assert found.code == 6
    (trouble,) = found.document["read"]["troubles"]
    assert (trouble["place"], trouble["reason"]["code"]) == ("s3://no-such-bucket-anywhere", "NoSuchBucket")
    assert len(found.document["events"]) == 1


@pytest.mark.parametrize("place", [TRAIL, "s3://no-such-bucket-anywhere"])
def test_a_bucket_without_logs_is_no_all_clear(bucket: Rig, place: str) -> None:
    put(bucket, "other/notes.txt")
    assert detected(bucket, place, *SINCE).code == 3


def test_the_last_seven_days_are_read_unless_something_is_said(bucket: Rig) -> None:
    put(bucket, layout(SHOP), record(1))
    found = detected(bucket, TRAIL)
    assert found.code == 3
    assert "there is no log file below it for what was asked" in found.document["error"]["message"]
    assert "the last seven days" in found.err


def test_logs_of_the_account_that_opens_sessions_are_read_for_one_they_are_opened_in(bucket: Rig) -> None:
    opening = record(
        1,
        eventName="AssumeRoot",
        eventSource="sts.amazonaws.com",
        recipientAccountId=SECURITY,
        userIdentity={
            "type": "AssumedRole",
            "accountId": SECURITY,
            "arn": f"arn:aws:sts::{SECURITY}:assumed-role/A/b",
        },
        requestParameters={"targetPrincipal": SHOP},
        responseElements={"credentials": {"accessKeyId": "ASIAPLANTEDKEY000001"}},
    )
    put(bucket, layout(SECURITY), opening)
    put(bucket, layout(SHOP), record(2))
    (session,) = detected(bucket, TRAIL, *SINCE, "--account", SHOP).document["sessions"]
    assert (session["opening"], session["events"]) == ("event-1", ["event-2"])


def test_the_bucket_may_be_in_another_region(rig: Rig, ledger: Path) -> None:
    trail = TrailSpec(account=MANAGEMENT, management_events="None", home_region="eu-central-1")
    rig.up(company(account(SHOP, "Shop"), trails=(trail,)))
    put(rig, layout(SHOP), record(1))
    assert len(detected(rig, TRAIL, *SINCE).document["events"]) == 1
