"""A change of the family's file, from a form to the service and back: what a parent's page and an agent's share."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash

from contracts.accounts.changes import WHOLE, ChangedMeanwhile, ChangeOutcome, Edit, ProposeChanges
from contracts.errors import DomainError
from gateway.forms.change import ChangeForm
from gateway.services import ask


def propose(
    form: ChangeForm, family_id: UUID, subject_id: UUID, children: Mapping[str, str], *, new: bool = False
) -> ChangeOutcome | None:
    """Sends the answers; None when the form must be shown again, with what is to be corrected. `new`: makes it."""
    edits = {WHOLE: Edit(wanted=form.read())} if new else form.edits()
    command = ProposeChanges(
        command_id=form.command_id.data,
        family_id=family_id,
        subject_kind=form.kind,
        subject_id=subject_id,
        edits=edits,
    )
    try:
        return ask(command)
    except ChangedMeanwhile as refusal:
        form.show_newer(refusal, children)
    except DomainError as refusal:
        form.show(refusal)
    return None


def remove(form: ChangeForm, family_id: UUID, subject_id: UUID, values: Mapping[str, Any]) -> ChangeOutcome:
    """Takes a subject out of the file, as it was shown with `values`. Raises ChangedMeanwhile, NotFound."""
    return ask(
        ProposeChanges(
            command_id=form.command_id.data,
            family_id=family_id,
            subject_kind=form.kind,
            subject_id=subject_id,
            edits={WHOLE: Edit(seen=dict(values), wanted=None)},
        )
    )


def tell(outcome: ChangeOutcome, done: str = "C’est enregistré.") -> None:
    """Says what became of the form."""
    if outcome.applied:
        flash(done, "success")
    if outcome.awaiting:
        flash(
            "Votre demande est envoyée. Un agent la regarde et vous répond par courriel ; en attendant, "
            "vous pouvez changer tout le reste.",
            "success",
        )
    if not outcome.applied and not outcome.awaiting:
        flash("Rien n’a changé : ces réponses sont celles du dossier.", "info")
