"""What a document looks like: a thumbnail and its first pages, sealed beside it under a key of their own.

They are made while the document is in the clear anyway, by the process that looks into it; afterwards nobody can make
them without the owner. The pictures lie in one object, the thumbnail first, so that a list fetches one chunk of each.
"""

import io
from uuid import UUID

from structlog import get_logger

from contracts.documents.sealed import BUCKET, PREVIEW
from contracts.errors import DomainError, NotFound
from gateway.vault import sealing
from gateway.vault.examination.packing import pack, unpack
from gateway.vault.sealing import Damaged, Sealer, unseal
from gateway.vault.secretstream import CHUNK
from gateway.vault.store import objects

log = get_logger()
_FIRST_CHUNK = sealing.sealed_size(CHUNK)


def store(document_id: UUID, file_key: bytes, pictures: list[bytes]) -> int:
    """Seals pictures beside a document; says how many. None when the store refuses: the document is whole without."""
    if not pictures:
        return 0
    packed = io.BytesIO(pack(pictures))
    try:
        objects().put(BUCKET, _key(document_id), Sealer(file_key, document_id, packed, sealing.PREVIEW))
    except DomainError as refusal:
        log.warning("document without preview", document_id=str(document_id), code=refusal.code)
        return 0
    return len(pictures)


def forget(document_id: UUID) -> None:
    """Removes a preview, if there is one. Raises ServiceUnavailable."""
    objects().delete(BUCKET, _key(document_id))


def read(document_id: UUID, file_key: bytes, number: int) -> bytes | None:
    """One picture, as JPEG; None when there is no such picture or it is not what was sealed. 0 is the thumbnail."""
    try:
        with objects().get(BUCKET, _key(document_id), _FIRST_CHUNK if number == 0 else 0) as sealed:
            clear = unseal(file_key, document_id, sealed, sealing.PREVIEW, at_once=1)
            packed = next(clear) if number == 0 else b"".join(clear)
    except NotFound:
        return None
    except Damaged:
        log.error("preview damaged", document_id=str(document_id))
        return None
    pictures = unpack(packed)
    return pictures[number] if number < len(pictures) else None


def _key(document_id: UUID) -> str:
    return f"{document_id}{PREVIEW}"
