"""« Contester cette ligne »: of an invoice already published; « Mes contestations », and the town's answers."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.contesting import (
    ContestableDay,
    ContestableLineView,
    ContestInvoiceLine,
    MyLineObjections,
    ShowContestableLine,
    ShowLineObjection,
    WithdrawLineObjection,
)
from contracts.billing.objection_terms import ObjectionReason
from contracts.billing.refusals import CannotContestLine
from contracts.errors import DomainError
from gateway.forms import CheckboxesField, CommandForm, RadiosField, TextareaField, at_most, required
from gateway.french import euros, weekday
from gateway.sentences import problem, sentence_of
from gateway.sentences.contesting import CANNOT_CONTEST_LINE, DAYS, REASONS, STATES
from gateway.services import ask

blueprint = Blueprint("contesting", __name__, url_prefix="/contestations")


class ContestForm(CommandForm):
    """Which days of the line, and what is wrong with them."""

    days = CheckboxesField("Quelles journées ?", [required("Cochez au moins une journée.")])
    reason = RadiosField("Qu’est-ce qui ne va pas ?", [required("Choisissez ce qui ne va pas.")])
    words = TextareaField(
        "Expliquez en quelques mots",
        [at_most(2000)],
        hint="Obligatoire si vous choisissez « Autre ». N’écrivez rien de médical : vous pourrez joindre un document.",
        rows=4,
    )

    def offer(self, line: ContestableLineView) -> None:
        """The days that may be contested; the only one is ticked."""
        free = [each for each in line.days if not each.why]
        self.days.choices = [(str(each.session_id), _day(each), euros(each.cents)) for each in free]
        self.reason.choices = [(reason.value, words) for reason, words in REASONS.items()]
        if len(free) == 1 and not self.is_submitted():
            self.days.data = [str(free[0].session_id)]

    def is_explained(self) -> bool:
        """« Autre » says nothing by itself: words are asked for, and the page shows it again."""
        if self.reason.data != ObjectionReason.OTHER.value or (self.words.data or "").strip():
            return True
        self.words.errors = [problem("words_missing")]
        self.status = 422
        return False


@blueprint.get("/")
def show() -> str:
    """Everything the family has contested, the newest first."""
    return render_template("citizen/contesting.html", found=ask(MyLineObjections()), states=STATES)


@blueprint.route("/ligne/<int:line_id>", methods=["GET", "POST"])
def contest(line_id: int) -> ResponseReturnValue:
    """One line of an invoice: what it says, and the form to say otherwise."""
    line = ask(ShowContestableLine(line_id=line_id))
    form = ContestForm()
    form.offer(line)
    if form.validate_on_submit() and form.is_explained():
        try:
            objection_id = ask(
                ContestInvoiceLine(
                    command_id=form.command_id.data,
                    line_id=line_id,
                    session_ids=[UUID(each) for each in form.days.data],
                    reason=ObjectionReason(str(form.reason.data)),
                    words=form.words.data or "",
                )
            )
        except CannotContestLine as refusal:
            form.show(refusal)
            form.form_errors = [
                CANNOT_CONTEST_LINE.get(str(refusal.details.get("why")), form.form_errors[-1])
            ]
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "Votre contestation est envoyée. Un accusé de réception vous arrive par courriel.", "success"
            )
            return redirect(url_for(".follow", objection_id=objection_id))
    said = [(each, DAYS[each.why]) for each in line.days if each.why]
    return render_template("citizen/contest.html", line=line, form=form, said=said), form.status


@blueprint.get("/<uuid:objection_id>")
def follow(objection_id: UUID) -> str:
    """Where an objection stands, the answer, and what can still be added."""
    suite = url_for(".follow", objection_id=objection_id)
    return render_template(
        "citizen/line_objection.html",
        view=ask(ShowLineObjection(objection_id=objection_id)),
        states=STATES,
        reasons=REASONS,
        form=CommandForm(),
        paper_address=url_for(
            "citizen.attachments.show", kind="line_objection", subject_id=objection_id, suite=suite
        ),
    )


@blueprint.post("/<uuid:objection_id>/retirer")
def withdraw(objection_id: UUID) -> ResponseReturnValue:
    """The family takes it back."""
    form = CommandForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        ask(WithdrawLineObjection(command_id=form.command_id.data, objection_id=objection_id))
    except DomainError as refusal:
        if refusal.code == "not_found":
            raise
        flash(sentence_of(refusal).text, "warning")
    else:
        flash("Votre contestation est retirée.", "success")
    return redirect(url_for(".follow", objection_id=objection_id))


def _day(each: ContestableDay) -> str:
    return weekday(each.day).capitalize() + (f", {each.slot}" if each.slot else "")
