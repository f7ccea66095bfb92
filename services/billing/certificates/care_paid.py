"""What families paid for the care of their children, by year, child and payer: read from the ledger, not the bills.

Every movement that settles an invoice counts on the day it happened: a payment, a credit that was deducted, a sum
given back. A remission is not a payment. What it settles is shared between the invoice's lines (`shares`); a credit
note's lines are negative, so that what was given back of care is taken off.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounting.ledger import RECEIVABLE
from billing.certificates.accounts import PAYMENT_ID
from billing.certificates.shares import care_unit_cents, share
from billing.facts.effects import EFFECTS, Effect
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Invoice, InvoiceLine, LedgerEntry, LedgerTransaction
from billing.models import Price, Tariff
from billing.paying.models import Payment
from billing.tariffs.prices import Aided, Inputs, Quotient, price
from billing.tariffs.tariff_book import read_rule
from contracts.events.attendance import Mark

NO_PAYMENT = ("invoice", "write_off")
"""Kinds of the ledger that change what is owed without anybody having paid."""


@dataclass(frozen=True)
class Received:
    """A movement that settles an invoice. `cents`: negative when it gives back, or uses up a credit note."""

    family_id: UUID
    invoice_id: UUID
    year: int
    paid_by: str
    cents: int


@dataclass
class Care:
    """What of an invoice is the care of one child."""

    cents: int = 0
    name: str = ""
    activities: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Bill:
    """An invoice or a credit note: its total, and the care in it by child."""

    total_cents: int
    care: dict[UUID, Care]


@dataclass
class Paid:
    """What was paid for a child in a year, by payer; "" stands for credits and sums given back."""

    name: str = ""
    activities: set[str] = field(default_factory=set)
    by: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def cents(self) -> int:
        """All payers together."""
        return sum(self.by.values())


Years = dict[tuple[UUID, int], dict[UUID, Paid]]
"""By family and year, by child."""


def of_families(session: Session, families: Collection[UUID]) -> Years:
    """Everything these families ever paid for care. Three statements, however many invoices."""
    received = _received(session, families)
    return attribute(received, _bills(session, {each.invoice_id for each in received}))


def attribute(received: Iterable[Received], bills: dict[UUID, Bill]) -> Years:
    """Shares the movements, given in the order in which they happened, between the children."""
    found: Years = defaultdict(lambda: defaultdict(Paid))
    so_far: dict[UUID, int] = defaultdict(int)
    for each in received:
        bill = bills[each.invoice_id]
        before = so_far[each.invoice_id]
        so_far[each.invoice_id] = after = before + each.cents
        for child_id, care in bill.care.items():
            cents = share(care.cents, bill.total_cents, after) - share(care.cents, bill.total_cents, before)
            if cents:
                paid = found[each.family_id, each.year][child_id]
                paid.name = care.name
                paid.activities |= care.activities
                paid.by[each.paid_by] += cents
    return found


def _received(session: Session, families: Collection[UUID]) -> list[Received]:
    rows = session.execute(
        select(
            LedgerEntry.family_id,
            LedgerEntry.invoice_id,
            LedgerTransaction.occurred_at,
            func.coalesce(Payment.paid_by, ""),
            -LedgerEntry.amount_cents,
        )
        .join(LedgerTransaction, LedgerTransaction.transaction_id == LedgerEntry.transaction_id)
        .outerjoin(Payment, Payment.payment_id == PAYMENT_ID)
        .where(
            LedgerEntry.account == RECEIVABLE,
            LedgerEntry.family_id.in_(families),
            LedgerTransaction.kind.not_in(NO_PAYMENT),
        )
        .order_by(LedgerTransaction.occurred_at, LedgerEntry.entry_id)
    )
    return [
        Received(family_id, invoice_id, paris_day(at).year, paid_by, cents)
        for family_id, invoice_id, at, paid_by, cents in rows
        if family_id is not None and invoice_id is not None
    ]


def _bills(session: Session, invoices: Collection[UUID]) -> dict[UUID, Bill]:
    bills = {
        invoice_id: Bill(total, defaultdict(Care))
        for invoice_id, total in session.execute(
            select(Invoice.invoice_id, Invoice.total_cents).where(Invoice.invoice_id.in_(invoices))
        )
    }
    rows = session.execute(
        select(InvoiceLine, Price, Tariff.rule)
        .join(Price, Price.price_id == InvoiceLine.price_id)
        .join(Tariff, Tariff.tariff_id == Price.tariff_id)
        .where(InvoiceLine.invoice_id.in_(invoices), InvoiceLine.child_care)
        .order_by(InvoiceLine.line_id)
    )
    for line, made_by, rule in rows:
        plain = line.unit_cents
        if EFFECTS[Mark(line.mark)] is Effect.SURCHARGED:
            plain = _without_surcharge(made_by, rule)
        care = bills[line.invoice_id].care[line.child_id]
        care.cents += line.quantity * care_unit_cents(line.mark, line.unit_cents, plain)
        care.name = line.child_name
        care.activities.add(line.activity_name)
    return bills


def _without_surcharge(made_by: Price, rule: dict[str, object]) -> int:
    quotient = None
    if made_by.quotient_euros is not None and made_by.quotient_month is not None:
        quotient = Quotient(made_by.quotient_euros, made_by.quotient_month)
    aided = Aided("", made_by.aid_cents) if made_by.aid_cents else None
    inputs = Inputs(made_by.month, Effect.BILLED, made_by.resident, quotient, made_by.siblings, made_by.slot,
                    made_by.reduction, aided)  # fmt: skip
    return price(read_rule(rule), inputs).cents
