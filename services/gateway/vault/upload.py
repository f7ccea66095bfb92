"""The form that puts a document into the vault: one for the vault's page, one for a request that asks for a document.

A page that uses it marks its view with `reads_its_body`: the body is a stream, and whoever asked Flask for
`request.form` would have it spooled to a disk. The CSRF token is checked here instead, before the file is read.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import ValidationError

from contracts.documents.refusals import AlreadyThere
from contracts.documents.sealed import MAX_DOCUMENT_BYTES
from contracts.documents.types import DocumentTypeView
from contracts.documents.vault import DocumentView, StoreDocument
from contracts.errors import Conflict, DomainError, ServiceUnavailable
from gateway.forms import CommandForm, DateField, FileField, SelectField, TextField, at_most, required
from gateway.vault import keys, page_order, town, twice
from gateway.vault.documents import SealedUpload, forget_upload, seal_upload
from gateway.vault.intake import Inspected, Reason, Refused
from gateway.vault.multipart import IncomingForm, Interrupted
from gateway.vault.names import LONGEST_NAME, clean_name, fitting
from gateway.vault.pages import BoundPages
from gateway.vault.shelf import today
from gateway.vault.silence import bound_silence
from gateway.vault.twice import Twice
from gateway.wiring import settings

V = TypeVar("V", bound=Callable[..., Any])
LIMIT = 4 * MAX_DOCUMENT_BYTES
"""Bytes of a request that are read, if only to be dropped: the sender of a large file gets an answer, not a cut."""

ACCEPT = "image/jpeg,image/png,image/heic,image/heif,application/pdf,.heic,.pdf"

PICTURES = "image/jpeg,image/png,image/heic,image/heif,.heic"


def reads_its_body(view: V) -> V:
    """Marks a view that reads the body of its request itself, and checks the CSRF token itself."""
    view.reads_its_body = True  # type: ignore[attr-defined]
    return view


class UploadForm(CommandForm):
    """What is asked with a file. The file comes last: what is before it has been read when it arrives."""

    document_type = SelectField("De quel document s’agit-il ?", [required("Choisissez le type de document")])
    name = TextField(
        "Nom du document (facultatif)",
        [at_most(LONGEST_NAME)],
        hint="Pour le retrouver, par exemple « Assurance de Léa ». Vous seul pouvez le lire.",
    )
    valid_until = DateField(
        "Valable jusqu’au (facultatif)",
        hint="Sans date, nous notons la durée habituelle de ce type de document.",
    )
    photo = FileField(
        "Photographier le document",
        accept="image/*",
        params={"attributes": {"capture": "environment"}, "formGroup": {"classes": "upload-photo"}},
    )
    file = FileField(
        "Choisir un fichier",
        accept=ACCEPT,
        hint="Photo (JPEG, PNG, HEIC) ou PDF, 50\u00a0Mo au plus.",
    )
    pages = FileField(
        "Réunir plusieurs photos en un seul PDF",
        accept=PICTURES,
        hint="Une photo par page, 30 au plus.",
        params={"attributes": {"multiple": "multiple", "data-pages": "order"}},
    )
    order = TextField(
        "Ordre des pages, si vous réunissez plusieurs photos (facultatif)",
        hint="Sans réponse, les pages suivent l’ordre de vos photos. Écrivez par exemple « 2, 1, 3 » pour commencer "
        "par la deuxième.",
        autocomplete="off",
        params={"classes": "govuk-input--width-20", "attributes": {"data-page-order": "data-page-order"}},
    )

    def validate_order(self, field: TextField) -> None:
        """An order, or nothing."""
        try:
            page_order.read(field.data or "")
        except page_order.NoOrder:
            raise ValidationError(page_order.SENTENCE) from None

    twice: Twice | None = None
    """The document that has the same content, when that is why the file was not kept."""

    def offer(self, types: list[DocumentTypeView]) -> None:
        """Gives the types to choose from."""
        self.document_type.choices = [(each.code, each.name) for each in types]

    def refuse(self, refused: Refused, came_by: str = "file") -> None:
        """Says on the page why the file was not taken, at the input it came by."""
        field = self.pages if came_by == "pages" else self.file
        self._add(self.order if refused.reason is Reason.WRONG_ORDER else field, refused.sentence)
        self._blame(503 if refused.may_pass else 422)


class AttachForm(UploadForm):
    """The same where the type is known."""

    document_type = None  # type: ignore[assignment]

    def validate_valid_until(self, field: DateField) -> None:
        """What is asked for must still serve; one's own vault may keep what is over."""
        if field.data is not None and field.data < today():
            raise ValidationError(
                "Cette date est passée : la mairie ne pourrait pas retenir ce document. Corrigez la date, "
                "ou joignez un document encore valable."
            )


