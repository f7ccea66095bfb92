"""« Mes demandes »: every démarche that was filed, where each stands, what is said of it both ways."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.requests import (
    ClaimRequest,
    MyRequests,
    RequestView,
    ShowRequest,
    WithdrawRequest,
    WriteToTown,
)
from contracts.errors import DomainError
from gateway import papers
from gateway.forms import CommandForm
from gateway.forms.numbers import page_asked
from gateway.navigation import Entry
from gateway.papers import request_papers
from gateway.requests import request_words
from gateway.requests.request_forms import MessageForm, VersionForm
from gateway.requests.request_page import requester_page
from gateway.sentences import sentence_of
from gateway.sentences.requests import STATES
from gateway.services import ask

blueprint = Blueprint("requests", __name__, url_prefix="/demandes")
navigation = [Entry("Mes demandes", "citizen.requests.show", order=26)]

PAGE = 20


@blueprint.get("/")
def show() -> str:
    """All of them, newest first; above, those filed without an account that may be claimed."""
    page = page_asked()
    view = ask(MyRequests(offset=(page - 1) * PAGE, limit=PAGE))
    return render_template(
        "citizen/requests.html",
        view=view,
        states=STATES,
        form=CommandForm(formdata=None),
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: url_for(".show", page=number),
    )


@blueprint.get("/<uuid:request_id>")
def follow(request_id: UUID) -> ResponseReturnValue:
    """One of them."""
    return _page(ask(ShowRequest(request_id=request_id)), MessageForm())


@blueprint.post("/<uuid:request_id>/message")
def write(request_id: UUID) -> ResponseReturnValue:
    """Words to the department."""
    form = MessageForm()
    if form.validate():
        try:
            ask(WriteToTown(command_id=form.command_id.data, request_id=request_id, words=form.words.data))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre message est envoyé.", "success")
            return redirect(url_for(".follow", request_id=request_id))
    return _page(ask(ShowRequest(request_id=request_id)), form)


@blueprint.post("/<uuid:request_id>/retirer")
def withdraw(request_id: UUID) -> ResponseReturnValue:
    """Gives the request up."""
    form = VersionForm()
    if not form.validate():
        abort(400)
    try:
        ask(WithdrawRequest(command_id=form.command_id.data, request_id=request_id, version=form.seen))
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    else:
        flash("Votre demande est retirée.", "success")
    return redirect(url_for(".follow", request_id=request_id))


@blueprint.post("/<uuid:request_id>/rattacher")
def claim(request_id: UUID) -> ResponseReturnValue:
    """Takes a request that was filed without an account into this one."""
    form = CommandForm()
    if not form.validate():
        abort(400)
    try:
        ask(ClaimRequest(command_id=form.command_id.data, request_id=request_id))
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
        return redirect(url_for(".show"))
    flash("La demande est rattachée à votre compte.", "success")
    return redirect(url_for(".follow", request_id=request_id))


@blueprint.get("/<uuid:request_id>/accuse.pdf")
def receipt(request_id: UUID) -> Response:
    """The receipt."""
    view = ask(ShowRequest(request_id=request_id))
    content = papers.render("request_receipt", request_papers.receipt(view))
    return papers.pdf(content, request_papers.receipt_name(view))


@blueprint.get("/<uuid:request_id>/courrier.pdf")
def letter(request_id: UUID) -> Response:
    """The town's decision."""
    view = ask(ShowRequest(request_id=request_id))
    if not request_words.is_decided(view):
        abort(404)
    content = papers.render("request_letter", request_papers.letter(view))
    return papers.pdf(content, request_papers.letter_name(view))


def _page(view: RequestView, form: MessageForm) -> ResponseReturnValue:
    here = url_for("citizen.requests.follow", request_id=view.line.request_id)
    attach = url_for("citizen.attachments.show", kind="request", subject_id=view.line.request_id, suite=here)
    return requester_page(
        "citizen/request.html",
        view,
        form,
        attach=attach,
        claim=lambda document_id: url_for(
            "citizen.request_letters.show", request_id=view.line.request_id, document_id=document_id
        ),
    )
