"""« Calendrier »: the school year, its holidays, and the days that the town closes."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.enrolment.closures import DeclareClosure, LiftClosure, PreviewClosure, Scope, ShowCalendar
from contracts.enrolment.offer import OfferView, ShowOffer
from contracts.enrolment.values import LONGEST_PERIOD_DAYS
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CheckedForm, CommandForm, DateField, SelectField, TextField, at_most, required
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("calendar", __name__, url_prefix="/calendrier")
navigation = [
    Entry(
        "Calendrier",
        "staff.calendar.show",
        order=65,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Vacances, jours fériés, et les jours que la ville ferme : grève, pont, travaux.",
    )
]
_ADMINISTRATION = access.requires_role(Role.ADMINISTRATION)
ALL = "tout"


class ClosureForm(CheckedForm):
    """Which days, where, why. What it would cancel is shown before it is done."""

    first = DateField("Premier jour", [required("Indiquez le premier jour.")])
    last = DateField(
        "Dernier jour", [required("Indiquez le dernier jour.")], hint="Le même, pour fermer un seul jour."
    )
    place = SelectField("Où", [required("Choisissez un lieu.")])
    activity = SelectField("Quelle activité", [required("Choisissez une activité.")])
    slot = SelectField("Quel moment", [required("Choisissez un moment.")])
    reason = TextField(
        "Motif",
        [required("Écrivez le motif : les familles le lisent."), at_most(200)],
        hint="Les familles le lisent tel quel : « Grève : la cantine est fermée ».",
    )

    def scope(self) -> Scope | None:
        """The days and places; None, with the form's errors set, when they make no sense."""
        first, last = self.first.data, self.last.data
        if first is None or last is None or not self.reason.data:
            return None  # a validated form has them all
        if last < first:
            self.refuse("last", "Le dernier jour précède le premier : corrigez l’un des deux.")
            return None
        if (last - first).days > LONGEST_PERIOD_DAYS:
            self.refuse("last", "Une fermeture dure un an au plus : rapprochez les deux dates.")
            return None
        if len(self.reason.data.strip()) < 3:
            self.refuse("reason", "Écrivez un motif que les familles comprennent.")
            return None
        return Scope(
            first=first,
            last=last,
            place_code=None if self.place.data == ALL else self.place.data,
            activity_code=None if self.activity.data == ALL else self.activity.data,
            slot=None if self.slot.data == ALL else self.slot.data,
        )

    def refuse(self, name: str, sentence: str) -> None:
        """Says on a field what to correct."""
        self._add(self._fields[name], sentence)
        self._blame(422)


@blueprint.get("/")
@_ADMINISTRATION
def show() -> str:
    """The school year, and what closes it."""
    view = ask(ShowCalendar(label=request.args.get("annee", "")[:9]))
    return render_template("staff/calendar.html", view=view)


@blueprint.route("/fermer", methods=["GET", "POST"])
@_ADMINISTRATION
def declare() -> ResponseReturnValue:
    """A closure: filled, looked at with what it would cancel, then declared."""
    offer = ask(ShowOffer())
    form = ClosureForm()
    _choices(form, offer)
    if form.validate_on_submit() and not form.to_be_changed() and (scope := form.scope()) is not None:
        try:
            if form.must_be_checked():
                seen = ask(PreviewClosure(scope=scope))
                return render_template(
                    "check_answers.html",
                    form=form,
                    heading="Ce que cette fermeture va faire",
                    text=_in_words(seen.sessions, seen.bookings, seen.families, seen.waiting, seen.checked),
                    submit="Fermer et prévenir les familles",
                )
            done = ask(
                DeclareClosure(
                    command_id=form.command_id.data, scope=scope, reason=str(form.reason.data).strip()
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            cancelled = french.count(done.bookings, "réservation annulée", "réservations annulées")
            flash(f"C’est fermé : {cancelled}. Les familles concernées reçoivent un courriel.", "success")
            return redirect(url_for(".show"))
    page = render_template(
        "staff/offer_form.html",
        form=form,
        heading="Fermer des jours",
        submit="Voir ce que cela annule",
        back=("Calendrier", url_for(".show")),
    )
    return page, form.status


@blueprint.post("/<uuid:closure_id>/rouvrir")
@_ADMINISTRATION
def lift(closure_id: UUID) -> ResponseReturnValue:
    """Opens again: nobody is booked again by itself."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(LiftClosure(command_id=form.command_id.data, closure_id=closure_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("C’est rouvert. Les familles qui avaient réservé sont prévenues.", "success")
    return redirect(url_for(".show"))


def _choices(form: ClosureForm, offer: OfferView) -> None:
    form.place.choices = [(ALL, "Tous les lieux"), *((each.code, each.name) for each in offer.places)]
    running = [each.terms for each in offer.activities if each.terms.season != "none"]
    form.activity.choices = [(ALL, "Toutes les activités"), *((each.code, each.name) for each in running)]
    slots = dict.fromkeys(slot for each in running for slot in each.slots if slot)
    form.slot.choices = [(ALL, "Toute la journée"), *((slot, slot.capitalize()) for slot in slots)]


def _in_words(sessions: int, bookings: int, families: int, waiting: int, checked: int) -> str:
    """What would be done, as the agent reads it before deciding."""
    said = [
        f"{french.count(sessions, 'séance fermée', 'séances fermées')}, "
        f"{french.count(bookings, 'réservation annulée', 'réservations annulées')}, "
        f"{french.count(families, 'famille prévenue', 'familles prévenues')} par courriel."
    ]
    if waiting:
        said.append(f"{french.count(waiting, 'enfant')} en liste d’attente n’attendront plus.")
    if checked:
        done = french.count(checked, "séance déjà pointée", "séances déjà pointées")
        said.append(f"{done} : elles ont eu lieu, rien n’y change.")
    if not sessions:
        said.append("Aucune séance n’est ouverte ces jours-là : celles qu’on y ouvrira seront fermées.")
    return " ".join(said)
