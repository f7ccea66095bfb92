"""« Listes d'attente »: who waits for which day, in the order they will be served."""

from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import TypeAdapter, ValidationError

from contracts.caller import Role
from contracts.enrolment.values import Code
from contracts.enrolment.waiting import ShowLine, WaitingLists
from contracts.events.waiting import WaitingState
from gateway import access
from gateway.navigation import Desk, Entry
from gateway.services import ask

CODE: TypeAdapter[str] = TypeAdapter(Code)
ENDED = {
    WaitingState.TAKEN: ("A pris la place", "done"),
    WaitingState.LEFT: ("A quitté la liste ou refusé la place", "off"),
    WaitingState.LAPSED: ("N’a pas pris la place à temps", "off"),
    WaitingState.CLOSED: ("Jour fermé par la mairie", "off"),
    WaitingState.OVER: ("Aucune place ne s’est libérée", "off"),
}
blueprint = Blueprint("waiting", __name__, url_prefix="/attente")
navigation = [
    Entry(
        "Listes d’attente",
        "staff.waiting.show",
        order=25,
        desk=Desk.CHILDREN,
        role=Role.REQUESTS,
        hint="Les jours complets, qui attend, dans quel ordre, et les places proposées.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """The lines of days to come, of one activity or place where one is chosen."""
    activity, place = _code("activite"), _code("lieu")
    view = ask(WaitingLists(activity_code=activity, place_code=place))
    return render_template("staff/waiting.html", view=view, activity=activity, place=place)


@blueprint.get("/<uuid:session_id>")
@access.requires_role(Role.REQUESTS)
def line(session_id: UUID) -> str:
    """One day's line, and who was in it before."""
    return render_template("staff/waiting_line.html", line=ask(ShowLine(session_id=session_id)), ended=ENDED)


def _code(name: str) -> str | None:
    """A code of the query; what cannot be one narrows nothing."""
    try:
        return CODE.validate_python(request.args.get(name))
    except ValidationError:
        return None
