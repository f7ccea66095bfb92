"""« Pointage »: the day's sheets, those nobody did, and a sheet to fill, with a thumb or a keyboard."""

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.accounts.health import EmergencySheet, OpenAtHand
from contracts.caller import Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    ExpectedView,
    MarkedChild,
    RollCall,
    RollCallView,
    SettleAttendance,
)
from contracts.errors import DomainError
from contracts.events.attendance import AbsenceState, Mark
from gateway import access, french
from gateway.care import care_words
from gateway.forms import CommandForm, HiddenField
from gateway.forms.ids import id_in
from gateway.navigation import Desk, Entry
from gateway.services import ask, ask_each
from gateway.wiring import clock

blueprint = Blueprint("attendance", __name__, url_prefix="/pointage")
navigation = [
    Entry(
        "Pointage",
        "staff.attendance.show",
        order=30,
        desk=Desk.CHILDREN,
        role=Role.ATTENDANCE,
        hint="L’appel du jour, école par école, et les feuilles qui restent à faire.",
    )
]

BOOKED_MARKS = [
    (Mark.PRESENT, "Présent"),
    (Mark.ABSENT_UNJUSTIFIED, "Absent"),
    (Mark.ABSENT_JUSTIFIED, "Absent justifié"),
]
UNBOOKED_MARKS = [(Mark.PRESENT_WITHOUT_BOOKING, "Présent"), ("", "Retirer de la feuille")]


class SheetForm(CommandForm):
    """The marks are read by `marks_sent`: one radio group a child, `mark-<child id>`. `lines` carries their errors."""

    lines = HiddenField()


@blueprint.get("/")
@access.requires_role(Role.ATTENDANCE)
def show() -> str:
    """What runs on a day, and what was never checked before it."""
    day = day_of(request.args.get("jour", "")) if request.args.get("jour") else today()
    place_code = request.args.get("lieu", "")
    view = ask(AttendanceDesk(day=day, place_code=place_code))
    return render_template("staff/attendance.html", view=view, today=today(), place_code=place_code)


@blueprint.route("/<place_code>/<activity_code>/<day>", methods=["GET", "POST"])
@access.requires_role(Role.ATTENDANCE)
def take(place_code: str, activity_code: str, day: str) -> ResponseReturnValue:
    """The sheet. Every button sends the whole form: nothing ticked is lost by looking for a child."""
    form = SheetForm()
    marks, step = marks_sent(), request.form.get("step", "")
    if added := id_in(request.form.get("add", "")):
        marks[added] = Mark.PRESENT_WITHOUT_BOOKING
    asked = RollCall(
        place_code=place_code,
        activity_code=activity_code,
        day=day_of(day),
        slot=request.values.get("creneau", ""),
        also=[child_id for child_id, mark in marks.items() if mark is Mark.PRESENT_WITHOUT_BOOKING],
        find=request.form.get("find", "").strip()[:100] if step == "find" else "",
    )
    problem = ""
    if (
        form.validate_on_submit()
        and step == "save"
        and (session_id := id_in(request.form.get("session", "")))
    ):
        try:
            saved = ask(
                SettleAttendance(
                    command_id=form.command_id.data,
                    session_id=session_id,
                    version=_number("version"),
                    taps=_number("taps"),
                    lines=[MarkedChild(child_id=child_id, mark=mark) for child_id, mark in marks.items()],
                )
            )
        except DomainError as refusal:
            form.lines.first_id = "appel"
            form.show(refusal)
            problem = refusal.code
        else:
            flash(f"La feuille du {french.weekday(saved.day)} est close.", "success")
            return redirect(request.full_path.rstrip("?"))
    view = with_absences(ask(asked))
    if request.method == "POST":
        rest = {"present": Mark.PRESENT, "absent": Mark.ABSENT_UNJUSTIFIED}.get(step)
        view = with_marks(view, marks, rest, shown=_number("taps"))
    page = render_template(
        "staff/attendance_sheet.html",
        view=view,
        form=form,
        asked=asked,
        problem=problem,
        searched=step == "find",
        version=request.form.get("version", type=int) if problem == "sheet_changed" else view.version,
        care=care_of(view),
        care_words=care_words,
        is_new=is_new,
        shown=_number("taps") if request.method == "POST" else view.taps,
        booked_marks=BOOKED_MARKS,
        unbooked_marks=UNBOOKED_MARKS,
        today=today(),
        counted=count_marks(view),
    )
    return page, form.status


def marks_sent() -> dict[UUID, Mark]:
    """child → mark, from the radios of the form; what is empty or unknown is no mark."""
    marks: dict[UUID, Mark] = {}
    for name, value in request.form.items():
        child_id = id_in(name.removeprefix("mark-")) if name.startswith("mark-") else None
        if child_id is not None and value in set(Mark):
            marks[child_id] = Mark(value)
    return marks


def with_absences(view: RollCallView) -> RollCallView:
    """The sheet with the children reported away marked beforehand; one who came is ticked as present all the same."""
    marks = {
        AbsenceState.REPORTED: Mark.ABSENT_UNJUSTIFIED,
        AbsenceState.UNJUSTIFIED: Mark.ABSENT_UNJUSTIFIED,
        AbsenceState.JUSTIFIED: Mark.ABSENT_JUSTIFIED,
    }

    def marked(line: ExpectedView) -> ExpectedView:
        if not line.booked or line.mark is not None or line.absence is None:
            return line
        return line.model_copy(update={"mark": marks.get(line.absence)})

    return view.model_copy(update={"lines": [marked(line) for line in view.lines]})


def with_marks(view: RollCallView, marks: dict[UUID, Mark], rest: Mark | None, shown: int) -> RollCallView:
    """The sheet with what was just ticked; `rest` marks the expected children left.

    What a tablet has sent since the page was `shown` is newer than what the page ticked, and stays.
    """

    def marked(line: ExpectedView) -> ExpectedView:
        if is_new(line, shown):
            return line
        return line.model_copy(update={"mark": marks.get(line.child_id, rest if line.booked else None)})

    kept = [line for line in view.lines if line.booked or line.child_id in marks or line.tap is not None]
    return view.model_copy(update={"lines": [marked(line) for line in kept]})


def is_new(line: ExpectedView, shown: int) -> bool:
    """A tablet has just said so of the child."""
    return line.tap is not None and not line.tap.late and line.tap.number > shown


def care_of(view: RollCallView) -> dict[UUID, EmergencySheet] | None:
    """What is to be known of the children on the sheet; None: no answer, and the page says so."""
    if not view.lines:
        return {}
    [sheets] = ask_each([OpenAtHand(child_ids=[line.child_id for line in view.lines])])
    if isinstance(sheets, Exception):
        return None
    return {sheet.pupil.child_id: sheet for sheet in sheets}


def count_marks(view: RollCallView) -> dict[str, int]:
    """How many children are expected, checked, present."""
    present = (Mark.PRESENT, Mark.PRESENT_WITHOUT_BOOKING)
    return {
        "expected": sum(line.booked for line in view.lines),
        "checked": sum(line.booked and line.mark is not None for line in view.lines),
        "present": sum(line.mark in present for line in view.lines),
        "unexpected": sum(not line.booked for line in view.lines),
    }


def _number(name: str) -> int:
    """What the page was shown with; what is no number was shown nothing."""
    return max(0, request.form.get(name, 0, type=int))


def day_of(text: str) -> date:
    """The day of an address; no such page when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def today() -> date:
    """The town's day."""
    return clock().now().astimezone(PARIS).date()
