"""« Factures »: what is owed, line by line, and paying it online."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.dunning import OpenReminder
from contracts.billing.invoices import MyInvoices, OpenInvoice
from contracts.billing.payments import StartPayment
from contracts.errors import DomainError
from gateway import papers, security
from gateway.forms import CommandForm
from gateway.money import allowance_words, bills
from gateway.navigation import Entry
from gateway.papers.reminders import print_reminders
from gateway.sentences import sentence_of
from gateway.sentences.billing import DUNNING_STEPS
from gateway.sentences.contesting import STATES
from gateway.services import ask
from gateway.wiring import settings

blueprint = Blueprint("invoices", __name__, url_prefix="/factures")
navigation = [Entry("Factures", "citizen.invoices.show", order=40)]

ABANDONED = "Le paiement n’a pas été fait : rien n’a été débité. Vous pouvez recommencer quand vous voulez."


class PayForm(CommandForm):
    """A button: the amount and the owner are the server's business."""


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """« Mes factures »."""
    if request.args.get("abandon"):
        flash(ABANDONED, "info")
        return redirect(url_for(".show"))
    return render_template("citizen/invoices.html", view=ask(MyInvoices()), bills=bills, say=allowance_words)


@blueprint.get("/<uuid:invoice_id>")
def read(invoice_id: UUID) -> ResponseReturnValue:
    """One invoice, and its button."""
    if request.args.get("abandon"):
        flash(ABANDONED, "info")
        return redirect(url_for(".read", invoice_id=invoice_id))
    # Browsers apply form-action to the redirect that follows the form: the providers' origins must be named.
    security.allow("form-action", *settings().payment_origins)
    invoice = ask(OpenInvoice(invoice_id=invoice_id))
    return render_template(
        "citizen/invoice.html",
        invoice=invoice,
        children=bills.by_child(invoice),
        bills=bills,
        contested=bills.contested_cents(invoice),
        objection_states=STATES,
        form=PayForm(),
        steps=DUNNING_STEPS,
        letter=lambda reminder_id: url_for(".letter", reminder_id=reminder_id),
    )


@blueprint.post("/<uuid:invoice_id>/payer")
def pay(invoice_id: UUID) -> ResponseReturnValue:
    """To the provider's page. Pressed twice, it is the same payment."""
    form = PayForm()
    if not form.validate_on_submit():
        flash("La page avait expiré. Vérifiez la facture, puis recommencez.", "warning")
        return redirect(url_for(".read", invoice_id=invoice_id))
    try:
        started = ask(StartPayment(command_id=form.command_id.data, invoice_id=invoice_id))
    except DomainError as refusal:
        if refusal.code == "not_found":
            raise
        flash(sentence_of(refusal).text, "warning")
        return redirect(url_for(".read", invoice_id=invoice_id))
    return redirect(started.url, 303)


@blueprint.get("/<uuid:invoice_id>/facture.pdf")
def download(invoice_id: UUID) -> Response:
    """The invoice as a paper."""
    invoice = ask(OpenInvoice(invoice_id=invoice_id))
    return papers.pdf(
        papers.render("invoice", bills.invoice_paper(invoice)), f"facture-{invoice.summary.number}.pdf"
    )


@blueprint.get("/relances/<uuid:reminder_id>.pdf")
def letter(reminder_id: UUID) -> Response:
    """A letter about late invoices, as it was sent."""
    found = ask(OpenReminder(reminder_id=reminder_id))
    return papers.pdf(print_reminders([found], settings().public_url), f"relance-{found.sent_on}.pdf")
