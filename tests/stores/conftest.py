"""Both stores, each with a place that other processes can open too."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger_support"))

from ledger_world import Place, s3_client


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """A local S3 and KMS. moto looks whether a key is there and writes it in two steps, so a lock makes them one."""
    lock, put_object = threading.Lock(), S3Response.put_object

    @wraps(put_object)
    def one_at_a_time(response: Any) -> Any:
        with lock:
            return put_object(response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(S3Response, "put_object", one_at_a_time)
        patch.setattr("werkzeug.serving.WSGIRequestHandler.log", lambda *_: None)
        patch.setattr(
            "werkzeug.serving.WSGIRequestHandler.protocol_version", "HTTP/1.1"
        )  # connections are kept
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def s3_place(aws_url: str) -> Place:
    bucket = f"ledger-{uuid.uuid4().hex[:12]}"
    s3_client(aws_url).create_bucket(Bucket=bucket)
    return Place(f"s3://{bucket}/team/root", aws_url)


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path}/state/ledgers/test.sqlite3")


@pytest.fixture(params=["sqlite", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found
