"""« Inscriptions »: the requests that wait for an agent, and the decision."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents import ListDocumentTypes
from contracts.enrolment.enrolments import DecideEnrolment, EnrolmentQueue, EnrolmentView, ShowEnrolment
from contracts.errors import DomainError
from contracts.events.enrolment import EnrolmentState
from gateway import access
from gateway.document_types import names_from
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.navigation import Entry
from gateway.services import ask, ask_each

blueprint = Blueprint("enrolments", __name__, url_prefix="/inscriptions")
navigation = [
    Entry(
        "Inscriptions",
        "staff.enrolments.show",
        order=20,
        role=Role.REQUESTS,
        hint="Les demandes d’inscription à étudier, et les documents joints.",
    )
]

PAGE = 50
STATES = {
    EnrolmentState.REQUESTED: ("À étudier", "wait"),
    EnrolmentState.WAITING: ("Sur liste d’attente", "wait"),
    EnrolmentState.OFFERED: ("Place proposée", "wait"),
    EnrolmentState.ACCEPTED: ("Acceptée", "done"),
    EnrolmentState.REFUSED: ("Refusée", "todo"),
    EnrolmentState.WITHDRAWN: ("Abandonnée", "off"),
    EnrolmentState.LAPSED: ("Place non prise", "off"),
}


class DecisionForm(CommandForm):
    """Accept, or refuse with the reason that the parent will read."""

    version = HiddenField()
    decision = RadiosField(
        "Décision",
        [required("Choisissez une décision.")],
        choices=[("accept", "Accepter l’inscription"), ("refuse", "Refuser l’inscription")],
    )
    reason = TextareaField(
        "Motif du refus",
        [at_most(500)],
        hint="Obligatoire pour un refus. La famille lira ce texte tel quel.",
        rows=3,
    )


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """The requests in a state, the oldest first."""
    wanted = request.args.get("etat", EnrolmentState.REQUESTED)
    state = EnrolmentState(wanted) if wanted in set(EnrolmentState) else EnrolmentState.REQUESTED
    page = max(1, request.args.get("page", 1, type=int))
    view = ask(EnrolmentQueue(state=state, offset=(page - 1) * PAGE, limit=PAGE))
    return render_template(
        "staff/enrolments.html",
        view=view,
        state=state,
        states=STATES,
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: url_for(".show", etat=state.value, page=number),
    )


@blueprint.route("/<uuid:enrolment_id>", methods=["GET", "POST"])
@access.requires_role(Role.REQUESTS)
def decide(enrolment_id: UUID) -> ResponseReturnValue:
    """One request: what was asked, the documents, the decision."""
    form = DecisionForm()
    if form.validate_on_submit():
        accept = form.decision.data == "accept"
        try:
            view = ask(
                DecideEnrolment(
                    command_id=form.command_id.data,
                    enrolment_id=enrolment_id,
                    accept=accept,
                    reason="" if accept else form.reason.data or "",
                    version=int(form.version.data) if str(form.version.data).isdigit() else 0,
                )
            )
        except DomainError as refusal:
            form.show(refusal, invalid="reason")
        else:
            done = "acceptée" if accept else "refusée"
            if view.state is EnrolmentState.WAITING:
                done = "acceptée, mais sans place : elle est sur la liste d’attente"
            flash(f"L’inscription de {view.child_name} est {done}. La famille en est informée.", "success")
            return redirect(url_for(".show"))
    found, types = ask_each([ShowEnrolment(enrolment_id=enrolment_id), ListDocumentTypes()])
    if isinstance(found, Exception):
        raise found
    return _page(found, form, types)


def _page(view: EnrolmentView, form: DecisionForm, types: object) -> ResponseReturnValue:
    form.version.data = str(view.version)
    page = render_template(
        "staff/enrolment.html", view=view, form=form, states=STATES, name=names_from(types)
    )
    return page, form.status
