"""« Ce qui a été pointé »: the last weeks as the roll-calls have them, what each day costs, how to contest it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.objections import CheckedDays, CheckedLineView, Claim, ContestLine, ShowCheckedLine
from contracts.enrolment.refusals import CannotContest
from contracts.errors import DomainError
from contracts.events.attendance import Mark
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.sentences.absences import CANNOT_CONTEST, CLAIMS, COSTS, HELD, MARKS, OBJECTIONS
from gateway.services import ask

blueprint = Blueprint("attendance", __name__, url_prefix="/presences")

WEEKS, YEAR = 5, 53


class ContestForm(CommandForm):
    """What was so. `mark`: what the parent saw; the service refuses when it is another by then."""

    mark = HiddenField()
    claim = RadiosField("Que s’est-il passé ?", [required("Choisissez ce qui s’est passé.")])
    words = TextareaField(
        "Expliquez en quelques mots",
        [required("Expliquez en quelques mots : l’agent qui vérifie lira ce texte."), at_most(1000)],
        hint="Par exemple qui est venu chercher votre enfant, et à quelle heure.",
        rows=4,
    )


@blueprint.get("/")
def show() -> str:
    """The last five weeks, newest first; with `?depuis=un-an`, a year."""
    whole = request.args.get("depuis") == "un-an"
    view = ask(CheckedDays(weeks=YEAR if whole else WEEKS))
    return render_template(
        "citizen/attendance.html", view=view, whole=whole, marks=MARKS, cost=cost, objections=OBJECTIONS
    )


@blueprint.route("/<uuid:session_id>/<uuid:child_id>", methods=["GET", "POST"])
def contest(session_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """One line: what the sheet says, and the form to say otherwise."""
    form = ContestForm()
    form.claim.choices = [(claim.value, words) for claim, words in CLAIMS.items()]
    if form.validate_on_submit() and form.mark.data in set(Mark):
        try:
            ask(
                ContestLine(
                    command_id=form.command_id.data,
                    session_id=session_id,
                    child_id=child_id,
                    mark=Mark(form.mark.data),
                    claim=Claim(str(form.claim.data)),
                    words=form.words.data or "",
                )
            )
        except CannotContest as refusal:
            form.show(refusal)
            form.form_errors = [CANNOT_CONTEST.get(str(refusal.details.get("why")), form.form_errors[-1])]
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "Votre contestation est envoyée. Ce jour n’est pas facturé tant que la mairie n’a pas répondu.",
                "success",
            )
            return redirect(url_for(".show"))
    line = ask(ShowCheckedLine(session_id=session_id, child_id=child_id))
    form.mark.data = line.mark.value if line.mark else ""
    form.claim.choices = [(claim.value, CLAIMS[claim]) for claim in line.claims]
    page = render_template(
        "citizen/attendance_line.html",
        line=line,
        form=form,
        marks=MARKS,
        cost=cost,
        claims=CLAIMS,
        objections=OBJECTIONS,
    )
    return page, form.status


def cost(line: CheckedLineView) -> str:
    """What the day costs, in words: as long as it is held, nothing yet."""
    return HELD[line.held] if line.held else COSTS[line.mark]
