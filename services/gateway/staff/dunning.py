"""« Relances »: the families to be written to at each step, looked at by an agent, then sent; those that are spared."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.dunning import (
    REMINDER,
    STEPS,
    DunningTerms,
    DunningView,
    EndReprieve,
    GrantReprieve,
    OpenDunning,
    OpenFamilyDunning,
    OpenLettersToPost,
    OpenReminder,
    SendReminders,
    SetDunningTerms,
    StepTerms,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french, papers
from gateway.forms import (
    CheckboxesField,
    CheckedForm,
    CommandForm,
    DateField,
    NumberField,
    TextareaField,
    TextField,
    at_most,
    no_more_than,
    required,
)
from gateway.navigation import Desk, Entry
from gateway.papers.reminders import print_reminders
from gateway.sentences import sentence_of
from gateway.sentences.billing import DUNNING_STEPS, NOT_DUNNED
from gateway.services import ask
from gateway.wiring import settings

blueprint = Blueprint("dunning", __name__, url_prefix="/relances")
navigation = [
    Entry(
        "Relances",
        "staff.dunning.show",
        order=42,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Écrire aux familles dont une facture est en retard, par étapes, sans jamais fermer la cantine.",
    )
]
_OFFICE = access.requires_role(Role.BILLING)


class _Families(CheckboxesField):
    """Those ticked that are still to be written to: who paid since the page was shown is let go."""

    def pre_validate(self, _form: Any) -> None:
        self.data = [value for value in self.data or [] if value in self.labels()]

    @property
    def shown(self) -> str:
        return french.count(len(self.data or []), "famille")


class SendForm(CheckedForm):
    """Who is written to."""

    families = _Families(
        "Familles à relancer",
        [required("Cochez au moins une famille encore en retard.")],
        hint="Décochez celles qui doivent attendre, ou accordez-leur un sursis sur leur page.",
    )

    def offer(self, view: DunningView) -> None:
        """The families of the step, as the server has them."""
        self.families.choices = [
            (
                str(each.family_id),
                f"{each.label} : {french.euros(each.cents)}",
                f"Dossier {each.number} – "
                + " ; ".join(
                    f"facture {late.number}, échéance le {french.day(late.due_on)}" for late in each.invoices
                )
                + (". Sans compte : lettre à poster." if each.by_post else ""),
            )
            for each in view.due
        ]


class ReprieveForm(CommandForm):
    """Until when a family is left alone, and why."""

    until = DateField("Aucune lettre jusqu’au (inclus)", [required("Saisissez le dernier jour du sursis.")])
    reason = TextField(
        "Motif",
        [required("Saisissez le motif du sursis."), at_most(300)],
        hint="Par exemple : paiement en trois fois convenu le 3 décembre. Pas d’information de santé.",
    )


@blueprint.route("/", methods=["GET", "POST"])
@_OFFICE
def show() -> ResponseReturnValue:
    """The list of a step: tick, check, send."""
    step = request.args.get("etape", REMINDER, type=int)
    step = step if step in STEPS else REMINDER
    view = ask(OpenDunning(fund=request.args.get("regie", "")[:10], step=step))
    form = SendForm(data={"families": [str(each.family_id) for each in view.due]})
    form.offer(view)
    if view.due and form.validate_on_submit() and not form.to_be_changed():
        chosen = [each for each in view.due if str(each.family_id) in set(form.families.data or [])]
        if form.must_be_checked():
            total = french.euros(sum(each.cents for each in chosen))
            return render_template(
                "check_answers.html",
                form=form,
                heading=f"{DUNNING_STEPS[step]} : vérifiez avant d’envoyer",
                submit="Envoyer",
                text=f"{total} en tout. Ce qui sera payé d’ici là sera déduit, et qui a tout payé ne recevra rien.",
            )
        try:
            sent = ask(
                SendReminders(
                    command_id=form.command_id.data,
                    fund=view.fund,
                    step=step,
                    family_ids=tuple(each.family_id for each in chosen),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            words = f"{french.count(sent.letters, 'lettre envoyée', 'lettres envoyées')}, {french.euros(sent.cents)}."
            if sent.dropped:
                words += f" Sans lettre, car payé ou en sursis entre-temps : {', '.join(sent.dropped)}."
            flash(words, "success" if sent.letters else "warning")
            return redirect(url_for(".show", regie=view.fund, etape=step))
    return (
        render_template("staff/dunning.html", view=view, form=form, steps=DUNNING_STEPS, reasons=NOT_DUNNED),
        form.status,
    )


@blueprint.route("/<code>/reglages", methods=["GET", "POST"])
@_OFFICE
def terms(code: str) -> ResponseReturnValue:
    """The dates and the words of a fund's letters."""
    view = ask(OpenDunning(fund=code[:10]))
    if view.fund != code:
        abort(404)
    form = _terms_form(view.terms)
    if form.validate_on_submit():
        try:
            ask(SetDunningTerms(command_id=form.command_id.data, fund=code, terms=_terms_of(form)))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Les étapes sont enregistrées : elles valent à partir de la prochaine lettre.", "success")
            return redirect(url_for(".show", regie=code))
    return render_template("staff/dunning_terms.html", form=form, view=view, steps=DUNNING_STEPS), form.status


