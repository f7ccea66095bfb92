"""« Paiements »: payments, what does not agree with the provider, notifications that could not be acted on."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.payments import PaymentState
from contracts.billing.refunds import BookRefund
from contracts.billing.runs import FindNotifications, FindPayments, ResolveDifference, RetryNotification
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CommandForm, TextField, at_most, required
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.sentences.billing import DIFFERENCES, PAYMENT_STATES
from gateway.services import ask

blueprint = Blueprint("cashbook", __name__, url_prefix="/paiements")
navigation = [
    Entry(
        "Paiements",
        "staff.cashbook.show",
        order=42,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Paiements reçus, différences à traiter, notifications en échec.",
    )
]

PAGE = 50
NOTIFICATION_STATES = {
    "received": ("À traiter", "wait"),
    "processed": ("Traitée", "done"),
    "ignored": ("Sans objet", "off"),
    "parked": ("En échec", "todo"),
}
_OFFICE = access.requires_role(Role.BILLING)


class ResolveForm(CommandForm):
    """How a difference was dealt with."""

    note = TextField("Ce qui a été fait", [required("Dites ce qui a été fait."), at_most(500)])


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Payments, differences first."""
    wanted = request.args.get("etat", "")
    state = PaymentState(wanted) if wanted in set(PaymentState) else None
    page = page_asked()
    found = ask(FindPayments(state=state, page=page))
    return render_template(
        "staff/payments.html",
        found=found,
        state=state,
        states=PAYMENT_STATES,
        differences=DIFFERENCES,
        pages=-(-found.total // PAGE),
        address=lambda number: url_for(".show", etat=state.value if state else "", page=number),
    )


@blueprint.route("/differences/<uuid:difference_id>", methods=["GET", "POST"])
@_OFFICE
def resolve(difference_id: UUID) -> ResponseReturnValue:
    """An agent says how a difference was dealt with."""
    form = ResolveForm()
    if form.validate_on_submit():
        try:
            ask(
                ResolveDifference(
                    command_id=form.command_id.data, difference_id=difference_id, note=form.note.data
                )
            )
        except DomainError as refusal:
            form.show(refusal, note="note")
        else:
            flash("La différence est classée.", "success")
            return redirect(url_for(".show"))
    return render_template("staff/difference.html", form=form), form.status


@blueprint.post("/differences/<uuid:difference_id>/enregistrer")
@_OFFICE
def book(difference_id: UUID) -> ResponseReturnValue:
    """A refund made on the provider's pages goes into our books."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            refund = ask(BookRefund(command_id=form.command_id.data, difference_id=difference_id))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash(
                f"Le remboursement de {french.euros(refund.amount_cents)} est enregistré. La famille est prévenue.",
                "success",
            )
    return redirect(url_for(".show"))


@blueprint.get("/notifications")
@_OFFICE
def notifications() -> str:
    """What the provider sent."""
    parked = request.args.get("echec") == "1"
    found = ask(FindNotifications(parked=parked))
    return render_template("staff/notifications.html", found=found, parked=parked, states=NOTIFICATION_STATES)


@blueprint.post("/notifications/reprendre")
@_OFFICE
def retry() -> ResponseReturnValue:
    """Takes a parked notification up again."""
    form = CommandForm()
    if form.validate_on_submit():
        try:
            ask(
                RetryNotification(
                    command_id=form.command_id.data, event_id=request.form.get("event_id", "")[:255]
                )
            )
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("La notification est reprise.", "success")
    return redirect(url_for(".notifications", echec=1))
