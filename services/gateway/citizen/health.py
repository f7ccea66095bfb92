"""« Fiche santé » of a child: meals, care, vaccinations, and which agents read it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.health import (
    ChildHealth,
    HealthFile,
    ProposeCare,
    SetVaccines,
    Vaccine,
    WithdrawCare,
)
from contracts.errors import DomainError
from gateway.care import health_words as words
from gateway.care.health_forms import CareForm, DietForm, VaccinesForm, care_changes, care_rows
from gateway.citizen.child_file import Way, offer
from gateway.forms import CommandForm
from gateway.forms.ids import id_in
from gateway.services import ask

blueprint = Blueprint("health", __name__, url_prefix="/famille/enfants/<uuid:child_id>/sante")
offer(
    Way(
        "Fiche santé",
        "Repas, allergies, PAI, vaccinations, et qui les a lus.",
        10,
        lambda _family_id, child_id: url_for("citizen.health.show", child_id=child_id),
    )
)


@blueprint.get("/")
def show(child_id: UUID) -> str:
    """All of it."""
    return render_template(
        "citizen/health.html",
        file=_file(child_id),
        words=words,
        care_rows=care_rows,
        care_changes=care_changes,
    )


@blueprint.route("/repas", methods=["GET", "POST"])
def diet(child_id: UUID) -> ResponseReturnValue:
    """At once; the kitchen is told."""
    form = DietForm()
    if form.validate_on_submit():
        try:
            ask(form.order(child_id))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("C’est enregistré : la cuisine en tient compte.", "success")
            return _back(child_id)
    file = _file(child_id)
    if request.method == "GET":
        form.fill(file.diet)
    form.version.data = str(file.diet.version)
    return render_template("citizen/health_diet.html", form=form, file=file, words=words), form.status


@blueprint.route("/soins", methods=["GET", "POST"])
def care(child_id: UUID) -> ResponseReturnValue:
    """After a look by an agent of health; shown in an emergency at once."""
    form = CareForm()
    if form.validate_on_submit():
        command = ProposeCare(
            command_id=form.command_id.data,
            child_id=child_id,
            version=form.seen,
            care=form.care(),
            replaces=id_in(request.form.get("replaces", "")),
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "C’est envoyé au service santé. En cas d’urgence, vos indications sont déjà lues.", "success"
            )
            return _back(child_id)
    file = _file(child_id)
    waiting = file.proposal if file.proposal is not None and file.proposal.state == "waiting" else None
    if request.method == "GET":
        form.fill(waiting.care if waiting else file.care.care, file.care.version)
    form.version.data = str(file.care.version)
    return (
        render_template(
            "citizen/health_care.html", form=form, file=file, waiting=waiting, care_rows=care_rows
        ),
        form.status,
    )


@blueprint.post("/soins/retirer")
def withdraw(child_id: UUID) -> ResponseReturnValue:
    """Takes the change that waits back."""
    form, proposal_id = CommandForm(), id_in(request.form.get("proposal", ""))
    if form.validate_on_submit() and proposal_id is not None:
        ask(WithdrawCare(command_id=form.command_id.data, proposal_id=proposal_id))
        flash("Votre demande est retirée : la fiche reste comme elle était.", "success")
    return _back(child_id)


@blueprint.route("/vaccinations", methods=["GET", "POST"])
def vaccines(child_id: UUID) -> ResponseReturnValue:
    """One visit to the doctor is added."""
    form, file = VaccinesForm(), _file(child_id)
    if form.validate_on_submit():
        doses, certified = form.added_to(file.vaccines)
        command = SetVaccines(
            command_id=form.command_id.data,
            child_id=child_id,
            version=form.seen,
            doses=doses,
            certified_on=certified,
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Les vaccinations sont enregistrées.", "success")
            return _back(child_id)
    form.version.data = str(file.vaccines.version)
    return render_template("citizen/health_vaccines.html", form=form, file=file, words=words), form.status


@blueprint.post("/vaccinations/retirer")
def remove_vaccine(child_id: UUID) -> ResponseReturnValue:
    """Takes one back that was entered by mistake; `certificat` is the doctor's word for all."""
    form, code = CommandForm(), request.form.get("vaccine", "")
    if form.validate_on_submit():
        known = _file(child_id).vaccines
        doses = [dose for dose in known.doses if not (code in set(Vaccine) and dose.vaccine == code)]
        ask(
            SetVaccines(
                command_id=form.command_id.data,
                child_id=child_id,
                version=known.version,
                doses=doses,
                certified_on=None if code == "certificat" else known.certified_on,
            )
        )
        flash("C’est retiré.", "success")
    return _back(child_id)


def _file(child_id: UUID) -> HealthFile:
    return ask(ChildHealth(child_id=child_id))


def _back(child_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("citizen.health.show", child_id=child_id))
