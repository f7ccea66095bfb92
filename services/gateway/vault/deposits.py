"""A document given with a request, without an account: sealed to the town while it arrives, and kept in no vault."""

from dataclasses import dataclass
from uuid import UUID

from contracts.documents.shares import DepositDocument
from contracts.documents.types import DocumentTypeView
from contracts.errors import Conflict, DomainError, ServiceUnavailable
from gateway.forms import CommandForm, FileField, SelectField, required
from gateway.vault import town
from gateway.vault.documents import SealedUpload, forget_upload, seal_upload
from gateway.vault.intake import Inspected, Reason, Refused
from gateway.vault.multipart import IncomingForm
from gateway.vault.upload import ACCEPT
from gateway.wiring import settings

SUBJECT = "request"


class DepositForm(CommandForm):
    """What is asked with a file. The file comes last: what is before it has been read when it arrives."""

    document_type = SelectField("De quel document s’agit-il ?", [required("Choisissez le type de document")])
    photo = FileField(
        "Photographier le document",
        accept="image/*",
        params={"attributes": {"capture": "environment"}, "formGroup": {"classes": "upload-photo"}},
    )
    file = FileField(
        "Choisir un fichier", accept=ACCEPT, hint="Photo (JPEG, PNG, HEIC) ou PDF, 50\u00a0Mo au plus."
    )

    def offer(self, types: list[DocumentTypeView]) -> None:
        """Gives the types to choose from."""
        self.document_type.choices = [(each.code, each.name) for each in types]

    def refuse(self, refused: Refused) -> None:
        """Says on the page why the file was not taken."""
        self._add(self.file, refused.sentence)
        self._blame(503 if refused.may_pass else 422)


class DepositAsked(DepositForm):
    """The same where the type is known."""

    document_type = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Deposited:
    """What was taken in. `is_new`: not by the same form sent before, whose document is the one that is kept."""

    document_id: UUID
    name: str
    is_new: bool = True


def deposit(
    incoming: IncomingForm, form: DepositForm, document_type: str, request_id: UUID
) -> Deposited | None:
    """Seals the file of a valid form to the town. None when something was refused; the form then says what.

    A form sent twice leaves one document. `request_id`: of the request, or of the draft that will be one.
    """
    try:
        upload = _take_in(incoming)
    except Refused as refused:
        form.refuse(refused)
        return None
    except DomainError as refusal:
        form.show(refusal)
        return None
    finally:
        incoming.drain_all()
    name = incoming.file.name if incoming.file else ""
    try:
        town.ask_sharing(lambda key: _command(key, upload, form, name, document_type, request_id))
    except ServiceUnavailable as refusal:
        # It may have been entered all the same: the object stays, and is collected if it was not.
        form.show(refusal)
        return None
    except DomainError as refusal:
        forget_upload(upload.document_id)
        if type(refusal) is Conflict:
            return Deposited(upload.document_id, name, is_new=False)
        form.show(refusal, **({"unknown_document_type": "document_type"} if form.document_type else {}))
        return None
    return Deposited(upload.document_id, name)


def _take_in(incoming: IncomingForm) -> SealedUpload:
    if incoming.file is None:
        raise Refused(Reason.MISSING)
    source = Inspected(incoming.file, settings().clamd_url)
    try:
        return seal_upload(source)
    finally:
        source.close()


def _command(
    key: bytes, upload: SealedUpload, form: DepositForm, name: str, document_type: str, request_id: UUID
) -> DepositDocument:
    description = upload.described(name).seal(upload.file_key, upload.document_id)
    return DepositDocument(
        command_id=form.command_id.data,
        document_id=upload.document_id,
        document_type=document_type,
        size=upload.size,
        object_size=upload.object_size,
        sealed_description=description,
        share=town.draft(key, SUBJECT, request_id, upload.file_key, upload.document_id),
    )
