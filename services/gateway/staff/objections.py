"""« Contestations »: what parents say against a roll-call, beside the sheet and the proofs of booking; the answer."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.enrolment.objections import AnswerObjection, ObjectionFileView, ObjectionQueue, ShowObjection
from contracts.errors import DomainError
from contracts.events.attendance import Mark
from gateway import access, french
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.forms.numbers import number_in, page_asked
from gateway.navigation import Desk, Entry
from gateway.sentences.absences import CLAIMS, COSTS, MARKS, OBJECTIONS, STATES
from gateway.services import ask

blueprint = Blueprint("objections", __name__, url_prefix="/contestations")
navigation = [
    Entry(
        "Contestations",
        "staff.objections.show",
        order=24,
        desk=Desk.CHILDREN,
        role=Role.REQUESTS,
        hint="Les pointages que des familles contestent : rien n’en est facturé avant la réponse.",
    )
]

PAGE = 50
MAINTAIN, REMOVE = "maintain", "remove"


class AnswerForm(CommandForm):
    """What the line becomes, and what the family reads."""

    version = HiddenField()
    outcome = RadiosField("Réponse", [required("Choisissez une réponse.")])
    answer = TextareaField(
        "Ce que vous répondez à la famille",
        [at_most(1000)],
        hint="Obligatoire si le pointage est maintenu. La famille lira ce texte tel quel.",
        rows=4,
    )

    def offer(self, view: ObjectionFileView) -> None:
        """What the sheet and the booking leave to choose from."""
        self.outcome.choices = [
            (mark.value, f"Corriger : {MARKS[mark][0].lower()}", COSTS[mark]) for mark in view.choices
        ]
        if view.may_be_removed:
            self.outcome.choices.append(
                (REMOVE, "Corriger : retirer l’enfant de la feuille", "Rien n’est facturé.")
            )
        self.outcome.choices.append(
            (MAINTAIN, f"Maintenir : {MARKS[view.objection.mark][0].lower()}", COSTS[view.objection.mark])
        )

    @property
    def mark(self) -> Mark | None:
        """The mark that the line takes; None when it is maintained or taken off."""
        return Mark(self.outcome.data) if self.outcome.data in set(Mark) else None


@blueprint.get("/")
@access.requires_role(Role.REQUESTS)
def show() -> str:
    """Those to answer, the oldest first; with `?repondues=1` the others, the newest first."""
    done = request.args.get("repondues") == "1"
    page = page_asked()
    view = ask(ObjectionQueue(is_open=not done, offset=(page - 1) * PAGE, limit=PAGE))
    return render_template(
        "staff/objections.html",
        view=view,
        done=done,
        marks=MARKS,
        claims=CLAIMS,
        objections=OBJECTIONS,
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: url_for(".show", page=number, repondues=1 if done else None),
    )


@blueprint.route("/<uuid:objection_id>", methods=["GET", "POST"])
@access.requires_role(Role.REQUESTS)
def answer(objection_id: UUID) -> ResponseReturnValue:
    """One objection, with all there is to judge by."""
    view = ask(ShowObjection(objection_id=objection_id))
    form = AnswerForm()
    form.offer(view)
    if form.validate_on_submit():
        try:
            answered = ask(
                AnswerObjection(
                    command_id=form.command_id.data,
                    objection_id=objection_id,
                    version=number_in(form.version.data),
                    corrected=form.outcome.data != MAINTAIN,
                    mark=form.mark,
                    answer=form.answer.data or "",
                )
            )
        except DomainError as refusal:
            form.show(refusal, invalid="outcome")
        else:
            done = "corrigé" if form.outcome.data != MAINTAIN else "maintenu"
            flash(
                f"Le pointage {french.of(answered.child_name)} est {done}. La famille en est informée.",
                "success",
            )
            return redirect(url_for(".show"))
    else:
        form.version.data = str(view.objection.version)
    page = render_template(
        "staff/objection.html",
        view=view,
        form=form,
        marks=MARKS,
        claims=CLAIMS,
        objections=OBJECTIONS,
        states=STATES,
    )
    return page, form.status
