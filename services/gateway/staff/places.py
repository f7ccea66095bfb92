"""« Lieux »: a school or a leisure centre, its classes, what it offers and for how many children."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from contracts.caller import Role
from contracts.enrolment.offer import (
    ActivityView,
    DefinePlace,
    OfferActivity,
    OfferingShown,
    OfferInPlaces,
    PlaceKind,
    PlaceOfferView,
    ShowOffer,
    ShowPlace,
)
from contracts.enrolment.values import CODE_PATTERN
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    HiddenField,
    NumberField,
    RadiosField,
    TextField,
    at_most,
    matching,
    no_more_than,
    required,
)
from gateway.forms.numbers import number_in
from gateway.services import ask

blueprint = Blueprint("places", __name__, url_prefix="/lieux")
_ADMINISTRATION = access.requires_role(Role.ADMINISTRATION)
MOST_PLACES = 10_000
KINDS = {PlaceKind.SCHOOL: "École", PlaceKind.LEISURE: "Accueil de loisirs"}


class PlaceForm(CommandForm):
    """A place. Its code stays what it was first: pupils' files and bills refer to it."""

    version = HiddenField(default="0")
    name = TextField("Nom du lieu", [required("Donnez un nom au lieu."), at_most(80)])
    kind = RadiosField("C’est", [required("Dites ce que c’est.")], choices=list(KINDS.items()))
    city = TextField("Commune", [at_most(80)])


class NewPlaceForm(PlaceForm):
    """A place that does not exist yet."""

    code = TextField(
        "Code du lieu",
        [
            required("Donnez un code au lieu."),
            matching(
                CODE_PATTERN,
                "Écrivez le code sans espace ni accent, en 40 signes au plus : 0261001A, loisirs-balmes.",
            ),
        ],
        hint="Pour une école, son numéro UAI, celui du fichier des élèves : 0261001A. Il ne changera plus.",
    )


class OfferingForm(CommandForm):
    """How many children a place takes, each session of an activity; a field for each age is added."""

    shown = HiddenField()
    capacity = NumberField(
        "Places par séance",
        [required("Indiquez le nombre de places."), no_more_than(MOST_PLACES)],
    )


class WhereForm(CommandForm):
    """Places that an activity is offered in from now on."""

    places = CheckboxesField("Lieux", [required("Choisissez au moins un lieu.")])


@blueprint.get("/")
@_ADMINISTRATION
def show() -> str:
    """Every place, and how many activities it offers."""
    view = ask(ShowOffer())
    offered = [each.place_code for each in view.offerings]
    return render_template("staff/places.html", places=view.places, kinds=KINDS, count_of=offered.count)


@blueprint.get("/<code>")
@_ADMINISTRATION
def detail(code: str) -> str:
    """One place: its classes and its activities."""
    view = ask(ShowPlace(code=_known(code)))
    offered = {each.activity_code: each for each in view.offerings}
    return render_template("staff/place.html", view=view, offered=offered, kinds=KINDS)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@_ADMINISTRATION
def make() -> ResponseReturnValue:
    """A place that does not exist yet."""
    form = NewPlaceForm(kind=PlaceKind.SCHOOL)
    return _define(form, str(form.code.data or ""), "Nouveau lieu", ("Lieux", url_for(".show")))


@blueprint.route("/<code>/modifier", methods=["GET", "POST"])
@_ADMINISTRATION
def change(code: str) -> ResponseReturnValue:
    """A place's name, kind and town."""
    place = ask(ShowPlace(code=_known(code))).place
    form = PlaceForm(name=place.name, kind=place.kind, city=place.city, version=str(place.version))
    return _define(form, code, place.name, (place.name, url_for(".detail", code=code)))


