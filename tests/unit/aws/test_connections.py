"""Shared connections read once what they trust, and trust nothing else."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3.util.connection
from bench_audit.certificate import write_certificate
from bench_audit.organization import Organization, Plan
from bench_audit.sts import Sts
from botocore.config import Config
from botocore.exceptions import SSLError

from rootwarden.aws.connections import Connections

IDENTITY = Sts(Organization(Plan(1))).identity().body


class OneCall(BaseHTTPRequestHandler):
    """Answers GetCallerIdentity and closes the connection, so that each call needs a new one."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(IDENTITY)))
        self.end_headers()
        self.wfile.write(IDENTITY)

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002 - the standard library's name
        """Says nothing."""


class Place:
    """A TLS server with a certificate of an authority of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.authority, chain, key = write_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), OneCall)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is no news here
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "server")
    yield place
    place.close()


def client(place: Place, trusted: Path | bool, host: str = "127.0.0.1") -> Any:
    session = boto3.Session(
        aws_access_key_id="AKIA", aws_secret_access_key="invented", region_name="us-east-1"
    )
    made = session.client(
        "sts",
        endpoint_url=f"https://{host}:{place.port}",
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    Connections(4).carry(made, ca_bundle=str(trusted) if isinstance(trusted, Path) else trusted)
    return made


def test_the_bundle_is_read_once_for_all_connections(place: Place) -> None:
    sts = client(place, place.authority)
    sts.get_caller_identity()
    place.authority.unlink()  # a connection that would read it again could not be made
    for _ in range(3):
        assert sts.get_caller_identity()["Account"]


def test_another_authority_is_not_trusted(place: Place, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other, _, _ = write_certificate(tmp_path / "other")
    sts = client(place, other)
    for _ in range(2):
        with pytest.raises(SSLError, match="certificate verify failed"):
            sts.get_caller_identity()


def test_the_usual_bundle_does_not_trust_it_either(place: Place) -> None:
    with pytest.raises(SSLError, match="certificate verify failed"):
        client(place, trusted=True).get_caller_identity()


def test_a_certificate_of_another_host_is_refused(place: Place) -> None:
    with pytest.raises(SSLError, match=r"Hostname mismatch|doesn't match"):
        client(place, place.authority, host="localhost").get_caller_identity()


def test_a_bundle_that_is_missing_is_an_error_of_botocores_until_it_is_there(
    place: Place, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    sts = client(place, bundle)
    with pytest.raises(SSLError, match="No such file"):
        sts.get_caller_identity()
    bundle.write_bytes(place.authority.read_bytes())
    assert sts.get_caller_identity()["Account"]


def test_a_bundle_that_holds_no_certificates_is_an_error_of_botocores(place: Place, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("nothing\n")
    with pytest.raises(SSLError):
        client(place, bundle).get_caller_identity()


def test_packets_do_not_wait_for_each_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Head and body of a call are two packets; with Nagle's algorithm the second waits for the receipt of the first."""
    at_once: list[int] = []
    connect = urllib3.util.connection.create_connection

    def noting(*arguments: Any, **options: Any) -> socket.socket:
        made = connect(*arguments, **options)
        at_once.append(made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return made

    monkeypatch.setattr(urllib3.util.connection, "create_connection", noting)
    client(place, place.authority).get_caller_identity()
    assert at_once == [1]
