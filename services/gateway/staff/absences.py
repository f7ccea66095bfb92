"""« Absences »: what parents reported after the deadline, the certificate, and whether each day is justified."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.absences import AbsenceQueue, AbsenceView, AbsentDayView, DecideAbsence, ShowAbsence
from contracts.errors import DomainError
from contracts.events.attendance import AbsenceState
from gateway import access
from gateway.document_types import names_from
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    HiddenField,
    RadiosField,
    TextareaField,
    at_most,
    required,
)
from gateway.forms.numbers import number_in, page_asked
from gateway.french import weekday
from gateway.navigation import Desk, Entry
from gateway.sentences.absences import EFFECTS, MARKS, REASONS, STATES
from gateway.services import ask, ask_each

blueprint = Blueprint("absences", __name__, url_prefix="/absences")
navigation = [
    Entry(
        "Absences",
        "staff.absences.show",
        order=22,
        desk=Desk.CHILDREN,
        role=Role.REQUESTS,
        hint="Les absences signalées hors délai : le certificat, et ce qui est justifié.",
    )
]

PAGE = 50
ALL, SOME, NONE = "all", "some", "none"


class DecisionForm(CommandForm):
    """Which days are justified. `version`: what the agent saw."""

    version = HiddenField()
    decision = RadiosField("Décision", [required("Choisissez une décision.")])
    days = CheckboxesField("Si une partie seulement : les jours justifiés")
    answer = TextareaField(
        "Motif",
        [at_most(500)],
        hint="Obligatoire dès qu’un jour n’est pas justifié. La famille lira ce texte tel quel.",
        rows=3,
    )

    def offer(self, view: AbsenceView) -> None:
        """The choices that the report leaves."""
        self.days.choices = [(str(day.booking_id), day_words(day)) for day in standing(view)]
        self.decision.choices = [(ALL, "Absence justifiée", "Elle ne sera pas facturée.")]
        if len(self.days.choices) > 1:
            self.decision.choices.append(
                (SOME, "Justifiée pour une partie des jours", "Les autres seront facturés.")
            )
        self.decision.choices.append((NONE, "Absence non justifiée", "Elle sera facturée."))

    def validate(self, extra_validators: Any = None) -> bool:
        """« Une partie » says which."""
        if self.decision.data == SOME and not self.days.data:
            self.days.validators = [required("Cochez les jours justifiés.")]
        return super().validate(extra_validators=extra_validators)

    def justified(self, view: AbsenceView) -> list[UUID]:
        """The bookings that the answers justify."""
        if self.decision.data == SOME:
            return [UUID(value) for value in self.days.data]
        return [day.booking_id for day in standing(view)] if self.decision.data == ALL else []


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """Those to decide, the oldest first; with `?vues=1` the others, the newest first."""
    done = request.args.get("vues") == "1"
    page = page_asked()
    view = ask(AbsenceQueue(waiting=not done, offset=(page - 1) * PAGE, limit=PAGE))
    return render_template(
        "staff/absences.html",
        view=view,
        done=done,
        reasons=REASONS,
        states=STATES,
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: url_for(".show", page=number, vues=1 if done else None),
    )


@blueprint.route("/<uuid:absence_id>", methods=["GET", "POST"])
@access.requires_role(Role.REQUESTS)
def decide(absence_id: UUID) -> ResponseReturnValue:
    """One report: the days, the certificate, the decision."""
    found, types = ask_each([ShowAbsence(absence_id=absence_id), ListDocumentTypes()])
    if isinstance(found, Exception):
        raise found
    form = DecisionForm()
    form.offer(found)
    if form.validate_on_submit():
        try:
            view = ask(
                DecideAbsence(
                    command_id=form.command_id.data,
                    absence_id=absence_id,
                    version=number_in(form.version.data),
                    justified=form.justified(found),
                    answer="" if form.decision.data == ALL else form.answer.data or "",
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                f"La décision pour {view.child_name} est enregistrée. La famille en est informée.", "success"
            )
            return redirect(url_for(".show"))
    else:
        form.version.data = str(found.version)
    page = render_template(
        "staff/absence.html",
        view=found,
        form=form,
        may_decide=bool(standing(found)),
        states=STATES,
        effects=EFFECTS,
        marks=MARKS,
        reasons=REASONS,
        name=names_from(types),
    )
    return page, form.status


def standing(view: AbsenceView) -> list[AbsentDayView]:
    """The days that an agent may still qualify."""
    if all(day.state in (AbsenceState.JUSTIFIED, AbsenceState.WITHDRAWN) for day in view.days):
        return []
    return [day for day in view.days if day.state is not AbsenceState.WITHDRAWN]


def day_words(day: AbsentDayView) -> str:
    """« Lundi 23 novembre, Restauration scolaire »."""
    return f"{weekday(day.day).capitalize()}, {day.activity_name}" + (f", {day.slot}" if day.slot else "")
