"""What « Mon tableau de bord » says of invoices: what is to be paid, and before when."""

from flask import url_for

from contracts.billing.invoices import DueView, WhatIsDue
from gateway import dashboard, french
from gateway.dashboard import Page, Task
from gateway.money import bills


@dashboard.part(order=40, asks=lambda: [WhatIsDue()], label="vos factures")
def show_due(page: Page, due: DueView) -> dict[str, object] | None:
    """A card per invoice to pay."""
    several = bills.several_funds(due.invoices)
    for invoice in due.invoices:
        amount = french.euros(invoice.left_cents)
        when = (
            f"était à régler avant le {french.day(invoice.due_on)}"
            if invoice.overdue
            else (f"à régler avant le {french.day(invoice.due_on)}")
        )
        page.to_do(
            Task(
                bills.title_of_fund(invoice, several=several),
                f"{amount} {when}.",
                "Voir et payer" if invoice.payable_online else "Voir la facture",
                url_for("citizen.invoices.read", invoice_id=invoice.invoice_id),
                due=invoice.due_on,
            )
        )
    if due.in_progress:
        page.to_do(
            Task(
                "Un paiement se confirme",
                "Nous attendons la réponse de la banque. Ne payez pas une seconde fois.",
                "Suivre le paiement",
                url_for("citizen.invoices.show"),
            )
        )
    return None
