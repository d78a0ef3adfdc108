"""Keeping the few records that detection judges, and letting the rest go without decoding more of them than tells them apart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from rootwarden.errors import MalformedRecord
from rootwarden.model.log_reading import LogTrouble
from rootwarden.operations.detect.log_text import LogText, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from rootwarden.model.detection_event import Event
    from rootwarden.model.log_reading import Period
    from rootwarden.model.reason import Reason

LEAD: Final = timedelta(hours=1)
"""Sessions that began so long before the period are read too: what was done in them may lie within it."""

_MOST_TROUBLES: Final = 100


@dataclass(frozen=True, slots=True)
class Catch:
    """What detection wants of a log: it is handed in, since operations do not know detection."""

    is_candidate: Callable[[Mapping[str, Any]], bool]
    read_event: Callable[[Mapping[str, Any]], Event]
    """Raises MalformedRecord."""
    watched: frozenset[str]
    """Event names that matter whoever made the call; of the root user every event matters."""


class _Identity(msgspec.Struct, gc=False):
    type: Any = None


class _Head(msgspec.Struct, rename="camel", gc=False):
    event_name: Any = None
    user_identity: _Identity | None = None


_heads: Final = msgspec.json.Decoder(_Head)
_records: Final = msgspec.json.Decoder()


@dataclass(slots=True)
class Sieve:
    """What is left of one file or one look into an event history."""

    place: str
    period: Period
    catch: Catch
    records: int = 0
    digests: int = 0
    events: list[Event] = field(default_factory=list)
    troubles: list[LogTrouble] = field(default_factory=list)
    untold: int = 0
    """Troubles beyond those that are kept."""

    def take(self, text: bytes | msgspec.Raw) -> None:
        """Takes one record as it stands in a log. Raises ValueError for what is none."""
        self.records += 1
        try:
            head = _heads.decode(text)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
        ):  # an identity that is no object, odd text, or no record at all
            self._look_closer(text)
            return
        identity = head.user_identity
        if identity is None or identity.type is None or type(head.event_name) is not str:
            self._look_closer(text)
        elif identity.type == "Root" or head.event_name in self.catch.watched:
            self._keep(_decoded(text))

    def take_record(self, record: Mapping[str, Any]) -> None:
        """Takes one that is decoded already. Raises ValueError for what is none."""
        self.records += 1
        if self.catch.is_candidate(record):
            self._keep(record)

    def tell(self, reason: Reason) -> None:
        """Notes what could not be read; beyond the first hundred things of a file they are counted."""
        if len(self.troubles) < _MOST_TROUBLES:
            self.troubles.append(LogTrouble(self.place, reason))
        else:
            self.untold += 1

    def _look_closer(self, text: bytes | msgspec.Raw) -> None:
        record = _decoded(text)
        if self.catch.is_candidate(record):
            self._keep(record)

    def _keep(self, record: Any) -> None:
        try:
            event = self.catch.read_event(record)
        except MalformedRecord as error:
            raise ValueError(error.message) from error
        since, until = self.period.since, self.period.until
        if (since is None or event.time >= since - LEAD) and (until is None or event.time < until):
            self.events.append(event)


def _decoded(text: bytes | msgspec.Raw) -> Any:
    try:
        return _records.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(cleaned(text))


def sift_file(source: BinaryIO, sieve: Sieve) -> Sieve:
    """What is left of a log, in the sieve that was given. Raises OSError where it cannot be read on."""
    text = LogText(sieve.take, sieve.tell)
    text.read(source)
    sieve.digests = text.digests
    return sieve
