"""From the bytes of a log to its records, in every form they are found in. Pure, and bounded in memory.

A trail's files hold ``{"Records": [...]}``; LookupEvents and its CLI answer ``{"Events": [{"CloudTrailEvent": "..."}]}``;
EventBridge wraps a record in ``detail``; people keep lists and JSON Lines of any of these, and delivery streams put documents
one behind the other.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from rootwarden.model.reason import Reason, local

if TYPE_CHECKING:
    from typing import BinaryIO

MOST_BYTES: Final = 128 * 2**20
"""The largest document that is read, unpacked; AWS's log files have at most some tens of MB. Lines are documents too."""
_PIECE: Final = 2**20
_SOON: Final = 16 * 2**20
"""From this size on a file that begins with a whole line is read line by line."""
_GZIP: Final = b"\x1f\x8b"
_RECORDS: Final = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")
_BLANK: Final = b" \t\r\n"
_BOMS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class _LookedUp(msgspec.Struct, gc=False):
    text: str = msgspec.field(name="CloudTrailEvent")


class _Document(msgspec.Struct, gc=False):
    records: list[msgspec.Raw] | None = msgspec.field(name="Records", default=None)
    events: list[_LookedUp] | None = msgspec.field(name="Events", default=None)
    detail: msgspec.Raw = msgspec.Raw()
    event_name: Any = msgspec.field(name="eventName", default=None)
    event_source: Any = msgspec.field(name="eventSource", default=None)
    digest: Any = msgspec.field(name="digestStartTime", default=None)


_Decoded = TypeVar("_Decoded")
_documents: Final = msgspec.json.Decoder(_Document)
_lists: Final = msgspec.json.Decoder(list[msgspec.Raw])
_anything: Final = msgspec.json.Decoder()


@dataclass(slots=True)
class LogText:
    """Takes logs apart: ``take`` sees every record as bytes, ``tell`` hears what cannot be read."""

    take: Callable[[bytes | msgspec.Raw], None]
    """Raises ValueError for a record that is none."""
    tell: Callable[[Reason], None]
    most: int = MOST_BYTES
    digests: int = field(default=0, init=False)
    """Documents that are digests, which hold no events."""

    def read(self, source: BinaryIO) -> None:
        """Everything in one file or stream, packed with gzip or not. Raises OSError where it cannot be read on."""
        unpacked = _unpacked(source)
        pieces: list[bytes] = []
        size, wrong, looked = 0, None, False
        try:
            for piece in unpacked:
                pieces.append(piece)
                size += len(piece)
                if size > _SOON and not looked:
                    looked, pieces = True, [b"".join(pieces)]
                    if _begins_with_line(pieces[0]):
                        self._lines_of(pieces.pop(), unpacked)
                        return
                if size > self.most:
                    self._refuse()
                    return
        except zlib.error as error:
            wrong = f"packed data that is broken or cut off ({error})"
        except EOFError:
            wrong = "packed data that is cut off"
        self._whole(b"".join(pieces), wrong)

    def _refuse(self) -> None:
        words = f"a single document of more than {self.most // 2**20} MB: no log file of CloudTrail's is that large"
        self.tell(local("too_large", f"{words}; what follows was not read"))

    def _lines_of(self, data: bytes, more: Iterator[bytes]) -> None:
        """A file too large to hold, line by line."""
        number = 0
        try:
            while True:
                *lines, data = data.split(b"\n")
                for line in lines:
                    number += 1
                    self._line(line, number)
                if len(data) > self.most:
                    self._refuse()
                    return
                piece = next(more, None)
                if piece is None:
                    break
                data += piece
        except (zlib.error, EOFError):
            self.tell(local("cut_off", f"packed data that is broken or cut off after line {number}"))
            return
        self._line(data, number + 1)

    def _whole(self, data: bytes, wrong: str | None) -> None:
        """A file that is held as a whole; what is there of one that is cut off is read."""
        text = data
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                text = data.decode(encoding, errors="replace").encode()
        text = text.removeprefix(codecs.BOM_UTF8)
        if wrong is not None:
            self._salvage(text, wrong)
        elif not text.strip(_BLANK):
            self.tell(local("empty", "there is nothing in it"))
        else:
            try:
                self._document(text)
            except (ValueError, RecursionError) as error:
                if b"\n" in text and _begins_with_line(text):
                    for number, line in enumerate(text.split(b"\n"), start=1):
                        self._line(line, number)
                else:
                    self._salvage(text, _words(error))

    def _line(self, line: bytes, number: int) -> None:
        if not line.strip(_BLANK):
            return
        try:
            self._document(line)
        except (ValueError, RecursionError) as error:
            self.tell(local("malformed", f"line {number}: {_words(error)}"))

    def _document(self, text: bytes) -> None:
        """One JSON document. Raises ValueError, or msgspec's subclass of it, before anything of it was taken."""
        if text[:64].lstrip(_BLANK)[:1] == b"[":
            for one in _decoded(_lists, text):
                self._nested(one)
            return
        found = _decoded(_documents, text)
        if found.records is not None:
            self._records(found.records)
        elif found.events is not None:
            for looked_up in found.events:
                self._taken(looked_up.text.encode())
        elif found.event_name is not None or found.event_source is not None:
            self._taken(text)
        elif bytes(found.detail):
            self._taken(found.detail)
        elif found.digest is not None:
            self.digests += 1
        else:
            raise ValueError("JSON that holds no events of CloudTrail's")

    def _nested(self, one: msgspec.Raw) -> None:
        try:
            found = _decoded(_documents, one)
        except (ValueError, RecursionError) as error:
            self.tell(local("malformed", f"a member of a list: {_words(error)}"))
            return
        self._taken(found.detail if bytes(found.detail) and found.event_name is None else one)

    def _records(self, records: list[msgspec.Raw]) -> None:
        take = self.take
        for number, one in enumerate(records, start=1):
            try:
                take(one)
            except (ValueError, RecursionError) as error:
                self.tell(local("malformed", f"record {number}: {_words(error)}"))

    def _taken(self, one: bytes | msgspec.Raw) -> None:
        try:
            self.take(one)
        except (ValueError, RecursionError) as error:
            self.tell(local("malformed", f"a record: {_words(error)}"))

    def _salvage(self, data: bytes, wrong: str) -> None:
        """What can be read of a document that is broken, or of several, one behind the other."""
        text = data.decode("utf-8", errors="replace")
        inside = _RECORDS.match(text)
        at = inside.end() if inside else 0
        reader, found = json.JSONDecoder(), 0
        while True:
            between = _BETWEEN.match(text, at)
            at = between.end() if between else at
            try:
                _, end = reader.raw_decode(text, at)
            except (ValueError, RecursionError):
                break
            piece = text[at:end].encode()
            try:
                self._taken(piece) if inside else self._document(piece)
            except (ValueError, RecursionError) as error:
                self.tell(local("malformed", _words(error)))
                return
            at, found = end, found + 1
        if at < len(text) or not found:
            kept = f"; the {found:,} records before were read" if found else ""
            self.tell(local("malformed", f"{wrong}{kept}"))


