"""« Offre »: the activities and their rules as parents read them, the places, and the sessions to open."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.offer import OfferView, OpenSessions, ShowOffer
from contracts.errors import DomainError
from gateway import access, french
from gateway.activities import absence_rules
from gateway.document_types import names_from
from gateway.forms import CommandForm, DateField, SelectField, required
from gateway.navigation import Desk, Entry
from gateway.services import ask, ask_each

blueprint = Blueprint("offer", __name__, url_prefix="/offre")
navigation = [
    Entry(
        "Activités et lieux",
        "staff.offer.show",
        order=70,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Les règles de chaque activité, les places par lieu, l’ouverture des séances.",
    )
]

EVERYWHERE = "partout"


class SessionsForm(CommandForm):
    """Opens the sessions of a period from the school calendar."""

    activity = SelectField("Activité", [required("Choisissez une activité.")])
    place = SelectField("Lieu", [required("Choisissez un lieu.")])
    first = DateField("Premier jour", [required("Indiquez le premier jour.")])
    last = DateField("Dernier jour", [required("Indiquez le dernier jour.")])

    @property
    def place_code(self) -> str | None:
        """None: every place that offers the activity."""
        return None if self.place.data == EVERYWHERE else self.place.data

    def is_offered(self, view: OfferView) -> bool:
        """Whether the activity is offered there at all; says so on the form when it is not."""
        wanted = [each for each in view.offerings if each.activity_code == self.activity.data]
        if any(self.place_code in (None, each.place_code) for each in wanted):
            return True
        self._add(self.place, "Cette activité n’y est pas proposée : proposez-la d’abord dans ce lieu.")
        self._blame(422)
        return False


@blueprint.get("/")
@access.requires_role(Role.ADMINISTRATION)
def show() -> str:
    """The whole offer, with the sessions of a school year."""
    label = request.args.get("annee", "")[:9]
    view, types = ask_each([ShowOffer(label=label), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    return render_template(
        "staff/offer.html", view=view, name=names_from(types), absence_sentence=absence_rules.sentence
    )


@blueprint.route("/seances", methods=["GET", "POST"])
@access.requires_role(Role.ADMINISTRATION)
def open_sessions() -> ResponseReturnValue:
    """The sessions of a period: school days, Wednesdays or holidays, as the activity says."""
    view = ask(ShowOffer(label=request.args.get("annee", "")[:9]))
    form = SessionsForm(
        activity=request.args.get("activite"),
        place=EVERYWHERE,
        first=view.school_year_first,
        last=view.school_year_last,
    )
    _offer_choices(form, view)
    if form.validate_on_submit() and form.is_offered(view):
        try:
            number = ask(
                OpenSessions(
                    command_id=form.command_id.data,
                    activity_code=form.activity.data,
                    place_code=form.place_code,
                    first=form.first.data,
                    last=form.last.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            opened = french.count(number, "séance ouverte", "séances ouvertes")
            flash(f"{opened}. Celles qui existaient n’ont pas changé.", "success")
            year = _school_year_of(form.first.data or view.school_year_first, view)
            return redirect(url_for(".show", annee=year, _anchor=f"a-{form.activity.data}"))
    page = render_template(
        "staff/offer_form.html", form=form, heading="Ouvrir des séances", submit="Ouvrir les séances"
    )
    return page, form.status


def _offer_choices(form: SessionsForm, view: OfferView) -> None:
    form.activity.choices = [
        (each.terms.code, each.terms.name) for each in view.activities if each.terms.season != "none"
    ]
    form.place.choices = [(EVERYWHERE, "Tous les lieux qui la proposent")]
    form.place.choices += [(place.code, place.name) for place in view.places]


def _school_year_of(day: date, view: OfferView) -> str | None:
    """The label of the school year that the page then shows; None: the running one."""
    first = day.year if day.month >= 9 else day.year - 1
    label = f"{first}-{first + 1}"
    return label if label in view.school_years else None
