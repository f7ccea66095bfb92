"""A document for a request that is followed by number and code: sent without an account, sealed to the town."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.requests import FollowRequest, RequestView
from contracts.errors import NotFound
from gateway import tracking
from gateway.services import ask_each
from gateway.vault.deposits import DepositForm, deposit
from gateway.vault.intake import Refused
from gateway.vault.upload import incoming_form, reads_its_body

blueprint = Blueprint("tracking_documents", __name__, url_prefix="/suivre-une-demande/demande/joindre")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The empty form."""
    known = _known()
    return _page(DepositForm(formdata=None), known[1]) if known else redirect(url_for("public.tracking.show"))


@blueprint.post("")
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
    return (view, types) if view.may_write else None


def _page(form: DepositForm, types: list[DocumentTypeView]) -> ResponseReturnValue:
    form.offer(types)
    return render_template("public/tracking_attach.html", form=form), form.status
