"""The tests themselves: they can reach neither the network nor what belongs to the user."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import network_guard
import platformdirs
import pytest

from rootwarden.errors import RootwardenError

OUTSIDE_IPV4 = "192.0.2.7"
"""Addresses and a name reserved for documentation (RFC 5737, RFC 3849, RFC 2606): even unguarded nobody would answer."""
OUTSIDE_IPV6 = "2001:db8::7"
OUTSIDE_NAME = "sts.example.invalid"


@pytest.fixture
def expected_attempts(network_attempts: Path) -> Iterator[Path]:
    """The record of attempts, emptied at the end of a test that makes them on purpose."""
    yield network_attempts
    network_attempts.unlink()


@pytest.fixture
def loopback_server() -> Iterator[tuple[str, int]]:
    """Somebody who accepts connections on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def connect(family: socket.AddressFamily, address: tuple[object, ...]) -> None:
    with socket.socket(family) as connection:
        connection.settimeout(1)
        connection.connect(address)


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, (OUTSIDE_IPV4, 443)),
        (socket.AF_INET, ("169.254.169.254", 80)),
        (socket.AF_INET, ("0.0.0.0", 443)),  # noqa: S104 - connected to, not listened on
        (socket.AF_INET6, (OUTSIDE_IPV6, 443, 0, 0)),
        (socket.AF_INET6, ("fe80::1%1", 443, 0, 0)),
        (socket.AF_INET6, (f"::ffff:{OUTSIDE_IPV4}", 443, 0, 0)),
    ],
    ids=str,
)
def test_no_connection_leaves_the_machine(
    expected_attempts: Path, family: socket.AddressFamily, address: tuple[object, ...]
) -> None:
    with pytest.raises(network_guard.ConnectionLeavesMachine, match="a test tried to leave this machine"):
        connect(family, address)
    assert f"socket.connect to {address[0]}:{address[1]}" in expected_attempts.read_text()


def test_no_name_is_looked_up(expected_attempts: Path) -> None:
    with pytest.raises(network_guard.ConnectionLeavesMachine):
        socket.getaddrinfo(OUTSIDE_NAME, 443)
    with pytest.raises(network_guard.ConnectionLeavesMachine):
        socket.gethostbyname(OUTSIDE_NAME)
    assert expected_attempts.read_text().count(OUTSIDE_NAME) == 2


def test_no_datagram_leaves_the_machine(expected_attempts: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(network_guard.ConnectionLeavesMachine),
    ):
        sender.sendto(b"question", (OUTSIDE_IPV4, 53))
    assert OUTSIDE_IPV4 in expected_attempts.read_text()


def test_an_attempt_in_a_thread_that_swallows_it_is_written_down(expected_attempts: Path) -> None:
    def try_quietly() -> None:
        with pytest.raises(OSError, match=OUTSIDE_IPV4):
            connect(socket.AF_INET, (OUTSIDE_IPV4, 443))

    thread = threading.Thread(target=try_quietly)
    thread.start()
    thread.join()
    assert OUTSIDE_IPV4 in expected_attempts.read_text()


def test_loopback_can_be_reached(loopback_server: tuple[str, int], network_attempts: Path) -> None:
    connect(socket.AF_INET, loopback_server)
    with socket.create_connection(("localhost", loopback_server[1]), timeout=5) as connection:
        assert connection.getpeername() == loopback_server
    assert not network_attempts.exists()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "localhost", "LOCALHOST."]
)
def test_what_is_loopback(host: str) -> None:
    assert network_guard.is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example", "127.0.0.1.example", "10.0.0.1", "::", "128.0.0.1"])
def test_what_is_not_loopback(host: str) -> None:
    assert not network_guard.is_loopback(host)


def test_a_python_child_is_guarded(expected_attempts: Path) -> None:
    script = f"import socket; socket.create_connection(({OUTSIDE_IPV4!r}, 443), timeout=1)"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert child.returncode == 1
    assert "ConnectionLeavesMachine" in child.stderr
    assert OUTSIDE_IPV4 in expected_attempts.read_text()


def test_another_program_is_sent_to_a_dead_proxy(network_attempts: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    child = subprocess.run(
        [curl, "--silent", "--show-error", f"https://{OUTSIDE_NAME}/"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 7  # "failed to connect to host": the proxy
    assert not network_attempts.exists()


def test_boto3_cannot_reach_aws(expected_attempts: Path) -> None:
    client = boto3.client(
        "sts", "eu-central-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="invented"
    )
    with pytest.raises(Exception, match=r"Failed to connect to proxy|Could not connect"):
        client.get_caller_identity()
    assert "an address beyond the proxy" in expected_attempts.read_text()


def test_the_guarded_connection_is_no_error_of_ours() -> None:
    assert not issubclass(network_guard.ConnectionLeavesMachine, RootwardenError)


def test_nothing_of_the_users_is_in_the_environment() -> None:
    ours = {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"}
    assert {name for name in os.environ if name.startswith("AWS_")} == ours
    assert not [name for name in os.environ if name.startswith("ROOTWARDEN_")]
    assert boto3.Session().get_credentials() is None
    assert boto3.Session().available_profiles == []


def test_every_folder_of_the_user_is_a_temporary_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    places = (
        Path.home(),
        platformdirs.user_config_path("rootwarden"),
        platformdirs.user_state_path("rootwarden"),
    )
    assert all(place.is_relative_to(base) for place in places)


NESTED = """
import os, socket, contextlib
def test_swallows():
    with contextlib.suppress(OSError):
        socket.create_connection(({address!r}, 443), timeout=1)
"""


def test_a_test_that_swallows_the_refusal_fails(tmp_path: Path) -> None:
    """The whole way: a passing test body whose connection was refused is reported as an error."""
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tmp_path)
    shutil.copytree(Path(network_guard.__file__).parent, tmp_path / "guard")
    (tmp_path / "test_nested.py").write_text(NESTED.format(address=OUTSIDE_IPV4), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        str(tmp_path),
    ]
    child = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert child.returncode == 1
    assert "tried to leave this machine" in child.stdout
    assert "1 passed, 1 error" in child.stdout