@blueprint.route("/<code>/activites/<activity_code>", methods=["GET", "POST"])
@_ADMINISTRATION
def offer(code: str, activity_code: str) -> ResponseReturnValue:
    """An activity in a place: offered, and for how many children, in all and of each age."""
    view = ask(ShowPlace(code=_known(code)))
    activity = next((each for each in view.activities if each.terms.code == activity_code), None)
    if activity is None:
        abort(404)
    form = _offering_form(view, activity)
    groups = activity.terms.groups
    if form.validate_on_submit():
        own = {group.code: form[f"group_{n}"].data for n, group in enumerate(groups)}
        try:
            made = ask(
                OfferActivity(
                    command_id=form.command_id.data,
                    activity_code=activity_code,
                    place_code=code,
                    capacity=form.capacity.data,
                    group_capacity={name: number for name, number in own.items() if number is not None},
                    shown=_shown(form),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            places = french.count(made.capacity, "place")
            flash(f"Enregistré : {places} par séance, dès demain pour les séances déjà ouvertes.", "success")
            return redirect(url_for(".detail", code=code))
    page = render_template(
        "staff/offer_form.html",
        form=form,
        heading=f"{activity.terms.name}, {view.place.name}",
        submit="Enregistrer les places",
        back=(view.place.name, url_for(".detail", code=code)),
    )
    return page, form.status


@blueprint.route("/proposer/<activity_code>", methods=["GET", "POST"])
@_ADMINISTRATION
def offer_in_places(activity_code: str) -> ResponseReturnValue:
    """An activity offered in several places at once, each with its own number of places."""
    view = ask(ShowOffer())
    terms = next((each.terms for each in view.activities if each.terms.code == activity_code), None)
    if terms is None:
        abort(404)
    already = {each.place_code for each in view.offerings if each.activity_code == activity_code}
    form = WhereForm()
    form.places.choices = [(each.code, each.name) for each in view.places if each.code not in already]
    if form.validate_on_submit():
        try:
            number = ask(
                OfferInPlaces(
                    command_id=form.command_id.data,
                    activity_code=activity_code,
                    place_codes=tuple(form.places.data or ()),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            where = french.count(number, "nouveau lieu", "nouveaux lieux")
            then = "" if terms.season == "none" else " Ouvrez maintenant leurs séances."
            flash(f"« {terms.name} » est proposée dans {where}.{then}", "success")
            return redirect(url_for("staff.offer.show", _anchor=f"a-{activity_code}"))
    return render_template("staff/offer_in_places.html", form=form, terms=terms), form.status


def _define(form: PlaceForm, code: str, heading: str, back: tuple[str, str]) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            ask(
                DefinePlace(
                    command_id=form.command_id.data,
                    code=code,
                    name=form.name.data,
                    kind=PlaceKind(str(form.kind.data)),
                    city=form.city.data or "",
                    version=number_in(form.version.data),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(f"Le lieu « {form.name.data} » est enregistré.", "success")
            return redirect(url_for(".detail", code=code))
    page = render_template(
        "staff/offer_form.html", form=form, heading=heading, submit="Enregistrer le lieu", back=back
    )
    return page, form.status


def _offering_form(view: PlaceOfferView, activity: ActivityView) -> OfferingForm:
    """The form of this activity here, filled with what stands, with a field for each age."""
    terms = activity.terms
    stands = next((each for each in view.offerings if each.activity_code == terms.code), None)
    shown = OfferingShown(
        capacity=stands.capacity if stands else None, group_capacity=stands.group_capacity if stands else {}
    )
    fields = {
        f"group_{n}": NumberField(
            f"Dont places pour : {group.label}",
            [no_more_than(MOST_PLACES)],
            hint=f"Vide : {group.capacity}, comme dans les autres lieux.",
        )
        for n, group in enumerate(terms.groups)
    }
    here = {f"group_{n}": shown.group_capacity.get(group.code) for n, group in enumerate(terms.groups)}
    made: type[OfferingForm] = type("OfferingForm", (OfferingForm,), fields)
    capacity = terms.capacity if shown.capacity is None else shown.capacity
    return made(capacity=capacity, shown=shown.model_dump_json(), **here)


def _shown(form: OfferingForm) -> OfferingShown:
    """What the page showed; something else than what it carried is nothing that stands."""
    try:
        return OfferingShown.model_validate_json(str(form.shown.data or ""))
    except ValidationError:
        return OfferingShown(capacity=-1)


def _known(code: str) -> str:
    """A code as they are written: any other is no place's."""
    return code if re.fullmatch(CODE_PATTERN, code) else abort(404)
