"""What parents and agents read of direct debits. An account's number is in no view but the mandate's paper."""

from collections.abc import Collection as Several
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from billing.debits import dates, mandates, resuming
from billing.debits.bank_accounts import masked, spaced
from billing.debits.collectable import collectable
from billing.debits.creditors import Creditor
from billing.debits.models import Collection, Debit, Mandate
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice
from billing.invoicing.statements import families_of, may_read
from billing.models import Family
from billing.paying import parts
from billing.paying.models import Payment
from chassis.sealed_column import Seal
from contracts.billing.debits import (
    CollectionState,
    CollectionSummary,
    CollectionView,
    ComingDebit,
    DebitDeskView,
    DebitFund,
    DebitLine,
    DebitOffer,
    FindMandates,
    MandateList,
    MandatePage,
    MandatePaper,
    MandateState,
    MandateView,
)
from contracts.billing.payments import PaymentState
from contracts.caller import Caller, Kind
from contracts.errors import NotFound

_ALIVE = (PaymentState.COLLECTING, PaymentState.PAID, PaymentState.REJECTED)
NEWEST = 50


def mine(session: Session, creditors: Mapping[str, Creditor], account_id: UUID) -> MandateList:
    """« Prélèvement automatique »: of every family of the account."""
    families = families_of(session, account_id)
    rows = session.execute(_mandates().where(Mandate.family_id.in_(families))).all()
    found = [_mandate(row, account_id) for row in rows]
    served = {(each.family_id, each.fund) for each in found if each.state is MandateState.ACTIVE}
    names = mandates.fund_names(session)
    labels = session.execute(
        select(Family.family_id, Family.label).where(Family.family_id.in_(families)).order_by(Family.label)
    ).all()
    offers = [
        DebitOffer(
            fund=creditor.fund,
            fund_name=names[creditor.fund],
            creditor_id=creditor.identifier,
            notice_days=creditor.notice_days,
            family_id=family_id,
            family_label=label,
        )
        for family_id, label in labels
        for creditor in creditors.values()
        if creditor.fund in names and (family_id, creditor.fund) not in served
    ]
    return MandateList(
        offers=offers,
        mandates=found,
        coming=_coming(session, [each.mandate_id for each in found]),
        family_known=bool(families),
    )


def view(session: Session, mandate_id: UUID, caller: Caller) -> MandateView:
    """A mandate, masked. Raises NotFound."""
    row = session.execute(_mandates().where(Mandate.mandate_id == mandate_id)).first()
    if row is None:
        raise NotFound(mandate_id=str(mandate_id))
    return _mandate(row, caller.account_id)


def find(session: Session, ask: FindMandates) -> MandatePage:
    """For the office."""
    like = f"%{ask.text.strip()}%"
    said = (Family.label, Family.number, Mandate.holder, Mandate.reference)
    query = _mandates().where(or_(*(each.ilike(like) for each in said)))
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.offset((ask.page - 1) * NEWEST).limit(NEWEST))
    return MandatePage(mandates=[_mandate(row, None) for row in rows], total=total, page=ask.page)


def paper(session: Session, seal: Seal, mandate_id: UUID, caller: Caller) -> MandatePaper:
    """The mandate to print: the number whole for who signed and for agents. Raises NotFound."""
    seen = view(session, mandate_id, caller)
    may_read(session, caller, seen.family_id)
    mandate = session.get_one(Mandate, mandate_id)
    whole = caller.kind is not Kind.CITIZEN or mandate.account_id == caller.account_id
    iban = masked(mandate.iban_end)
    if whole and mandate.sealed_iban is not None:
        iban = spaced(mandates.iban_of(mandate, seal))
    return MandatePaper(mandate=seen, iban=iban, address=mandate.address)


def desk(session: Session, creditors: Mapping[str, Creditor], now: datetime) -> DebitDeskView:
    """« Prélèvements »."""
    today, names = paris_day(now), mandates.fund_names(session)
    counts = session.execute(
        select(Mandate.fund, func.count().label("mandates"))
        .where(Mandate.state == MandateState.ACTIVE)
        .group_by(Mandate.fund)
    )
    active = {row.fund: row.mandates for row in counts}
    funds = []
    for creditor in creditors.values():
        if creditor.fund in names:
            earliest = dates.earliest(today, creditor.notice_days)
            due_on = session.scalar(
                select(func.min(Invoice.due_on)).where(
                    Invoice.fund == creditor.fund, Invoice.due_on >= earliest
                )
            )
            funds.append(
                DebitFund(
                    fund=creditor.fund,
                    fund_name=names[creditor.fund],
                    creditor_id=creditor.identifier,
                    mandates=active.get(creditor.fund, 0),
                    earliest=earliest,
                    proposed=dates.next_bank_day(due_on or earliest),
                )
            )
    rows = session.execute(_collections().order_by(Collection.announced_at.desc()).limit(NEWEST))
    return DebitDeskView(funds=funds, collections=[_summary(row) for row in rows])


