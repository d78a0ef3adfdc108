"""The table and the query for Athena, read as Athena would read them, and run on DuckDB over the files that detection reads."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from bench_detect.logs import Mix
from detection_cases import BASES, FOLDER, record, records
from sqlglot import exp

from rootwarden.app.detect_sources import CATCH
from rootwarden.detection.event import is_candidate
from rootwarden.errors import BadInput
from rootwarden.model.detection_event import Event
from rootwarden.model.ids import AccountId
from rootwarden.model.log_reading import LogReading, Period, Wanted
from rootwarden.operations.detect.athena_rows import sift_rows
from rootwarden.operations.detect.athena_sql import (
    TABLE_COLUMNS,
    TrailTable,
    candidates,
    checked_table,
    create_table,
    logs_location,
)
from rootwarden.operations.detect.log_files import sift_paths
from rootwarden.operations.detect.sift import Sieve

TABLE = "logs.cloudtrail"
DDL = create_table(
    TrailTable(
        TABLE,
        "s3://org-logs/AWSLogs/o-a1b2c3d4e5/",
        ("111111111111", "222222222222"),
        ("eu-central-1", "us-east-1"),
        datetime(2026, 1, 1, tzinfo=UTC),
    )
)


def corpus() -> list[dict[str, Any]]:
    """Every record of the cases of the rules, odd ones, and the usual noise."""
    found = [record({"like": name}) for name, one in BASES.items() if "eventID" in one]
    for path in sorted((FOLDER / "rules").glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        found += [one for case in (*said["must"], *said["must_not"]) for one in records(case)]
    usual = record({"like": "admin"})
    found += [
        {**usual, "eventName": "DescribeInstances"},
        {name: value for name, value in usual.items() if name != "eventName"},
        {**usual, "eventName": "DescribeInstances", "userIdentity": None},
        {**usual, "eventName": "DescribeInstances", "userIdentity": None, "eventCategory": "Insight"},
        {**usual, "eventName": "DescribeInstances", "userIdentity": {"invokedBy": "ec2.amazonaws.com"}},
        {**usual, "eventName": "stoplogging"},
    ]
    found += Mix(seed=7).records(400)
    return [{**one, "eventID": f"event-{number}"} for number, one in enumerate(found)]


CORPUS = corpus()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus as log files."""
    folder = tmp_path_factory.mktemp("logs")
    for number in range(0, len(CORPUS), 100):
        text = json.dumps({"Records": CORPUS[number : number + 100]})
        (folder / f"{number}.json.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture(scope="module")
def database(logs: Path) -> duckdb.DuckDBPyConnection:
    """The files in a table with the columns of the DDL, put there as Athena's SerDe does: lower case, objects in text as JSON."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA logs")
    table = sqlglot.parse_one(DDL, read="athena").find(exp.Schema)
    assert table is not None
    types = {one.name: one.args["kind"] for one in table.find_all(exp.ColumnDef) if one.parent is table}
    partitions = {"account": "VARCHAR", "region": "VARCHAR", "date": "VARCHAR"}
    columns = {name: kind.sql("duckdb") for name, kind in types.items()} | partitions
    rows = logs.parent / "rows.json"
    with rows.open("w", encoding="utf-8") as file:
        for path in sorted(logs.iterdir()):
            for one in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
                file.write(json.dumps(_as_serde(one, types)) + "\n")
    said = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    read = f"read_json('{rows}', columns = {{{said}}})"
    connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM {read}")  # noqa: S608 - our own columns
    return connection


def _as_serde(one: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    lowered = {name.lower(): value for name, value in one.items()}
    row = {name: _typed(lowered.get(name), kind) for name, kind in types.items()}
    day = str(one.get("eventTime", ""))[:10].replace("-", "/")
    return {
        **row,
        "account": lowered.get("recipientaccountid"),
        "region": lowered.get("awsregion"),
        "date": day,
    }


def _typed(value: Any, kind: exp.DataType) -> Any:
    """A value as the column's type takes it; members that the type does not name are dropped, as the SerDe drops them."""
    if value is None:
        return None
    if kind.this is exp.DataType.Type.STRUCT and isinstance(value, dict):
        lowered = {name.lower(): each for name, each in value.items()}
        return {one.name: _typed(lowered.get(one.name), one.args["kind"]) for one in kind.expressions}
    if kind.is_type("text", "varchar"):
        if isinstance(value, bool):
            return str(value).lower()
        return value if isinstance(value, str) else json.dumps(value)
    return value


def found_by_query(database: duckdb.DuckDBPyConnection, wanted: Wanted) -> list[dict[str, str | None]]:
    """What the query gives, in the words of DuckDB."""
    (sql,) = sqlglot.transpile(candidates(TABLE, wanted, CATCH.watched), read="athena", write="duckdb")
    answer = database.execute(sql)
    names = [one[0] for one in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def found_in_files(logs: Path, period: Period) -> list[Event]:
    sieves = sift_paths((str(logs),), Wanted(period), LogReading(), CATCH)
    return [one for sieve in sieves for one in sieve.events]


def test_the_corpus_has_both_kinds() -> None:
    ours = sum(map(is_candidate, CORPUS))
    assert 100 < ours < len(CORPUS) - 300


def test_the_query_gives_the_candidates_and_nothing_else(database: duckdb.DuckDBPyConnection) -> None:
    expected = {one["eventID"] for one in CORPUS if is_candidate(one)}
    assert {row["eventid"] for row in found_by_query(database, Wanted())} == expected


def test_its_rows_are_the_events_that_the_files_give(database: duckdb.DuckDBPyConnection, logs: Path) -> None:
    sieve = sift_rows(found_by_query(database, Wanted()), Sieve("athena", Period(), CATCH))
    assert {one.id: one for one in sieve.events} == {one.id: one for one in found_in_files(logs, Period())}
    assert len(sieve.troubles) == 2  # an event without a name, and one of nobody


def test_a_period_gives_what_the_same_period_gives_in_files(
    database: duckdb.DuckDBPyConnection, logs: Path
) -> None:
    period = Period(datetime(2024, 10, 25, 20, 53, tzinfo=UTC), datetime(2024, 10, 26, tzinfo=UTC))
    rows = found_by_query(database, Wanted(period))
    sieve = sift_rows(rows, Sieve("athena", period, CATCH))
    ids = {one.id for one in found_in_files(logs, period)}
    assert 0 < len(ids) < len(found_in_files(logs, Period()))
    assert {one.id for one in sieve.events} == ids


def test_accounts_are_partitions(database: duckdb.DuckDBPyConnection) -> None:
    one = AccountId("222222222222")
    rows = found_by_query(database, Wanted(accounts=frozenset({one})))
    expected = {
        each["eventID"] for each in CORPUS if is_candidate(each) and each.get("recipientAccountId") == one
    }
    assert {row["eventid"] for row in rows} == expected


def test_no_session_token_is_in_the_answer(database: duckdb.DuckDBPyConnection) -> None:
    tokens = {
        credentials["sessionToken"]
        for one in CORPUS
        if (credentials := (one.get("responseElements") or {}).get("credentials"))
        and "sessionToken" in credentials
    }
    assert tokens
    text = json.dumps(found_by_query(database, Wanted()))
    assert not [one for one in tokens if one in text]


class TestTable:
    def test_athena_reads_it(self) -> None:
        (table,) = sqlglot.parse(DDL, read="athena")
        assert isinstance(table, exp.Create)
        columns = [one.name for one in table.this.expressions]
        assert columns[: len(TABLE_COLUMNS)] == [name for name, _ in TABLE_COLUMNS]

    def test_it_has_the_field_that_awss_own_lacks(self) -> None:
        kinds = dict(TABLE_COLUMNS)
        assert kinds["useridentity"].count("assumedroot: STRING") == 3

    def test_partitions_are_projected(self) -> None:
        for line in (
            "'projection.enabled' = 'true'",
            "'projection.account.values' = '111111111111,222222222222'",
            "'projection.region.values' = 'eu-central-1,us-east-1'",
            "'projection.date.range' = '2026/01/01,NOW'",
            "'storage.location.template' = 's3://org-logs/AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${date}'",
        ):
            assert line in DDL

    @pytest.mark.parametrize(
        ("url", "organization", "place"),
        [
            ("s3://b-1", "o-a1b2c3d4e5", "s3://b-1/AWSLogs/o-a1b2c3d4e5/"),
            ("s3://b-1/pre/fix/", "o-a1b2c3d4e5", "s3://b-1/pre/fix/AWSLogs/o-a1b2c3d4e5/"),
            ("s3://b-1/AWSLogs/o-a1b2c3d4e5/", "o-a1b2c3d4e5", "s3://b-1/AWSLogs/o-a1b2c3d4e5/"),
            ("s3://b-1/AWSLogs", None, "s3://b-1/AWSLogs/"),
        ],
    )
    def test_its_place(self, url: str, organization: str | None, place: str) -> None:
        assert logs_location(url, organization) == place

    @pytest.mark.parametrize("url", ["b-1", "s3://", "s3://b-1/x'y", "s3://b-1/a b", "https://b-1"])
    def test_what_is_no_place(self, url: str) -> None:
        with pytest.raises(BadInput, match="is no place in S3"):
            logs_location(url, None)

    @pytest.mark.parametrize("name", ["a.b.c", "A", "a;b", "a b", "", '"a"', "a'"])
    def test_what_is_no_name(self, name: str) -> None:
        with pytest.raises(BadInput, match="is no name of a table"):
            checked_table(name)