def incoming_form() -> IncomingForm:
    """The request's form, up to its file, its token checked. Raises CSRFError, Refused."""
    bound_silence()
    try:
        incoming = IncomingForm.of(request, LIMIT)
    except RequestEntityTooLarge:
        raise Refused(Reason.TOO_LARGE) from None
    except Interrupted:
        raise Refused(Reason.INTERRUPTED) from None
    _check_token(incoming.fields.get("csrf_token", ""))
    return incoming


def store(
    incoming: IncomingForm,
    form: UploadForm,
    private: bytes,
    document_type: str,
    subject: tuple[str, UUID] | None = None,
) -> DocumentView | None:
    """Seals the file of a valid form, enters it in the vault and, with `subject`, attaches it.

    None when something was refused; the form then says what. A form sent twice is stored once (AlreadyStored).
    """
    try:
        upload, fingerprint = _take_in(incoming, form, private)
    except Refused as refused:
        incoming.drain_all()
        form.refuse(refused, incoming.file.field if incoming.file else "file")
        return None
    except DomainError as refusal:
        incoming.drain_all()
        form.show(refusal)
        return None
    incoming.drain_all()
    command = _command(upload, form, _name(form, incoming, upload), private, document_type, fingerprint)
    try:
        return town.enter(command, upload.file_key, subject)
    except ServiceUnavailable as refusal:
        # It may have been entered all the same: the object stays, and is collected if it was not.
        form.show(refusal)
    except AlreadyThere as refusal:
        form.show(refusal)
        form.twice = twice.offer(refusal, command, subject, private)
    except DomainError as refusal:
        forget_upload(upload.document_id)
        if type(refusal) is Conflict:
            raise AlreadyStored from None
        form.show(refusal, **({"unknown_document_type": "document_type"} if form.document_type else {}))
    return None


class AlreadyStored(Exception):
    """This very form was sent before, and what it held is in the vault."""


def _take_in(incoming: IncomingForm, form: UploadForm, private: bytes) -> tuple[SealedUpload, bytes]:
    """The sealed object of the form's file or photographs, and the fingerprint of what was sent."""
    if incoming.file is None:
        raise Refused(Reason.MISSING)
    mark, clamd_url = keys.mark(private), settings().clamd_url
    source: Inspected | BoundPages
    if incoming.file.field == "pages":
        source = BoundPages(incoming, clamd_url, mark, page_order.read(form.order.data or ""))
    else:
        source = Inspected(incoming.file, clamd_url, mark=mark)
    try:
        return seal_upload(source), mark.digest()
    finally:
        source.close()


def _command(
    upload: SealedUpload,
    form: UploadForm,
    name: str,
    private: bytes,
    document_type: str,
    fingerprint: bytes,
) -> StoreDocument:
    # The public half comes from the private one in the session, not from a database that could give another's.
    public = keys.public_half(private)
    return StoreDocument(
        command_id=form.command_id.data,
        document_id=upload.document_id,
        document_type=document_type,
        size=upload.size,
        object_size=upload.object_size,
        public_key=public,
        sealed_key=keys.seal_key(upload.file_key, upload.document_id, public),
        sealed_description=upload.described(name).seal(upload.file_key, upload.document_id),
        valid_until=form.valid_until.data,
        fingerprint=fingerprint,
    )


def _name(form: UploadForm, incoming: IncomingForm, upload: SealedUpload) -> str:
    own = incoming.file.name if incoming.file else ""
    return clean_name(str(form.name.data or "")) or fitting(own, upload.media)


def _check_token(token: str) -> None:
    """What the site's CSRF protection checks, for a form it must not read."""
    try:
        validate_csrf(token)
    except ValidationError as wrong:
        raise CSRFError(wrong.args[0]) from None
    origin = request.headers.get("Origin", "")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        raise CSRFError("the form came from another site")
