"""« Mes listes d'attente »: what the children wait for, and the places that are offered to them."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.waiting import LeaveWaiting, MyWaiting
from contracts.errors import DomainError
from gateway.forms import CommandForm
from gateway.sentences import sentence_of
from gateway.sentences.enrolment import DAYS
from gateway.services import ask

blueprint = Blueprint("waiting", __name__, url_prefix="/attente")


@blueprint.get("/")
def show() -> str:
    """Offers first: they do not wait."""
    return render_template("citizen/waiting.html", views=ask(MyWaiting()))


@blueprint.post("/prendre")
def take() -> ResponseReturnValue:
    """Books the day: the place is held for it. The service checks whose child it is, and for whom the place."""
    form = CommandForm()
    if form.validate_on_submit():
        command = ChangeBookings(
            command_id=form.command_id.data,
            child_id=_id(request.form.get("child")),
            additions=[_id(each) for each in request.form.getlist("session")],
        )
        try:
            answer = ask(command)
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            if answer.changed:
                flash("La place est à vous : c’est réservé.", "success")
            for refused in answer.refused[:1]:
                flash(f"Ce jour n’a pas pu être réservé : {DAYS[refused.why]}.", "warning")
    return redirect(url_for(".show"))


@blueprint.post("/<uuid:waiting_id>/quitter")
def leave(waiting_id: UUID) -> ResponseReturnValue:
    """Leaves the line, or refuses the place."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(LeaveWaiting(command_id=form.command_id.data, waiting_id=waiting_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("C’est noté : vous n’attendez plus ce jour.", "success")
    return redirect(url_for(".show"))


def _id(value: str | None) -> UUID:
    try:
        return UUID(value or "")
    except ValueError:
        abort(400)
