"""« Repas »: how many meals of which diet, tomorrow and over the week, kitchen by kitchen; as a page and as a file."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, render_template, request, url_for

from chassis.clock import PARIS
from contracts.accounts.health import Diet
from contracts.caller import Role
from contracts.enrolment.kitchens import MealDay, MealLine, Meals, NextMeals
from gateway import access
from gateway.care import health_words as words
from gateway.csv_files import csv_file
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("meals", __name__, url_prefix="/repas")
navigation = [
    Entry(
        "Repas",
        "staff.meals.show",
        order=29,
        desk=Desk.CHILDREN,
        role=Role.KITCHEN,
        hint="Combien de repas préparer, par école et par régime, demain et pour la semaine.",
    )
]
_KITCHEN = access.requires_role(Role.KITCHEN)
COLUMNS = (
    "Jour",
    "Cuisine",
    "Lieu",
    *(words.DIETS[diet] for diet in Diet),
    "Repas",
    "Repas fournis",
    "Définitif",
)


@blueprint.get("/")
@_KITCHEN
def show() -> str:
    """The next day that has meals; the kitchen cooks for it first."""
    kitchen = _kitchen()
    view = ask(NextMeals(kitchen_code=kitchen or None))
    return render_template("staff/meals.html", view=view, kitchen=kitchen, monday=_monday(), **_words())


@blueprint.get("/semaine/<day>")
@_KITCHEN
def week(day: str) -> str:
    """The week of a day, place by place."""
    monday, kitchen = _monday(day), _kitchen()
    view = ask(Meals(first=monday, last=monday + timedelta(days=6), kitchen_code=kitchen or None))
    return render_template(
        "staff/meals_week.html",
        view=view,
        kitchen=kitchen,
        monday=monday,
        before=monday - timedelta(weeks=1),
        after=monday + timedelta(weeks=1),
        **_words(),
    )


@blueprint.get("/semaine/<day>.csv")
@_KITCHEN
def export(day: str) -> Response:
    """The same week for a spreadsheet: a line a day and place."""
    monday, kitchen = _monday(day), _kitchen()
    view = ask(Meals(first=monday, last=monday + timedelta(days=6), kitchen_code=kitchen or None))
    rows = (_cells(day, line) for day in view.days for line in day.lines)
    return csv_file(f"repas-{monday.isoformat()}.csv", COLUMNS, rows)


def _cells(day: MealDay, line: MealLine) -> list[object]:
    return [
        f"{day.day:%d/%m/%Y}",
        line.kitchen_name,
        line.place_name,
        *(line.counts.get(diet, 0) for diet in Diet),
        line.total,
        line.lunch_boxes,
        "oui" if day.is_final else "non",
    ]


def _words() -> dict[str, object]:
    return {
        "diets": [(diet.value, words.DIETS[diet]) for diet in Diet],
        "allergens": {code.value: name.partition(" (")[0] for code, name in words.ALLERGENS.items()},
        "total_of": _total_of,
        "week_address": _week_address,
    }


def _total_of(day: MealDay, diet: str = "") -> int:
    return sum(line.counts.get(diet, 0) if diet else line.total for line in day.lines)


def _week_address(day: date, kitchen: str, *, file: bool = False) -> str:
    endpoint = ".export" if file else ".week"
    return url_for(endpoint, day=day.isoformat(), cuisine=kitchen or None)


def _kitchen() -> str:
    """A code; what cannot be one is not asked for."""
    code = request.args.get("cuisine", "")[:40]
    return code if code.replace("-", "").replace("_", "").isalnum() else ""


def _monday(text: str = "") -> date:
    try:
        day = date.fromisoformat(text) if text else clock().now().astimezone(PARIS).date()
    except ValueError:
        abort(404)
    return day - timedelta(days=day.weekday())
