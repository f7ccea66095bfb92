"""« Factures » for the office: find one, read it, print it."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from contracts.billing.invoices import OpenInvoice
from contracts.billing.payments import OpenReceipt
from contracts.billing.runs import FindInvoices
from contracts.caller import Role
from gateway import access, papers
from gateway.forms.numbers import page_asked
from gateway.money import bills
from gateway.navigation import Desk, Entry
from gateway.sentences.billing import DUNNING_STEPS
from gateway.sentences.contesting import STATES
from gateway.services import ask

blueprint = Blueprint("invoices", __name__, url_prefix="/factures")
navigation = [
    Entry(
        "Factures",
        "staff.invoices.show",
        order=41,
        desk=Desk.MONEY,
        role=Role.BILLING,
        hint="Retrouver la facture d’une famille, la lire et l’imprimer.",
    )
]

PAGE = 50
_OFFICE = access.requires_role(Role.BILLING)


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Published invoices by number, family or file number."""
    words = request.args.get("recherche", "")[:60]
    unpaid = request.args.get("impayees") == "1"
    page = page_asked()
    found = ask(FindInvoices(text=words, unpaid=unpaid, page=page))
    return render_template(
        "staff/invoices.html",
        found=found,
        bills=bills,
        words=words,
        unpaid=unpaid,
        pages=-(-found.total // PAGE),
        address=lambda number: url_for(".show", recherche=words, impayees=int(unpaid), page=number),
    )


@blueprint.get("/<uuid:invoice_id>")
@_OFFICE
def read(invoice_id: UUID) -> str:
    """One invoice, as the family reads it."""
    invoice = ask(OpenInvoice(invoice_id=invoice_id))
    return render_template(
        "staff/invoice.html",
        invoice=invoice,
        children=bills.by_child(invoice),
        bills=bills,
        objection_states=STATES,
        steps=DUNNING_STEPS,
        letter=lambda reminder_id: url_for("staff.dunning.letter", reminder_id=reminder_id),
    )


@blueprint.get("/<uuid:invoice_id>/facture.pdf")
@_OFFICE
def download(invoice_id: UUID) -> Response:
    """The invoice as a paper."""
    invoice = ask(OpenInvoice(invoice_id=invoice_id))
    return papers.pdf(
        papers.render("invoice", bills.invoice_paper(invoice)), f"facture-{invoice.summary.number}.pdf"
    )


@blueprint.get("/quittances/<uuid:payment_id>.pdf")
@_OFFICE
def receipt(payment_id: UUID) -> Response:
    """The receipt of a payment as a paper."""
    found = ask(OpenReceipt(payment_id=payment_id))
    return papers.pdf(
        papers.render("receipt", bills.receipt_paper(found)), f"quittance-{found.receipt_number}.pdf"
    )
