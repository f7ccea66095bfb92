"""Reading the store ahead of a download: in order, bounded, and over when nobody reads any more."""

import threading

import pytest

from contracts.errors import ServiceUnavailable
from gateway.vault.ahead import DEPTH, Ahead


class Stream:
    """What the store gives: numbered pieces, then perhaps an error."""

    def __init__(self, pieces: int, broken: Exception | None = None) -> None:
        self.pieces, self.broken = pieces, broken
        self.sizes: list[int] = []
        self.read_enough = threading.Event()
        self.closed = threading.Event()

    def read(self, size: int) -> bytes:
        if len(self.sizes) == self.pieces:
            if self.broken is not None:
                raise self.broken
            return b""
        self.sizes.append(size)
        if len(self.sizes) == DEPTH + 1:
            self.read_enough.set()
        return b"%d;" % len(self.sizes)

    def close(self) -> None:
        self.closed.set()


def test_pieces_come_in_their_order_and_the_store_is_let_go_of():
    stream = Stream(50)
    assert b"".join(Ahead(stream, 10, 20)) == b"".join(b"%d;" % (at + 1) for at in range(50))
    assert stream.sizes == [10] + 49 * [20]
    assert stream.closed.wait(5)


def test_what_breaks_comes_after_the_pieces_before_it():
    ahead, seen = Ahead(Stream(2, ServiceUnavailable(service="objects")), 10, 20), []
    with pytest.raises(ServiceUnavailable):
        seen.extend(iter(ahead))
    assert seen == [b"1;", b"2;"]


@pytest.mark.parametrize("read", [0, 1])
def test_it_is_bounded_and_ends_when_whoever_reads_goes_away(read):
    stream = Stream(1000)
    ahead = Ahead(stream, 10, 20)
    pieces = iter(ahead)
    for _ in range(read):
        next(pieces)
    assert stream.read_enough.wait(5)
    assert len(stream.sizes) <= DEPTH + 2 + read
    ahead.close()
    assert stream.closed.wait(5)
    assert len(stream.sizes) <= DEPTH + 3 + read
