"""A request that has just been sent: its number and tracking code, which are shown once."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from gateway.public.procedures import is_citizen

blueprint = Blueprint("procedure_sent", __name__, url_prefix="/demarches/envoyee")
SENT = "request_sent"


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The receipt in short; the whole of it goes by e-mail."""
    sent = session.get(SENT)
    if not sent:
        return redirect(url_for("public.procedures.show"))
    return render_template("public/procedure_sent.html", sent=sent, is_citizen=is_citizen())
