"""« Calendrier de garde » for an agent: what a home states, what holds, what the other home says, the decision."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import ChangeState, DecideChange
from contracts.accounts.custody import OpenCustody, Side
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, custody_words
from gateway.custody_words import Homes
from gateway.forms import CommandForm, HiddenField, RadiosField, TextareaField, at_most, required
from gateway.services import ask

blueprint = Blueprint("custody", __name__, url_prefix="/garde")

STATES = {
    ChangeState.AWAITING: ("À décider", "wait"),
    ChangeState.ACCEPTED: ("Accepté", "done"),
    ChangeState.REFUSED: ("Refusé", "todo"),
    ChangeState.WITHDRAWN: ("Retiré par la famille", "off"),
    ChangeState.SUPERSEDED: ("Remplacé par un autre", "off"),
}


class DecisionForm(CommandForm):
    """Accept, or refuse with the reason that the home that stated it will read."""

    seen = HiddenField()
    decision = RadiosField(
        "Décision",
        [required("Choisissez une décision.")],
        hint="Au vu du jugement, ou de l’accord des deux foyers.",
        choices=[("accept", "Accepter ce calendrier"), ("refuse", "Le refuser")],
    )
    reason = TextareaField(
        "Motif du refus",
        [at_most(500)],
        hint="Obligatoire pour un refus. Le foyer qui a envoyé le calendrier lira ce texte tel quel.",
        rows=3,
    )


@blueprint.route("/<uuid:change_id>", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def decide(change_id: UUID) -> ResponseReturnValue:
    """One stated calendar beside the one that holds."""
    form = DecisionForm()
    if form.validate_on_submit():
        accept = form.decision.data == "accept"
        command = DecideChange(
            command_id=form.command_id.data,
            change_id=change_id,
            accept=accept,
            seen=_read(form.seen.data),
            reason="" if accept else form.reason.data or "",
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "Le calendrier s’applique. Les deux foyers en sont informés par courriel."
                if accept
                else "Le calendrier est refusé. Le foyer qui l’a envoyé en est informé par courriel.",
                "success",
            )
            return redirect(url_for(".decide", change_id=change_id))
    file = ask(OpenCustody(change_id=change_id))
    # What stands now goes with the form: the service refuses when it is another by then.
    form.seen.data = json.dumps(file.seen, ensure_ascii=False)
    first, second = file.homes
    stating, other = (first, second) if file.side is Side.FIRST else (second, first)
    page = render_template(
        "staff/custody.html",
        file=file,
        form=form,
        words=custody_words,
        states=STATES,
        homes=Homes(f"chez {first.label}", f"chez {second.label}"),
        stating=stating,
        other=other,
        awaits=file.state is ChangeState.AWAITING,
    )
    return page, form.status


def _read(text: Any) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
