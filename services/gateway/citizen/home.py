"""« Mon tableau de bord »: what matters today, assembled from the parts that the other modules give."""

from flask import Blueprint, render_template

from gateway import dashboard
from gateway.navigation import Entry

blueprint = Blueprint("home", __name__)
navigation = [Entry("Tableau de bord", "citizen.home.show", order=0)]


@blueprint.get("/")
def show() -> str:
    """The page a parent opens on."""
    return render_template("citizen/home.html", page=dashboard.compose())
