"""How large compressed bytes would become: measured in small pieces that are dropped, and given up at a bound."""

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 64 * 1024


class Bomb(Exception):
    """It becomes larger than it may."""


def inflated_size(raw: bytes, times: int, bound: int) -> int:
    """Bytes of `raw` inflated so many times, one stage flowing into the next. Raises Bomb beyond `bound`.

    What is broken counts as far as it goes, as readers show it.
    """
    flow: Iterable[bytes] = (raw[at : at + _PIECE] for at in range(0, len(raw), _PIECE))
    for _ in range(times):
        flow = _inflate(flow, bound)
    return _count(flow, bound)


def _inflate(pieces: Iterable[bytes], bound: int) -> Iterator[bytes]:
    machine = zlib.decompressobj()
    made = 0
    for piece in pieces:
        rest = piece
        while rest and not machine.eof:
            try:
                out = machine.decompress(rest, _PIECE)
            except zlib.error:
                return
            made += len(out)
            if made > bound:
                raise Bomb
            yield out
            rest = machine.unconsumed_tail


def _count(pieces: Iterable[bytes], bound: int) -> int:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > bound:
            raise Bomb
    return total
