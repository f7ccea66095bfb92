"""« Ma famille »: the members of the household, the children and what can be done for each."""

from flask import Blueprint, render_template

from contracts.accounts.families import MyHousehold
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("family", __name__, url_prefix="/famille")
navigation = [Entry("Ma famille", "citizen.family.show", order=10)]


@blueprint.get("/")
def show() -> str:
    """Every household of the account; before a key, how to get one."""
    return render_template("citizen/family.html", household=ask(MyHousehold()))
