"""Coming back from the provider: « payée » or « en cours de confirmation », then the receipt."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.payments import CheckPayment, OpenReceipt, PaymentState
from contracts.errors import ServiceUnavailable
from gateway import papers
from gateway.money import bills
from gateway.services import ask

blueprint = Blueprint("payments", __name__, url_prefix="/factures/paiements")

MOST_REFRESHES = 12
REFRESH_SECONDS = 5


@blueprint.get("/<uuid:payment_id>")
def show(payment_id: UUID) -> ResponseReturnValue:
    """How the payment stands. While it is not known the page asks again by itself, for a minute, unless stopped."""
    tries = max(0, request.args.get("essai", 0, type=int))
    waits = request.args.get("attendre") != "0" and tries < MOST_REFRESHES
    again = url_for(".show", payment_id=payment_id, essai=tries + 1)
    try:
        payment = ask(CheckPayment(payment_id=payment_id))
    except ServiceUnavailable:
        payment = None
    if payment is not None and payment.state is PaymentState.PAID:
        return render_template("citizen/payment_done.html", payment=payment, bills=bills)
    if payment is not None and not payment.pending:
        return render_template("citizen/payment_failed.html", payment=payment, bills=bills)
    if payment is not None and payment.state is PaymentState.OPEN:
        # The provider knows of no payment: the page was left, or this address was typed.
        return redirect(url_for("citizen.invoices.read", invoice_id=payment.invoice_id, abandon=1))
    return render_template(
        "citizen/payment_pending.html",
        payment=payment,
        bills=bills,
        again=again,
        waits=waits,
        seconds=REFRESH_SECONDS,
        stop=url_for(".show", payment_id=payment_id, attendre=0),
    )


@blueprint.get("/<uuid:payment_id>/recu")
def receipt(payment_id: UUID) -> str:
    """The receipt on the screen."""
    return render_template(
        "citizen/receipt.html", receipt=ask(OpenReceipt(payment_id=payment_id)), bills=bills
    )


@blueprint.get("/<uuid:payment_id>/quittance.pdf")
def download(payment_id: UUID) -> Response:
    """The receipt as a paper."""
    found = ask(OpenReceipt(payment_id=payment_id))
    return papers.pdf(
        papers.render("receipt", bills.receipt_paper(found)), f"quittance-{found.receipt_number}.pdf"
    )
