"""« Cuisine »: what a school eats, in counts, and the plate of each child who is not served the usual one."""

from itertools import groupby

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.health import Diet, KitchenPage, OpenKitchen, Plate
from contracts.caller import Role
from gateway import access, french
from gateway.care import health_words as words
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("kitchen", __name__, url_prefix="/cuisine")
navigation = [
    Entry(
        "Cuisine",
        "staff.kitchen.show",
        order=30,
        desk=Desk.CHILDREN,
        role=Role.KITCHEN,
        hint="Les régimes et les aliments à éviter, école par école.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.KITCHEN)
def show() -> ResponseReturnValue:
    """The schools; with one chosen in the list, its sheet."""
    if request.args.get("ecole"):
        return redirect(url_for("staff.kitchen.sheet", place_code=request.args["ecole"]))
    return render_template("staff/kitchen.html", view=ask(OpenKitchen()))


@blueprint.get("/<place_code>")
@access.requires_role(Role.KITCHEN)
def sheet(place_code: str) -> str:
    """Counts and names, made to be printed and hung. Each child named is written down as read."""
    if not place_code.replace("-", "").replace("_", "").isalnum() or len(place_code) > 40:
        abort(404)
    view = ask(OpenKitchen(place_code=place_code))
    place = next(place for place in view.places if place.place_code == place_code)
    return render_template(
        "staff/kitchen_sheet.html",
        view=view,
        place=place,
        counts=_counts(view),
        classes=[(name, list(plates)) for name, plates in groupby(view.plates, key=_class_of)],
        words=words,
        today=french.day(clock().now()),
    )


def _counts(view: KitchenPage) -> list[tuple[str, int]]:
    found = [(words.DIETS[diet], view.counts.get(diet, 0)) for diet in Diet]
    return [*found, ("Repas fournis par les familles", view.lunch_boxes)]


def _class_of(plate: Plate) -> str:
    return plate.pupil.class_name or "Sans classe"
