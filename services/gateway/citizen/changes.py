"""« Mes modifications »: what was asked for, by whom, where it stands; what awaits can be taken back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import ChangeState, WithdrawChange
from contracts.accounts.family_file import OpenMyFile
from contracts.errors import DomainError
from gateway.family import change_words
from gateway.family.change_words import names_of
from gateway.forms import CommandForm
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("changes", __name__, url_prefix="/famille/modifications")


@blueprint.get("/")
def show() -> str:
    """What awaits, then what was changed lately."""
    file = ask(OpenMyFile())
    children: dict[str, str] = {}
    for record in file.records:
        children |= names_of(record)
    awaiting = [change for change in file.changes if change.state is ChangeState.AWAITING]
    return render_template(
        "citizen/changes.html",
        awaiting=awaiting,
        ended=[change for change in file.changes if change not in awaiting],
        children=children,
        words=change_words,
    )


@blueprint.post("/<uuid:change_id>/retirer")
def withdraw(change_id: UUID) -> ResponseReturnValue:
    """Takes an awaiting change back."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(WithdrawChange(command_id=form.command_id.data, change_id=change_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("La modification est retirée : rien n’a changé dans votre dossier.", "success")
    return redirect(url_for(".show"))
