"""Everything billing keeps of an account's families, for its owner to take away; and what it drops of a closed one.

Invoices, payments and the ledger stay ten years (Code de commerce L123-22; comptabilité publique): they are the
family's and the town's, not the account's.
"""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.contesting import kept as objections
from billing.debits.models import Mandate
from billing.dunning.models import Reminder, Reprieve
from billing.invoicing.models import Invoice, InvoiceLine
from billing.invoicing.statements import families_of
from billing.models import Allowance, Guardian
from billing.paying.models import Payment, PaymentPart
from billing.paying.states import UNDERWAY
from contracts.records import Records


def records(session: Session, account_id: UUID) -> Records:
    """See `contracts.billing.mine`. As many statements, however many invoices."""
    families = families_of(session, account_id)
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.family_id.in_(families))
        .order_by(Invoice.published_on.desc(), Invoice.number)
    ).all()
    ids = [invoice.invoice_id for invoice in invoices]
    lines: dict[UUID, list[Records]] = defaultdict(list)
    for line in session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id.in_(ids)).order_by(InvoiceLine.line_id)
    ):
        lines[line.invoice_id].append(_line(line))
    left = ledger.left_of(session, ids) if ids else {}
    paid = (
        select(
            func.string_agg(Invoice.number, aggregate_order_by(literal(", "), Invoice.due_on, Invoice.number))
        )
        .join(PaymentPart, PaymentPart.invoice_id == Invoice.invoice_id)
        .where(PaymentPart.payment_id == Payment.payment_id)
        .correlate(Payment)
        .scalar_subquery()
    )
    payments = session.execute(
        select(Payment, paid).where(Payment.family_id.in_(families)).order_by(Payment.created_at.desc())
    )
    granted = session.scalars(
        select(Allowance).where(Allowance.family_id.in_(families)).order_by(Allowance.granted_at.desc())
    )
    mandates = session.scalars(
        select(Mandate).where(Mandate.account_id == account_id).order_by(Mandate.signed_at.desc())
    )
    return {
        "invoices": [
            {
                "number": each.number,
                "kind": each.kind,
                "month": each.month.isoformat(),
                "family_number": each.family_number,
                "family_label": each.family_label,
                "addressee": each.addressee,
                "total_cents": each.total_cents,
                "left_cents": left.get(each.invoice_id, 0),
                "published_on": each.published_on.isoformat(),
                "due_on": each.due_on.isoformat(),
                "lines": lines[each.invoice_id],
            }
            for each in invoices
        ],
        "mandates": [_mandate(each) for each in mandates],
        "payments": [_payment(payment, number) for payment, number in payments],
        "allowances": [_allowance(each) for each in granted],
        "line_objections": [_objection(each) for each in objections.of_families(session, families)],
        "reminders": [
            {
                "sent_at": each.sent_at.isoformat(),
                "subject": each.subject,
                "text": each.text,
                "amount_cents": each.cents,
            }
            for each in session.scalars(
                select(Reminder).where(Reminder.family_id.in_(families)).order_by(Reminder.sent_at.desc())
            )
        ],
        "reprieves": [
            {
                "until": each.until.isoformat(),
                "reason": each.reason,
                "granted_at": each.granted_at.isoformat(),
            }
            for each in session.scalars(
                select(Reprieve).where(Reprieve.family_id.in_(families)).order_by(Reprieve.granted_at.desc())
            )
        ],
        "balance_cents": ledger.balance_of(session, families) if families else 0,
    }


def drop_account(session: Session, account_id: UUID) -> None:
    """Nobody reads or pays through a closed account: the right goes, and the address of pay pages that are over."""
    session.execute(
        update(Guardian).where(Guardian.account_id == account_id).values(account_id=None, email="")
    )
    session.execute(
        update(Payment)
        .where(Payment.account_id == account_id, Payment.state.not_in(UNDERWAY))
        .values(provider_url=None)
    )
    objections.forget_author(session, account_id)


def _line(line: InvoiceLine) -> Records:
    return {
        "child_name": line.child_name,
        "activity_name": line.activity_name,
        "month": line.month.isoformat(),
        "mark": line.mark,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_cents": line.unit_cents,
        "amount_cents": line.amount_cents,
        "reason": line.reason,
        "days": [day.isoformat() for day in line.days],
    }


def _objection(found: objections.Kept) -> Records:
    said = found.objection
    return {
        "made_at": said.made_at.isoformat(),
        "made_by": said.made_by_name,
        "invoice_number": found.invoice_number,
        "child_name": found.child_name,
        "activity_name": found.activity_name,
        "days": [day.isoformat() for day in found.days],
        "contested_cents": found.cents,
        "reason": said.reason.value,
        "words": said.words,
        "state": said.state.value,
        "answered_at": said.answered_at.isoformat() if said.answered_at else None,
        "answer": said.answer,
        "given_cents": said.given_cents,
    }


def _mandate(mandate: Mandate) -> Records:
    """The number of the account as screens show it: its owner has it on the mandate's paper."""
    return {
        "reference": mandate.reference,
        "creditor_id": mandate.creditor_id,
        "holder": mandate.holder,
        "address": mandate.address,
        "iban_end": mandate.iban_end,
        "bic": mandate.bic,
        "standing": mandate.state.value,
        "signed_at": mandate.signed_at.isoformat(),
        "ended_at": mandate.ended_at.isoformat() if mandate.ended_at else None,
    }


def _payment(payment: Payment, number: str) -> Records:
    return {
        "invoice_number": number,
        "amount_cents": payment.amount_cents,
        "state": payment.state.value,
        "paid_by": payment.paid_by,
        "created_at": payment.created_at.isoformat(),
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
        "receipt_number": payment.receipt_number,
    }


def _allowance(row: Allowance) -> Records:
    return {
        "kind": row.kind.value,
        "name": row.name,
        "activity_code": row.activity_code,
        "percent": row.percent,
        "per_unit_cents": row.cents,
        "cap_cents": row.cap_cents,
        "cap_days": row.cap_days,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "decision": row.decision,
        "granted_at": row.granted_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "end_reason": row.end_reason,
    }
