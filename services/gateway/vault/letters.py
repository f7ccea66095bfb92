"""The town's letter, put into the vault of whoever filed a request: sealed to their key, which only they can open.

The decision stands whatever becomes of its letter: where no copy can be put, the letter is on the request's page, and
the agent's page offers to put it again.
"""

from contextlib import closing
from io import BytesIO
from uuid import UUID, uuid4

from structlog import get_logger

from contracts.documents import LetterKey, PutLetter
from contracts.errors import DomainError
from gateway.services import ask
from gateway.vault import keys
from gateway.vault.documents import SealedUpload, forget_upload, seal_upload
from gateway.vault.intake import Inspected, Refused

log = get_logger()


class NoVault(Exception):
    """Whoever filed the request has no account, or no vault yet."""


def put(request_id: UUID, name: str, paper: bytes) -> bool:
    """True once the letter lies in the vault. False: no account, no vault, or it could not be done now."""
    try:
        with closing(Inspected(BytesIO(paper))) as source:
            send(request_id, name, source)
    except (DomainError, Refused, NoVault) as failure:
        log.warning("letter not put into the vault", request_id=str(request_id), failure=repr(failure))
        return False
    return True


def send(request_id: UUID, name: str, source: Inspected, code_key: bytes | None = None) -> UUID:
    """The id of the document, which lies in the requester's vault then; with `code_key`, the tracking code opens it.

    Raises NoVault, Refused, DomainError.
    """
    public = code_key or ask(LetterKey(request_id=request_id)).public_key
    if public is None:
        raise NoVault
    upload = seal_upload(source)
    try:
        ask(_command(request_id, name, upload, public))
    except DomainError:
        forget_upload(upload.document_id)
        raise
    return upload.document_id


def _command(request_id: UUID, name: str, upload: SealedUpload, public: bytes) -> PutLetter:
    return PutLetter(
        command_id=uuid4(),
        request_id=request_id,
        document_id=upload.document_id,
        size=upload.size,
        object_size=upload.object_size,
        public_key=public,
        sealed_key=keys.seal_key(upload.file_key, upload.document_id, public),
        sealed_description=upload.described(name).seal(upload.file_key, upload.document_id),
    )
