"""« Lectures santé »: which agents read what of children's health."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from contracts.accounts.health import ListReadings
from contracts.caller import Role
from gateway import access
from gateway.care import health_words as words
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.services import ask

blueprint = Blueprint("health_readings", __name__, url_prefix="/lectures-sante")
navigation = [
    Entry(
        "Lectures santé",
        "staff.health_readings.show",
        order=62,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Qui a lu quoi de la santé des enfants.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.ADMINISTRATION)
def show() -> str:
    """Newest first; of an agent or a child with `?nom=`."""
    text = request.args.get("nom", "").strip()[:100]

    def address(page: int) -> str:
        return "?" + urlencode({"nom": text, "page": page})

    view = ask(ListReadings(text=text, page=page_asked()))
    return render_template("staff/health_readings.html", view=view, text=text, words=words, address=address)
