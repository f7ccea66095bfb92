"""« Autorisations »: each text as it is asked today, one answer per child, changed whenever a guardian likes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.consents import (
    AnswerConsents,
    ConsentAnswer,
    MyConsents,
    MyConsentsView,
    OwnConsentView,
)
from contracts.errors import DomainError
from gateway import access, french
from gateway.citizen.child_file import Way, offer
from gateway.family.consent_words import STATES
from gateway.forms import CommandForm, HiddenField, RadiosField
from gateway.forms.numbers import number_in
from gateway.services import ask

blueprint = Blueprint("consents", __name__, url_prefix="/autorisations")
offer(
    Way(
        "Autorisations",
        "Photos, sorties, soins : ce que chaque responsable a répondu.",
        30,
        lambda family_id, child_id: url_for(
            "citizen.consents.show",
            retour=url_for("citizen.child_file.show", family_id=family_id, child_id=child_id),
        ),
    )
)

ANSWERS = [("oui", "Oui, j’autorise"), ("non", "Non, je n’autorise pas")]


@blueprint.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The form; only what was answered is sent."""
    view = ask(MyConsents())
    form = _form_for(view)
    if form.validate_on_submit():
        try:
            ask(AnswerConsents(command_id=form.command_id.data, answers=_answers(form, view)))
        except DomainError as refusal:
            form.show(refusal)
            for text in view.texts:
                form[_version(text.code)].data = str(text.version)
        else:
            flash("Vos réponses sont enregistrées. Vous pouvez les changer à tout moment.", "success")
            return redirect(
                access.local_path(request.args.get("retour", "")) or url_for("citizen.consents.show")
            )
    page = render_template(
        "citizen/consents.html",
        view=view,
        form=form,
        name=_name,
        answers={(each.child_id, each.code): each for each in view.answers},
        states=STATES,
        given=given_words,
        back=access.local_path(request.args.get("retour", "")),
    )
    return page, form.status


def given_words(own: OwnConsentView) -> str:
    """What this guardian last said, to stand under the question."""
    if own.answered_at is None:
        return ""
    said = f"Votre réponse du {french.day(own.answered_at)} : {'oui' if own.agrees else 'non'}."
    return f"{said} Le texte a changé depuis : répondez à nouveau." if own.outdated else said


def _form_for(view: MyConsentsView) -> CommandForm:
    """One question per child and text, filled with what was answered to this very text."""
    fields: dict[str, Any] = {_version(text.code): HiddenField() for text in view.texts}
    names = {child.child_id: f"{child.first_name} {child.last_name}" for child in view.children}
    for own in view.answers:
        fields[_name(own)] = RadiosField(names[own.child_id], choices=ANSWERS, hint=given_words(own))
    given = {_version(text.code): str(text.version) for text in view.texts}
    for own in view.answers:
        if own.agrees is not None and not own.outdated:
            given[_name(own)] = "oui" if own.agrees else "non"
    made: CommandForm = type("ConsentsForm", (CommandForm,), fields)(data=given)
    return made


def _answers(form: CommandForm, view: MyConsentsView) -> list[ConsentAnswer]:
    return [
        ConsentAnswer(
            child_id=own.child_id,
            code=own.code,
            version=number_in(form[_version(own.code)].data),
            agrees=form[_name(own)].data == "oui",
        )
        for own in view.answers
        if form[_name(own)].data
    ]


def _name(own: OwnConsentView) -> str:
    return f"{own.code}--{own.child_id}"


def _version(code: str) -> str:
    return f"version--{code}"
