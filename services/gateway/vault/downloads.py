"""A document on its way out: fetched from the store, opened, and sent, half a megabyte at a time.

One thread does all three. While it opens and sends, what follows arrives in the system's buffers; a thread that read
ahead of it cost more than it gained.
"""

from collections.abc import Iterator

from structlog import get_logger

from chassis.objects import Objects, ObjectStream
from contracts.documents.refusals import DocumentDamaged
from contracts.documents.sealed import BUCKET
from contracts.errors import DomainError
from gateway.vault.grants import Granted
from gateway.vault.sealing import Damaged, unseal

log = get_logger()


class Download:
    """The document's bytes. Iterate over it once; close it, even if nobody ever did.

    Raises Damaged or ServiceUnavailable in the middle of the stream, which breaks the download off: a browser shows it
    as failed because the announced length is missed.
    """

    def __init__(self, granted: Granted, sealed: ObjectStream) -> None:
        self._document_id = granted.document_id
        self._sealed = sealed
        self._clear = unseal(granted.file_key, granted.document_id, sealed)
        self._first: bytes | None = None

    def prove(self) -> None:
        """Opens the first chunks, before anything is promised. Raises DocumentDamaged, ServiceUnavailable."""
        try:
            self._first = next(self._clear)
        except Damaged:
            log.error("document damaged", document_id=str(self._document_id))
            raise DocumentDamaged from None

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._first is not None:
                yield self._first
                self._first = None
            yield from self._clear
        except (Damaged, DomainError) as broken:
            log.error("download broken off", document_id=str(self._document_id), failure=repr(broken))
            raise

    def close(self) -> None:
        """Lets go of the store."""
        self._sealed.close()


def open_download(store: Objects, granted: Granted) -> Download:
    """The document of a grant, its first chunks proved. Raises NotFound, ServiceUnavailable, DocumentDamaged."""
    download = Download(granted, store.get(BUCKET, str(granted.document_id)))
    try:
        download.prove()
    except Exception:
        download.close()
        raise
    return download
