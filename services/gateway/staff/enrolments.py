"""« Inscriptions »: the requests that wait for an agent, and the decision."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.enrolments import DecideEnrolment, EnrolmentQueue, EnrolmentView, ShowEnrolment
from contracts.errors import DomainError
from contracts.events.enrolments import EnrolmentState
from gateway import access, french
from gateway.document_types import names_from
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.forms.numbers import number_in, page_asked
from gateway.navigation import Desk, Entry
from gateway.services import ask, ask_each
from gateway.vault.given import with_what

blueprint = Blueprint("enrolments", __name__, url_prefix="/inscriptions")
navigation = [
    Entry(
        "Inscriptions",
        "staff.enrolments.show",
        order=20,
        desk=Desk.CHILDREN,
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


ACCEPT = ("accept", "Accepter l’inscription")
WAIT = ("wait", "Mettre sur la liste d’attente")
REFUSE = ("refuse", "Refuser l’inscription")
DONE = {
    EnrolmentState.ACCEPTED: "acceptée",
    EnrolmentState.WAITING: "sur la liste d’attente",
    EnrolmentState.OFFERED: "sur la liste d’attente : une place lui est déjà proposée",
    EnrolmentState.REFUSED: "refusée",
}


class DecisionForm(CommandForm):
    """Accept, make wait, or refuse with the reason that the parent will read."""

    version = HiddenField()
    decision = RadiosField("Décision", [required("Choisissez une décision.")], choices=[ACCEPT, WAIT, REFUSE])
    reason = TextareaField(
        "Motif",
        [at_most(500)],
        hint="Obligatoire pour un refus : la famille lira ce texte tel quel. Obligatoire aussi pour accepter "
        "un enfant avant d’autres qui attendent depuis plus longtemps : il n’est alors lu que par les agents.",
        rows=3,
    )


class EndForm(CommandForm):
    """Refuse what was accepted or offered."""

    version = HiddenField()
    reason = TextareaField(
        "Motif du refus",
        [required("Écrivez le motif : la famille le lira."), at_most(500)],
        hint="La famille lira ce texte tel quel.",
        rows=3,
    )


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """The requests in a state, the oldest first."""
    wanted = request.args.get("etat", EnrolmentState.REQUESTED)
    state = EnrolmentState(wanted) if wanted in set(EnrolmentState) else EnrolmentState.REQUESTED
    page = page_asked()
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
    if form.validate_on_submit() and _decide(enrolment_id, form, str(form.decision.data)):
        return redirect(url_for(".show"))
    return _page(enrolment_id, form)


@blueprint.post("/<uuid:enrolment_id>/fin")
@access.requires_role(Role.REQUESTS)
def end(enrolment_id: UUID) -> ResponseReturnValue:
    """Refuses what was accepted, or offered: its place goes to the next in line."""
    form = EndForm()
    if form.validate_on_submit() and _decide(enrolment_id, form, "refuse"):
        return redirect(url_for(".show"))
    return _page(enrolment_id, form)


def _decide(enrolment_id: UUID, form: DecisionForm | EndForm, decision: str) -> bool:
    command = DecideEnrolment(
        command_id=form.command_id.data,
        enrolment_id=enrolment_id,
        accept=decision == "accept",
        waits=decision == "wait",
        reason=form.reason.data or "",
        version=number_in(form.version.data),
    )
    try:
        view = ask(command)
    except DomainError as refusal:
        form.show(refusal, invalid="reason")
        return False
    done = DONE[view.state]
    if decision == "accept" and view.state is EnrolmentState.WAITING:
        done = "acceptée, mais sans place : elle est sur la liste d’attente"
    flash(f"L’inscription {french.of(view.child_name)} est {done}. La famille en est informée.", "success")
    return True


def _page(enrolment_id: UUID, form: DecisionForm | EndForm) -> ResponseReturnValue:
    found, types = ask_each([ShowEnrolment(enrolment_id=enrolment_id), ListDocumentTypes()])
    if isinstance(found, Exception):
        raise found
    decides, ends = _forms(found, form)
    page = render_template(
        "staff/enrolment.html",
        view=found,
        form=decides,
        end_form=ends,
        states=STATES,
        name=names_from(types),
        with_what=with_what,
    )
    return page, form.status


def _forms(view: EnrolmentView, sent: DecisionForm | EndForm) -> tuple[DecisionForm | None, EndForm | None]:
    """The form that the state calls for; the one that was sent, where it is that one."""
    if view.state in (EnrolmentState.REQUESTED, EnrolmentState.WAITING):
        form = sent if isinstance(sent, DecisionForm) else DecisionForm(formdata=None)
        form.version.data = str(view.version)
        may_wait = view.state is EnrolmentState.REQUESTED and view.order_sentence
        form.decision.choices = [ACCEPT, WAIT, REFUSE] if may_wait else [ACCEPT, REFUSE]
        return form, None
    if view.state in (EnrolmentState.ACCEPTED, EnrolmentState.OFFERED):
        form = sent if isinstance(sent, EndForm) else EndForm(formdata=None)
        form.version.data = str(view.version)
        return None, form
    return None, None
