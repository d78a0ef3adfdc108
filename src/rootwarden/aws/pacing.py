"""When a call may be sent, and whether a failed one is tried again: in the place of the SDK's own retries.

The SDK's retries share one budget among all calls of a client, so that a few bad accounts use up what the others need. Here each
root session has its own, and calls are sent no faster than AWS takes them, which is learned from its answers (``rate``).
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionClosedError

from rootwarden.aws.error_codes import LOST_ANSWER, Trouble, trouble_of_answer, trouble_of_error
from rootwarden.aws.rate import Rate, Turn
from rootwarden.errors import Interrupted
from rootwarden.model.held_back import HeldBack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KNOWN: dict[str, tuple[float, int]] = {
    "cloudtrail.LookupEvents": (2, 1),
    "organizations.DescribeAccount": (20, 30),
    "organizations.DescribeOrganization": (1, 2),
    "organizations.ListAWSServiceAccessForOrganization": (1, 3),
    "organizations.ListAccounts": (8, 12),
    "organizations.ListAccountsForParent": (5, 8),
    "organizations.ListChildren": (6, 10),
    "organizations.ListDelegatedAdministrators": (5, 8),
    "organizations.ListOrganizationalUnitsForParent": (5, 8),
    "organizations.ListParents": (5, 8),
    "organizations.ListRoots": (1, 2),
    "organizations.ListTagsForResource": (10, 15),
}
"""Calls a second and at once that AWS publishes, per account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html and
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

_ASSUME_ROOT: Final = "sts.AssumeRoot"
_RANDOM: Final = random.SystemRandom()
_CALL: Final = "rootwarden"
_ERRORS: Final = 300
"""From this HTTP status on an answer is an error."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_WORTH_SAYING: Final = 5.0
"""Seconds of trying after which somebody wants to know."""
_UNPROVEN: Final = 5.0
"""Seconds of patience before an endpoint has answered anything at all: more likely there is no way to it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked of AWS, and for how long."""

    concurrency: int = 64
    """Calls, and so connections, at a time."""
    max_rate: float | None = None
    """AssumeRoot calls a second, at most; None leaves it to what AWS lets through."""
    patience: float = 120.0
    """Seconds for which the calls of one root session are tried again while AWS or the network fails them."""


class _Gates:
    """The rates at which one account is called, by operation and Region, each with the queue of those who wait for their turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[tuple[str, str], _Gate] = {}

    def gate(self, operation: str, region: str, max_rate: float | None) -> _Gate:
        key = (operation, region)
        with self._lock:
            if key not in self._gates:
                self._gates[key] = _Gate(_rate_of(operation, max_rate))
            return self._gates[key]


@dataclass(slots=True)
class _Gate:
    rate: Rate
    lock: threading.Lock = field(default_factory=threading.Lock)
    queue: threading.Lock = field(default_factory=threading.Lock)
    """Held by who is first in line: only one waits for the time, the others wait for their place."""


def _rate_of(operation: str, max_rate: float | None) -> Rate:
    per_second, burst = KNOWN.get(operation, (None, 1))
    most = max_rate if operation == _ASSUME_ROOT and max_rate is not None else inf
    return Rate(most=most, known=per_second, burst=burst)


@dataclass(slots=True)
class _Patience:
    """Seconds used up by the failing calls of one root session."""

    used: float = 0.0


@dataclass(frozen=True, slots=True)
class _Session:
    """What the calls of one root session share."""

    patience: _Patience = field(default_factory=_Patience)
    gates: _Gates | None = None
    """Of the member account; None while the session is being opened, which counts against the caller."""


@dataclass(slots=True)
class _Call:
    """One call with all its tries."""

    endpoint: str
    gate: _Gate
    session: _Session
    began: float
    turn: Turn
    lost_answer: bool = False


@dataclass(frozen=True, slots=True)
class _Troubled:
    """Why a call is to be tried again, and since when its session has used up patience."""

    code: str
    since: float


_session: ContextVar[_Session | None] = ContextVar("the root session at work", default=None)
_ending: ContextVar[threading.Event | None] = ContextVar("set when the run is to end", default=None)


@contextmanager
def one_session() -> Iterator[None]:
    """The calls made inside, in this thread, share one patience: they are about one root session."""
    mark = _session.set(_Session())
    try:
        yield
    finally:
        _session.reset(mark)


@contextmanager
def counted_against_member() -> Iterator[None]:
    """The calls made inside are the member account's own, and count against its quotas instead of the caller's."""
    outer = _session.get() or _Session()
    mark = _session.set(_Session(outer.patience, _Gates()))
    try:
        yield
    finally:
        _session.reset(mark)


@contextmanager
def waits_end_with(ending: threading.Event) -> Iterator[None]:
    """Once the event is set nobody waits inside: a call that would raises Interrupted, a failed one is not tried again."""
    mark = _ending.set(ending)
    try:
        yield
    finally:
        _ending.reset(mark)


