"""« Envoyer un document »: an agent writes to the requester with a file, sealed as it arrives.

Into the requester's vault or, without an account, to the tracking code of their request.
"""

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.enrolment.requests import (
    LONGEST_WORDS,
    Act,
    HandleRequest,
    OpenRequest,
    RequestClosed,
    RequestFile,
    WriteToRequester,
)
from contracts.errors import Conflict, DomainError, NotFound
from contracts.messages import Command
from gateway import access
from gateway.forms import FileField, RadiosField, TextareaField, at_most, required
from gateway.requests import request_words
from gateway.requests.request_forms import VersionForm
from gateway.services import ask
from gateway.staff.request_forms import ASK, WRITE
from gateway.vault import letters
from gateway.vault.intake import Inspected, Reason, Refused
from gateway.vault.multipart import IncomingForm
from gateway.vault.upload import ACCEPT, incoming_form, reads_its_body
from gateway.wiring import settings

blueprint = Blueprint(
    "request_sending", __name__, url_prefix="/demandes/<uuid:request_id>/envoyer-un-document"
)
_OFFICE = access.requires_role(Role.REQUESTS)
NO_VAULT = (
    "Le demandeur n’a pas encore d’espace de stockage : écrivez-lui sans document, "
    "et remettez-le au guichet ou par courrier."
)


class SendForm(VersionForm):
    """Words and a file. The file comes last: what is before it has been read when it arrives."""

    purpose = RadiosField(
        "Pour quoi ?",
        [required("Choisissez pour quoi vous écrivez.")],
        choices=[
            (WRITE, "Informer le demandeur", "Rien n’est attendu de lui."),
            (ASK, "Demander une précision ou un document", "Le délai est suspendu jusqu’à la réponse."),
        ],
    )
    words = TextareaField("Votre texte", [required("Écrivez votre texte."), at_most(LONGEST_WORDS)], rows=4)
    file = FileField("Le document", accept=ACCEPT, hint="Photo (JPEG, PNG, HEIC) ou PDF, 50\u00a0Mo au plus.")

    def offer(self, file: RequestFile) -> None:
        """What the request leaves to do, and the version that is shown."""
        self.version.data = str(file.request.line.version)
        if Act.ASK not in file.acts:
            self.purpose.choices = [each for each in self.purpose.choices if each[0] != ASK]

    def refuse(self, sentence: str, status: int = 422) -> None:
        """Says why the file was not taken."""
        self._add(self.file, sentence)
        self._blame(status)


@blueprint.get("")
@_OFFICE
def show(request_id: UUID) -> ResponseReturnValue:
    """The empty form."""
    return _page(_file(request_id), SendForm(formdata=None))


@blueprint.post("")
@_OFFICE
@reads_its_body
def send(request_id: UUID) -> ResponseReturnValue:
    """Takes the file in, then sends the message that it arrives with: refused, it leaves no file behind."""
    file = _file(request_id)
    try:
        incoming = incoming_form()
    except Refused as refused:
        form = SendForm(formdata=None)
        form.refuse(refused.sentence)
        return _page(file, form)
    form = SendForm(formdata=incoming.fields)
    is_valid = form.validate()
    document_id = _take_in(incoming, form, file) if is_valid else None
    incoming.drain_all()
    if document_id is None:
        return _page(file, form)
    try:
        ask(_command(form, file, document_id))
    except DomainError as refusal:
        if type(refusal) is not Conflict:  # else it was sent twice: the first is on its way
            form.show(refusal)  # the words stay on the page, to be copied where the request ended meanwhile
            return _page(ask(OpenRequest(request_id=request_id)), form)
    where = "est dans l’espace de stockage du demandeur"
    if not file.request.has_account:
        where = "s’ouvre avec le code de suivi"
    flash(f"Le message est envoyé, et le document {where}.", "success")
    return redirect(url_for("staff.requests.open_request", request_id=request_id), 303)


def _file(request_id: UUID) -> RequestFile:
    """Raises RequestClosed; NotFound where nobody could open what is sent."""
    file = ask(OpenRequest(request_id=request_id))
    if not file.request.may_write:
        raise RequestClosed
    if not request_words.can_open(file):
        raise NotFound
    return file


def _take_in(incoming: IncomingForm, form: SendForm, file: RequestFile) -> UUID | None:
    try:
        if incoming.file is None:
            raise Refused(Reason.MISSING)
        with closing(Inspected(incoming.file, settings().clamd_url)) as source:
            return letters.send(file.request.line.request_id, incoming.file.name, source, file.code_key)
    except Refused as refused:
        form.refuse(refused.sentence, 503 if refused.may_pass else 422)
    except letters.NoVault:
        form.refuse(NO_VAULT)
    except DomainError as refusal:
        form.show(refusal)
    return None


def _command(form: SendForm, file: RequestFile, document_id: UUID) -> Command[RequestFile]:
    given: dict[str, Any] = {
        "command_id": form.command_id.data,
        "request_id": file.request.line.request_id,
        "words": form.words.data or "",
        "documents": (document_id,),
        "by_code": file.code_key is not None,
    }
    if form.purpose.data == ASK:
        return HandleRequest(**given, version=form.seen, act=Act.ASK)
    return WriteToRequester(**given)


def _page(file: RequestFile, form: SendForm) -> ResponseReturnValue:
    form.offer(file)
    page = render_template("staff/request_sending.html", view=file.request, form=form)
    return page, form.status
