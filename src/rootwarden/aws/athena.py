"""Athena: running one query and walking through its answer.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from rootwarden.aws.error_codes import aws_call
from rootwarden.aws.pages import pages
from rootwarden.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_athena import AthenaClient

_PAUSES: Final = (0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds between looks at a query; the last is repeated."""
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})


class Athena:
    """Runs queries in one workgroup, which says where answers are kept. All calls raise AwsError."""

    def __init__(self, client: AthenaClient, workgroup: str) -> None:
        self._client = client
        self._workgroup = workgroup
        self.scanned = 0
        """Bytes that the last query read, which AWS bills."""

    def run(self, query: str) -> Iterator[Mapping[str, str | None]]:
        """The rows of a query, by the names of its columns. A query whose reader goes away meanwhile is stopped."""
        with aws_call("athena:StartQueryExecution"):
            started = self._client.start_query_execution(QueryString=query, WorkGroup=self._workgroup)
        name = started["QueryExecutionId"]
        try:
            self._wait(name)
        except KeyboardInterrupt:
            with aws_call("athena:StopQueryExecution"):
                self._client.stop_query_execution(QueryExecutionId=name)
            raise
        yield from self._rows(name)

    def _wait(self, name: str) -> None:
        looks = 0
        while True:
            with aws_call("athena:GetQueryExecution"):
                found = self._client.get_query_execution(QueryExecutionId=name)["QueryExecution"]
            status: Any = found.get("Status", {})
            state = status.get("State", "QUEUED")
            if state in _ENDED:
                break
            time.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
            looks += 1
        self.scanned = found.get("Statistics", {}).get("DataScannedInBytes", 0)
        if state != "SUCCEEDED":
            text = str(status.get("StateChangeReason", ""))
            raise AwsError(
                f"athena: the query {name} ended as {state}: {text}",
                code=state,
                text=text,
                operation="athena:GetQueryExecution",
                advice="Make the table with what 'rootwarden detect athena --ddl' prints, and name it with --table.",
            )

    def _rows(self, name: str) -> Iterator[Mapping[str, str | None]]:
        columns: list[str] = []
        for page in pages(self._client, "get_query_results", "athena:GetQueryResults", QueryExecutionId=name):
            for row in page["ResultSet"]["Rows"]:
                values = [one.get("VarCharValue") for one in row.get("Data", ())]
                if columns:
                    yield dict(zip(columns, values, strict=False))
                else:  # the first row of the first page holds the names
                    columns = [str(one) for one in values]
