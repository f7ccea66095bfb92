"""« Actualités »."""

from flask import Blueprint, abort, render_template

from gateway.public import articles

blueprint = Blueprint("news", __name__, url_prefix="/actualites")


@blueprint.get("")
def show() -> str:
    """All the news, the latest first."""
    return render_template("public/news.html", news=articles.news())


@blueprint.get("/<slug>")
def read(slug: str) -> str:
    """One piece of news."""
    article = articles.find(articles.news(), slug) or abort(404)
    return render_template(
        "public/article.html", article=article, back=("/actualites", "Toutes les actualités")
    )
