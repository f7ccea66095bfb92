"""Paying several invoices at once, or a part of what is owed where the town allows it."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.invoices import InvoiceSummary, MyInvoices
from contracts.billing.payments import StartPayment
from contracts.errors import DomainError
from gateway import french, security
from gateway.forms import CheckboxesField, CheckedForm, EurosField, required
from gateway.money import bills
from gateway.services import ask
from gateway.wiring import settings

blueprint = Blueprint("together", __name__, url_prefix="/factures/payer")


class TogetherForm(CheckedForm):
    """Which invoices, and how much of them. What each asks for is the server's word."""

    invoices = CheckboxesField("Factures à régler", [required("Choisissez au moins une facture.")])
    part = EurosField("Montant (facultatif)")

    def offer(self, payable: list[InvoiceSummary]) -> None:
        """The choices, as the server has them; the amount only where a part may be paid."""
        self.payable = {str(each.invoice_id): each for each in payable}
        several = len({each.family_id for each in payable}) > 1
        self.several_funds = bills.several_funds(payable)
        self.invoices.choices = [
            (
                str(each.invoice_id),
                f"{bills.title_of_fund(each, several=self.several_funds)} : {french.euros(each.left_cents)}",
                f"N° {each.number}{f', famille {each.family_label}' if several else ''}, "
                f"à régler avant le {french.day(each.due_on)}",
            )
            for each in payable
        ]
        least = [each.part_from_cents for each in payable if each.part_from_cents is not None]
        if not least:
            del self.part
        else:
            self.part.hint = (
                f"Laissez vide pour tout régler. Vous pouvez aussi payer une partie, à partir de "
                f"{french.euros(max(least))} : la facture la plus ancienne est réglée d’abord."
            )

    @property
    def chosen(self) -> list[InvoiceSummary]:
        """Those ticked, the oldest debt first."""
        ticked = [self.payable[each] for each in self.invoices.data or [] if each in self.payable]
        return sorted(ticked, key=lambda each: (each.due_on, each.number))

    @property
    def part_cents(self) -> int | None:
        """The part asked for; none: all."""
        return self.part.data if "part" in self else None

    def answers(self) -> list[tuple[str, str]]:
        """What will be paid."""
        total = sum(each.left_cents for each in self.chosen)
        facts = [
            (f"{bills.title_of(each)}, n° {each.number}", french.euros(each.left_cents))
            for each in self.chosen
        ]
        if self.part_cents is not None and self.part_cents != total:
            return [
                *facts,
                ("Reste dû en tout", french.euros(total)),
                ("Vous payez", french.euros(self.part_cents)),
            ]
        return [*facts, ("Vous payez", french.euros(total))]


@blueprint.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Choose, check the total, go to the provider's page."""
    payable = [each for each in ask(MyInvoices()).invoices if each.payable_online]
    if not payable:
        return redirect(url_for("citizen.invoices.show"))
    # Browsers apply form-action to the redirect that follows the form: the providers' origins must be named.
    security.allow("form-action", *settings().payment_origins)
    form = TogetherForm(data={"invoices": _ticked(payable)})
    form.offer(sorted(payable, key=lambda each: (each.due_on, each.number)))
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template(
                "check_answers.html",
                form=form,
                heading="Vérifiez avant de payer",
                submit="Payer en ligne",
                text="Vous serez dirigé vers la page sécurisée de notre prestataire de paiement. C’est gratuit.",
            )
        first, *others = [each.invoice_id for each in form.chosen]
        try:
            started = ask(
                StartPayment(
                    command_id=form.command_id.data,
                    invoice_id=first,
                    also=tuple(others),
                    part_cents=form.part_cents,
                )
            )
        except DomainError as refusal:
            form.show(
                refusal,
                part_out_of_bounds="part" if "part" in form else "invoices",
                several_families="invoices",
            )
        else:
            return redirect(started.url, 303)
    return render_template("citizen/pay_together.html", form=form), form.status


def _ticked(payable: list[InvoiceSummary]) -> list[str]:
    """Those the address names; else all of the family and the fund whose debt is oldest."""
    named = set(request.args.getlist("facture"))
    found = [str(each.invoice_id) for each in payable if str(each.invoice_id) in named]
    oldest = min(payable, key=lambda each: (each.due_on, each.number))
    return found or [str(each.invoice_id) for each in payable if _payer_of(each) == _payer_of(oldest)]


def _payer_of(invoice: InvoiceSummary) -> tuple[UUID, str]:
    """What invoices paid together have in common."""
    return invoice.family_id, invoice.fund
