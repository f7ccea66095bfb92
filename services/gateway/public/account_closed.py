"""Where a closed account leads to: nobody is signed in any more."""

from flask import Blueprint, render_template

blueprint = Blueprint("account_closed", __name__)


@blueprint.get("/compte-ferme")
def show() -> str:
    """What was done, and what may follow."""
    return render_template("public/account_closed.html")
