"""Cases of detection, which stand in data files: synthetic records by name, with what is different about them.

An event of a case is ``{"like": NAME, "at": SECONDS, "with": {PATH: VALUE}, "without": [PATH]}``; times are in seconds from ``START``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from rootwarden.detection.engine import judge
from rootwarden.detection.event import read_event
from rootwarden.model.detection import Judged
from rootwarden.model.detection_known import Expected, Known, LedgerRun, Suppression
from rootwarden.model.ids import AccountId
from rootwarden.model.recovery_exception import RecoveryException
from rootwarden.model.tasks import RootTask

FOLDER: Final = Path(__file__).parents[1] / "cases" / "detection"
START: Final = datetime(2024, 10, 25, 20, 52, 11, tzinfo=UTC)
NOW: Final = datetime(2024, 11, 25, tzinfo=UTC)
CALLER: Final = "arn:aws:sts::111111111111:assumed-role/JohnDoe/JohnRole1"
MEMBER: Final = AccountId("222222222222")
BASES: Final[Mapping[str, Any]] = json.loads((FOLDER / "records.json").read_text(encoding="utf-8"))


def load(name: str) -> Any:
    """A data file of cases."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def moment(seconds: float) -> datetime:
    """A time of a case."""
    return START + timedelta(seconds=seconds)


def stamp(seconds: float) -> str:
    """The same, as records have it."""
    return moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(said: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """The record of a case's event; each has an event id of its own unless it is given one."""
    found: dict[str, Any] = copy.deepcopy(BASES[said["like"]])
    found["eventID"] = f"{found['eventID']}-{number}"
    if "at" in said:
        found["eventTime"] = stamp(said["at"])
    for path, value in said.get("with", {}).items():
        put(found, path, value)
    for path in said.get("without", ()):
        remove(found, path)
    if "account" in said:
        _move(found, said["account"])
    return found


def put(found: dict[str, Any], path: str, value: Any) -> None:
    """Sets a member by its path."""
    *above, name = path.split(".")
    for step in above:
        if not isinstance(found.get(step), dict):
            found[step] = {}
        found = found[step]
    found[name] = value


def remove(found: dict[str, Any], path: str) -> None:
    """Removes a member by its path."""
    *above, name = path.split(".")
    for step in above:
        found = found[step]
    del found[name]


def records(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All records of a case."""
    return [record(said, number) for number, said in enumerate(case["events"])]


def judged(case: Mapping[str, Any]) -> Judged:
    """What a case comes to."""
    return judged_records(records(case), case)


def judged_records(found: Iterable[Mapping[str, Any]], case: Mapping[str, Any]) -> Judged:
    """What records come to, against what a case knows and expects."""
    return judge([read_event(one) for one in found], known(case), expected(case), NOW)


def known(case: Mapping[str, Any]) -> Known:
    """The ledger of a case."""
    return Known(
        runs=tuple(_run(said, number) for number, said in enumerate(case.get("runs", ()))),
        exceptions=tuple(_exception(said) for said in case.get("exceptions", ())),
        ledger_read=case.get("ledger_read", True),
    )


def expected(case: Mapping[str, Any]) -> Expected:
    """The configuration of a case."""
    said = case.get("expected", {})
    return Expected(
        principals=frozenset(said.get("principals", ())),
        accounts=frozenset(AccountId(one) for one in said.get("accounts", ())),
        tasks=frozenset(RootTask(one) for one in said.get("tasks", ())),
        regions=frozenset(said.get("regions", ())),
        networks=tuple(ip_network(one) for one in said.get("networks", ())),
        alert_rules=frozenset(said.get("alert_rules", ())),
        suppressions=tuple(
            Suppression(
                one["rule"],
                "owner",
                "reason",
                datetime.fromisoformat(one["until"]),
                frozenset(AccountId(name) for name in one.get("accounts", ())),
            )
            for one in said.get("suppressions", ())
        ),
    )


def _run(said: Mapping[str, Any], number: int) -> LedgerRun:
    accounts = frozenset(AccountId(one) for one in said.get("accounts", (MEMBER,)))
    return LedgerRun(
        id=f"run-{number}",
        operation=said.get("operation", "session run"),
        caller=said.get("caller", CALLER),
        began=moment(said.get("began", -2)),
        ended=None if said.get("ended", 180) is None else moment(said.get("ended", 180)),
        accounts=accounts,
        tasks=tuple(RootTask(one) for one in said.get("tasks", ("s3-unlock",))),
        reason=said.get("reason", "the policy locks everybody out"),
        ticket=said.get("ticket", "OPS-1"),
        plan_hash=said.get("plan_hash"),
        exception_id=said.get("exception_id"),
        access_keys={key: AccountId(one) for key, one in said.get("access_keys", {}).items()},
        request_ids=frozenset(said.get("request_ids", ())),
    )


def _exception(said: Mapping[str, Any]) -> RecoveryException:
    return RecoveryException(
        id=said.get("id", "x-1"),
        account=AccountId(said.get("account", MEMBER)),
        task=said.get("task", "root-password"),
        owner="owner",
        reason="the drill",
        ticket=None,
        opened=moment(said.get("opened", -600)),
        until=moment(said.get("until", 7200)),
        closed=moment(said["closed"]) if "closed" in said else None,
    )


def _move(found: dict[str, Any], account: str) -> None:
    """Puts a record of root into another account."""
    found["recipientAccountId"] = account
    found["userIdentity"] |= {
        "accountId": account,
        "principalId": account,
        "arn": f"arn:aws:iam::{account}:root",
    }
