"""A draft that is not there for this browser: sent already, or of an account that is signed out, or given up."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Kind
from contracts.enrolment.drafts import DraftSent
from contracts.errors import NotFound
from gateway import access, errors, french
from gateway.browser import kept_form
from gateway.procedures.draft_secret import is_citizen
from gateway.requests import tracking
from gateway.sentences import sentence_of

TITLE = "Cette saisie n’est pas dans ce navigateur"
TEXT = (
    "Si vous l’avez commencée avec votre compte, vous avez été déconnecté : elle vous attend dans votre espace. "
    "Sans compte, elle est gardée une journée, là où vous l’avez commencée et nulle part ailleurs."
)
TYPED = "Ce que vous venez de saisir est encore sur cette page."


def answer(refusal: NotFound) -> ResponseReturnValue:
    """To the request that the draft has become; else the page that says why there is none, and keeps what was typed."""
    draft_id = (request.view_args or {})["draft_id"]
    sent = tracking.followed()
    if sent is not None and sent.request_id == draft_id:
        flash("Cette demande est déjà envoyée.", "info")
        return redirect(url_for("public.tracking.received"), 303)
    if isinstance(refusal, DraftSent):
        flash(sentence_of(refusal).text, "info")
        return redirect(url_for("citizen.requests.follow", request_id=draft_id), 303)
    if is_citizen():
        return errors.refusal(refusal)
    form = kept_form.kept()
    text = f"{TEXT} {TYPED}" if form else TEXT
    return kept_form.page(404, TITLE, french.typeset(text), form, access.sign_in_address(Kind.CITIZEN))
