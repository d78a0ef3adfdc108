"""The server: AWS's answers over TLS and kept-alive connections, late, rationed and now and then wrong as asked.

    python -m bench_audit.server --members 1000 --latency 0.05 --assume-root 20

Prints one line of JSON once it is ready: the port and the certificate to trust. Ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from bench_audit import faults, iam, quotas, signature
from bench_audit.certificate import write_certificate
from bench_audit.counts import Counts
from bench_audit.faults import Fault, Faults, error
from bench_audit.organization import Organization, Plan
from bench_audit.organizations import TARGET, OrganizationsService
from bench_audit.sts import CALLER_KEY, CALLER_SECRET, Session, Sts
from bench_audit.wire import Answer, Request, taken_from, to_bytes

CONTROL: Final = "/_bench/"
_RESET: Final = struct.pack("ii", 1, 0)
_MIX_UPS: Final = "mix-up"


class Options(NamedTuple):
    """How the server behaves."""

    plan: Plan
    latency: float = 0.0
    """Seconds added to each answer."""
    assume_root: float | None = None
    """AssumeRoot calls a second; None for no quota."""
    faults: Faults = Faults()


class Call(NamedTuple):
    """A request, understood."""

    operation: str
    subject: str
    """The account it is about, or empty."""
    json: bool
    parameters: dict[str, str]
    session: Session | None


class Service:
    """From requests to answers, with quotas and counts."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.counts = Counts()
        self._organization = Organization(options.plan)
        self._organizations = OrganizationsService(self._organization)
        self._sts = Sts(self._organization)
        self._buckets = {name: quotas.Bucket(rate) for name, rate in quotas.ORGANIZATIONS.items()}
        if options.assume_root:
            self._buckets["AssumeRoot"] = quotas.Bucket(quotas.assume_root(options.assume_root))

    def understood(self, request: Request) -> Call | Answer:
        """What a request asks for; an error for one that nobody may make."""
        target = request.headers.get("x-amz-target", "")
        as_json = target.startswith(TARGET)
        signed = signature.read(request)
        if signed is None:
            return error("MissingAuthenticationToken", "Request is missing its signature", 403, json=as_json)
        session = self._sts.sessions.get(signed.access_key_id)
        secret = session.secret if session else CALLER_SECRET
        if session is None and signed.access_key_id != CALLER_KEY:
            return error("InvalidClientTokenId", "The security token is invalid.", 403, json=as_json)
        token = request.headers.get("x-amz-security-token")
        if token != (session.token if session else None) or not signature.fits(request, signed, secret):
            # Key, secret and token of different sessions: somebody mixed two accounts up.
            self.counts.outcomes[_MIX_UPS]["SignatureDoesNotMatch"] += 1
            return error("SignatureDoesNotMatch", "The signature does not match.", 403, json=as_json)
        if as_json:
            return Call(target.removeprefix(TARGET), "", as_json, {}, session)
        parameters = dict(parse_qsl(request.body.decode()))
        operation = parameters.get("Action", "")
        subject = (
            self._organization.account_id(session.number)
            if session
            else parameters.get("TargetPrincipal", "")
        )
        return Call(operation, subject, as_json, parameters, session)

    def is_over_the_quota(self, call: Call, now: float) -> bool:
        """Whether the operation's rate is used up; takes one call off it if not."""
        bucket = self._buckets.get(call.operation)
        return bucket is not None and not bucket.take(now)

    def answer(self, call: Call, body: bytes) -> Answer:
        """What AWS says."""
        if call.json:
            return self._organizations.answer(call.operation, body)
        if call.operation in iam.OPERATIONS and call.session:
            user = self._organization.root_user(call.session.number)
            return iam.answer(
                call.operation, call.parameters, user=user, account=call.subject, task=call.session.task
            )
        if call.operation == "AssumeRoot" and call.session is None:
            return self._sts.assume_root(call.parameters)
        if call.operation == "GetCallerIdentity" and call.session is None:
            return self._sts.identity()
        return error("AccessDenied", f"no {call.operation} here", 403, json=False)

    def control(self, target: str) -> Answer:
        """What the server saw, and what a report has to say of each account."""
        if target == f"{CONTROL}counts":
            return Answer(json.dumps(self.counts.as_document()).encode(), "application/json")
        if target == f"{CONTROL}accounts":
            lines = (json.dumps(one) + "\n" for one in self._truths())
            return Answer("".join(lines).encode(), "application/jsonl")
        name, _, rate = target.partition("?assume-root=")
        if name == f"{CONTROL}begin-anew":
            self.counts = Counts()
            self._buckets["AssumeRoot"] = quotas.Bucket(quotas.assume_root(float(rate)))
            return Answer(b"{}", "application/json")
        return Answer(b"", "text/plain", 404)

    def _truths(self) -> Iterator[dict[str, object]]:
        for number in range(self.options.plan.members + 1):
            truth = self._organization.truth(number)
            account = truth["id"]
            yield {
                **truth,
                "sessions": self.counts.given[account],
                "summaries": self.counts.summaries[account],
            }


