"""The agents' first page: the ways in that their roles allow."""

from flask import Blueprint, render_template

from gateway.navigation import Entry

blueprint = Blueprint("home", __name__)
navigation = [Entry("Accueil", "staff.home.show", order=0)]


@blueprint.get("/")
def show() -> str:
    """The page an agent opens on."""
    return render_template("staff/home.html")
