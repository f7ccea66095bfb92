"""« Cuisines »: which kitchen cooks for which places."""

import re
import unicodedata

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.enrolment.kitchens import DefineKitchen, KitchensView, ListKitchens
from contracts.errors import DomainError, Invalid
from gateway import access
from gateway.forms import CheckboxesField, CommandForm, TextField, at_most, required
from gateway.navigation import Desk, Entry
from gateway.services import ask

blueprint = Blueprint("kitchens", __name__, url_prefix="/cuisines")
navigation = [
    Entry(
        "Cuisines",
        "staff.kitchens.show",
        order=72,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Quelle cuisine prépare les repas de quelles écoles.",
    )
]
_ADMINISTRATION = access.requires_role(Role.ADMINISTRATION)


class KitchenForm(CommandForm):
    """A kitchen's name and places; its code is made of the first name."""

    name = TextField("Nom de la cuisine", [required("Donnez un nom à la cuisine."), at_most(80)])
    place_codes = CheckboxesField("Lieux dont elle prépare les repas")


@blueprint.get("/")
@_ADMINISTRATION
def show() -> str:
    """The kitchens, and the places that have none."""
    view = ask(ListKitchens())
    names = {place.code: place.name for place in view.places}
    return render_template("staff/kitchens.html", kitchens=view.kitchens, names=names)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@blueprint.route("/<code>", methods=["GET", "POST"])
@_ADMINISTRATION
def define(code: str = "") -> ResponseReturnValue:
    """A kitchen, new or changed. A place ticked here leaves the kitchen that it had."""
    view = ask(ListKitchens())
    found = next((each for each in view.kitchens if each.code == code), None)
    if code and found is None:
        abort(404)
    form = KitchenForm(name=found.name, place_codes=found.place_codes) if found else KitchenForm()
    form.place_codes.choices = [(place.code, place.name) for place in view.places]
    if form.validate_on_submit():
        try:
            ask(
                DefineKitchen(
                    command_id=form.command_id.data,
                    code=code or _new_code(form.name.data, view),
                    name=form.name.data.strip(),
                    place_codes=form.place_codes.data or [],
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("La cuisine est enregistrée.", "success")
            return redirect(url_for(".show"))
    page = render_template(
        "staff/offer_form.html",
        form=form,
        heading=found.name if found else "Nouvelle cuisine",
        submit="Enregistrer la cuisine",
        back=("Cuisines", url_for(".show")),
    )
    return page, form.status


def _new_code(name: str, view: KitchensView) -> str:
    """« Cuisine des Écoles » → `cuisine-des-ecoles`. Invalid: that is another kitchen, whose places it would take."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "cuisine"
    if any(each.code == code for each in view.kitchens):
        raise Invalid(problems={"name": "kitchen_exists"})
    return code