@blueprint.route("/familles/<uuid:family_id>", methods=["GET", "POST"])
@_OFFICE
def family(family_id: UUID) -> ResponseReturnValue:
    """What a family owes too late, what it was written, and a reprieve."""
    view = ask(OpenFamilyDunning(family_id=family_id))
    form = ReprieveForm()
    if form.validate_on_submit() and form.until.data:
        try:
            ask(
                GrantReprieve(
                    command_id=form.command_id.data,
                    family_id=family_id,
                    until=form.until.data,
                    reason=form.reason.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal, until="until", reason="reason")
        else:
            flash(f"Sursis accordé jusqu’au {french.day(form.until.data)} inclus.", "success")
            return redirect(url_for(".family", family_id=family_id))
    return (
        render_template("staff/family_dunning.html", form=form, view=view, steps=DUNNING_STEPS),
        form.status,
    )


@blueprint.post("/familles/<uuid:family_id>/reprendre")
@_OFFICE
def end(family_id: UUID) -> ResponseReturnValue:
    """Ends the reprieve."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(EndReprieve(command_id=form.command_id.data, family_id=family_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Le sursis est levé : la famille peut de nouveau être relancée.", "success")
    return redirect(url_for(".family", family_id=family_id))


@blueprint.get("/lettres/<uuid:reminder_id>.pdf")
@_OFFICE
def letter(reminder_id: UUID) -> Response:
    """A letter, as it was sent."""
    found = ask(OpenReminder(reminder_id=reminder_id))
    content = print_reminders([found], settings().public_url)
    return papers.pdf(content, f"relance-{found.family_number}-{found.sent_on}.pdf")


@blueprint.get("/envois/<uuid:sending_id>.pdf")
@_OFFICE
def to_post(sending_id: UUID) -> Response:
    """The letters of a sending that are to be posted, for window envelopes."""
    found = ask(OpenLettersToPost(sending_id=sending_id))
    return papers.pdf(print_reminders(found.letters, settings().public_url), "relances-a-poster.pdf")


def _terms_form(known: DunningTerms) -> CommandForm:
    """Three fields a step."""
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for step, given in zip(STEPS, known.steps, strict=True):
        since = "l’échéance" if step == REMINDER else "la lettre précédente"
        name = DUNNING_STEPS[step]
        fields |= {
            f"days_{step}": NumberField(
                f"{name} : jours après {since}",
                [
                    required(f"Saisissez le nombre de jours après {since}."),
                    no_more_than(365, "Saisissez un nombre de jours de 1 à 365."),
                ],
            ),
            f"subject_{step}": TextField(
                f"{name} : objet", [required("Saisissez l’objet de la lettre."), at_most(120)]
            ),
            f"text_{step}": TextareaField(
                f"{name} : texte",
                [required("Saisissez le texte de la lettre."), at_most(4000)],
                hint="Une ligne vide sépare deux paragraphes.",
            ),
        }
        values |= {f"days_{step}": given.days, f"subject_{step}": given.subject, f"text_{step}": given.text}
    form: type[CommandForm] = type("TermsForm", (CommandForm,), fields)
    return form(data=values)


def _terms_of(form: CommandForm) -> DunningTerms:
    first, second, third, fourth = (
        StepTerms(
            days=max(1, form[f"days_{step}"].data or 0),
            subject=form[f"subject_{step}"].data,
            text=form[f"text_{step}"].data,
        )
        for step in STEPS
    )
    return DunningTerms(steps=(first, second, third, fourth))
