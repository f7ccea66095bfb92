"""« L’appel » on a tablet: one tap a child, with or without connection. The sheet it fills is closed in « Pointage ».

What the script needs of the portal is here too, as JSON: taps received, where the session stands, what to know of the
children. The script in `assets/js/roll-call*.js` keeps the page, and keeps each tap until it is received.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import ValidationError

from contracts.accounts.health import OpenAtHand
from contracts.caller import Role
from contracts.enrolment.attendance import RollCall, RollCallView
from contracts.enrolment.taps import RecordTaps, RollCallState, Seen, ShowTaps
from contracts.errors import Invalid
from contracts.events.attendance import Mark
from gateway import access
from gateway.browser.browser_names import name_browser
from gateway.care import care_words
from gateway.services import ask
from gateway.staff.attendance import day_of, today

blueprint = Blueprint("tablet", __name__, url_prefix="/appel")
THERE = (Mark.PRESENT, Mark.PRESENT_WITHOUT_BOOKING)


@blueprint.get("/<place_code>/<activity_code>/<day>")
@access.requires_role(Role.ATTENDANCE)
def call(place_code: str, activity_code: str, day: str) -> str:
    """The children, expected or not. Nothing of anybody's health: this page is kept on the tablet as it is."""
    view = ask(_asked(place_code, activity_code, day_of(day), with_roster=True))
    return render_template(
        "staff/tablet.html",
        view=view,
        today=today(),
        marks={str(child_id): seen for child_id, seen in marks_of(view).items()},
        to_review=any(line.tap is not None and line.tap.late for line in view.lines),
    )


@blueprint.get("/<place_code>/<activity_code>/<day>/consignes")
@access.requires_role(Role.ATTENDANCE)
def care(place_code: str, activity_code: str, day: str) -> ResponseReturnValue:
    """What to know of the children on the sheet, and of no other: the sheet says who they are, not the browser."""
    view = ask(_asked(place_code, activity_code, day_of(day)))
    sheets = ask(OpenAtHand(child_ids=[line.child_id for line in view.lines])) if view.lines else []
    return jsonify(
        sheets=[
            {
                "child_id": str(sheet.pupil.child_id),
                "name": sheet.pupil.name,
                "has_pai": sheet.has_pai,
                "foods": care_words.foods(sheet),
                "ask_manager": sheet.ask_manager,
                "lines": care_words.lines(sheet),
            }
            for sheet in sheets
        ]
    )


@blueprint.post("/appuis")
@access.requires_role(Role.ATTENDANCE)
def record() -> ResponseReturnValue:
    """Taps, sent perhaps again: the answer says which need not come once more."""
    sent: Any = request.get_json(silent=True)
    try:
        # As it was sent: JSON's own texts for instants and ids.
        command = RecordTaps.model_validate(
            {
                **sent,
                "command_id": uuid4(),
                "device": name_browser(request.user_agent.string),
            }
        )
    except (TypeError, ValidationError):
        raise Invalid(problems={}) from None
    return _state(ask(command))


@blueprint.get("/<uuid:session_id>/etat")
@access.requires_role(Role.ATTENDANCE)
def state(session_id: UUID) -> ResponseReturnValue:
    """What other tablets have done meanwhile."""
    return _state(ask(ShowTaps(session_id=session_id)))


@blueprint.get("/jeton")
@access.requires_role(Role.ATTENDANCE)
def token() -> ResponseReturnValue:
    """The token of this session, for a page that was kept from before it."""
    return jsonify(csrf=generate_csrf())


@blueprint.get("/appel.js")
@access.open_to_all
def worker() -> ResponseReturnValue:
    """The service worker. Its address is what lets it see this folder's pages and no others; it holds no secret."""
    built: str = current_app.jinja_env.globals["asset_url"]("roll-call-worker.js")  # type: ignore[operator]
    answer = current_app.send_static_file(built.removeprefix("/static/"))
    answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/hors-connexion")
@access.open_to_all
def offline() -> str:
    """What the worker answers when it keeps nothing of the page asked for. Nobody's name is on it."""
    return render_template("staff/tablet_offline.html")


def marks_of(view: RollCallView) -> dict[UUID, Seen]:
    """What is said of each child, as the tablet knows it."""
    return {
        line.child_id: Seen.HERE if line.mark in THERE else Seen.AWAY
        for line in view.lines
        if line.mark is not None
    }


def _asked(place_code: str, activity_code: str, day: date, *, with_roster: bool = False) -> RollCall:
    return RollCall(
        place_code=place_code,
        activity_code=activity_code,
        day=day,
        slot=request.args.get("creneau", ""),
        with_roster=with_roster,
    )


def _state(state: RollCallState) -> ResponseReturnValue:
    return jsonify(state.model_dump(mode="json"))