class Pacing:
    """Holds back and repeats the calls of the clients it is attached to. Those clients must not retry by themselves."""

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = _RANDOM.random,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._gates = _Gates()
        self._troubled: dict[int, _Troubled] = {}
        """Calls that are to be tried again, by the id of each."""
        self._answered: set[str] = set()
        """The endpoints that did; the one of a Region may be there and that of another not."""

    def attach(self, client: Any) -> None:
        """Makes a client's calls wait for their turn, and be repeated as far as patience goes."""
        region, endpoint = client.meta.region_name, client.meta.endpoint_url

        def before(request: Any, event_name: str, **_others: Any) -> None:
            # Before the signature, which holds the time.
            if _CALL not in request.context:
                request.context[_CALL] = self._begin(event_name.partition(".")[2], region, endpoint)

        def after(
            response: Any, caught_exception: Any, request_dict: Any, attempts: int, **_others: Any
        ) -> int | None:
            again = self._ended(request_dict["context"][_CALL], response, caught_exception, attempts)
            return 0 if again else None

        client.meta.events.register_first("request-created", before)
        client.meta.events.register("needs-retry", after)

    def _begin(self, operation: str, region: str, endpoint: str) -> _Call:
        session = _session.get() or _Session()
        gate = (session.gates or self._gates).gate(operation, region, self._limits.max_rate)
        turn = self._next_turn(gate)
        if turn is None:
            raise Interrupted("interrupted before it was asked", advice="Repeat the command.")
        return _Call(endpoint, gate, session, self._clock(), turn)

    def _ended(self, call: _Call, response: Any, exception: Exception | None, attempts: int) -> bool:
        """Learns from how a try ended; waits and says True where there is to be another one."""
        now = self._clock()
        trouble = _trouble(response, exception)
        if response is not None:
            self._answered.add(call.endpoint)
            if call.lost_answer:
                response[1].setdefault("ResponseMetadata", {})[LOST_ANSWER] = True
            with call.gate.lock:
                call.gate.rate.answered(call.turn, now, throttled=trouble is Trouble.THROTTLED)
        used = now - call.began if trouble or attempts > 1 else 0.0
        if trouble and self._gives_up(call, used):
            trouble = None
        if not trouble:
            self._troubled.pop(id(call), None)
            call.session.patience.used += used
            return False
        self._troubled[id(call)] = _Troubled(
            _code(response, exception), call.began - call.session.patience.used
        )
        call.lost_answer = call.lost_answer or trouble is Trouble.LOST
        # A connection that AWS closed while it was idle says nothing about AWS: the next one is tried at once.
        idle = attempts == 1 and isinstance(exception, ConnectionClosedError)
        ended = not idle and self._wait(self._pause(attempts))
        turn = None if ended else self._next_turn(call.gate)
        if turn is None:
            self._troubled.pop(id(call), None)
            return False
        call.turn = turn
        return True

    def held_back(self) -> HeldBack | None:
        """The calls that have been tried again for some seconds; None where there are none."""
        now = self._clock()
        long = sorted(
            (one for one in tuple(self._troubled.values()) if now - one.since >= _WORTH_SAYING),
            key=lambda one: one.since,
        )
        if not long:
            return None
        return HeldBack(len(long), long[0].code, max(0.0, long[-1].since + self._limits.patience - now))

    def _gives_up(self, call: _Call, used: float) -> bool:
        proven = call.endpoint in self._answered
        patience = self._limits.patience if proven else min(self._limits.patience, _UNPROVEN)
        return call.session.patience.used + used >= patience

    def _pause(self, attempts: int) -> float:
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempts - 1, 10))
        return longest * (0.5 + 0.5 * self._jitter())

    def _next_turn(self, gate: _Gate) -> Turn | None:
        """Waits for it; None where the run ends before."""
        with gate.queue:
            while True:
                with gate.lock:
                    seconds = gate.rate.wait(self._clock())
                    if not seconds:
                        return gate.rate.take(self._clock())
                if self._wait(seconds):
                    return None

    def _wait(self, seconds: float) -> bool:
        """Waits; True where the run ends before."""
        ending = _ending.get()
        if ending is None:
            self._sleep(seconds)
            return False
        return ending.wait(seconds)


def _code(response: Any, exception: Exception | None) -> str:
    if response is None:
        return type(exception).__name__
    return str(response[1].get("Error", {}).get("Code", "")) or f"HTTP {response[0].status_code}"


def _trouble(response: Any, exception: Exception | None) -> Trouble | None:
    if exception is not None:
        return trouble_of_error(exception)
    http, parsed = response
    if http.status_code < _ERRORS:
        return None
    return trouble_of_answer(str(parsed.get("Error", {}).get("Code", "")), http.status_code)
