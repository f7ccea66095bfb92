"""« Calendrier de garde »: where a child of two homes is, day by day; stating it, and answering the other home.

Nothing here is known of the other home but that it is one: the service tells no more.
"""

import re
from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.accounts.changes import ChangeState, WithdrawChange
from contracts.accounts.custody import (
    AnswerCustody,
    CustodyDraft,
    CustodyTerms,
    CustodyView,
    Opinion,
    PreviewCustody,
    PreviewView,
    ProposalView,
    ShowCustody,
    StateCustody,
)
from contracts.errors import DomainError
from gateway.citizen import child_file
from gateway.family import custody_words
from gateway.family.custody_forms import FORMS, OpinionForm, PeriodForm, StatementForm
from gateway.forms import CommandForm
from gateway.forms.ids import id_in
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.wiring import clock

blueprint = Blueprint("custody", __name__, url_prefix="/garde/<uuid:child_id>")
child_file.offer(
    child_file.Way(
        "Calendrier de garde",
        "Chez vous ou dans l’autre foyer, jour par jour.",
        30,
        lambda _, child_id: url_for("citizen.custody.show", child_id=child_id),
        fits=lambda child: child.elsewhere,
    )
)
MONTHS_AHEAD = 4
YEAR = re.compile(r"\d{4}-\d{4}")


@blueprint.get("/")
def show(child_id: UUID) -> str:
    """What holds, what awaits, and the months to come."""
    view = ask(ShowCustody(child_id=child_id))
    this_month = _today().replace(day=1)
    coming = [month for month in custody_words.months(view.days) if month.first >= this_month]
    awaiting = [each for each in view.proposals if each.state is ChangeState.AWAITING]
    return render_template(
        "citizen/custody.html",
        view=view,
        ours=[each for each in awaiting if not each.by_other_home],
        theirs=[each for each in awaiting if each.by_other_home],
        refused=next((each for each in view.proposals if each.state is ChangeState.REFUSED), None),
        months=coming[:MONTHS_AHEAD],
        words=custody_words,
    )


@blueprint.get("/annee/<label>")
def show_year(child_id: UUID, label: str) -> str:
    """A school year, month by month, to read and to print."""
    if not YEAR.fullmatch(label):
        abort(404)
    view = ask(ShowCustody(child_id=child_id, label=label))
    return render_template("citizen/custody_year.html", view=view, months=custody_words.months(view.days))


@blueprint.get("/changer")
def change(child_id: UUID) -> str:
    """Which shape the calendar has: each leads to its questions."""
    view = ask(ShowCustody(child_id=child_id))
    return render_template("citizen/custody_change.html", view=view, forms=FORMS)


@blueprint.route("/changer/<shape>", methods=["GET", "POST"])
def state(child_id: UUID, shape: str) -> ResponseReturnValue:
    """The questions, then « Vérifiez le calendrier » with its next eight weeks, then the statement."""
    if shape not in FORMS:
        abort(404)
    title, _, kind = FORMS[shape]
    form = kind()
    view = ask(ShowCustody(child_id=child_id))
    present = _terms_to_come(view)
    form.offer(_today(), present)
    if form.validate_on_submit() and not form.to_be_changed():
        answer = _checked(form, view, form.read())
        if answer is not None:
            return answer
    return _asked("citizen/custody_form.html", form, view, title=title)


@blueprint.route("/periode", methods=["GET", "POST"])
def add_period(child_id: UUID) -> ResponseReturnValue:
    """One more named period in the calendar that holds: the same steps."""
    form = PeriodForm()
    view = ask(ShowCustody(child_id=child_id))
    present = _terms_to_come(view)
    if present is None:
        return redirect(url_for(".change", child_id=child_id))
    if form.validate_on_submit() and not form.to_be_changed():
        today = _today()
        answer = _checked(form, view, form.read(present, max(today, view.agreements[-1].draft.valid_from)))
        if answer is not None:
            return answer
    return _asked("citizen/custody_form.html", form, view, title="Ajouter une période particulière")


@blueprint.route("/repondre/<uuid:change_id>", methods=["GET", "POST"])
def respond(child_id: UUID, change_id: UUID) -> ResponseReturnValue:
    """What the other home has stated, and what this one thinks of it."""
    form = OpinionForm()
    if form.validate_on_submit():
        command = AnswerCustody(
            command_id=form.command_id.data,
            change_id=change_id,
            opinion=Opinion(str(form.opinion.data)),
            text=form.text.data or "",
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre réponse est enregistrée : l’agent la lira avant de décider.", "success")
            return redirect(url_for(".show", child_id=child_id))
    view = ask(ShowCustody(child_id=child_id))
    stated = next(
        (each for each in view.proposals if each.change_id == change_id and each.by_other_home), None
    )
    if stated is None:
        flash("Ce calendrier n’attend plus de réponse.", "info")
        return redirect(url_for(".show", child_id=child_id))
    if stated.opinion is not None and not form.is_submitted():
        form.opinion.data, form.text.data = stated.opinion.opinion.value, stated.opinion.text
    page = render_template(
        "citizen/custody_respond.html", form=form, view=view, stated=stated, words=custody_words
    )
    return page, form.status


@blueprint.post("/retirer/<uuid:change_id>")
def withdraw(child_id: UUID, change_id: UUID) -> ResponseReturnValue:
    """Takes back what awaits."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(WithdrawChange(command_id=form.command_id.data, change_id=change_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Le calendrier proposé est retiré : rien n’a changé.", "success")
    return redirect(url_for(".show", child_id=child_id))


def _checked(
    form: StatementForm | PeriodForm, view: CustodyView, draft: CustodyDraft
) -> ResponseReturnValue | None:
    """The page that checks, or what follows once it is confirmed; None when the form must be shown again."""
    try:
        if form.must_be_checked():
            preview = ask(PreviewCustody(child_id=view.child_id, draft=draft))
            return _check_page(form, view, draft, preview)
        ask(
            StateCustody(
                command_id=form.command_id.data,
                child_id=view.child_id,
                draft=draft,
                awaiting=id_in(form.awaiting.data),
            )
        )
    except DomainError as refusal:
        form.show(refusal)
        own = _own_awaiting(view)
        form.awaiting.data = str(own.change_id) if own else ""
        return None
    flash("Votre calendrier est envoyé. L’autre foyer en est informé, puis un agent décide.", "success")
    return redirect(url_for(".show", child_id=view.child_id))


def _check_page(
    form: StatementForm | PeriodForm, view: CustodyView, draft: CustodyDraft, preview: PreviewView
) -> str:
    return render_template(
        "citizen/custody_check.html", form=form, view=view, draft=draft, preview=preview, words=custody_words
    )


def _asked(
    template: str, form: StatementForm | PeriodForm, view: CustodyView, **more: object
) -> ResponseReturnValue:
    own = _own_awaiting(view)
    if not form.is_submitted():
        form.awaiting.data = str(own.change_id) if own else ""
    return render_template(template, form=form, view=view, own=own, **more), form.status


def _terms_to_come(view: CustodyView) -> CustodyTerms | None:
    """The terms of the last agreement, unless it ends."""
    last = view.agreements[-1] if view.agreements else None
    return last.draft.terms if last is not None and last.valid_to is None else None


def _own_awaiting(view: CustodyView) -> ProposalView | None:
    return next(
        (each for each in view.proposals if each.state is ChangeState.AWAITING and not each.by_other_home),
        None,
    )


def _today() -> date:
    return clock().now().astimezone(PARIS).date()
