"""« La semaine »: all the children, Monday to Sunday, changed with one save."""

import re
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.enrolment.weeks import CHILDREN_AT_ONCE, ChangeWeek, ChildChange, WeekPage, WeekView
from gateway.bookings.month_grid import grid_of
from gateway.citizen.bookings import changes_sent, show_answers
from gateway.forms import CommandForm
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("week", __name__, url_prefix="/semaine")
_BOX = re.compile(r"(?:book|shown|wait)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
ONE_WEEK = timedelta(weeks=1)


class WeekForm(CommandForm):
    """The boxes of each child end with its id: `book-…`, `shown-…`, `wait-…`."""


@blueprint.get("/")
@blueprint.get("/<day>")
def show(day: str = "") -> ResponseReturnValue:
    """The week of a day; this one when none is named."""
    return _page(ask(WeekPage(day=_day(day))), WeekForm())


@blueprint.post("/<day>")
def save(day: str) -> ResponseReturnValue:
    """Saves every child's changes at once. Sent again, it shows the same answers: the command is the same."""
    form = WeekForm()
    if not form.validate_on_submit():
        return _page(ask(WeekPage(day=_day(day))), form)
    changes = []
    for child_id in _children_sent():
        additions, removals, waits = changes_sent(f"-{child_id}")
        if additions or removals:
            changes.append(
                ChildChange(child_id=child_id, additions=additions, removals=removals, waits=waits)
            )
    back = url_for(".show", day=_day(day).isoformat())
    if not changes:
        flash("Vous n’avez rien changé : vos réservations restent les mêmes.", "info")
        return redirect(back)
    answers = ask(ChangeWeek(command_id=form.command_id.data, children=changes))
    return show_answers(answers, back, "Revenir à la semaine")


def _page(view: WeekView, form: WeekForm) -> ResponseReturnValue:
    now = clock().now()
    today = now.astimezone(PARIS).date()
    grids = [(each, grid_of(each, today, now, f"-{each.child.child_id}")) for each in view.children]
    before, after = view.monday - ONE_WEEK, view.monday + ONE_WEEK
    page = render_template(
        "citizen/week.html",
        view=view,
        form=form,
        grids=grids,
        has_open=any(grid.has_open for _, grid in grids),
        today=today,
        before=before if view.first and before + timedelta(days=6) >= view.first else None,
        after=after if view.last and after <= view.last else None,
    )
    return page, form.status


def _children_sent() -> list[UUID]:
    """The children whose boxes were sent, in order; whose they are is for enrolment to say."""
    sent = (_BOX.fullmatch(name) for name in request.form)
    children = list(dict.fromkeys(UUID(box[1]) for box in sent if box))
    if len(children) > CHILDREN_AT_ONCE:
        abort(400)
    return children


def _day(text: str) -> date:
    if not text:
        return clock().now().astimezone(PARIS).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
