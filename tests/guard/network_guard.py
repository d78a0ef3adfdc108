"""Refuses every connection that leaves this machine, and writes down that it was tried.

An audit hook sees the calls of every library, C extensions included, and cannot be patched away. Python child processes
get the same hook through ``sitecustomize`` beside this file (its folder is put on PYTHONPATH). Writing the attempt down
matters, because a program may well treat the refusal as an unreachable network and go on. One thing escapes: a name
given to ``socket.connect`` itself is looked up before the hook sees the address (and then refuses it).
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

RECORD_VARIABLE = "NETWORK_GUARD_RECORD"
"""Names the file in which attempts are written down, one per line."""

DEAD_PROXY = ("127.0.0.1", 9)
"""Where the tests' proxy variables point: whoever connects there wanted to leave the machine."""


class ConnectionLeavesMachine(OSError):
    """Something tried to reach an address that is not loopback."""


def is_loopback(host: str) -> bool:
    """Whether a name or an address stands for this machine; any other name would be looked up, so it does not."""
    if host.lower().rstrip(".") in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """The audit hook: raises ConnectionLeavesMachine for a connection, a datagram or a look-up that leaves the machine."""
    if not event.startswith("socket."):
        return
    target = _target(event, arguments)
    if target is None or (is_loopback(target[0]) and target != DEAD_PROXY):
        return
    host, port = target
    where = f"{host}:{port}" if port else host
    if target == DEAD_PROXY:
        where = "an address beyond the proxy"
    _write_down(f"{event} to {where}")
    raise ConnectionLeavesMachine(f"a test tried to leave this machine: {event} to {where}")


def _target(event: str, arguments: tuple[object, ...]) -> tuple[str, int] | None:
    """The host and port an audit event is about, or None where it is about none."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if not isinstance(address, tuple) or getattr(arguments[0], "family", None) not in _INTERNET:
            return None
        return _text(address[0]), int(address[1])
    if event == "socket.gethostbyaddr":
        return _text(arguments[0]), 0
    if event in {"socket.getaddrinfo", "socket.gethostbyname"} and arguments[0] is not None:
        host = _text(arguments[0])
        return None if _is_address(host) else (host, 0)
    return None


_INTERNET = (socket.AF_INET, socket.AF_INET6)


def _is_address(host: str) -> bool:
    """Whether the host is written as an address: converting it asks nobody."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _text(host: object) -> str:
    return bytes(host).decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)


def _write_down(attempt: str) -> None:
    record = os.environ.get(RECORD_VARIABLE) or _state.record
    if record:
        with Path(record).open("a", encoding="utf-8") as file:
            file.write(
                f"{attempt} (process {os.getpid()}: {Path(sys.argv[0]).name if sys.argv else 'python'})\n"
            )


class _State:
    """Whether the hook is in place (it cannot be taken out again), and where attempts go without the variable."""

    installed = False
    record: str | None = None


_state = _State()


def install(record: Path | None = None) -> None:
    """Put the hook in place once, and write attempts to this file from now on."""
    _state.record = str(record) if record else None
    if not _state.installed:
        _state.installed = True
        sys.addaudithook(refuse)
