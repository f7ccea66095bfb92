"""« Infos pratiques », and what the law wants every site to say."""

from flask import Blueprint, render_template

blueprint = Blueprint("information", __name__)


@blueprint.get("/infos-pratiques")
def practical() -> str:
    """Mairie [+]: address, telephone, opening hours."""
    return render_template("public/practical.html")


@blueprint.get("/accessibilite")
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("public/accessibility.html")


@blueprint.get("/donnees-personnelles")
def personal_data() -> str:
    """What is kept of people, why, and for how long."""
    return render_template("public/personal_data.html")


@blueprint.get("/mentions-legales")
def legal() -> str:
    """Who publishes the site."""
    return render_template("public/legal.html")
