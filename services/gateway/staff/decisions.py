"""Deciding a change of a family's file: the form, and the one command it sends. Each kind of change has its page."""

import json
from typing import Any
from uuid import UUID

from contracts.accounts.changes import DecideChange
from contracts.errors import DomainError
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.services import ask


class DecisionForm(CommandForm):
    """Accept, or refuse with the reason that the family will read.

    `seen`: what stood when the page was shown, as JSON; the service refuses when it is another by then.
    """

    seen = HiddenField()
    decision = RadiosField(
        "Décision",
        [required("Choisissez une décision.")],
        choices=[("accept", "Accepter la modification"), ("refuse", "Refuser la modification")],
    )
    reason = TextareaField(
        "Raison du refus",
        [at_most(500)],
        hint="Obligatoire pour un refus. La famille lira ce texte tel quel.",
        rows=3,
    )

    @property
    def accepts(self) -> bool:
        """What was chosen."""
        return bool(self.decision.data == "accept")

    def shows(self, present: Any) -> None:
        """Puts what stands now into the page."""
        self.seen.data = json.dumps(present, ensure_ascii=False)


def is_decided(form: DecisionForm, change_id: UUID) -> bool:
    """Sends the decision when the form is whole; a refusal of the service stands in the form."""
    if not form.validate_on_submit():
        return False
    command = DecideChange(
        command_id=form.command_id.data,
        change_id=change_id,
        accept=form.accepts,
        seen=_read(form.seen.data),
        reason="" if form.accepts else form.reason.data or "",
    )
    try:
        ask(command)
    except DomainError as refusal:
        form.show(refusal)
        return False
    return True


def _read(text: Any) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
