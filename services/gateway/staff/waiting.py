"""« Listes d'attente »: who waits for which day, in the order they will be served."""

from flask import Blueprint, render_template

from contracts.caller import Role
from contracts.enrolment.waiting import WaitingLists
from gateway import access
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("waiting", __name__, url_prefix="/attente")
navigation = [
    Entry(
        "Listes d’attente",
        "staff.waiting.show",
        order=25,
        role=Role.REQUESTS,
        hint="Les jours complets, qui attend, dans quel ordre, et les places proposées.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """The lines of days to come."""
    return render_template("staff/waiting.html", lines=ask(WaitingLists()))
