"""A usual week over a period, and a sibling's days: chosen, looked at, then saved."""

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.home import Overview
from contracts.enrolment.values import LONGEST_PERIOD_DAYS
from contracts.enrolment.weeks import (
    ApplyCopy,
    ApplyPlan,
    Copy,
    Plan,
    PlanView,
    PreviewCopy,
    PreviewPlan,
    UsualDay,
    UsualWeek,
    UsualWeekView,
)
from contracts.errors import DomainError
from gateway.bookings import plan_words
from gateway.citizen.bookings import show_answers
from gateway.forms import CheckedForm, DateField, RadiosField, required
from gateway.french import DAYS
from gateway.services import ask

blueprint = Blueprint("plans", __name__, url_prefix="/reservations/<uuid:child_id>")


class PeriodForm(CheckedForm):
    """From when until when."""

    first = DateField("Du", [required("Indiquez le premier jour.")])
    last = DateField("Au", [required("Indiquez le dernier jour.")])

    def period(self) -> tuple[date, date] | None:
        """Both days; None, with the form's errors set, when they make no sense."""
        first, last = self.first.data, self.last.data
        if first is None or last is None:
            return None
        if last < first:
            self._add(self.last, "Le dernier jour précède le premier : corrigez l’un des deux.")
        elif (last - first).days > LONGEST_PERIOD_DAYS:
            self._add(self.last, "Choisissez un an au plus.")
        else:
            return first, last
        self._blame(422)
        return None


class UsualWeekForm(PeriodForm):
    """The boxes are `day`: « activity|part|weekday »."""

    mode = RadiosField(
        "Les jours réservés en dehors de cette semaine type",
        [required("Choisissez ce que deviennent les autres jours.")],
        choices=[("keep", "Les garder"), ("exactly", "Les annuler, s’il est encore temps")],
        default="keep",
    )


class CopyForm(PeriodForm):
    """For which sibling."""

    sibling = RadiosField("Pour quel enfant ?", [required("Choisissez un enfant.")])


@blueprint.route("/semaine-type", methods=["GET", "POST"])
def usual_week(child_id: UUID) -> ResponseReturnValue:
    """The week that comes back: ticked, looked at over a period, then booked."""
    view = ask(UsualWeek(child_id=child_id))
    form = UsualWeekForm(first=view.first, last=view.last)
    days = _days_sent(view) if request.method == "POST" else set(view.days)
    if form.validate_on_submit() and not form.to_be_changed() and (period := form.period()):
        plan = Plan(
            child_id=child_id,
            days=sorted(days, key=lambda day: (day.activity_code, day.slot, day.weekday)),
            first=period[0],
            last=period[1],
            exactly=form.mode.data == "exactly",
        )
        try:
            if form.must_be_checked():
                kept = [("day", _value(day)) for day in plan.days]
                return _preview(ask(PreviewPlan(plan=plan)), form, kept)
            answer = ask(ApplyPlan(command_id=form.command_id.data, plan=plan))
        except DomainError as refusal:
            form.show(refusal)
        else:
            back = url_for("citizen.bookings.show", child_id=child_id, month=f"{period[0]:%Y-%m}")
            return show_answers([answer], back)
    page = render_template("citizen/usual_week.html", view=view, form=form, rows=_rows(view, days))
    return page, form.status


@blueprint.route("/copier", methods=["GET", "POST"])
def copy(child_id: UUID) -> ResponseReturnValue:
    """This child's booked days, for a sibling."""
    overview = ask(Overview())
    source = next((each for each in overview.children if each.child_id == child_id), None)
    if source is None:
        abort(404)
    siblings = [each for each in overview.children if each.child_id != child_id]
    form = CopyForm(sibling=str(siblings[0].child_id) if len(siblings) == 1 else None)
    form.sibling.choices = [(str(each.child_id), each.first_name) for each in siblings]
    if form.validate_on_submit() and not form.to_be_changed() and (period := form.period()):
        wanted = Copy(
            from_child_id=child_id, child_id=UUID(form.sibling.data), first=period[0], last=period[1]
        )
        try:
            if form.must_be_checked():
                return _preview(ask(PreviewCopy(copy_of=wanted)), form, [])
            answer = ask(ApplyCopy(command_id=form.command_id.data, copy_of=wanted))
        except DomainError as refusal:
            form.show(refusal)
        else:
            back = url_for("citizen.bookings.show", child_id=wanted.child_id, month=f"{period[0]:%Y-%m}")
            return show_answers([answer], back)
    page = render_template("citizen/bookings_copy.html", source=source, siblings=siblings, form=form)
    return page, form.status


def _preview(view: PlanView, form: PeriodForm, kept: list[tuple[str, str]]) -> str:
    """What would change; the form goes on in hidden fields."""
    return render_template(
        "citizen/plan_preview.html",
        view=view,
        form=form,
        kept=[*form.kept(), *kept],
        by_activity=plan_words.by_activity,
        by_reason=plan_words.by_reason,
        gaps=plan_words.gaps,
    )


def _days_sent(view: UsualWeekView) -> set[UsualDay]:
    """The boxes ticked; what is none of ours was not sent by our page."""
    offered = {_value(day): day for day in _offered(view)}
    return {offered[value] for value in request.form.getlist("day") if value in offered}


def _offered(view: UsualWeekView) -> list[UsualDay]:
    return [
        UsualDay(activity_code=activity.activity_code, slot=slot, weekday=weekday)
        for activity in view.activities
        for slot in activity.slots
        for weekday in activity.weekdays
    ]


def _rows(view: UsualWeekView, days: set[UsualDay]) -> dict[str, object]:
    """The week as a grid: a row a weekday, a column an activity and part of the day."""
    columns = [
        (f"{activity.activity_code}|{slot}", f"{activity.name}, {slot}" if slot else activity.name)
        for activity in view.activities
        for slot in activity.slots
    ]
    labels = dict(columns)
    rows: list[dict[str, object]] = []
    offered = _offered(view)
    for weekday in sorted({day.weekday for day in offered}):
        cells = {}
        for day in offered:
            if day.weekday == weekday:
                key = f"{day.activity_code}|{day.slot}"
                cells[key] = {
                    "name": "day",
                    "value": _value(day),
                    "id": f"s-{_value(day)}".replace("|", "-").replace(" ", ""),
                    "label": f"{labels[key]}, {DAYS[weekday - 1]}",
                    "checked": day in days,
                    "state": "open",
                    "text": "",
                    "why": "",
                }
        rows.append({"label": DAYS[weekday - 1].capitalize(), "cells": cells})
    return {"columns": columns, "days": rows}


def _value(day: UsualDay) -> str:
    return f"{day.activity_code}|{day.slot}|{day.weekday}"
