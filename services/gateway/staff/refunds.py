"""A payment's file: what it paid, what went back of it, who contests it; and giving money back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.counter import BounceCheque
from contracts.billing.refunds import OpenPayment, PaymentFile, RefundPayment, RefundState, RefundWay
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import CheckedForm, EurosField, TextareaField, at_most, required
from gateway.sentences.billing import DISPUTE_STATES, METHODS, PAYMENT_STATES, REFUND_STATES, REFUND_WAYS
from gateway.services import ask

blueprint = Blueprint("refunds", __name__, url_prefix="/paiements")
_OFFICE = access.requires_role(Role.BILLING)

_DONE = {
    RefundWay.PROVIDER: "Le remboursement est fait : la somme arrive sur la carte qui a payé.",
    RefundWay.COUNTER: "Le remboursement est enregistré : rendez la somme à la famille.",
    RefundWay.TREASURY: "Le remboursement est enregistré : transmettez-le au comptable public pour virement.",
}


class RefundForm(CheckedForm):
    """How much, and why."""

    amount = EurosField("Montant à rembourser", [required("Saisissez le montant à rembourser.")])
    reason = TextareaField(
        "Motif",
        [required("Dites pourquoi cette somme est remboursée."), at_most(300)],
        rows=3,
        hint="Conservé avec votre nom. N’écrivez rien sur la santé de l’enfant.",
    )


class BounceForm(CheckedForm):
    """Why, as the bank says it."""

    reason = TextareaField(
        "Motif donné par la banque",
        [required("Indiquez le motif donné par la banque, par exemple : défaut de provision."), at_most(300)],
        rows=3,
        hint="Conservé avec votre nom ; la famille ne le lit pas.",
    )


@blueprint.get("/<uuid:payment_id>")
@_OFFICE
def read(payment_id: UUID) -> str:
    """The file."""
    return render_template(
        "staff/payment.html",
        file=ask(OpenPayment(payment_id=payment_id)),
        states=PAYMENT_STATES,
        methods=METHODS,
        refund_states=REFUND_STATES,
        ways=REFUND_WAYS,
        dispute_states=DISPUTE_STATES,
    )


@blueprint.route("/<uuid:payment_id>/rembourser", methods=["GET", "POST"])
@_OFFICE
def give_back(payment_id: UUID) -> ResponseReturnValue:
    """Order a refund, after reading once more what it does."""
    file = ask(OpenPayment(payment_id=payment_id))
    if not file.refundable_cents:
        flash("Il ne reste rien à rembourser sur ce paiement.", "warning")
        return redirect(url_for(".read", payment_id=payment_id))
    form = RefundForm(data={"amount": file.refundable_cents})
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant de rembourser",
                submit="Rembourser",
                text=_effect(file, form.amount.data or 0),
            )
        try:
            refund = ask(
                RefundPayment(
                    command_id=form.command_id.data,
                    payment_id=payment_id,
                    amount_cents=form.amount.data or 0,
                    reason=form.reason.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal, refund_too_high="amount", not_refundable="amount")
        else:
            _say(refund.state, refund.way)
            return redirect(url_for(".read", payment_id=payment_id))
    return render_template("staff/refund.html", form=form, file=file, ways=REFUND_WAYS), form.status


@blueprint.route("/<uuid:payment_id>/rejet", methods=["GET", "POST"])
@_OFFICE
def bounce(payment_id: UUID) -> ResponseReturnValue:
    """A deposited cheque came back from the bank: noted after reading once more what it does."""
    file = ask(OpenPayment(payment_id=payment_id))
    if not file.may_bounce:
        flash(
            "Ce paiement n’est pas un chèque remis au comptable, ou son rejet est déjà enregistré.", "warning"
        )
        return redirect(url_for(".read", payment_id=payment_id))
    form = BounceForm()
    sum_due = french.euros(file.payment.amount_cents)
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant d’enregistrer le rejet",
                submit="Enregistrer le rejet",
                text=f"{sum_due} redeviendront dus par la famille {file.family_label} sur {_named(file)}. "
                "Elle en est prévenue par courriel.",
            )
        command = BounceCheque(
            command_id=form.command_id.data, payment_id=payment_id, reason=form.reason.data
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal, reason="reason")
        else:
            flash("Le rejet est enregistré. La famille est prévenue.", "success")
            return redirect(url_for(".read", payment_id=payment_id))
    return render_template("staff/bounce.html", form=form, file=file), form.status


def _effect(file: PaymentFile, cents: int) -> str:
    """What the refund does to the family's account, in a sentence."""
    to = f"{french.euros(cents)} seront rendus à {file.paid_by} ({REFUND_WAYS[file.way]})."
    due = cents - min(cents, file.credit_cents)
    if not due:
        return f"{to} La somme est prise sur ce que la famille a en trop : aucune facture ne redevient due."
    return f"{to} {french.euros(due)} redeviendront dus par la famille sur {_named(file)}."


def _named(file: PaymentFile) -> str:
    return "la facture réglée" if len(file.payment.parts) < 2 else "les factures réglées"


def _say(state: RefundState, way: RefundWay) -> None:
    if state is RefundState.FAILED:
        flash(
            "Le prestataire a refusé ce remboursement : rien n’a été rendu. Voyez le motif ci-dessous.",
            "warning",
        )
    elif state is RefundState.ASKED:
        flash(
            "Le prestataire ne répond pas encore : la demande sera reprise seule. N’en faites pas d’autre.",
            "info",
        )
    else:
        flash(_DONE[way], "success")
