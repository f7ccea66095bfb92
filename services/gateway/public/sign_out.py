"""« Se déconnecter », for parents and agents alike."""

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from gateway.browser import browser_session
from gateway.franceconnect import trips
from gateway.french import typeset

blueprint = Blueprint("sign_out", __name__)


@blueprint.post("/deconnexion")
def leave() -> ResponseReturnValue:
    """Ends this browser's session; then FranceConnect's, for who came by it. Harmless when there is none."""
    signed_in = browser_session.current()
    id_token = signed_in.data.get("id_token", "") if signed_in else ""
    browser_session.sign_out()
    away = trips.farewell(id_token) if id_token else None
    if away is not None:
        return render_template(
            "public/hand_over.html", title="Vous êtes déconnecté de l’Espace Citoyens", href=away
        )
    flash(typeset("Vous êtes déconnecté. À bientôt !"), "success")
    return redirect("/")
