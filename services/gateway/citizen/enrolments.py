"""« Inscriptions »: what a child may be enrolled in, the request, and where it stands."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.enrolments import (
    ChoicesView,
    ChoiceView,
    EnrolmentChoices,
    FamilyEnrolments,
    RequestEnrolment,
    ShowEnrolment,
    TakeOffer,
    WithdrawEnrolment,
)
from contracts.enrolment.given import Takes
from contracts.errors import DomainError
from contracts.events.enrolments import EnrolmentState
from gateway.activities import absence_rules
from gateway.document_types import names_from
from gateway.forms import CheckboxesField, CheckedForm, CommandForm, RadiosField, required
from gateway.navigation import Entry
from gateway.sentences import sentence_of
from gateway.services import ask, ask_each
from gateway.vault import given
from gateway.vault.given import given_again

blueprint = Blueprint("enrolments", __name__, url_prefix="/inscriptions")
navigation = [Entry("Inscriptions", "citizen.enrolments.show", order=20)]

STATES = {
    EnrolmentState.REQUESTED: ("En attente", "wait"),
    EnrolmentState.WAITING: ("Sur liste d’attente", "wait"),
    EnrolmentState.OFFERED: ("Place proposée", "todo"),
    EnrolmentState.ACCEPTED: ("Inscription acceptée", "done"),
    EnrolmentState.REFUSED: ("Refusée", "todo"),
    EnrolmentState.WITHDRAWN: ("Abandonnée", "off"),
    EnrolmentState.LAPSED: ("Place non prise à temps", "off"),
}
LIVE = (EnrolmentState.REQUESTED, EnrolmentState.WAITING, EnrolmentState.OFFERED, EnrolmentState.ACCEPTED)
"""Where there is something to follow rather than to ask for."""


class EnrolForm(CheckedForm):
    """Where: asked only when there is a choice; what was given before: ticked until the parent gives another."""

    place = RadiosField("Dans quel lieu ?", [required("Choisissez un lieu.")])
    reuse = CheckboxesField(
        "Documents déjà fournis",
        hint="Décochez celui que vous voulez remplacer\u00a0: vous en donnerez un autre après votre demande.",
    )


@blueprint.get("/")
def show() -> str:
    """The children, and this school year's enrolments."""
    view = ask(FamilyEnrolments())
    return render_template("citizen/enrolments.html", view=view, states=STATES)


@blueprint.get("/<uuid:child_id>")
def choose(child_id: UUID) -> str:
    """The activities this child may be enrolled in."""
    view = ask(EnrolmentChoices(child_id=child_id))
    return render_template("citizen/enrolments_choose.html", view=view, states=STATES, live=LIVE)


@blueprint.route("/<uuid:child_id>/<activity_code>", methods=["GET", "POST"])
def request(child_id: UUID, activity_code: str) -> ResponseReturnValue:
    """The activity's terms, then « Vérifiez vos réponses », then the request."""
    view, types = ask_each([EnrolmentChoices(child_id=child_id), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    choice: ChoiceView | None = next(
        (c for c in view.choices if c.activity.terms.code == activity_code), None
    )
    if choice is None:
        abort(404)
    if choice.enrolment and choice.enrolment.state in LIVE:
        return redirect(url_for(".follow", enrolment_id=choice.enrolment.enrolment_id))
    form = EnrolForm()
    form.place.choices = [(place.code, place.name) for place in choice.places]
    if len(choice.places) == 1:
        form.place.data = choice.places[0].code
    _offer_given(form, choice, names_from(types))
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return _terms_page("citizen/enrolments_check.html", form, view, choice, types)
        try:
            made = ask(
                RequestEnrolment(
                    command_id=form.command_id.data,
                    child_id=child_id,
                    activity_code=activity_code,
                    place_code=form.place.data,
                    reuse=form.reuse.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            follow = url_for(".follow", enrolment_id=made.enrolment_id)
            if made.missing_documents:
                flash("Votre demande est enregistrée. Il reste à joindre un justificatif.", "success")
                return redirect(document_address(made.enrolment_id, made.missing_documents[0]))
            if made.state is EnrolmentState.ACCEPTED:
                flash("L’inscription est acceptée : vous pouvez réserver.", "success")
            elif made.state is EnrolmentState.WAITING:
                flash("Il ne reste plus de place : votre enfant est sur la liste d’attente.", "info")
            else:
                flash("Votre demande est enregistrée.", "success")
            return redirect(follow)
    return _terms_page("citizen/enrolments_request.html", form, view, choice, types), form.status


def _offer_given(form: EnrolForm, choice: ChoiceView, name: Callable[[str], str]) -> None:
    """What the town has and need not be given again. What cannot serve by now is no longer on the page."""
    form.reuse.choices = [
        (each.document_type, name(each.document_type), given.sentence(each)) for each in choice.given
    ]
    offered = [each.document_type for each in choice.given]
    if form.is_submitted():
        form.reuse.data = [code for code in form.reuse.data if code in offered]
    else:
        form.reuse.data = offered


@blueprint.get("/suivi/<uuid:enrolment_id>")
def follow(enrolment_id: UUID) -> str:
    """Where one enrolment stands, and what is still asked for it."""
    view, types = ask_each([ShowEnrolment(enrolment_id=enrolment_id), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    return render_template(
        "citizen/enrolments_follow.html",
        view=view,
        states=STATES,
        name=names_from(types),
        document_address=document_address,
        given={each.document_type: given.sentence(each) for each in view.given},
        form=CommandForm(),
    )


@blueprint.post("/suivi/<uuid:enrolment_id>/reprendre/<document_type>")
def reuse(enrolment_id: UUID, document_type: str) -> ResponseReturnValue:
    """What was given with something else serves here too."""
    form = CommandForm()
    if form.validate_on_submit() and given_again(
        form.command_id.data, Takes.ENROLMENT, enrolment_id, document_type[:60]
    ):
        flash("Le document déjà fourni est repris.", "success")
    return redirect(url_for(".follow", enrolment_id=enrolment_id), 303)


@blueprint.post("/suivi/<uuid:enrolment_id>/prendre")
def take(enrolment_id: UUID) -> ResponseReturnValue:
    """The family takes the place that is held for it."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(TakeOffer(command_id=form.command_id.data, enrolment_id=enrolment_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("La place est à vous : l’inscription est acceptée.", "success")
    return redirect(url_for(".follow", enrolment_id=enrolment_id))


@blueprint.post("/suivi/<uuid:enrolment_id>/renoncer")
def withdraw(enrolment_id: UUID) -> ResponseReturnValue:
    """The family gives the enrolment up."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(WithdrawEnrolment(command_id=form.command_id.data, enrolment_id=enrolment_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("L’inscription est abandonnée.", "success")
    return redirect(url_for(".follow", enrolment_id=enrolment_id))


def _terms_page(
    page: str,
    form: EnrolForm,
    view: ChoicesView,
    choice: ChoiceView,
    types: list[DocumentTypeView] | Exception,
) -> str:
    return render_template(
        page,
        form=form,
        view=view,
        choice=choice,
        name=names_from(types),
        absence_sentence=absence_rules.sentence,
    )


def document_address(enrolment_id: UUID, document_type: str) -> str:
    """The page where a document is chosen from the vault, or photographed, and attached."""
    suite = url_for("citizen.enrolments.follow", enrolment_id=enrolment_id)
    return f"/mon-espace/pieces/enrolment/{enrolment_id}?type={document_type}&suite={suite}"