class Connection(asyncio.Protocol):
    """One client connection."""

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker: create_server makes no other
        self._transport = transport
        self._service.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while request := taken_from(self._buffer):
            self._handle(request)

    def _handle(self, request: Request) -> None:
        service, now = self._service, self._loop.time()
        if request.target.startswith(CONTROL):
            self._send(service.control(request.target))
            return
        call = service.understood(request)
        if isinstance(call, Answer):
            service.counts.in_flight += 1
            self._later(service.options.latency, call)
            return
        attempt = service.counts.arrived(call.operation, call.subject, now)
        chosen = service.options.faults
        fault, chance = chosen.drawn(call.operation, call.subject, attempt) if chosen.any else (None, 0.0)
        self._act(call, request.body, fault, chance)

    def _act(self, call: Call, body: bytes, fault: Fault | None, chance: float) -> None:
        service, now = self._service, self._loop.time()
        delay = service.options.latency
        throttled = fault is Fault.THROTTLE or service.is_over_the_quota(call, now)
        answer: Answer | None = None
        if fault is Fault.THROTTLE:
            answer = faults.throttled(chance, json=call.json)
        elif throttled:
            code = "TooManyRequestsException" if call.json else "Throttling"
            answer = error(code, "Rate exceeded", 400, json=call.json)
        elif fault is Fault.SERVER_ERROR:
            answer = faults.failed(chance, json=call.json)
        elif fault is not Fault.RESET or chance < 0.5:  # noqa: PLR2004 - half of the lost calls were carried out
            answer = service.answer(call, body)
        outcome = fault.value if fault is Fault.RESET else (answer.code if answer else "") or "ok"
        service.counts.answered(call.operation, call.subject, outcome, now, throttled=throttled)
        if fault is Fault.RESET:
            self._loop.call_later(delay, self._reset)
            return
        stalled = service.options.faults.stall_seconds if fault is Fault.STALL else 0.0
        self._later(delay + stalled, answer or error("InternalFailure", "", 500, json=call.json))

    def _later(self, delay: float, answer: Answer) -> None:
        if delay:
            self._loop.call_later(delay, self._finish, answer)
        else:
            self._finish(answer)

    def _finish(self, answer: Answer) -> None:
        self._service.counts.in_flight -= 1
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        number = sum(self._service.counts.calls.values())
        self._transport.write(to_bytes(answer, f"00000000-0000-4000-8000-{number:012d}"))

    def _reset(self) -> None:
        self._service.counts.in_flight -= 1
        if self._transport is None or self._transport.is_closing():
            return
        # Closing with a linger of zero seconds sends RST: the other side sees its connection reset.
        connection: socket.socket = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()


async def serve(options: Options, folder: Path) -> None:
    """Serves until standard input ends."""
    authority, chain, key = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    loop = asyncio.get_running_loop()
    service = Service(options)
    server = await loop.create_server(
        lambda: Connection(service, loop), "127.0.0.1", 0, ssl=context, backlog=1024
    )
    async with server:
        ready = {"port": server.sockets[0].getsockname()[1], "ca": str(authority)}
        print(json.dumps(ready), flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


def options_from(arguments: list[str] | None = None) -> Options:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--members", type=int, required=True)
    parser.add_argument(
        "--holding-every", type=int, default=33, help="every nth account has root credentials"
    )
    parser.add_argument("--denied-every", type=int, default=0, help="every nth account is shut off by an SCP")
    parser.add_argument("--for-removal", action="store_true", help="all accounts have two old credentials")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds added to each answer")
    parser.add_argument("--assume-root", type=float, help="AssumeRoot calls a second; no quota if left out")
    for name in ("throttle", "server-error", "reset", "stall"):
        parser.add_argument(f"--{name}", type=float, default=0.0, help="share of calls, 0 to 1")
    parser.add_argument("--stall-seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    return Options(
        Plan(asked.members, asked.holding_every, asked.denied_every, asked.for_removal),
        asked.latency,
        asked.assume_root,
        Faults(asked.throttle, asked.server_error, asked.reset, asked.stall, asked.stall_seconds, asked.seed),
    )


def main() -> None:
    """Serves with the options of the command line."""
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as folder:
        asyncio.run(serve(options_from(), Path(folder)))


if __name__ == "__main__":
    main()
