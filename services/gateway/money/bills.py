"""How an invoice reads, on the screen and on paper: lines in words, grouped by child."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from contracts.billing.invoices import InvoiceKind, InvoiceLine, InvoiceState, InvoiceSummary, InvoiceView
from contracts.billing.objection_terms import LineObjectionState, ObjectionMark
from contracts.billing.payments import PaymentView, ReceiptView
from gateway import french
from gateway.sentences.billing import METHODS

STATES = {
    InvoiceState.TO_PAY: ("À payer", "todo"),
    InvoiceState.IN_PROGRESS: ("Paiement en cours de confirmation", "wait"),
    InvoiceState.COLLECTING: ("Prélèvement annoncé", "wait"),
    InvoiceState.PAID: ("Payée", "done"),
    InvoiceState.CREDIT: ("Avoir", "info"),
}


@dataclass(frozen=True)
class Line:
    """`12 repas × 3,20 €`, `tranche C (QF 620, octobre)`, the days. `month`: only when it is not the invoice's.

    `tariff`: « tarif du 1er septembre 2026 »; `steps`: (what was applied, the price after it), where there are several.
    `objections`: what was contested of it, the newest first.
    """

    activity: str
    quantity: str
    reason: str
    days: str
    month: str
    cents: int
    correction: bool
    tariff: str
    steps: list[tuple[str, str]]
    line_id: int = 0
    objections: tuple[ObjectionMark, ...] = ()


@dataclass(frozen=True)
class ChildBill:
    """A child's lines and their sum."""

    name: str
    lines: list[Line]
    cents: int


def state_of(summary: InvoiceSummary) -> tuple[str, str]:
    """(words, kind of tag). Late is said."""
    words, kind = STATES[summary.state]
    if summary.overdue:
        return "À payer, échéance passée", "todo"
    return words, kind


def title_of(summary: InvoiceSummary) -> str:
    """« Facture d’octobre 2026 », « Avoir de mai 2026 »."""
    return title(summary.month, is_credit_note=summary.kind is InvoiceKind.CREDIT_NOTE)


def several_funds(invoices: Iterable[InvoiceSummary]) -> bool:
    """They are not all of one fund: each must then say whose it is."""
    return len({each.fund for each in invoices}) > 1


def title_of_fund(summary: InvoiceSummary, *, several: bool) -> str:
    """« Facture d’octobre 2026, Régie Pass’Vacances » where there are several funds."""
    return f"{title_of(summary)}, {summary.fund_name}" if several else title_of(summary)


def title(month: date, *, is_credit_note: bool) -> str:
    """The same of a month and a kind."""
    return f"{'Avoir' if is_credit_note else 'Facture'} {french.of(french.month(month))}"


def named(payment: PaymentView) -> str:
    """« la facture ENF-2026-000123 », « les factures ENF-2026-000123 et ENF-2026-000456 »."""
    numbers = [part.number for part in payment.parts] or [payment.invoice_number]
    if len(numbers) == 1:
        return f"la facture {numbers[0]}"
    return f"les factures {', '.join(numbers[:-1])} et {numbers[-1]}"


def paid_words(receipt: ReceiptView) -> str:
    """« ENF-2026-000123 (octobre 2026) », and the sum of each when there are several."""
    if len(receipt.parts) < 2:
        return f"{receipt.invoice_number} ({french.month(receipt.month)})"
    return " ; ".join(
        f"{part.number} ({french.month(part.month)}) : {french.euros(part.cents)}" for part in receipt.parts
    )


def by_child(invoice: InvoiceView) -> list[ChildBill]:
    """The lines under each child, in the order of the service."""
    bills = []
    for _, group in groupby(invoice.lines, key=lambda line: line.child_id):
        lines = list(group)
        bills.append(
            ChildBill(
                name=lines[0].child_name,
                lines=[_line(line, invoice) for line in lines],
                cents=sum(line.amount_cents for line in lines),
            )
        )
    return bills


def contested_cents(invoice: InvoiceView) -> int:
    """What is contested of it and not answered yet."""
    return sum(each.cents for each in invoice.objections if each.state is LineObjectionState.OPEN)


def quantity_of(line: InvoiceLine) -> str:
    """« 12 repas × 3,20 € »."""
    sign = "−" if line.quantity < 0 else ""
    count = sign + french.count(abs(line.quantity), line.unit, french.plural(line.unit))
    return f"{count} × {french.euros(line.unit_cents)}"


