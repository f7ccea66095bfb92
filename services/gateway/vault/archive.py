"""Everything of a vault in one ZIP, made while it is sent: no more of it lies in memory than of one download.

Nothing is pressed together: photographs and PDF are already. What cannot be opened is named in the list that closes the
archive, and the rest is given all the same; a store that goes away in the middle breaks the download off.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from structlog import get_logger

from chassis.objects import Objects
from contracts.documents.refusals import DocumentDamaged
from contracts.documents.sealed import BUCKET
from contracts.errors import NotFound
from gateway.vault.downloads import open_download
from gateway.vault.grants import GrantedArchive

log = get_logger()
LIST = "Liste des documents.txt"
_ABSENT = "N’ont pas pu être ouverts, et manquent dans cette archive :"


def open_archive(store: Objects, granted: GrantedArchive) -> Iterator[bytes]:
    """The archive's bytes; close it, even if it was not read to its end. Raises ServiceUnavailable before the first.

    Raises Damaged or ServiceUnavailable in the middle of the stream, like a download.
    """
    store.check(BUCKET)
    return _stream(store, granted)


def unlike(names: Iterable[str]) -> list[str]:
    """The same names, no two of which are one file to any system: « a.pdf », « A (2).pdf »."""
    taken: set[str] = set()
    given = []
    for name in names:
        stem, dot, end = name.rpartition(".")
        fresh, number = name, 1
        while fresh.casefold() in taken:
            number += 1
            fresh = f"{stem} ({number}){dot}{end}"
        taken.add(fresh.casefold())
        given.append(fresh)
    return given


def _stream(store: Objects, granted: GrantedArchive) -> Iterator[bytes]:
    out = _Outlet()
    absent: list[str] = []
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for document in granted.documents:
            try:
                download = open_download(store, document)
            except (NotFound, DocumentDamaged):
                log.error("document left out of an archive", document_id=str(document.document_id))
                absent.append(document.name)
                continue
            with closing(download), archive.open(_entry(granted, document.name), "w") as entry:
                for piece in download:
                    entry.write(piece)
                    yield out.take()
        text = granted.text + (f"\n{_ABSENT}\n" + "".join(f"- {name}\n" for name in absent) if absent else "")
        archive.writestr(_entry(granted, LIST), text.replace("\n", "\r\n").encode("utf-8-sig"))
        yield out.take()
    yield out.take()


def _entry(granted: GrantedArchive, name: str) -> ZipInfo:
    made = granted.made_at
    return ZipInfo(name, (made.year, made.month, made.day, made.hour, made.minute, made.second))


class _Outlet:
    """What the archive is written to: a file that cannot be gone back in, emptied as it fills."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is held."""

    def take(self) -> bytes:
        """What was written since."""
        taken, self._held = b"".join(self._held), []
        return taken
