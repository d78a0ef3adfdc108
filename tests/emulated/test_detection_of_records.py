"""What the emulator records of a root session, read and judged: the two sides belong together however CloudTrail marks them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rootwarden.detection.engine import judge
from rootwarden.detection.event import is_candidate, read_event
from rootwarden.emulator.builders import MANAGEMENT, SECURITY, account
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.cloudtrail.options import RecordsSpec
from rootwarden.emulator.org_file import OrganizationFile, PrincipalSpec
from rootwarden.model.detection import Evidence, Verdict
from rootwarden.model.detection_known import Expected, Known, LedgerRun
from rootwarden.model.tasks import RootTask

MEMBER = "333333333333"
NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)
REGION = "us-west-2"
UNLOCK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
ALLOW_ALL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.mark.parametrize(
    "said",
    [
        RecordsSpec(assumed_root_on="caller"),
        RecordsSpec(assumed_root_on="member", assume_root_in_member=True),
        RecordsSpec(assumed_root_on="both"),
        RecordsSpec(assumed_root_on="neither", assume_root_in_member=True),
    ],
    ids=lambda said: f"{said.assumed_root_on}-{said.assume_root_in_member}",
)
def test_both_sides_are_one_session(
    said: RecordsSpec, rootwarden_organization: Any, client_of: Any, client_with: Any, records_of: Any
) -> None:
    clock = Clock(NOON, frozen=True)
    emulator = rootwarden_organization(
        OrganizationFile(
            management_account=account(MANAGEMENT, "Company"),
            accounts=(account(SECURITY, "Security"), account(MEMBER, "Member")),
            trusted_services=("iam.amazonaws.com",),
            root_features=("RootSessions",),
            principals=(PrincipalSpec(account=MANAGEMENT, name="JohnDoe", policies=(ALLOW_ALL,)),),
            records=said,
        ),
        clock=clock,
    )
    sts = client_of(emulator, "sts", f"emulator-{MANAGEMENT}-JohnDoe", region=REGION)
    keys = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn={"arn": UNLOCK})["Credentials"]
    clock.advance(timedelta(seconds=5))
    client_with(emulator, "s3", keys, region=REGION).list_buckets()
    records = [
        *records_of(emulator, MANAGEMENT, REGION),
        *records_of(emulator, MEMBER, REGION),
    ]
    events = [read_event(one) for one in records if is_candidate(one)]
    assert keys["SessionToken"] not in repr(events)
    run = LedgerRun(
        id="run",
        operation="session run",
        caller=sts.get_caller_identity()["Arn"],
        began=NOON - timedelta(seconds=1),
        ended=NOON + timedelta(seconds=60),
        accounts=frozenset({events[0].account, read_event(records[-1]).account}),
        tasks=(RootTask.S3_UNLOCK,),
    )
    found = judge(events, Known(runs=(run,)), Expected(), NOON)
    (session,) = found.sessions
    assert [one.name for one in session.events] == ["ListBuckets"]
    assert {one.verdict for one in found.events} == {Verdict.EXPLAINED}
    assert found.findings == ()
    assert {Evidence.ACCESS_KEY, Evidence.TIME, Evidence.TARGET} <= set(session.evidence)
    assert (Evidence.ASSUMED_ROOT in session.evidence) == (said.assumed_root_on != "neither")
    assert found.repeated == int(said.assume_root_in_member)
