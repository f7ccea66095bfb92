"""What a parent reads: invoices, their lines, receipts. Only of the families the account is a guardian of."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.invoicing import fund_scopes, invoice_views, summaries
from billing.invoicing.models import (
    Fund,
    Invoice,
    Run,
    RunFamily,
)
from billing.models import Family, Guardian
from billing.paying import parts
from billing.paying.models import Payment
from billing.paying.states import UNDERWAY
from billing.tariffs import allowances
from chassis.database import PREPARED
from contracts.billing.invoices import (
    CarriedAmount,
    DueView,
    InvoiceList,
    InvoiceState,
    InvoiceView,
)
from contracts.billing.payments import PaidInvoice, PaymentState, PaymentView, ReceiptView
from contracts.billing.runs import RunState
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound


def families_of(session: Session, account_id: UUID) -> list[UUID]:
    """The families an account is a guardian of."""
    return list(session.scalars(_FAMILIES, {"account_id": account_id}))


_FAMILIES = (
    select(Guardian.family_id)
    .where(Guardian.account_id == bindparam("account_id"))
    .distinct()
    .execution_options(**PREPARED)
)


def may_read(session: Session, caller: Caller, family_id: UUID) -> None:
    """Guardians of the family, the billing office. For all others it does not exist: raises NotFound."""
    if caller.kind is Kind.AGENT:
        caller.agent(Role.BILLING)
        return
    if caller.kind is not Kind.SYSTEM and family_id not in families_of(session, caller.citizen()):
        raise NotFound


def invoices(session: Session, account_id: UUID, today: date) -> InvoiceList:
    """« Mes factures »."""
    families = families_of(session, account_id)
    balances = ledger.balances_by_fund(session, families) if families else {}
    names = fund_scopes.names(session)
    return InvoiceList(
        invoices=summaries.of_families(session, families, today),
        carried=_carried(session, families),
        balance_cents=sum(balances.values()),
        family_known=bool(families),
        allowances=allowances.of_parents(session, families, today),
        funds=list(fund_scopes.billing(session).values()),
        credits={names[fund]: -cents for fund, cents in sorted(balances.items()) if cents < 0},
    )


def due(session: Session, account_id: UUID, today: date) -> DueView:
    """What the dashboard says is to be paid, the first due first."""
    found = summaries.owed_by(session, account_id, today)
    to_pay = [invoice for invoice in found if invoice.state is InvoiceState.TO_PAY]
    return DueView(
        invoices=sorted(to_pay, key=lambda invoice: (invoice.due_on, invoice.number)),
        in_progress=sum(invoice.state is InvoiceState.IN_PROGRESS for invoice in found),
    )


def invoice(
    session: Session,
    caller: Caller,
    invoice_id: UUID,
    today: date,
    provider_of: Callable[[str], str] | None = None,
) -> InvoiceView:
    """One invoice with everything its page shows; `provider_of`: who takes a fund's payments. Raises NotFound."""
    row = session.execute(
        summaries.query().add_columns(Invoice).where(Invoice.invoice_id == invoice_id)
    ).first()
    if row is None:
        raise NotFound
    may_read(session, caller, row.Invoice.family_id)
    return invoice_views.views(session, [row], today, provider_of)[0]


def payment(session: Session, caller: Caller, payment_id: UUID) -> PaymentView:
    """How a payment stands in our books. Raises NotFound."""
    row = _payment(session, caller, payment_id)
    return payment_view(row, parts.views(session, [payment_id])[payment_id])


def payment_view(row: Payment, paid: list[PaidInvoice]) -> PaymentView:
    """A payment as pages read it, with what it pays."""
    return PaymentView(
        payment_id=row.payment_id,
        invoice_id=row.invoice_id,
        invoice_number=paid[0].number if paid else "",
        parts=paid,
        state=row.state,
        pending=row.state in UNDERWAY,
        amount_cents=row.amount_cents,
        receipt_number=row.receipt_number,
        paid_at=row.paid_at,
        over_cents=row.over_cents,
    )


def receipt(session: Session, caller: Caller, payment_id: UUID) -> ReceiptView:
    """The receipt of a paid payment. Raises NotFound."""
    row = _payment(session, caller, payment_id)
    if row.state is not PaymentState.PAID or row.receipt_number is None or row.paid_at is None:
        raise NotFound
    found = session.get_one(Invoice, row.invoice_id)
    paid = parts.views(session, [payment_id])[payment_id]
    left = ledger.left_of(session, [part.invoice_id for part in paid])
    return ReceiptView(
        payment_id=row.payment_id,
        receipt_number=row.receipt_number,
        invoice_id=found.invoice_id,
        invoice_number=found.number,
        month=found.month,
        fund_name=_fund_name(session, found.fund),
        family_number=found.family_number,
        addressee=found.addressee,
        paid_by=row.paid_by,
        amount_cents=row.amount_cents,
        left_cents=sum(max(0, cents) for cents in left.values()),
        paid_at=row.paid_at,
        method=row.method,
        provider_reference=parts.reference_of(session, row),
        parts=paid,
    )


def _payment(session: Session, caller: Caller, payment_id: UUID) -> Payment:
    row = session.get(Payment, payment_id)
    if row is None:
        raise NotFound
    may_read(session, caller, row.family_id)
    return row


def _carried(session: Session, families: list[UUID]) -> list[CarriedAmount]:
    """What each fund's last published run left for its next: each reckons everything anew, so only the last tells."""
    if not families:
        return []
    last = (
        select(Run.run_id)
        .ext(distinct_on(Run.fund))
        .where(Run.state == RunState.PUBLISHED)
        .order_by(Run.fund, Run.published_at.desc())
    )
    rows = session.execute(
        select(RunFamily, Run.month, Family.label, Fund.name)
        .join(Run, Run.run_id == RunFamily.run_id)
        .join(Fund, Fund.code == Run.fund)
        .join(Family, Family.family_id == RunFamily.family_id)
        .where(
            RunFamily.run_id.in_(last),
            RunFamily.family_id.in_(families),
            RunFamily.outcome == "carried",
            RunFamily.cents > 0,
        )
    )
    return [
        CarriedAmount(
            family_id=kept.family_id, family_label=label, month=month, cents=kept.cents, fund_name=fund_name
        )
        for kept, month, label, fund_name in rows
    ]


def _fund_name(session: Session, code: str) -> str:
    return session.scalar(select(Fund.name).where(Fund.code == code)) or code
