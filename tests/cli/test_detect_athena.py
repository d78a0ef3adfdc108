"""``detect athena``, and ``detect run --athena`` on moto's Athena with answers made beforehand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from detect_records import record
from detect_rig import detected
from moto.athena.models import Execution, QueryResults, athena_backends
from product_rig import LEGACY, MANAGEMENT, SECURITY, SHOP, Ran, Rig, company

from rootwarden.app.detect_sources import CATCH
from rootwarden.aws import athena
from rootwarden.emulator import FaultSpec, account
from rootwarden.model.log_reading import Wanted
from rootwarden.operations.detect.athena_sql import SELECTED, candidates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(rig: Rig, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A company with one shop; nobody waits for a query."""
    monkeypatch.setattr(athena, "_PAUSES", (0.0,))
    rig.up(company(account(SHOP, "Shop"), account(LEGACY, "Legacy")))
    return rig


def row(one: dict[str, Any]) -> dict[str, Any]:
    """A record as the query's row."""

    def at(path: str) -> Any:
        found: Any = one
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, dict | list):
            return json.dumps(found)
        return str(found).lower() if isinstance(found, bool) else found

    values = [at(path) for _, path, _ in SELECTED]
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in values]}


def answers(*records: dict[str, Any]) -> None:
    """What the next query of the management account comes to."""
    head = {"Data": [{"VarCharValue": name} for name, _, _ in SELECTED]}
    backend = athena_backends[MANAGEMENT]["us-east-1"]
    backend.query_results_queue.append(QueryResults(rows=[head, *map(row, records)], column_info=[]))


def by_athena(rig: Rig, *arguments: str) -> Ran:
    return detected(rig, "--athena", "primary", "--since", "2026-03-01", *arguments)


def queries() -> list[str]:
    return [one.query for one in athena_backends[MANAGEMENT]["us-east-1"].executions.values()]


def test_its_rows_are_judged(shop: Rig) -> None:
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
        requestParameters={
            "targetPrincipal": SHOP,
            "taskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"},
        },
        responseElements={"credentials": {"accessKeyId": "ASIAPLANTEDKEY000001"}},
    )
    answers(opening, record(2))
    found = by_athena(shop, "--table", "logs.trail")
    assert found.code == 1
    (session,) = found.document["sessions"]
    assert (session["opening"], session["events"], session["task"]) == ("event-1", ["event-2"], "s3-unlock")
    assert found.document["sources"] == ["athena:primary/logs.trail"]
    (query,) = queries()
    assert "FROM logs.trail\n" in query
    assert "\"date\" >= '2026/02/28'" in query


def test_no_row_is_nothing_found(shop: Rig) -> None:
    answers()
    found = by_athena(shop)
    assert (found.code, found.document["events"]) == (0, [])


def test_a_row_that_cannot_be_read_is_named(shop: Rig) -> None:
    answers(record(1), record(2, recipientAccountId="nobody"))
    found = by_athena(shop)
    assert found.code == 6
    (trouble,) = found.document["read"]["troubles"]
    assert trouble["reason"]["text"] == "row 2: recipientAccountId: it is no account id"


def test_a_query_that_fails_says_what_athena_said(shop: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(execution: Execution) -> None:
        execution.status = "FAILED"

    monkeypatch.setattr(Execution, "advance", failed)
    found = by_athena(shop)
    assert found.code == 3
    assert found.document["error"]["reason"]["code"] == "FAILED"
    assert "detect athena --ddl" in found.document["error"]["advice"]


def test_a_caller_who_may_not_ask(shop: Rig) -> None:
    shop.emulator.world.faults.append(
        FaultSpec(operation="athena:StartQueryExecution", code="AccessDeniedException", message="No.")
    )
    found = by_athena(shop)
    assert (found.code, found.document["error"]["reason"]["code"]) == (3, "AccessDeniedException")


PLACED = ("--account", SHOP, "--log-region", "us-east-1", "--organization-id", "o-a1b2c3d4e5")


class TestTexts:
    def test_the_query_needs_nobody(self, rig: Rig) -> None:
        found = rig.run("detect", "athena", "--sql", "--table", "logs.trail", profile=None)
        assert (found.code, found.err) == (0, "")
        assert found.out == candidates("logs.trail", Wanted(), CATCH.watched)

    def test_the_table_asks_aws_for_what_is_not_said(self, shop: Rig) -> None:
        found = shop.run(
            "detect", "athena", "--ddl", "--location", "s3://logs-1", "--log-region", "eu-central-1"
        )
        assert found.code == 0
        organization = shop.emulator.world.organization.id
        accounts = ",".join(sorted((MANAGEMENT, SECURITY, SHOP, LEGACY)))
        assert f"'projection.account.values' = '{accounts}'" in found.out
        assert f"LOCATION 's3://logs-1/AWSLogs/{organization}/'" in found.out
        assert sqlglot.parse_one(found.out, read="athena").key == "create"

    def test_the_table_of_an_accounts_trail_needs_nobody(self, rig: Rig) -> None:
        said = (
            "--account-trail",
            "--account",
            SHOP,
            "--log-region",
            "us-east-1",
            "--location",
            "s3://logs-1",
        )
        found = rig.json("detect", "athena", "--ddl", *said, profile=None)
        assert (found.code, found.document["kind"]) == (0, "ddl")
        assert "LOCATION 's3://logs-1/AWSLogs/'" in found.document["text"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "what to print is not said"),
            (("--ddl", "--sql"), "what to print is not said"),
            (("--ddl",), "--ddl needs the place of the logs"),
            (
                ("--ddl", "--location", "s3://logs-1", "--account-trail"),
                "the trail of an account needs that account",
            ),
            (("--ddl", "--location", "s3://logs-1", *PLACED, "--log-region", "x'"), "is no Region"),
            (
                ("--ddl", "--location", "s3://logs-1", *PLACED, "--organization-id", "o-'"),
                "is not an organization id",
            ),
            (("--sql", "--table", "a;b"), "is no name of a table"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, rig: Rig, arguments: tuple[str, ...], words: str) -> None:
        found = rig.json("detect", "athena", *arguments, profile=None)
        assert found.code == 2
        assert words in found.document["error"]["message"]


def test_the_catalogue_is_listed(rig: Rig) -> None:
    found = rig.json("detect", "rules", profile=None)
    rules = {one["id"]: one for one in found.document["rules"]}
    assert (found.code, len(rules)) == (0, len(found.document["rules"]))
    assert rules["root-key-created"]["severity"] == "critical"
    assert all(one["why"] and one["next_step"] and one["techniques"] for one in rules.values())
