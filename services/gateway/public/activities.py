"""« Activités »: what each of them is."""

from flask import Blueprint, abort, render_template

from gateway.public import articles

blueprint = Blueprint("activities", __name__, url_prefix="/activites")


@blueprint.get("")
def show() -> str:
    """The five activities."""
    return render_template("public/activities.html", activities=articles.activities())


@blueprint.get("/<slug>")
def read(slug: str) -> str:
    """One activity."""
    article = articles.find(articles.activities(), slug) or abort(404)
    return render_template(
        "public/article.html", article=article, back=("/activites", "Toutes les activités"), enrol=True
    )
