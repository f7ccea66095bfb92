"""A form with a file, read as it arrives: the fields first, then the file, which never touches a disk.

Flask would spool a large file into a temporary one: in clear, on a disk, for the length of the request. Here the
file is a stream, passed on piece by piece. The page puts its fields before its file inputs, as browsers send them.
"""

from collections.abc import Iterator
from typing import IO

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import (
    NEED_DATA,
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from gateway.vault.names import bare_name

PIECE = 1024 * 1024
"""Bytes taken from the connection in one go. The server holds about as much anyway, and copies what is left of it at
every smaller reading: pieces of 64 KiB took three times the processor."""

FIELD_BYTES = 64 * 1024
PARTS = 80


class Interrupted(Exception):
    """The sender went away before the end."""


class FilePart:
    """A file of a form, readable once. `name`: as the sender's device calls it, never a path; `field`: its input."""

    def __init__(self, name: str, pieces: Iterator[bytes], field: str = "") -> None:
        self.name = name
        self.field = field
        self._pieces = pieces
        self._held = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end. Raises Interrupted."""
        if self._at == len(self._held):
            self._held, self._at = next(self._pieces, b""), 0
        taken = self._held[self._at : self._at + size]
        self._at += len(taken)
        return taken


class IncomingForm:
    """The body of one request. `fields` are complete once `file` has been found, or found missing."""

    def __init__(self, body: IO[bytes], boundary: bytes) -> None:
        self._body = body
        self._decoder = MultipartDecoder(boundary, max_form_memory_size=2 * PIECE, max_parts=PARTS)
        self._first_file_piece = b""
        self.fields: MultiDict[str, str] = MultiDict()
        self.file = self._find_file()

    @classmethod
    def of(cls, request: Request, limit: int) -> "IncomingForm":
        """The form of a request of at most `limit` bytes. Raises BadRequest, RequestEntityTooLarge, Interrupted."""
        request.max_content_length = limit
        kind, options = parse_options_header(request.headers.get("Content-Type"))
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not boundary:
            raise BadRequest
        if request.content_length is None:
            raise BadRequest
        return cls(request.stream, boundary.encode("ascii", "replace"))

    def next_file(self) -> FilePart | None:
        """The file after the one that has been read to its end; None when there is none. Raises Interrupted."""
        return self._find_file()

    def drain_all(self) -> None:
        """Reads what is left and drops it: a browser that is still sending would not read the answer."""
        try:
            while self._body.read(PIECE):
                pass
        except (ClientDisconnected, OSError):
            return

    def _find_file(self) -> FilePart | None:
        """Collects fields until a file: an input left alone sends one without a name. One that is empty is one."""
        while True:
            event = self._next()
            if isinstance(event, Field):
                self._collect(event)
            elif isinstance(event, File):
                pieces = self._pieces()
                first = next(pieces, b"")
                if event.filename:
                    return FilePart(bare_name(event.filename), _again(first, pieces), event.name)
                for _ in pieces:
                    pass
            elif isinstance(event, Epilogue):
                return None

    def _collect(self, field: Field) -> None:
        held = bytearray()
        for piece in self._pieces():
            held += piece
            if len(held) > FIELD_BYTES:
                raise RequestEntityTooLarge
        self.fields.add(field.name, held.decode("utf-8", "replace"))

    def _pieces(self) -> Iterator[bytes]:
        """The bytes of the part the decoder stands in."""
        while True:
            event = self._next()
            if not isinstance(event, Data):
                raise Interrupted
            if event.data:
                yield bytes(event.data)
            if not event.more_data:
                return

    def _next(self) -> Event:
        while True:
            try:
                event = self._decoder.next_event()
                if not isinstance(event, NeedData) and event is not NEED_DATA:
                    return event
                piece = self._body.read(PIECE)
                self._decoder.receive_data(piece or None)
            except ClientDisconnected as gone:
                raise Interrupted from gone
            except (OSError, ValueError) as broken:
                raise Interrupted from broken


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
