"""« Échanges bloqués »: facts and orders that a service could not apply, over all services; replayed or set aside."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.parked import (
    AT_ONCE,
    LISTENERS,
    PAGE,
    ListParked,
    OpenParked,
    ParkedPage,
    ParkedState,
    ReplayParked,
    SetParkedAside,
)
from gateway import access
from gateway.forms import CommandForm, TextareaField, at_most, required
from gateway.french import count
from gateway.navigation import Desk, Entry
from gateway.services import ask, ask_each
from gateway.staff import parked_words as words

blueprint = Blueprint("parked", __name__, url_prefix="/echanges-bloques")
navigation = [
    Entry(
        "Échanges bloqués",
        "staff.parked.show",
        order=96,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Ce qu’un service n’a pas pu appliquer : à rejouer ou à écarter.",
    )
]
_OFFICE = access.requires_role(Role.ADMINISTRATION)


class AsideForm(CommandForm):
    """Why it is never to be applied."""

    reason = TextareaField(
        "Pourquoi l’écarter ?",
        [
            required("Dites pourquoi ce message ne doit pas être appliqué."),
            at_most(500, "Le motif ne peut pas dépasser 500 caractères."),
        ],
        hint="Il ne sera jamais appliqué. Le motif reste un an dans l’historique.",
    )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Service by service, twenty of each; the next pages of one service alone."""
    chosen = request.args.get("service", "")
    services = (chosen,) if chosen in LISTENERS else LISTENERS
    state = request.args.get("etat", ParkedState.PARKED, type=ParkedState)
    page = min(max(1, request.args.get("page", 1, type=int)), 100_000) if len(services) == 1 else 1
    answers = ask_each([ListParked.of(service)(state=state, page=page) for service in services])
    return render_template(
        "staff/parked.html",
        found=[
            (service, answer if isinstance(answer, ParkedPage) else None)
            for service, answer in zip(services, answers, strict=True)
        ],
        chosen=chosen if len(services) == 1 else "",
        state=state,
        page=page,
        pages=lambda view: max(1, -(-view.total // PAGE)),
        address=lambda number: url_for(".show", service=chosen, etat=state.value, page=number),
        words=words,
    )


@blueprint.get("/<service>/<uuid:parked_id>")
@_OFFICE
def read(service: str, parked_id: UUID) -> ResponseReturnValue:
    """One; what it says on a click, since it may speak of a family and who reads it is noted."""
    return _page(_known(service), parked_id, AsideForm())


@blueprint.post("/<service>/<uuid:parked_id>/rejouer")
@_OFFICE
def replay(service: str, parked_id: UUID) -> ResponseReturnValue:
    """Back into its queue."""
    form = CommandForm()
    if form.validate_on_submit():
        order = ReplayParked.of(_known(service))(command_id=form.command_id.data, parked_id=parked_id)
        if ask(order):
            flash(
                "Le message est rejoué. S’il ne peut toujours pas être appliqué, il revient ici, au plus tard dans une "
                "demi-heure.",
                "success",
            )
        else:
            flash("Ce message n’est plus bloqué : quelqu’un s’en est occupé entre-temps.", "warning")
    return redirect(url_for(".show"))


@blueprint.post("/<service>/rejouer")
@_OFFICE
def replay_all(service: str) -> ResponseReturnValue:
    """All of one type."""
    form = CommandForm()
    if form.validate_on_submit():
        kind = request.form.get("type", "")[:200]
        moved = ask(ReplayParked.of(_known(service))(command_id=form.command_id.data, type=kind))
        more = " Il peut en rester : recommencez." if moved == AT_ONCE else ""
        if moved:
            flash(f"{count(moved, 'message est rejoué', 'messages sont rejoués')}.{more}", "success")
        else:
            flash("Aucun de ces messages ne peut être rejoué, ou quelqu’un s’en est déjà occupé.", "warning")
    return redirect(url_for(".show"))


@blueprint.post("/<service>/<uuid:parked_id>/ecarter")
@_OFFICE
def set_aside(service: str, parked_id: UUID) -> ResponseReturnValue:
    """Never to be applied."""
    form = AsideForm()
    if not form.validate_on_submit():
        return _page(_known(service), parked_id, form)
    order = SetParkedAside.of(_known(service))(
        command_id=form.command_id.data, parked_id=parked_id, reason=form.reason.data
    )
    if ask(order):
        flash("Le message est écarté : il ne sera pas appliqué.", "success")
    else:
        flash("Ce message n’est plus bloqué : quelqu’un s’en est occupé entre-temps.", "warning")
    return redirect(url_for(".show"))


def _page(service: str, parked_id: UUID, form: AsideForm) -> tuple[str, int]:
    content = request.args.get("contenu") == "oui"
    view = ask(OpenParked.of(service)(parked_id=parked_id, content=content))
    shown: dict[str, Any] = {"service": service, "view": view, "form": form, "words": words}
    return render_template("staff/parked_message.html", **shown), form.status


def _known(service: str) -> str:
    if service not in LISTENERS:
        abort(404)
    return service
