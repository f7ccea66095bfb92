"""The door of the site."""

from flask import Blueprint, render_template

from gateway.public import articles

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    """The five activities, the ways in, the latest news."""
    return render_template("public/home.html", activities=articles.activities(), news=articles.news()[:3])


@blueprint.get("/nouvelle-demarche")
def new_request() -> str:
    """What can be done without an account, and by whom for the rest."""
    return render_template("public/new_request.html")
