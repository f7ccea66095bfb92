"""« Courriels en échec »: what could not be sent, to be looked at and sent again."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.mail import FailedMail, SendAgain
from contracts.caller import Role
from gateway import access
from gateway.forms import CommandForm
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("mails", __name__, url_prefix="/courriels")
navigation = [
    Entry(
        "Courriels en échec",
        "staff.mails.show",
        order=80,
        role=Role.FAMILY_FILES,
        hint="Les messages que le serveur n’a pas pu remettre.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES, Role.ADMINISTRATION)
def show() -> str:
    """The failures, newest first."""
    return render_template("staff/mails.html", view=ask(FailedMail()))


@blueprint.post("/<uuid:mail_id>/renvoyer")
@access.requires_role(Role.FAMILY_FILES, Role.ADMINISTRATION)
def send_again(mail_id: UUID) -> ResponseReturnValue:
    """Back into the queue."""
    form = CommandForm()
    if form.validate_on_submit():
        ask(SendAgain(command_id=form.command_id.data, mail_id=mail_id))
        flash("Le courriel sera envoyé à nouveau.", "success")
    return redirect(url_for("staff.mails.show"))
