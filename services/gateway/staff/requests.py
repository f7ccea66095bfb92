"""« Demandes »: the démarches of the agent's departments, by the end of their delay; each of them, and its acts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    DecideRequest,
    ForwardRequest,
    HandleRequest,
    OpenRequest,
    RequestFile,
    RequestQueue,
    WriteToRequester,
)
from contracts.errors import DomainError
from contracts.events.requests import ProcedureKind, RequestState
from contracts.messages import Command
from gateway import access, papers
from gateway.document_types import names_from
from gateway.forms.ids import id_in
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.papers import request_papers
from gateway.requests import request_words
from gateway.requests.request_forms import VersionForm
from gateway.sentences import sentence_of
from gateway.sentences.requests import STAFF_STATES, state_of
from gateway.services import ask, ask_each
from gateway.staff.request_forms import ASK, NOTE, AssignForm, DecisionForm, Forms, ForwardForm, WriteForm

blueprint = Blueprint("requests", __name__, url_prefix="/demandes")
navigation = [
    Entry(
        "Demandes",
        "staff.requests.show",
        order=19,
        desk=Desk.REQUESTS,
        role=Role.REQUESTS,
        hint="Les démarches de votre service : y répondre, les confier, les décider.",
    )
]
_OFFICE = access.requires_role(Role.REQUESTS)
PAGE = 50


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Open ones, the first to end first; `terminees=1`: the others, the newest first. `q`: words to find some by."""
    given = request.args
    state = given.get("etat", "")
    page = page_asked()
    asked = RequestQueue(
        is_open=given.get("terminees") != "1",
        department_code=given.get("service", "")[:40],
        state=RequestState(state) if state in set(RequestState) else None,
        mine=given.get("moi") == "1",
        late=given.get("retard") == "1",
        words=given.get("q", "")[:100],
        offset=(page - 1) * PAGE,
        limit=PAGE,
    )
    view = ask(asked)
    kept = {name: value for name, value in given.items() if value and name != "page"}
    return render_template(
        "staff/requests.html",
        view=view,
        asked=asked,
        states=STAFF_STATES,
        open_states=[
            each for each in RequestState if each.value in ("received", "in_progress", "information_asked")
        ],
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: "?" + urlencode({**kept, "page": number}),
    )


@blueprint.get("/<uuid:request_id>")
@_OFFICE
def open_request(request_id: UUID) -> ResponseReturnValue:
    """One of them."""
    return _page(request_id, Forms())


@blueprint.post("/<uuid:request_id>/commencer")
@_OFFICE
def take(request_id: UUID) -> ResponseReturnValue:
    """Begins to work on it, in the agent's own name."""
    form = VersionForm()
    if not form.validate():
        abort(400)
    command = HandleRequest(
        command_id=form.command_id.data, request_id=request_id, version=form.seen, act=Act.TAKE
    )
    try:
        ask(command)
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    else:
        flash("La demande est à vous ; le demandeur en est prévenu.", "success")
    return redirect(url_for(".open_request", request_id=request_id))


@blueprint.post("/<uuid:request_id>/ecrire")
@_OFFICE
def write(request_id: UUID) -> ResponseReturnValue:
    """A question that stops the delay, a message, or a note among agents."""
    form = WriteForm()
    if not form.validate():
        return _page(request_id, Forms(write=form))
    given: dict[str, Any] = {"command_id": form.command_id.data, "request_id": request_id}
    command: Command[RequestFile]
    if form.purpose.data == ASK:
        command = HandleRequest(**given, version=form.seen, act=Act.ASK, words=form.words.data)
        done = "La question est envoyée ; le délai est suspendu jusqu’à la réponse."
    else:
        command = WriteToRequester(**given, words=form.words.data, internal=form.purpose.data == NOTE)
        done = "La note est ajoutée." if form.purpose.data == NOTE else "Le message est envoyé."
    return _do(request_id, command, form, Forms(write=form), done)


