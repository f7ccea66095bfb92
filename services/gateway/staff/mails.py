"""« Courriels non remis »: what could not be sent or came back, why, and once more."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.mail import FailedMail, MailState, SendAgain
from contracts.caller import Role
from gateway import access
from gateway.forms import CommandForm
from gateway.mail_words import why_undelivered
from gateway.navigation import Desk, Entry
from gateway.services import ask

blueprint = Blueprint("mails", __name__, url_prefix="/courriels")
navigation = [
    Entry(
        "Courriels non remis",
        "staff.mails.show",
        order=80,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Les messages qui n’ont pas pu partir, et ceux qui nous sont revenus.",
    )
]
FILTERS = {"": None, "echec": MailState.FAILED, "retour": MailState.BOUNCED}


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES, Role.ADMINISTRATION)
def show() -> str:
    """One page of them, newest first."""
    state = request.args.get("etat", "")
    text = request.args.get("adresse", "")[:100]
    page = max(1, request.args.get("page", 1, int))
    view = ask(FailedMail(state=FILTERS.get(state), text=text, page=page))
    return render_template(
        "staff/mails.html",
        view=view,
        state=state if state in FILTERS else "",
        text=text,
        why=why_undelivered,
        address=lambda page: url_for("staff.mails.show", etat=state, adresse=text, page=page),
    )


@blueprint.post("/<uuid:mail_id>/renvoyer")
@access.requires_role(Role.FAMILY_FILES, Role.ADMINISTRATION)
def send_again(mail_id: UUID) -> ResponseReturnValue:
    """Back into the queue."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(SendAgain(command_id=form.command_id.data, mail_id=mail_id))
        flash("Le courriel sera envoyé à nouveau.", "success")
    return redirect(url_for("staff.mails.show"))
