"""« Calendrier de garde » for an agent: what a home states, what holds, what the other home says, the decision."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import ChangeState
from contracts.accounts.custody import OpenCustody, Side
from contracts.caller import Role
from gateway import access
from gateway.family import custody_words
from gateway.family.custody_words import Homes
from gateway.forms import RadiosField, TextareaField, at_most, required
from gateway.services import ask
from gateway.staff.decisions import DecisionForm, is_decided

blueprint = Blueprint("custody", __name__, url_prefix="/garde")

STATES = {
    ChangeState.AWAITING: ("À décider", "wait"),
    ChangeState.ACCEPTED: ("Accepté", "done"),
    ChangeState.REFUSED: ("Refusé", "todo"),
    ChangeState.WITHDRAWN: ("Retiré par la famille", "off"),
    ChangeState.SUPERSEDED: ("Remplacé par un autre", "off"),
}


class CustodyDecisionForm(DecisionForm):
    """The same decision, in the words of a calendar."""

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
    form = CustodyDecisionForm()
    if is_decided(form, change_id):
        flash(
            "Le calendrier s’applique. Les deux foyers en sont informés par courriel."
            if form.accepts
            else "Le calendrier est refusé. Le foyer qui l’a envoyé en est informé par courriel.",
            "success",
        )
        return redirect(url_for(".decide", change_id=change_id))
    file = ask(OpenCustody(change_id=change_id))
    form.shows(file.seen)
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
