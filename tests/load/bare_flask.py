"""A page of Flask and nothing else: what the pages of the site are measured beside."""

from flask import Flask, render_template_string

TEMPLATE = (
    "<!doctype html><html lang=fr><title>{{ title }}</title><h1>{{ title }}</h1>"
    "<ul>{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul>"
)


def site() -> Flask:
    """For gunicorn."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        return render_template_string(TEMPLATE, title="Bonjour", lines=["une ligne"] * 20)

    return app
