"""The real site with two pages more: one that signs a browser in as a family of the bench, one whose question does
nothing."""

from flask import Flask, render_template_string, request

from contracts.caller import Kind
from gateway.app import create_app
from gateway.browser import browser_session
from gateway.browser.browser_session import Identity
from gateway.services import ask
from tests.echo.echo import Ping
from tests.load.family_site import PAGE
from tests.load.opening_town import account


def site() -> Flask:
    """For gunicorn."""
    app = create_app()

    @app.get("/jeton")
    def enter() -> str:
        number = request.args.get("famille", 0, type=int)
        browser_session.sign_in(Identity(Kind.CITIZEN, account(number), "Mme Camille Martin"))
        return "entré"

    @app.get("/un-appel")
    def one_call() -> str:
        return render_template_string(PAGE, pong=ask(Ping(text="Un appel")))

    return app