@blueprint.post("/<uuid:request_id>/decider")
@_OFFICE
def decide(request_id: UUID) -> ResponseReturnValue:
    """Accepts or refuses; the letter is made of the agent's words."""
    form = DecisionForm()
    if not form.validate():
        return _page(request_id, Forms(decision=form))
    command = DecideRequest(
        command_id=form.command_id.data,
        request_id=request_id,
        version=form.seen,
        accepted=form.outcome.data == Act.ACCEPT,
        words=form.letter.data or "",
    )
    try:
        view = ask(command).request
    except DomainError as refusal:
        form.show(refusal)
        return _page(request_id, Forms(decision=form))
    where = "est sur la page de suivi"
    if view.has_account:
        where = "est sur la page de la demande et va dans l’espace de stockage du demandeur"
    flash(f"La décision est enregistrée et le demandeur prévenu. Le courrier {where}.", "success")
    return redirect(url_for(".open_request", request_id=request_id))


@blueprint.post("/<uuid:request_id>/confier")
@_OFFICE
def assign(request_id: UUID) -> ResponseReturnValue:
    """Makes it a colleague's, or nobody's."""
    form = AssignForm()
    command = AssignRequest(
        command_id=form.command_id.data,
        request_id=request_id,
        version=form.seen,
        agent_id=id_in(form.agent.data),
    )
    return _do(request_id, command, form, Forms(assign=form), "C’est fait.")


@blueprint.post("/<uuid:request_id>/transmettre")
@_OFFICE
def forward(request_id: UUID) -> ResponseReturnValue:
    """Puts another department in charge: this one does not see it any more."""
    form = ForwardForm()
    if not form.department.data:
        flash("Choisissez le service à qui transmettre la demande.", "warning")
        return redirect(url_for(".open_request", request_id=request_id))
    command = ForwardRequest(
        command_id=form.command_id.data,
        request_id=request_id,
        version=form.seen,
        department_code=form.department.data,
        words=form.note.data or "",
    )
    try:
        line = ask(command)
    except DomainError as refusal:
        form.show(refusal)
        return _page(request_id, Forms(forward=form))
    flash(f"La demande {line.number} est transmise au service {line.department_name}.", "success")
    return redirect(url_for(".show"))


@blueprint.get("/<uuid:request_id>/courrier.pdf")
@_OFFICE
def letter(request_id: UUID) -> Response:
    """The letter as the requester has it."""
    view = ask(OpenRequest(request_id=request_id)).request
    if not request_words.is_decided(view):
        abort(404)
    content = papers.render("request_letter", request_papers.letter(view))
    return papers.pdf(content, request_papers.letter_name(view))


def _do(
    request_id: UUID, command: Command[RequestFile], form: VersionForm, forms: Forms, done: str
) -> ResponseReturnValue:
    try:
        ask(command)
    except DomainError as refusal:
        form.show(refusal)
        return _page(request_id, forms)
    flash(done, "success")
    return redirect(url_for(".open_request", request_id=request_id))


def _page(request_id: UUID, forms: Forms) -> ResponseReturnValue:
    file, types = ask_each([OpenRequest(request_id=request_id), ListDocumentTypes()])
    if isinstance(file, Exception):
        raise file
    forms.offer(file)
    view = file.request
    page = render_template(
        "staff/request.html",
        file=file,
        view=view,
        forms=forms,
        state=state_of(view.kind, view.line.state, staff=True),
        groups=request_words.answers(view),
        history=request_words.history(view, names_from(types), own=False),
        silence=request_words.silence(view, staff=True),
        type_name=names_from(types),
        unsent="" if view.may_write else forms.words,
        is_decided=request_words.is_decided(view),
        letter_place=request_words.letter_place(view),
        can_send=request_words.can_open(file),
        is_report=view.kind is ProcedureKind.REPORT,
    )
    return page, forms.status
