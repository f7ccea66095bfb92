"""Sending an object whose length is not known yet: in parts, some on their way while the next one is being read.

    read ──▶ part 3        part 1, part 2 ──▶ store

A part is the least that S3 allows, and each of its places in memory is used again, so that an object of any size takes
`(AT_ONCE + 1) * PART_BYTES`. The client's own way of sending several at once leaves its threads behind when the
source breaks, and gives an upload up while parts of it still arrive, which keeps them in the store.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, cast

from minio import Minio
from minio.datatypes import Part
from minio.error import MinioException
from urllib3.exceptions import HTTPError

PART_BYTES = 5 * 1024 * 1024
AT_ONCE = 2
_STEP = 1024 * 1024


class Source(Protocol):
    """Anything that can be read to its end."""

    def read(self, size: int, /) -> bytes: ...


def send(client: Minio, bucket: str, key: str, source: Source) -> int:
    """Stores what the source gives until its end, whole or not at all; gives the bytes stored.

    Raises what the source raises, and what the client does.
    """
    place = bytearray(PART_BYTES)
    filled = _fill(place, source)
    if filled < PART_BYTES:
        client._put_object(bucket, key, _view(place, filled), {"Content-Type": "application/octet-stream"})
        return filled
    upload = client._create_multipart_upload(bucket, key, {})

    def send_part(number: int, part: bytes) -> str:
        return client._upload_part(bucket, key, part, None, upload, number)

    try:
        etags, size = _send_parts(send_part, place, source)
        parts = [Part(number, etag) for number, etag in enumerate(etags, 1)]
        client._complete_multipart_upload(bucket, key, upload, parts)
    except BaseException:
        _give_up(client, bucket, key, upload)
        raise
    return size


def _send_parts(
    send_part: Callable[[int, bytes], str], place: bytearray, source: Source
) -> tuple[list[str], int]:
    """The parts' marks in order, and their bytes. `place` holds the first. No part is on its way any more then."""
    etags: list[str] = []
    flying: deque[tuple[Future[str], bytearray]] = deque()
    filled, size, number = len(place), 0, 0
    with ThreadPoolExecutor(AT_ONCE, "object-parts") as pool:
        while filled:
            size, number = size + filled, number + 1
            flying.append((pool.submit(send_part, number, _view(place, filled)), place))
            if len(flying) > AT_ONCE:
                first, place = flying.popleft()
                etags.append(first.result())
            else:
                place = bytearray(PART_BYTES)
            filled = _fill(place, source)
        etags.extend(each.result() for each, _ in flying)
    return etags, size


def _fill(place: bytearray, source: Source) -> int:
    """Reads until the place is full or the source at its end; the bytes read."""
    filled = 0
    while filled < len(place) and (piece := source.read(min(_STEP, len(place) - filled))):
        place[filled : filled + len(piece)] = piece
        filled += len(piece)
    return filled


def _view(place: bytearray, filled: int) -> bytes:
    """The filled bytes, without a copy; the client takes whatever has a length and can be sent."""
    return cast("bytes", memoryview(place)[:filled])


def _give_up(client: Minio, bucket: str, key: str, upload: str) -> None:
    """Has the store forget the parts. Where it does not answer, `Objects.abort_uploads` does so one day."""
    with suppress(MinioException, HTTPError, OSError):
        client._abort_multipart_upload(bucket, key, upload)
