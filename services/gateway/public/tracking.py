"""« Suivre une demande »: by its number and tracking code, without an account.

What is wrong is never said apart: a number that is not one and a code that does not fit get the same answer.
"""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.requests import FollowRequest, RequestView, WithdrawRequest, WriteToTown
from contracts.errors import DomainError, NotFound
from gateway import papers
from gateway.browser import browser_session
from gateway.forms import CommandForm, TextField, at_most, required
from gateway.papers import request_papers
from gateway.requests import request_words, tracking
from gateway.requests.request_forms import MessageForm, VersionForm
from gateway.requests.request_page import requester_page
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("tracking", __name__, url_prefix="/suivre-une-demande")
UNKNOWN = "Aucune demande ne répond à ce numéro et à ce code : vérifiez-les tous les deux."


class TrackingForm(CommandForm):
    """What the receipt says."""

    number = TextField(
        "Numéro de la demande",
        [required("Saisissez le numéro de la demande."), at_most(40)],
        hint="Par exemple 2026-000123.",
        classes="govuk-input--width-10",
        autocomplete="off",
    )
    tracking_code = TextField(
        "Code de suivi",
        [required("Saisissez le code de suivi."), at_most(40)],
        hint="Seize signes, affichés après l’envoi et sur l’accusé de réception.",
        classes="govuk-input--width-20",
        autocomplete="off",
    )

    def refuse(self) -> None:
        """One sentence for both, on the first."""
        self._add(self.number, UNKNOWN)
        self._blame(422)


@blueprint.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The form; a browser that follows a request already goes to it."""
    form = TrackingForm()
    if form.validate_on_submit():
        try:
            view = ask(FollowRequest(number=form.number.data, code=form.tracking_code.data))
        except NotFound:
            form.refuse()
        except DomainError as refusal:
            form.show(refusal)
        else:
            tracking.remember(view.line.request_id, view.line.number, form.tracking_code.data)
            return redirect(url_for(".follow"))
    elif tracking.followed() is not None and not form.is_submitted():
        return redirect(url_for(".follow"))
    return render_template("public/tracking.html", form=form), form.status


@blueprint.get("/recue")
def received() -> ResponseReturnValue:
    """The request has just been filed: its number, its code, its receipt."""
    found = tracking.followed()
    if found is None:
        return redirect(url_for(".show"))
    signed_in = browser_session.current()
    return render_template(
        "public/request_received.html",
        found=found,
        is_citizen=signed_in is not None and not signed_in.is_agent,
    )


@blueprint.get("/demande")
def follow() -> ResponseReturnValue:
    """The request."""
    view = _view()
    if view is None:
        return redirect(url_for(".show"))
    return _page(view, MessageForm())


@blueprint.post("/demande/message")
def write() -> ResponseReturnValue:
    """Words to the department."""
    found = tracking.followed()
    if found is None:
        return redirect(url_for(".show"))
    form = MessageForm()
    if form.validate():
        try:
            ask(
                WriteToTown(
                    command_id=form.command_id.data,
                    request_id=found.request_id,
                    code=found.code,
                    words=form.words.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre message est envoyé.", "success")
            return redirect(url_for(".follow"))
    view = _view()
    return redirect(url_for(".show")) if view is None else _page(view, form)


@blueprint.post("/demande/retirer")
def withdraw() -> ResponseReturnValue:
    """Gives the request up."""
    found, form = tracking.followed(), VersionForm()
    if found is None:
        return redirect(url_for(".show"))
    if form.validate():
        try:
            ask(
                WithdrawRequest(
                    command_id=form.command_id.data,
                    request_id=found.request_id,
                    code=found.code,
                    version=form.seen,
                )
            )
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Votre demande est retirée.", "success")
    return redirect(url_for(".follow"))


@blueprint.get("/demande/accuse.pdf")
def receipt() -> ResponseReturnValue:
    """The receipt, with the code that this browser has shown."""
    view, found = _view(), tracking.followed()
    if view is None or found is None:
        return redirect(url_for(".show"))
    content = papers.render("request_receipt", request_papers.receipt(view, found.code.upper()))
    return papers.pdf(content, request_papers.receipt_name(view))


@blueprint.get("/demande/courrier.pdf")
def letter() -> ResponseReturnValue:
    """The town's decision."""
    view = _view()
    if view is None or not request_words.is_decided(view):
        return redirect(url_for(".show"))
    return papers.pdf(
        papers.render("request_letter", request_papers.letter(view)), request_papers.letter_name(view)
    )


@blueprint.post("/quitter")
def leave() -> Response:
    """Forgets the code in this browser."""
    tracking.forget()
    flash("Cet appareil ne garde plus rien de votre demande.", "success")
    return redirect(url_for(".show"))  # type: ignore[return-value]


def _view() -> RequestView | None:
    found = tracking.followed()
    if found is None:
        return None
    try:
        return ask(FollowRequest(number=found.number, code=found.code))
    except NotFound:  # erased meanwhile, or its code was replaced
        tracking.forget()
        return None


def _page(view: RequestView, form: MessageForm) -> ResponseReturnValue:
    return requester_page(
        "public/request.html",
        view,
        form,
        attach=url_for("public.tracking_documents.show"),
        by_code=lambda document_id: url_for("public.tracking_documents.fetch", document_id=document_id),
    )
