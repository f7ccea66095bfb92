"""What the town sends, sealed to the vault of whoever filed the request, or to its tracking code."""

from typing import Any
from uuid import UUID, uuid4

from contracts.documents.letters import LetterKey, PutLetter
from contracts.errors import DomainError, ServiceUnavailable
from gateway.services import ask
from gateway.vault import keys
from gateway.vault.documents import SealedUpload, forget_upload, seal_upload
from gateway.vault.intake import Inspected


class NoVault(Exception):
    """Whoever filed the request has no account, or no vault yet."""


def send(request_id: UUID, name: str, source: Inspected, code_key: bytes | None = None) -> UUID:
    """Lays a file down for the requester; with `code_key`, the tracking code opens it. The id of the document, which
    arrives with the message that names it.

    Raises NoVault, Refused, DomainError.
    """
    public = code_key or ask(LetterKey(request_id=request_id)).public_key
    if public is None:
        raise NoVault
    upload = seal_upload(source)
    try:
        ask(PutLetter(**sealed(request_id, name, upload, public)))
    except ServiceUnavailable:
        raise  # it may have been entered: the object stays, and is collected if it was not
    except DomainError:
        forget_upload(upload.document_id)
        raise
    return upload.document_id


def sealed(request_id: UUID, name: str, upload: SealedUpload, public: bytes) -> dict[str, Any]:
    """The fields of a `PutLetter`: whoever holds the private half of `public` opens it, and reads its name."""
    return {
        "command_id": uuid4(),
        "request_id": request_id,
        "document_id": upload.document_id,
        "size": upload.size,
        "object_size": upload.object_size,
        "public_key": public,
        "sealed_key": keys.seal_key(upload.file_key, upload.document_id, public),
        "sealed_description": upload.described(name).seal(upload.file_key, upload.document_id),
    }
