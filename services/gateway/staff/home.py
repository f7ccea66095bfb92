"""The agents' first page: the ways in that their roles allow, and how much waits behind them."""

from flask import Blueprint, render_template

from contracts.accounts.changes import WhatWaits
from gateway.navigation import Entry
from gateway.services import ask_each

blueprint = Blueprint("home", __name__)
navigation = [Entry("Accueil", "staff.home.show", order=0)]


@blueprint.get("/")
def show() -> str:
    """The page an agent opens on."""
    (waiting,) = ask_each([WhatWaits()])
    counts = {} if isinstance(waiting, Exception) else {"staff.changes.show": waiting.changes}
    return render_template("staff/home.html", counts=counts)