def invoice_paper(invoice: InvoiceView) -> dict[str, Any]:
    """What `papers/invoice.typ` reads."""
    summary = invoice.summary
    is_credit = summary.kind is InvoiceKind.CREDIT_NOTE
    facts = [
        ("Numéro", summary.number),
        ("Dossier famille", invoice.family_number),
        ("Mois", french.month(summary.month)),
        ("Publiée le" if not is_credit else "Publié le", french.day(summary.published_on)),
    ]
    notes = []
    totals = [("Total de l’avoir" if is_credit else "Total", french.euros(summary.total_cents), True)]
    if not is_credit:
        facts += [
            ("À payer avant le", french.day(summary.due_on)),
            ("Paiement en ligne jusqu’au", french.day(summary.pay_online_until)),
        ]
        totals += [(each.label, french.euros(-each.cents), False) for each in invoice.payments]
        if invoice.payments:
            totals.append(("Reste à payer", french.euros(summary.left_cents), True))
        notes = [
            "En ligne dans votre Espace Citoyens, rubrique « Factures » : c’est gratuit.",
            "En mairie, auprès de Mairie [+], rue du Capitaine Bozambo.",
            "Une question sur une ligne ? Le détail de chaque journée est dans votre Espace Citoyens.",
            # Not said, the two months would not run (Code de justice administrative R421-5).
            "Une ligne n’est pas juste ? Contestez-la dans les deux mois, dans votre Espace Citoyens ou auprès de "
            "Mairie [+], ou saisissez le tribunal administratif de Grenoble (CGCT, article L. 1617-5).",
        ]
    return {
        "title": title_of(summary),
        "number": summary.number,
        "fund": invoice.fund_name,
        "addressee": invoice.addressee,
        "facts": [[label, words] for label, words in facts],
        "children": [
            {
                "name": bill.name,
                "total": french.euros(bill.cents),
                "lines": [
                    {
                        "activity": line.activity,
                        "quantity": line.quantity,
                        "reason": ("Correction : " if line.correction else "")
                        + line.reason
                        + (f", {line.tariff}" if line.tariff else ""),
                        "steps": " → ".join(cents for _, cents in line.steps),
                        "days": line.days,
                        "month": line.month,
                        "amount": french.euros(line.cents),
                    }
                    for line in bill.lines
                ],
            }
            for bill in by_child(invoice)
        ],
        "totals": [list(row) for row in totals],
        "how": "Payer ou contester",
        "notes": [french.typeset(note) for note in notes],
    }


def receipt_paper(receipt: ReceiptView) -> dict[str, Any]:
    """What `papers/receipt.typ` reads."""
    facts = [
        ("Quittance", receipt.receipt_number),
        ("Factures réglées" if len(receipt.parts) > 1 else "Facture réglée", paid_words(receipt)),
        ("Dossier famille", receipt.family_number),
        ("Payé par", receipt.paid_by),
        ("Payé le", french.moment(receipt.paid_at)),
        ("Moyen de paiement", french.typeset(METHODS.get(receipt.method, receipt.method))),
        ("Référence du paiement", receipt.provider_reference),
        ("Reste à payer", french.euros(receipt.left_cents)),
    ]
    return {
        "title": "Quittance de paiement",
        "number": receipt.receipt_number,
        "fund": receipt.fund_name,
        "addressee": receipt.addressee,
        "sentence": french.typeset(
            "La Ville de Romans-sur-Isère accuse réception du paiement décrit ci-dessous."
        ),
        "facts": [[label, words] for label, words in facts if words],
        "amount": french.euros(receipt.amount_cents),
        "notes": [
            french.typeset(
                "Ce document tient lieu d’accusé de réception "
                "(article L. 112-11 du code des relations entre le public et l’administration)."
            )
        ],
    }


def _line(line: InvoiceLine, invoice: InvoiceView) -> Line:
    return Line(
        activity=line.activity_name,
        quantity=quantity_of(line),
        reason=line.reason,
        days=_days(line),
        month="" if line.month == invoice.summary.month else french.month(line.month),
        cents=line.amount_cents,
        correction=line.correction,
        tariff=f"tarif du {french.day(line.tariff_since)}" if line.tariff_since else "",
        steps=[(step.words, french.euros(step.cents)) for step in line.steps] if len(line.steps) > 1 else [],
        line_id=line.line_id,
        objections=tuple(each for each in invoice.objections if each.line_id == line.line_id),
    )


def _days(line: InvoiceLine) -> str:
    """« les 1er, 2 et 5 »: the month is said elsewhere."""
    numbers = ["1er" if day.day == 1 else str(day.day) for day in line.days]
    if len(numbers) < 2:
        return f"le {numbers[0]}" if numbers else ""
    return f"les {', '.join(numbers[:-1])} et {numbers[-1]}"
