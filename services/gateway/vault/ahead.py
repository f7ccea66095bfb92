"""What a stream of the store holds, fetched while what came before is still being opened and sent.

A thread of its own reads, never more than `DEPTH` pieces ahead of whoever reads here, and lets go of the store's
connection once it is at the end or nobody reads any more.
"""

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread

from chassis.objects import ObjectStream

DEPTH = 3


class Ahead:
    """The pieces of a stream. Iterate over it once; what the stream raises comes after the pieces before. Close it."""

    def __init__(self, stream: ObjectStream, first: int, size: int) -> None:
        """The first piece has `first` bytes, the others `size`, the last one what is left."""
        self._stream = stream
        self._sizes = (first, size)
        self._waiting: Queue[bytes | BaseException] = Queue(DEPTH)
        self._left = Event()
        Thread(target=self._fetch, name="vault-ahead", daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._waiting.get():
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    def close(self) -> None:
        """Nobody reads on: the thread ends at its next piece."""
        self._left.set()
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()  # there is room now for the one it may be waiting with

    def _fetch(self) -> None:
        first, size = self._sizes
        try:
            piece = self._stream.read(first)
            while piece and not self._left.is_set():
                self._waiting.put(piece)
                piece = self._stream.read(size)
            self._waiting.put(b"")
        except Exception as broken:
            self._waiting.put(broken)
        finally:
            self._stream.close()
