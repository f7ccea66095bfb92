"""A document of the vault in clear words: what it is called, of what kind; sealed on the way in, opened on the way out.

The description (name, media type) is sealed under the file's own key: who may open the file may know its name.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
from structlog import get_logger

from contracts.documents.refusals import DocumentDamaged
from contracts.documents.sealed import BUCKET
from contracts.documents.vault import DocumentView
from contracts.errors import DomainError
from gateway.vault import keys, names, previews
from gateway.vault.intake import Inspected
from gateway.vault.media import Media
from gateway.vault.pages import BoundPages
from gateway.vault.sealing import Damaged, Sealer, new_file_key, open_text, seal_text
from gateway.vault.store import objects

log = get_logger()


@dataclass(frozen=True)
class Description:
    """What the vault's owner, and who opens a share, may know of a file beyond its bytes."""

    name: str
    media: Media
    pages: int = 0
    shown: int = 0
    """Pictures of its preview: the thumbnail and the first pages; none of documents stored before there were any."""

    @property
    def file_name(self) -> str:
        """The name of the downloaded file: with the extension of what it is."""
        return names.file_name(self.name, self.media)

    def seal(self, file_key: bytes, document_id: UUID) -> bytes:
        """For the database."""
        content = {"name": self.name, "media": self.media.value, "pages": self.pages, "shown": self.shown}
        return seal_text(file_key, document_id, orjson.dumps(content).decode())

    @classmethod
    def open(cls, sealed: bytes, file_key: bytes, document_id: UUID) -> "Description":
        """From the database. Raises Damaged."""
        text = open_text(file_key, document_id, sealed)
        try:
            content = orjson.loads(text)
            return cls(
                str(content["name"]),
                Media(content["media"]),
                int(content.get("pages", 0)),
                int(content.get("shown", 0)),
            )
        except (ValueError, KeyError, TypeError) as refused:
            raise Damaged from refused


@dataclass(frozen=True)
class Opened:
    """A document of the vault with what its key opens."""

    view: DocumentView
    description: Description
    file_key: bytes = field(repr=False)


@dataclass(frozen=True)
class SealedUpload:
    """A sealed object in the bucket, not yet entered in the vault."""

    document_id: UUID
    media: Media
    size: int
    object_size: int
    file_key: bytes = field(repr=False)
    pages: int = 0
    shown: int = 0

    def described(self, name: str) -> Description:
        """What is to be known of it, under a name."""
        return Description(name, self.media, self.pages, self.shown)


def open_view(view: DocumentView, private: bytes) -> Opened:
    """Opens what a document is called. Raises DocumentDamaged."""
    try:
        file_key = keys.open_key(view.sealed_key, view.document_id, private)
        description = Description.open(view.sealed_description, file_key, view.document_id)
    except Damaged:
        log.error("document damaged", document_id=str(view.document_id))
        raise DocumentDamaged from None
    return Opened(view, description, file_key)


def seal_upload(source: Inspected | BoundPages) -> SealedUpload:
    """Seals a file into the bucket while it arrives, then what it looks like.

    Raises Refused, ServiceUnavailable; then nothing is kept.
    """
    document_id, file_key = uuid4(), new_file_key()
    sealer = Sealer(file_key, document_id, source)
    objects().ensure(BUCKET)
    object_size = objects().put(BUCKET, str(document_id), sealer)
    shown = previews.store(document_id, file_key, source.preview())
    return SealedUpload(
        document_id, source.media, sealer.size, object_size, file_key, pages=source.pages, shown=shown
    )


def forget_upload(document_id: UUID) -> None:
    """Removes an object that was not entered. What cannot be removed now, documents collects later."""
    try:
        objects().delete(BUCKET, str(document_id))
        previews.forget(document_id)
    except DomainError as refusal:
        log.warning("upload left to the collector", document_id=str(document_id), code=refusal.code)
