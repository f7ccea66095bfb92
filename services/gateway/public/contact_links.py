"""The links by which both sides agree to another address or telephone; a button, since mail programs open links."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from contracts.accounts.identity import LinkExpired
from contracts.accounts.own_account import ConfirmContact, RefuseContact, ShowContactLink
from gateway.browser import browser_session
from gateway.forms import CommandForm
from gateway.services import ask

blueprint = Blueprint("contact_links", __name__, url_prefix="/compte/confirmer")


class LinkForm(CommandForm):
    """Only a button."""


@blueprint.route("/<token>", methods=["GET", "POST"])
def show(token: str) -> ResponseReturnValue:
    """What is asked; then where it stands."""
    form = LinkForm()
    try:
        if form.validate_on_submit():
            link = ask(ConfirmContact(command_id=form.command_id.data, token=token[:200]))
        else:
            link = ask(ShowContactLink(token=token[:200]))
    except LinkExpired:
        return render_template("public/contact_link_over.html"), 410
    return render_template("public/contact_link.html", form=form, link=link, token=token), form.status


@blueprint.post("/<token>/refuser")
def refuse(token: str) -> ResponseReturnValue:
    """« Ce n’est pas moi »: stopped, and whoever else is signed in is signed out."""
    form = LinkForm()
    if not form.validate_on_submit():
        return show(token)
    try:
        refused = ask(RefuseContact(command_id=form.command_id.data, token=token[:200]))
    except LinkExpired:
        return render_template("public/contact_link_over.html"), 410
    browser_session.revoke_all(refused.account_id, but_this=True)
    return render_template("public/contact_refused.html", refused=refused)
