"""The door of the site."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.public import articles

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    """The five activities, the ways in, the latest news."""
    return render_template("public/home.html", activities=articles.activities(), news=articles.news()[:3])


@blueprint.get("/nouvelle-demarche")
def new_request() -> ResponseReturnValue:
    """The address that the leaflet knows."""
    return redirect(url_for("public.procedures.show"), 301)
