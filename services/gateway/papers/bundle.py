"""Many papers as one ZIP, sent as they are made: however many there are, one is held at a time.

The browser sees an answer that breaks off as a download that failed: half a bundle never passes for a whole one.
"""

from collections.abc import Iterable, Iterator
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from flask import Response, stream_with_context

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""A paper made again is the same file: the ZIP tells no time."""


class _Outlet:
    """What a ZIP is written to: nothing to go back in, emptied as it fills."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to close."""

    def take(self) -> bytes:
        """What was written since the last time."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def zip_parts(papers: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The ZIP of (name, PDF), part by part. PDFs are packed already: they are stored."""
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_STORED) as archive:
        for name, content in papers:
            archive.writestr(ZipInfo(name, _EARLIEST), content)
            del content
            yield outlet.take()
    yield outlet.take()


def bundle(papers: Iterator[tuple[str, bytes]], filename: str) -> Response:
    """The ZIP as an attachment. Its first part is made before the answer begins, so that it may refuse."""
    parts = zip_parts(papers)
    first = next(parts)

    def content() -> Iterator[bytes]:
        yield first
        yield from parts

    response = Response(stream_with_context(content()), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response
