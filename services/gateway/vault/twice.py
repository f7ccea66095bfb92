"""A file that is in the vault already: the parent is told as what, and may keep it all the same.

What was sent is sealed in the store, and waits there for two hours like any upload that is not entered. What would
enter it goes to the page and back, under a key that the open vault alone has: it need not be sent again.
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

import orjson
from nacl.exceptions import CryptoError

from contracts.documents.refusals import AlreadyThere, UploadLost
from contracts.documents.vault import DocumentView, OpenDocument, StoreDocument
from gateway.services import ask
from gateway.vault import keys, town
from gateway.vault.documents import Opened, open_view

Subject = tuple[str, UUID]


@dataclass(frozen=True)
class Twice:
    """The document that has the same content, and the token that enters the new one nevertheless."""

    there: Opened
    token: str


def offer(refusal: AlreadyThere, command: StoreDocument, subject: Subject | None, private: bytes) -> Twice:
    """What the page needs. Raises NotFound when the other was deleted meanwhile, DocumentDamaged."""
    there = ask(OpenDocument(document_id=UUID(str(refusal.details["document_id"])))).document
    return Twice(open_view(there, private), seal(command, subject, private))


def keep(token: str, private: bytes, command_id: UUID) -> DocumentView:
    """Enters what a token stands for. Raises UploadLost when it is none of this vault's, or too old."""
    command, subject = open_token(token, private)
    command = command.model_copy(update={"command_id": command_id, "keep_twice": True})
    file_key = keys.open_key(command.sealed_key, command.document_id, private)
    return town.enter(command, file_key, subject)


def seal(command: StoreDocument, subject: Subject | None, private: bytes) -> str:
    """A token. The command says nothing of a share: it is drafted when the token is used."""
    content = {
        "command": command.model_copy(update={"share": None}).model_dump(mode="json"),
        "subject": [subject[0], str(subject[1])] if subject else None,
    }
    return base64.urlsafe_b64encode(keys.session_box(private).encrypt(orjson.dumps(content))).decode()


def open_token(token: str, private: bytes) -> tuple[StoreDocument, Subject | None]:
    """What `seal` put in. Raises UploadLost."""
    try:
        content = orjson.loads(keys.session_box(private).decrypt(base64.urlsafe_b64decode(token)))
    except (CryptoError, binascii.Error, ValueError):
        raise UploadLost from None
    subject = content["subject"]
    return (
        StoreDocument.model_validate_json(orjson.dumps(content["command"])),
        (str(subject[0]), UUID(subject[1])) if subject else None,
    )
