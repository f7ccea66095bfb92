"""« Offre »: the activities and their rules as parents read them, the places, and the sessions to open."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents import ListDocumentTypes
from contracts.enrolment.offer import OfferActivity, OfferView, OpenSessions, ShowOffer
from contracts.errors import DomainError
from gateway import access, french
from gateway.document_types import names_from
from gateway.forms import CommandForm, DateField, NumberField, SelectField, required
from gateway.navigation import Entry
from gateway.services import ask, ask_each

blueprint = Blueprint("offer", __name__, url_prefix="/offre")
navigation = [
    Entry(
        "Activités et lieux",
        "staff.offer.show",
        order=70,
        role=Role.ADMINISTRATION,
        hint="Les règles de chaque activité, les places par lieu, l’ouverture des séances.",
    )
]

EVERYWHERE = "partout"


class CapacityForm(CommandForm):
    """How many children a place takes, each session of an activity."""

    activity = SelectField("Activité", [required("Choisissez une activité.")])
    place = SelectField("Lieu", [required("Choisissez un lieu.")])
    capacity = NumberField("Places par séance", [required("Indiquez le nombre de places.")])


class SessionsForm(CommandForm):
    """Opens the sessions of a period from the school calendar."""

    activity = SelectField("Activité", [required("Choisissez une activité.")])
    place = SelectField("Lieu", [required("Choisissez un lieu.")])
    first = DateField("Premier jour", [required("Indiquez le premier jour.")])
    last = DateField("Dernier jour", [required("Indiquez le dernier jour.")])


@blueprint.get("/")
@access.requires_role(Role.ADMINISTRATION)
def show() -> str:
    """The whole offer."""
    view, types = ask_each([ShowOffer(), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    return render_template("staff/offer.html", view=view, name=names_from(types))


@blueprint.route("/places", methods=["GET", "POST"])
@access.requires_role(Role.ADMINISTRATION)
def set_capacity() -> ResponseReturnValue:
    """An activity in a place: offered, and for how many."""
    view = ask(ShowOffer())
    form = CapacityForm()
    _offer_choices(form, view, everywhere=False)
    if form.validate_on_submit():
        try:
            made = ask(
                OfferActivity(
                    command_id=form.command_id.data,
                    activity_code=form.activity.data,
                    place_code=form.place.data,
                    capacity=form.capacity.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            places = french.count(made.capacity, "place")
            flash(f"Enregistré : {places} par séance, dès demain pour les séances déjà ouvertes.", "success")
            return redirect(url_for(".show"))
    page = render_template(
        "staff/offer_form.html", form=form, heading="Places d’une activité", submit="Enregistrer les places"
    )
    return page, form.status


@blueprint.route("/seances", methods=["GET", "POST"])
@access.requires_role(Role.ADMINISTRATION)
def open_sessions() -> ResponseReturnValue:
    """The sessions of a period: school days, Wednesdays or holidays, as the activity says."""
    view = ask(ShowOffer())
    form = SessionsForm(first=view.school_year_first, last=view.school_year_last)
    _offer_choices(form, view, everywhere=True)
    if form.validate_on_submit():
        place = form.place.data
        try:
            number = ask(
                OpenSessions(
                    command_id=form.command_id.data,
                    activity_code=form.activity.data,
                    place_code=None if place == EVERYWHERE else place,
                    first=form.first.data,
                    last=form.last.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            opened = french.count(number, "séance ouverte", "séances ouvertes")
            flash(f"{opened}. Celles qui existaient n’ont pas changé.", "success")
            return redirect(url_for(".show"))
    page = render_template(
        "staff/offer_form.html", form=form, heading="Ouvrir des séances", submit="Ouvrir les séances"
    )
    return page, form.status


def _offer_choices(form: CapacityForm | SessionsForm, view: OfferView, *, everywhere: bool) -> None:
    form.activity.choices = [
        (each.terms.code, each.terms.name)
        for each in view.activities
        if each.terms.season != "none" or not everywhere
    ]
    form.place.choices = [(place.code, place.name) for place in view.places]
    if everywhere:
        form.place.choices.insert(0, (EVERYWHERE, "Tous les lieux qui la proposent"))
