"""« Se déconnecter », for parents and agents alike."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from gateway import browser_session
from gateway.french import typeset

blueprint = Blueprint("sign_out", __name__)


@blueprint.post("/deconnexion")
def leave() -> ResponseReturnValue:
    """Ends this browser's session. Harmless when there is none."""
    browser_session.sign_out()
    flash(typeset("Vous êtes déconnecté. À bientôt !"), "success")
    return redirect("/")
