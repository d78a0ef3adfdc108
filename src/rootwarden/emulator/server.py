"""Starting and ending an emulator in this process."""

from __future__ import annotations

import errno
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rootwarden.emulator.builders import small
from rootwarden.emulator.building import build_world
from rootwarden.emulator.clock import Clock
from rootwarden.emulator.control import Control
from rootwarden.emulator.control.door import CONTROL_PATH, PREFIX, ControlDoor
from rootwarden.emulator.http_front import LOOPBACK, HttpFront
from rootwarden.emulator.http_message import HttpRequest, HttpResponse
from rootwarden.emulator.keyring import Credential
from rootwarden.emulator.org_file import OrganizationFile
from rootwarden.emulator.start_document import REGIONS
from rootwarden.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from rootwarden.emulator.gateway import Gateway
    from rootwarden.emulator.world import World

_one_at_a_time = threading.Lock()
"""moto's state belongs to the process, so two emulators would see each other's buckets."""


class Emulator:
    """An emulated AWS that answers on a loopback port until it is closed.

    Raises BadInput where another one runs in this process already, or where the port is in use.
    """

    def __init__(
        self, organization: OrganizationFile | None = None, *, port: int = 0, clock: Clock | None = None
    ) -> None:
        from rootwarden.emulator.forwarding import Moto  # noqa: PLC0415 - moto takes a second to import
        from rootwarden.emulator.gateway import Gateway  # noqa: PLC0415 - the same
        from rootwarden.emulator.stocking import stock  # noqa: PLC0415 - the same

        file = organization or small()
        self.world: World = build_world(file, clock)
        """The state: tests may look at it and change it, under ``world.lock``."""
        self.control = Control(self.world)
        """Makes happen what people and accidents do: the verbs of the control endpoint."""
        self.control_token = secrets.token_urlsafe(24)
        """What the control endpoint asks for; only whoever started the emulator is to have it."""
        if not _one_at_a_time.acquire(blocking=False):
            raise BadInput(
                "an emulator runs in this process already",
                advice="Close it first, or start the other one as a process of its own: rootwarden emulator start.",
            )
        try:
            self._moto = Moto(self.world)
            stock(self.world, file)
            door = ControlDoor(self.control, self.control_token)
            self._front: HttpFront | None = _listen(
                port, _Entrance(door, Gateway(self.world, self._moto)), self.world.clock.now
            )
        except BaseException:
            _one_at_a_time.release()
            raise
        self.endpoint_url = f"http://{LOOPBACK}:{self._front.port}"
        """Where it answers."""
        self.control_url = self.endpoint_url + CONTROL_PATH.rstrip("/")
        """Where the control endpoint answers."""

    def credential(self, profile: str = "emulator-management") -> Credential:
        """The keys of a profile; raises BadInput for one that does not exist."""
        try:
            return self.world.profiles[profile]
        except KeyError:
            raise BadInput(
                f"the emulator has no profile {profile!r}",
                advice=f"There are {', '.join(list(self.world.profiles)[:4])} and so on.",
            ) from None

    def environment(self, profile: str = "emulator-management") -> dict[str, str]:
        """The AWS_* variables with which a child process works here, as one of the profiles."""
        keys = self.credential(profile)
        region = REGIONS[self.world.organization.partition]
        found = {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return found | ({"AWS_SESSION_TOKEN": keys.token} if keys.token else {})

    def close(self) -> None:
        """Ends the server and forgets everything; closing twice is no mistake."""
        front, self._front = self._front, None
        if front is None:
            return
        self.world.pauses.end()
        try:
            front.stop()
            self._moto.forget()
        finally:
            _one_at_a_time.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Entrance:
    """Control requests to the control door, everything else to AWS. What is signed as AWS wants it is for AWS."""

    def __init__(self, door: ControlDoor, gateway: Gateway) -> None:
        self._door = door
        self._gateway = gateway

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request."""
        if request.path.startswith(PREFIX) and "authorization" not in request.headers:
            return self._door.answer(request)
        return self._gateway.answer(request)


def _listen(port: int, entrance: _Entrance, now: Callable[[], datetime]) -> HttpFront:
    try:
        return HttpFront(port, entrance.answer, now)
    except OverflowError as error:
        raise BadInput(f"{port} is no port", advice="Give 0 to 65535; 0 takes a free one.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInput(
                f"port {port} is in use", advice="Give another port, or 0 for a free one."
            ) from error
        raise BadInput(
            f"cannot listen on port {port}: {error.strerror}",
            advice="Give a port above 1023, or 0 for a free one.",
        ) from error


@contextmanager
def running(
    organization: OrganizationFile | None = None, *, port: int = 0, clock: Clock | None = None
) -> Iterator[Emulator]:
    """An emulator for the time of a with block. Without an organization it is ``small()``; port 0 takes a free one.

    Raises BadInput where another one runs in this process already, or where the port is in use.
    """
    with Emulator(organization, port=port, clock=clock) as emulator:
        yield emulator
