"""« Connexion des agents »: their own accounts, their own page."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from contracts.caller import Kind
from gateway import access
from gateway.public.sign_in import enter_as

blueprint = Blueprint("sign_in", __name__)


@blueprint.route("/connexion", methods=["GET", "POST"])
@access.open_to_all
def enter() -> ResponseReturnValue:
    """Agents come in; they have no vault."""
    return enter_as(Kind.AGENT, "staff/sign_in.html", None)
