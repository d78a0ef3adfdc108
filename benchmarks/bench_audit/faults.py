"""What goes wrong on the way, by chance but the same on every run."""

from __future__ import annotations

import random
from enum import Enum
from typing import Final, NamedTuple

from bench_audit.wire import Answer


class Fault(Enum):
    """One thing that can happen to a call."""

    THROTTLE = "throttle"
    SERVER_ERROR = "5xx"
    RESET = "reset"
    STALL = "stall"


class Faults(NamedTuple):
    """The share of all calls that meets each fault, and how long a stall lasts in seconds."""

    throttle: float = 0.0
    server_error: float = 0.0
    reset: float = 0.0
    stall: float = 0.0
    stall_seconds: float = 10.0
    seed: int = 7

    @property
    def any(self) -> bool:
        """Whether anything goes wrong at all."""
        return self.throttle + self.server_error + self.reset + self.stall > 0

    def drawn(self, operation: str, subject: str, attempt: int) -> tuple[Fault | None, float]:
        """The fault of the nth attempt of an operation on an account, whatever else happens, and a second chance number."""
        chance = random.Random(f"{self.seed}:{operation}:{subject}:{attempt}")  # noqa: S311 - the same on every run
        number, second = chance.random(), chance.random()
        for fault, share in (
            (Fault.THROTTLE, self.throttle),
            (Fault.SERVER_ERROR, self.server_error),
            (Fault.RESET, self.reset),
            (Fault.STALL, self.stall),
        ):
            if number < share:
                return fault, second
            number -= share
        return None, second


THROTTLES: Final = (
    ("Throttling", 400),
    ("ThrottlingException", 400),
    ("RequestLimitExceeded", 503),
    ("TooManyRequestsException", 400),
)
"""Codes that AWS's services give for too many calls."""

_SERVER_ERRORS: Final = (
    ("InternalFailure", 500, "The request processing has failed because of an unknown error."),
    ("ServiceUnavailable", 503, "Service Unavailable"),
)


def throttled(chance: float, *, json: bool) -> Answer:
    """One of AWS's ways to say "slower"."""
    code, status = THROTTLES[int(chance * len(THROTTLES))]
    return error(code, "Rate exceeded", status, json=json)


def failed(chance: float, *, json: bool) -> Answer:
    """A 5xx: AWS's own, or a load balancer's."""
    number = int(chance * (len(_SERVER_ERRORS) + 1))
    if number == len(_SERVER_ERRORS):
        page = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
        return Answer(page, "text/html", 502, "502")
    code, status, text = _SERVER_ERRORS[number]
    return error(code, text, status, json=json)


def error(code: str, text: str, status: int, *, json: bool) -> Answer:
    """An error of AWS's in the protocol of the service."""
    if json:
        body = f'{{"__type":"{code}","Message":"{text}"}}'
        return Answer(body.encode(), "application/x-amz-json-1.1", status, code)
    kind = "Sender" if status < 500 else "Receiver"  # noqa: PLR2004 - HTTP server errors
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{text}</Message></Error>"
        "<RequestId>in-the-header</RequestId></ErrorResponse>"
    )
    return Answer(body.encode(), "text/xml", status, code)