def collection(session: Session, collection_id: UUID) -> CollectionView:
    """A collection with its debits. Raises NotFound."""
    row = session.execute(_collections().where(Collection.collection_id == collection_id)).first()
    if row is None:
        raise NotFound(collection_id=str(collection_id))
    rows = session.execute(
        select(Debit, Payment, Mandate, Family)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .join(Mandate, Mandate.mandate_id == Debit.mandate_id)
        .join(Family, Family.family_id == Payment.family_id)
        .where(Debit.collection_id == collection_id)
        .order_by(Family.label, Family.number)
    ).all()
    paid = parts.views(session, [each.Payment.payment_id for each in rows])
    lines = [
        DebitLine(
            payment_id=each.Payment.payment_id,
            family_id=each.Payment.family_id,
            family_label=each.Family.label,
            family_number=each.Family.number,
            reference=each.Mandate.reference,
            iban_end=each.Mandate.iban_end,
            sequence=each.Debit.sequence,
            invoices=[part.number for part in paid[each.Payment.payment_id]],
            cents=each.Payment.amount_cents,
            state=each.Payment.state,
            reason=each.Payment.reason,
        )
        for each in rows
    ]
    return CollectionView(summary=_summary(row), lines=lines)


def _mandates() -> Select[*tuple[Any, ...]]:
    return (
        select(Mandate, Family.label, Fund.name)
        .join(Family, Family.family_id == Mandate.family_id)
        .join(Fund, Fund.code == Mandate.fund)
        .order_by(Mandate.signed_at.desc(), Mandate.reference.desc())
    )


def _mandate(row: Any, account_id: UUID | None) -> MandateView:
    mandate: Mandate = row.Mandate
    return MandateView(
        mandate_id=mandate.mandate_id,
        reference=mandate.reference,
        fund=mandate.fund,
        fund_name=row.name,
        creditor_id=mandate.creditor_id,
        family_id=mandate.family_id,
        family_label=row.label,
        holder=mandate.holder,
        iban_end=mandate.iban_end,
        bic=mandate.bic,
        state=mandate.state,
        reason=mandate.reason,
        signed_by=mandate.signed_by,
        signed_at=mandate.signed_at,
        ended_at=mandate.ended_at,
        mine=mandate.account_id == account_id,
        resumable=resuming.may_be(mandate),
    )


def _coming(session: Session, of_mandates: Several[UUID]) -> list[ComingDebit]:
    rows = session.execute(
        select(
            Debit.payment_id,
            Debit.mandate_id,
            Collection.collect_on,
            Collection.state,
            Payment.amount_cents,
            Payment.family_id,
        )
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .where(Debit.mandate_id.in_(of_mandates), Payment.state == PaymentState.COLLECTING)
        .order_by(Collection.collect_on)
    ).all()
    paid = parts.views(session, [row.payment_id for row in rows])
    invoices = {part.invoice_id for those in paid.values() for part in those}
    may, _ = collectable(session, {row.family_id for row in rows}, invoices)

    def cents(row: Any) -> int:
        if row.state is CollectionState.FILED:
            return int(row.amount_cents)
        return sum(min(part.cents, may.get(part.invoice_id, 0)) for part in paid[row.payment_id])

    return [
        ComingDebit(
            payment_id=row.payment_id,
            mandate_id=row.mandate_id,
            collect_on=row.collect_on,
            cents=cents(row),
            invoices=[part.number for part in paid[row.payment_id]],
            filed=row.state is CollectionState.FILED,
        )
        for row in rows
    ]


def _collections() -> Select[*tuple[Any, ...]]:
    """With counts by state, cents of what was not given up."""
    alive = Payment.state.in_(_ALIVE)
    sent_back = (Payment.state == PaymentState.REJECTED) | (
        (Payment.state == PaymentState.FAILED) & Debit.rejected_on.is_not(None)
    )
    counts = (
        select(
            Debit.collection_id,
            func.count().filter(alive | sent_back).label("debits"),
            func.coalesce(func.sum(Payment.amount_cents).filter(alive | sent_back), 0).label("cents"),
            func.count().filter(Payment.state == PaymentState.PAID).label("paid"),
            func.count().filter(sent_back).label("rejected"),
        )
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .group_by(Debit.collection_id)
        .subquery()
    )
    return (
        select(Collection, Fund.name, counts.c.debits, counts.c.cents, counts.c.paid, counts.c.rejected)
        .join(Fund, Fund.code == Collection.fund)
        .join(counts, counts.c.collection_id == Collection.collection_id)
    )


def _summary(row: Any) -> CollectionSummary:
    found: Collection = row.Collection
    return CollectionSummary(
        collection_id=found.collection_id,
        number=found.number,
        fund=found.fund,
        fund_name=row.name,
        collect_on=found.collect_on,
        state=found.state,
        announced_at=found.announced_at,
        announced_by_name=found.announced_by_name,
        filed_at=found.filed_at,
        file_until=dates.file_until(found.collect_on),
        debits=row.debits,
        cents=int(row.cents),
        paid=row.paid,
        rejected=row.rejected,
        file_kept=found.sealed_file is not None,
    )
