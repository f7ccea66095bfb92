"""« Factures contestées »: a line beside its rule, the attendance, the proofs and the payments; the answer."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.contesting import (
    AnswerLineObjection,
    LineObjectionFileView,
    LineObjectionQueue,
    LineObjectionView,
    OpenLineObjection,
)
from contracts.billing.objection_terms import LineObjectionState, WaiverKind
from contracts.caller import Role
from contracts.enrolment.traces import DayTraceView, TraceDays
from contracts.errors import DomainError, NotFound, ServiceUnavailable
from gateway import access, french
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    HiddenField,
    RadiosField,
    TextareaField,
    at_most,
    required,
)
from gateway.forms.numbers import number_in, page_asked
from gateway.money import bills
from gateway.navigation import Desk, Entry
from gateway.sentences.absences import CLAIMS, MARKS, OBJECTIONS
from gateway.sentences.absences import STATES as ABSENCES
from gateway.sentences.contesting import MODELS, REASONS, STATES, WAIVERS
from gateway.services import ask

blueprint = Blueprint("contesting", __name__, url_prefix="/factures-contestees")
navigation = [
    Entry(
        "Factures contestées",
        "staff.contesting.show",
        order=42,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Les lignes de factures que des familles contestent : corriger ou expliquer, avant deux mois.",
    )
]

PAGE = 50
NOW, NEXT = "now", "next"
_OFFICE = access.requires_role(Role.BILLING)


class AnswerForm(CommandForm):
    """What becomes of the line, and what the family reads. The service judges what goes with what."""

    version = HiddenField()
    state = RadiosField("Réponse", [required("Choisissez une réponse.")])
    session_ids = CheckboxesField(
        "Journées à rendre", hint="Seulement si vous rendez des journées. Les autres restent facturées."
    )
    waiver = RadiosField("Pourquoi les rendre ?", hint="Seulement si vous rendez des journées.")
    answer = TextareaField(
        "Ce que vous répondez à la famille",
        [at_most(2000)],
        hint="Obligatoire si la ligne, ou une partie, est maintenue. La famille lira ce texte tel quel, "
        "dans un courriel et sur sa page : n’y écrivez rien de médical.",
        rows=6,
    )

    def offer(self, view: LineObjectionFileView) -> None:
        """What may be answered, with what each answer does."""
        billed, due = french.euros(view.billed_cents), french.euros(view.due_cents)
        corrected = f"D’après ce qui est connu aujourd’hui, ces journées coûtent {due} (facturé : {billed})."
        self.state.choices = [
            (NOW, "Rendre des journées par un avoir, tout de suite", "L’avoir paie d’abord ce qui est dû."),
            (NEXT, "Rendre des journées avec la prochaine facture", ""),
            (
                LineObjectionState.REPRICED.value,
                "C’est corrigé par ailleurs (pointage, quotient)",
                corrected
                if view.due_cents < view.objection.cents
                else f"{corrected} Corrigez d’abord, puis répondez.",
            ),
            (LineObjectionState.EXPLAINED.value, "Maintenir la ligne et l’expliquer", ""),
        ]
        self.session_ids.choices = [
            (str(day.session_id), day_of(day.day, day.slot), french.euros(day.cents))
            for day in view.objection.days
        ]
        self.waiver.choices = [(kind.value, words) for kind, words in WAIVERS.items()]

    def order(self, objection_id: UUID) -> AnswerLineObjection:
        """The command."""
        waives = self.state.data in (NOW, NEXT)
        return AnswerLineObjection(
            command_id=self.command_id.data,
            objection_id=objection_id,
            version=number_in(self.version.data),
            state=LineObjectionState.WAIVED if waives else LineObjectionState(str(self.state.data)),
            session_ids=[UUID(each) for each in self.session_ids.data or []] if waives else [],
            waiver=WaiverKind(self.waiver.data) if waives and self.waiver.data else None,
            at_once=self.state.data == NOW,
            answer=self.answer.data or "",
        )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Those to answer, the oldest first; with `?repondues=1` the others, the newest first."""
    done = request.args.get("repondues") == "1"
    page = page_asked()
    view = ask(LineObjectionQueue(is_open=not done, offset=(page - 1) * PAGE, limit=PAGE))
    return render_template(
        "staff/contesting.html",
        view=view,
        done=done,
        states=STATES,
        reasons=REASONS,
        page=page,
        pages=-(-view.total // PAGE),
        address=lambda number: url_for(".show", page=number, repondues=1 if done else None),
    )


@blueprint.route("/<uuid:objection_id>", methods=["GET", "POST"])
@_OFFICE
def answer(objection_id: UUID) -> ResponseReturnValue:
    """One objection, with all there is to judge by. `?modele=`: a model sentence to start from."""
    view = ask(OpenLineObjection(objection_id=objection_id))
    form = AnswerForm()
    form.offer(view)
    if form.validate_on_submit():
        try:
            answered = ask(form.order(objection_id))
        except DomainError as refusal:
            form.show(refusal, invalid="state", nothing_billed="state", nothing_corrected="state")
        else:
            flash(_said(answered), "success")
            return redirect(url_for(".show"))
    elif not form.is_submitted():
        form.version.data = str(view.objection.version)
        form.session_ids.data = [str(day.session_id) for day in view.objection.days]
        form.answer.data = MODELS.get(request.args.get("modele", ""), "")
    page = render_template(
        "staff/line_objection.html",
        view=view,
        traces=_traces(view.objection),
        form=form,
        bills=bills,
        states=STATES,
        reasons=REASONS,
        waivers=WAIVERS,
        models=MODELS,
        marks=MARKS,
        absences=ABSENCES,
        claims=CLAIMS,
        objections=OBJECTIONS,
        day_of=day_of,
    )
    return page, form.status


def day_of(day: date, slot: str) -> str:
    """« Lundi 5 octobre, matin »."""
    words = french.weekday(day).capitalize()
    return f"{words}, {slot}" if slot else words


def _traces(objection: LineObjectionView) -> list[DayTraceView] | None:
    """Enrolment's side, in one question; None when it does not answer: the rest of the page still serves."""
    days = TraceDays(
        child_id=objection.child_id,
        family_id=objection.family_id,
        session_ids=[day.session_id for day in objection.days],
    )
    try:
        return ask(days)
    except (NotFound, ServiceUnavailable):
        return None


def _said(answered: LineObjectionView) -> str:
    if answered.state is LineObjectionState.EXPLAINED:
        return "La ligne est maintenue. La famille en est informée."
    how = (
        f"par l’avoir {answered.credit_note_number}"
        if answered.credit_note_number
        else "avec la prochaine facture"
    )
    return f"{french.euros(answered.given_cents)} sont rendus {how}. La famille en est informée."
