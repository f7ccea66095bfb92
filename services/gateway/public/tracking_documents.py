"""Documents of a request followed by number and code: sealed to the town, or sent by it and sealed to the code."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.letters import ReadLetter
from contracts.documents.refusals import DocumentDamaged
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.requests import FollowRequest, RequestView
from contracts.errors import NotFound
from contracts.tracking_code import private_half
from gateway.requests import tracking
from gateway.services import ask, ask_each
from gateway.vault import keys
from gateway.vault.deposits import DepositForm, deposit
from gateway.vault.documents import Description
from gateway.vault.grants import Granted
from gateway.vault.intake import Refused
from gateway.vault.sealing import Damaged
from gateway.vault.store import grants
from gateway.vault.upload import incoming_form, reads_its_body
from gateway.wiring import wiring

blueprint = Blueprint("tracking_documents", __name__, url_prefix="/suivre-une-demande/demande")


@blueprint.get("/joindre")
def show() -> ResponseReturnValue:
    """The empty form."""
    known = _known()
    return _page(DepositForm(formdata=None), known[1]) if known else redirect(url_for("public.tracking.show"))


@blueprint.post("/joindre")
@reads_its_body
def send() -> ResponseReturnValue:
    """Takes the file in, once the code has been judged again; sealed while it arrives."""
    known = _known()
    if known is None:
        return redirect(url_for("public.tracking.show"), 303)
    view, types = known
    try:
        incoming = incoming_form()
    except Refused as refused:
        form = DepositForm(formdata=None)
        form.refuse(refused)
        return _page(form, types)
    form = DepositForm(formdata=incoming.fields)
    form.offer(types)
    if not form.validate():
        incoming.drain_all()
        return _page(form, types)
    if deposit(incoming, form, str(form.document_type.data), view.line.request_id) is None:
        return _page(form, types)
    flash(
        "Le document est joint. Seuls les agents du service peuvent l’ouvrir, et vous verrez qui l’a fait.",
        "success",
    )
    return redirect(url_for("public.tracking.follow"), 303)


@blueprint.post("/documents/<uuid:document_id>")
def fetch(document_id: UUID) -> ResponseReturnValue:
    """What the town sent, opened with the code of this browser; the code is judged first."""
    found = tracking.followed()
    if found is None:
        return redirect(url_for("public.tracking.show"), 303)
    view = ask(FollowRequest(number=found.number, code=found.code))
    if not any(step.by_code and document_id in step.documents for step in view.steps):
        raise NotFound
    try:
        letter = ask(ReadLetter(request_id=view.line.request_id, document_id=document_id))
    except NotFound:
        if not view.has_account:
            raise
        flash(
            "Ce document est maintenant dans l’espace de stockage du compte qui suit cette demande.", "info"
        )
        return redirect(url_for("public.tracking.follow"), 303)
    try:
        file_key = keys.open_key(letter.sealed_key, document_id, private_half(found.code))
        description = Description.open(letter.sealed_description, file_key, document_id)
    except Damaged:
        raise DocumentDamaged from None
    granted = Granted(
        document_id=document_id,
        name=description.file_name,
        media_type=description.media.value,
        size=letter.size,
        file_key=file_key,
    )
    token = grants().give(granted, wiring().real_clock.now())
    return redirect(url_for("public.files.fetch", token=token), 303)


def _known() -> tuple[RequestView, list[DocumentTypeView]] | None:
    """The request that this browser follows, where it takes documents still, and the kinds of documents."""
    found = tracking.followed()
    if found is None:
        return None
    view, types = ask_each([FollowRequest(number=found.number, code=found.code), ListDocumentTypes()])
    for answer in (view, types):
        if isinstance(answer, NotFound):
            return None
        if isinstance(answer, Exception):
            raise answer
    if not view.may_write:
        flash("Cette demande est terminée : plus aucun document ne peut y être joint.", "warning")
        return None
    return view, types


def _page(form: DepositForm, types: list[DocumentTypeView]) -> ResponseReturnValue:
    form.offer(types)
    return render_template("public/tracking_attach.html", form=form), form.status