def cleaned(text: bytes | msgspec.Raw) -> bytes:
    """JSON that msgspec is too strict for, with what is no text replaced: half a surrogate pair, bytes of another encoding, NaN.

    Whoever makes a call chooses some of its text, and must not make its record unreadable. Raises ValueError for no JSON.
    """
    found = json.loads(bytes(text).decode("utf-8", errors="replace"), parse_constant=lambda _name: None)
    return json.dumps(found, ensure_ascii=False).encode("utf-8", errors="replace")


def _decoded(decoder: msgspec.json.Decoder[_Decoded], text: bytes | msgspec.Raw) -> _Decoded:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        try:
            clean = cleaned(text)
        except (ValueError, RecursionError):
            raise error from None
        return decoder.decode(clean)


def _begins_with_line(data: bytes) -> bool:
    """Whether the first line is a document by itself, and another line follows."""
    line, _, rest = data.lstrip(_BLANK).partition(b"\n")
    if not rest:
        return False
    try:
        return isinstance(_anything.decode(line), dict)
    except (ValueError, RecursionError):
        return False


def _unpacked(source: BinaryIO) -> Iterator[bytes]:
    """The bytes in pieces, unpacked where they begin as gzip does. Raises zlib.error, and EOFError where the end is missing."""
    piece = source.read(_PIECE)
    if not piece.startswith(_GZIP):
        while piece:
            yield piece
            piece = source.read(_PIECE)
        return
    unpacker = zlib.decompressobj(wbits=31)
    while piece:
        while piece:
            out = unpacker.decompress(piece, _PIECE * 8)
            if out:
                yield out
            piece = unpacker.unconsumed_tail
            if unpacker.eof:
                piece = unpacker.unused_data.lstrip(b"\0")
                if piece:  # one packed file behind another is one file
                    unpacker = zlib.decompressobj(wbits=31)
        piece = source.read(_PIECE)
        if piece and unpacker.eof:
            unpacker = zlib.decompressobj(wbits=31)
    if not unpacker.eof:
        raise EOFError


def _words(error: Exception) -> str:
    """What is wrong, without anything of the text itself."""
    if isinstance(error, msgspec.ValidationError):
        return "JSON of another form than a record's"
    if isinstance(error, msgspec.DecodeError):
        return f"no JSON ({error})"
    if isinstance(error, UnicodeError):
        return "text that is not UTF-8"
    return "JSON nested too deeply" if isinstance(error, RecursionError) else str(error)
