"""What a HEIC notes beside its picture, blanked where it lies: nothing moves, and what points to a place still does.

    ftyp · meta (iinf: what the items are; iloc: where they lie) · mdat (the items)

Sources: ISO/IEC 14496-12 §8.11 (items), 23008-12 annex A (Exif, XMP). Which way up it is stands in a property of the
picture, not in its Exif.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_NOTES = {b"Exif", b"mime", b"uri "}
_PICTURE_BOXES = {b"ftyp", b"meta", b"mdat"}
_EMPTY_EXIF = struct.pack(">I2sHIHI", 0, b"MM", 42, 8, 0, 0)


@dataclass(frozen=True)
class _Box:
    kind: bytes
    at: int
    begins: int
    """Of its content."""
    ends: int


def blanked(data: bytes) -> bytes:
    """The file with its notes emptied, and every other box than the picture's. Raises ValueError, struct.error."""
    out = bytearray(data)
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"meta":
            _blank_items(data, out, box)
        elif box.kind not in _PICTURE_BOXES:
            out[box.begins : box.ends] = bytes(box.ends - box.begins)
            out[box.at + 4 : box.at + 8] = b"free"
    return bytes(out)


def _blank_items(data: bytes, out: bytearray, meta: _Box) -> None:
    inner = {box.kind: box for box in _boxes(data, meta.begins + 4, meta.ends)}
    kinds = _kinds(data, inner[b"iinf"]) if b"iinf" in inner else {}
    notes = {item for item, kind in kinds.items() if kind in _NOTES}
    if not notes:
        return
    for item, begins, ends in _places(data, inner):
        if item not in notes:
            continue
        if not 0 <= begins < ends <= len(data):
            raise ValueError
        blank = _EMPTY_EXIF if kinds[item] == b"Exif" and ends - begins >= len(_EMPTY_EXIF) else b""
        filling = b" " if kinds[item] == b"mime" else b"\0"
        out[begins:ends] = blank.ljust(ends - begins, filling)


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise ValueError
        yield _Box(kind, at, at + head, at + size)
        at += size


def _kinds(data: bytes, iinf: _Box) -> dict[int, bytes]:
    """item → what it is."""
    version = data[iinf.begins]
    found = {}
    for box in _boxes(data, iinf.begins + (6 if version == 0 else 8), iinf.ends):
        if box.kind != b"infe":
            continue
        long = data[box.begins] == 3
        item, _, kind = struct.unpack_from(">IH4s" if long else ">HH4s", data, box.begins + 4)
        found[item] = kind
    return found


def _places(data: bytes, inner: dict[bytes, _Box]) -> Iterator[tuple[int, int, int]]:
    """(item, where a part of it begins, where that ends) of all items."""
    reader = _Reader(data, inner[b"iloc"])
    version = reader.take(1)
    reader.take(3)
    sizes = reader.take(2)
    of_offset, of_length, of_base, of_index = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15)
    for _ in range(reader.take(4 if version == 2 else 2)):
        item = reader.take(4 if version == 2 else 2)
        method = reader.take(2) & 15 if version else 0
        reader.take(2)
        base = reader.take(of_base)
        if method == 1:
            base += inner[b"idat"].begins
        for _ in range(reader.take(2)):
            if version:
                reader.take(of_index)
            begins = base + reader.take(of_offset)
            length = reader.take(of_length)
            # Whatever is placed otherwise is taken for being nowhere: a note there is refused.
            yield (item, begins, begins + length) if method < 2 else (item, 0, 0)


class _Reader:
    """Numbers one after the other, big-endian."""

    def __init__(self, data: bytes, box: _Box) -> None:
        self._data, self._at, self._end = data, box.begins, box.ends

    def take(self, size: int) -> int:
        if self._at + size > self._end:
            raise ValueError
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")
