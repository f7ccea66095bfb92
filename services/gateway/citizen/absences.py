"""« Absences »: what was reported, a report made after the deadline, and its certificate."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.absence_terms import AbsenceReason, Ground
from contracts.enrolment.absences import (
    AbsenceChoices,
    AbsenceChoicesView,
    MyAbsences,
    ReportableView,
    ReportAbsence,
    ShowAbsence,
    WithdrawAbsence,
)
from contracts.enrolment.refusals import CannotReport
from contracts.errors import DomainError
from gateway.document_types import names_from
from gateway.forms import (
    CheckboxesField,
    CheckedForm,
    CommandForm,
    RadiosField,
    TextareaField,
    at_most,
    required,
)
from gateway.french import weekday
from gateway.navigation import Entry
from gateway.sentences import sentence_of
from gateway.sentences.absences import CANNOT_REPORT, EFFECTS, GROUNDS, REASONS, STATES
from gateway.services import ask, ask_each
from gateway.vault import given

blueprint = Blueprint("absences", __name__, url_prefix="/absences")
navigation = [Entry("Absences", "citizen.absences.show", order=35)]

CERTIFICATE = "certificat_medical"


class ReportForm(CheckedForm):
    """Which days, and why."""

    days = CheckboxesField("Quels jours ?", [required("Cochez au moins un jour.")])
    reason = RadiosField("Pour quelle raison ?", [required("Choisissez une raison.")])
    note = TextareaField(
        "Un mot pour la mairie",
        [at_most(500)],
        hint="Facultatif. N’écrivez rien de médical : le certificat suffit.",
        rows=3,
    )
    reuse = CheckboxesField("Certificat déjà fourni")


@blueprint.get("/")
def show() -> str:
    """The reports of the year, and for which child another is made."""
    view = ask(MyAbsences())
    return render_template(
        "citizen/absences.html", view=view, states=STATES, effects=EFFECTS, reasons=REASONS
    )


@blueprint.route("/signaler/<uuid:child_id>", methods=["GET", "POST"])
def report(child_id: UUID) -> ResponseReturnValue:
    """The days that can no longer be cancelled, « Vérifiez » with what each costs, then the report."""
    view = ask(AbsenceChoices(child_id=child_id))
    form = ReportForm()
    form.days.choices = [(str(each.booking_id), _day(each), _until(each)) for each in view.days]
    form.reason.choices = [(reason.value, words, _worth(view, reason)) for reason, words in REASONS.items()]
    _offer_certificate(form, view)
    if form.validate_on_submit() and not form.to_be_changed():
        chosen = [each for each in view.days if str(each.booking_id) in form.days.data]
        reason = AbsenceReason(str(form.reason.data))
        if form.must_be_checked():
            grounds = [(each, each.grounds.get(reason, Ground.BILLED)) for each in chosen]
            return render_template(
                "citizen/absence_check.html", form=form, view=view, grounds=grounds, words=GROUNDS
            )
        try:
            made = ask(
                ReportAbsence(
                    command_id=form.command_id.data,
                    child_id=child_id,
                    booking_ids=[each.booking_id for each in chosen],
                    reason=reason,
                    note=form.note.data or "",
                    reuse_certificate=bool(form.reuse.data),
                )
            )
        except CannotReport as refusal:
            form.show(refusal)
            form.form_errors = [CANNOT_REPORT.get(str(refusal.details.get("why")), form.form_errors[-1])]
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("L’absence est signalée. Un accusé de réception vous est envoyé par courriel.", "success")
            if len(made) > 1:
                return redirect(url_for(".show"))
            return redirect(url_for(".follow", absence_id=made[0].absence_id))
    return render_template("citizen/absence_report.html", form=form, view=view), form.status


@blueprint.get("/<uuid:absence_id>")
def follow(absence_id: UUID) -> str:
    """Where a report stands, day by day, and the certificate that it awaits."""
    view, types = ask_each([ShowAbsence(absence_id=absence_id), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    return render_template(
        "citizen/absence.html",
        view=view,
        states=STATES,
        effects=EFFECTS,
        reasons=REASONS,
        name=names_from(types),
        certificate_address=certificate_address(absence_id),
        form=CommandForm(),
    )


@blueprint.post("/<uuid:absence_id>/retirer")
def withdraw(absence_id: UUID) -> ResponseReturnValue:
    """The child comes after all."""
    form = CommandForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        ask(WithdrawAbsence(command_id=form.command_id.data, absence_id=absence_id))
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    else:
        flash("Le signalement est retiré : votre enfant est attendu.", "success")
    return redirect(url_for(".follow", absence_id=absence_id))


def certificate_address(absence_id: UUID) -> str:
    """The page where a certificate is chosen from the vault, or photographed, and attached."""
    suite = url_for("citizen.absences.follow", absence_id=absence_id)
    return url_for(
        "citizen.attachments.show", kind="absence", subject_id=absence_id, type=CERTIFICATE, suite=suite
    )


def _offer_certificate(form: ReportForm, view: AbsenceChoicesView) -> None:
    """The one of an earlier absence: unticked, since that it covers these days too is the parent's word."""
    before = view.certificate
    words = "Le certificat d’une absence récente couvre aussi ces jours"
    form.reuse.choices = [(CERTIFICATE, words, given.sentence(before))] if before else []
    if form.is_submitted():
        form.reuse.data = [each for each in form.reuse.data if before and each == CERTIFICATE]


def _day(each: ReportableView) -> str:
    return f"{weekday(each.day).capitalize()}, {each.activity_name}" + (f", {each.slot}" if each.slot else "")


def _until(each: ReportableView) -> str:
    words = f"À signaler au plus tard le {weekday(each.report_until)}."
    return f"{words} Réservé par l’autre foyer : la facture est la sienne." if each.elsewhere else words


def _worth(view: AbsenceChoicesView, reason: AbsenceReason) -> str:
    """What a reason is worth, where it is the same for all the days shown."""
    grounds = {each.grounds.get(reason, Ground.BILLED) for each in view.days}
    if len(grounds) == 1:
        return GROUNDS[grounds.pop()]
    return "Selon l’activité : la page suivante le dit jour par jour."
