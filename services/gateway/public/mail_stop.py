"""Switching a kind of mail off by the mail's own link, without signing in.

A mail program posts to the address by itself (RFC 8058): it has no token of ours and wants no page. A reader who
opens the address sees what it would do, and one button. Opening changes nothing: scanners of links open everything.
"""

from uuid import uuid4

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contracts.accounts.mail import AboutStop, StopMail
from gateway import access
from gateway.services import ask

blueprint = Blueprint("mail_stop", __name__, url_prefix="/courriels/arreter")

LONGEST = 100


@blueprint.get("/<token>")
def show(token: str) -> str:
    """What the link switches off, and the button."""
    return render_template("public/mail_stop.html", view=ask(AboutStop(token=token[:LONGEST])))


@blueprint.post("/<token>")
@access.carries_its_own_token
def stop(token: str) -> ResponseReturnValue:
    """Switches it off. Once or ten times, from a program or from the page."""
    view = ask(StopMail(command_id=uuid4(), token=token[:LONGEST]))
    if request.form.get("List-Unsubscribe") == "One-Click":
        return "stopped\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("public/mail_stop.html", view=view)
