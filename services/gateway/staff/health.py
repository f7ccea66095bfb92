"""« Santé »: search a child, read and keep the health sheet, answer what parents ask; and the sheet for an emergency.

The service writes each reading down. Nothing medical goes into an address or a message.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.health import (
    DecideCare,
    OpenEmergency,
    OpenHealth,
    SearchHealth,
    SetCare,
)
from contracts.caller import Role
from contracts.errors import DomainError, NotFound
from gateway import access
from gateway.access import local_path
from gateway.care import health_words as words
from gateway.care.health_forms import CareForm, DietForm, care_changes, care_rows
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.forms.numbers import number_in
from gateway.navigation import Desk, Entry
from gateway.services import ask

blueprint = Blueprint("health", __name__, url_prefix="/sante")
navigation = [
    Entry(
        "Santé",
        "staff.health.search",
        order=31,
        desk=Desk.FAMILIES,
        role=Role.HEALTH,
        hint="Les fiches santé, et les changements demandés par les parents.",
    )
]


class DecisionForm(CommandForm):
    """Yes or no to what a parent asks."""

    version = HiddenField(default="0")
    proposal = HiddenField()
    decision = RadiosField(
        "Votre décision",
        [required("Choisissez une réponse")],
        choices=[("accept", "Accepter : la fiche est remplacée"), ("refuse", "Ne pas retenir")],
    )
    answer = TextareaField(
        "Réponse aux parents", [at_most(2000)], rows=3, hint="Lue par les parents sur la fiche santé."
    )


@blueprint.get("/")
@access.requires_role(Role.HEALTH)
def search() -> str:
    """By name; without one, what waits."""
    text = request.args.get("nom", "").strip()[:100]
    return render_template("staff/health.html", view=ask(SearchHealth(text=text)), text=text)


@blueprint.route("/<uuid:child_id>", methods=["GET", "POST"])
@access.requires_role(Role.HEALTH)
def show(child_id: UUID) -> ResponseReturnValue:
    """The whole sheet; what a parent asks is answered here, beside what is written now."""
    form = DecisionForm()
    if form.validate_on_submit():
        decision = DecideCare(
            command_id=form.command_id.data,
            proposal_id=_proposal(form),
            accept=form.decision.data == "accept",
            answer=form.answer.data or "",
            version=_version(form),
        )
        try:
            ask(decision)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre réponse est enregistrée.", "success")
            return redirect(url_for("staff.health.show", child_id=child_id))
    file = ask(OpenHealth(child_id=child_id))
    form.version.data = str(file.care.version)
    form.proposal.data = str(file.proposal.proposal_id) if file.proposal else ""
    return (
        render_template(
            "staff/health_file.html",
            file=file,
            form=form,
            words=words,
            care_rows=care_rows,
            care_changes=care_changes,
        ),
        form.status,
    )


@blueprint.route("/<uuid:child_id>/soins", methods=["GET", "POST"])
@access.requires_role(Role.HEALTH)
def care(child_id: UUID) -> ResponseReturnValue:
    """On the family's word or the doctor's."""
    form = CareForm()
    if form.validate_on_submit():
        command = SetCare(
            command_id=form.command_id.data, child_id=child_id, version=form.seen, care=form.care()
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("La fiche est enregistrée.", "success")
            return redirect(url_for("staff.health.show", child_id=child_id))
    file = ask(OpenHealth(child_id=child_id))
    if request.method == "GET":
        form.fill(file.care.care, file.care.version)
    form.version.data = str(file.care.version)
    return render_template(
        "staff/health_edit.html", form=form, file=file, title="Soins et urgences"
    ), form.status


@blueprint.route("/<uuid:child_id>/repas", methods=["GET", "POST"])
@access.requires_role(Role.HEALTH)
def diet(child_id: UUID) -> ResponseReturnValue:
    """What a PAI asks of the kitchen."""
    form = DietForm()
    if form.validate_on_submit():
        try:
            ask(form.order(child_id))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("C’est enregistré : la cuisine en tient compte.", "success")
            return redirect(url_for("staff.health.show", child_id=child_id))
    file = ask(OpenHealth(child_id=child_id))
    if request.method == "GET":
        form.fill(file.diet)
    form.version.data = str(file.diet.version)
    return render_template("staff/health_edit.html", form=form, file=file, title="Repas"), form.status


@blueprint.get("/<uuid:child_id>/urgence")
@access.requires_role(Role.ATTENDANCE, Role.HEALTH)
def emergency(child_id: UUID) -> str:
    """What to do for the child, now."""
    return render_template(
        "staff/health_emergency.html",
        sheet=ask(OpenEmergency(child_id=child_id)),
        words=words,
        back=local_path(request.args.get("suite", "")),
    )


def _version(form: DecisionForm) -> int:
    return number_in(form.version.data)


def _proposal(form: DecisionForm) -> UUID:
    try:
        return UUID(str(form.proposal.data))
    except ValueError:
        raise NotFound from None
