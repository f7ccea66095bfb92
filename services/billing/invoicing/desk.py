"""What the billing office reads: runs, what they leave out, what looks odd, invoices found."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.invoicing import anomalies, closing, fund_scopes, summaries
from billing.invoicing.dates import first_of, month_after
from billing.invoicing.models import DraftCharge, Invoice, InvoiceLine, LeftOutDay, Run, RunFamily
from billing.invoicing.runs import find
from billing.models import Activity, Family, Place
from billing.paying.models import Difference, Notification
from contracts.billing.runs import (
    ActivityTotal,
    DeskView,
    FindInvoices,
    InvoicePage,
    LeftOut,
    LeftOutReason,
    MonthToRun,
    OpenRun,
    RunInvoice,
    RunState,
    RunSummary,
    RunView,
)

PAGE = 50
_MOST_ROWS = 300


def desk(session: Session, today: date) -> DeskView:
    """The first page: runs made, months to make, what needs a person."""
    runs = session.scalars(
        select(Run).where(Run.state != RunState.DISCARDED).order_by(Run.drafted_at.desc()).limit(24)
    ).all()
    balances, names = ledger.totals(session), fund_scopes.names(session)
    return DeskView(
        runs=[summary(run, names[run.fund]) for run in runs],
        months=_months(session, today, names),
        open_differences=_count(session, select(func.count()).where(Difference.resolved_at.is_(None))),
        parked_notifications=_count(session, select(func.count()).where(Notification.state == "parked")),
        owed_cents=balances.get(ledger.RECEIVABLE, 0),
        received_cents=balances.get(ledger.CARD, 0),
    )


def summary(run: Run, fund_name: str) -> RunSummary:
    """A run in a line."""
    return RunSummary(
        run_id=run.run_id,
        fund=run.fund,
        fund_name=fund_name,
        month=run.month,
        state=run.state,
        drafted_at=run.drafted_at,
        published_at=run.published_at,
        invoices=run.invoices,
        credit_notes=run.credit_notes,
        carried=run.carried,
        total_cents=run.total_cents,
        carried_cents=run.carried_cents,
        left_out=run.left_out,
    )


def run_view(session: Session, ask: OpenRun) -> RunView:
    """The check page of a run, one page of families. Raises RunNotFound."""
    run = find(session, ask.run_id)
    left_out, sessions = _left_out(session, run.run_id)
    strange, odd = anomalies.of_run(session, run)
    invoices, families = _families(session, run.run_id, ask.family, ask.page)
    counted, differences = closing.state(session, run)
    return RunView(
        summary=summary(run, fund_scopes.names(session)[run.fund]),
        outdated=run.state in {RunState.DRAFT, RunState.CHECKED} and _outdated(session, run),
        activities=_activities(session, run),
        left_out=left_out,
        left_out_sessions=sessions,
        anomalies=strange,
        anomalies_total=odd,
        invoices=invoices,
        invoices_total=families,
        page=ask.page,
        due_on=run.due_on,
        pay_online_until=run.pay_online_until,
        count=counted,
        sheet_differences=differences[:_MOST_ROWS],
        sheet_differences_total=len(differences),
    )


def find_invoices(session: Session, ask: FindInvoices, today: date) -> InvoicePage:
    """Published invoices by number, family or file number."""
    conditions: list[ColumnElement[bool]] = []
    if ask.text.strip():
        like = f"%{_escaped(ask.text.strip())}%"
        conditions.append(
            or_(
                Invoice.number.ilike(like),
                Invoice.family_label.ilike(like),
                Invoice.family_number.ilike(like),
            )
        )
    if ask.month:
        conditions.append(Invoice.month == first_of(ask.month))
    if ask.unpaid:
        conditions.append(summaries.still_owed())
    statement = (
        summaries.query().where(*conditions).order_by(Invoice.published_on.desc(), Invoice.number.desc())
    )
    return InvoicePage(
        invoices=summaries.read(session, statement.limit(PAGE).offset((ask.page - 1) * PAGE), today),
        total=_count(session, select(func.count()).select_from(Invoice).where(*conditions)),
        page=ask.page,
    )


_MONTHS = """
WITH held AS (
    SELECT DISTINCT session_id, activity_code, place_code, day, false AS settled FROM booking b
    WHERE standing AND day >= :since AND day <= :today
      AND NOT EXISTS (SELECT FROM settled_session s WHERE s.session_id = b.session_id)
    UNION ALL
    SELECT session_id, activity_code, place_code, day, true FROM settled_session
    WHERE day >= :since AND day < date_trunc('month', CAST(:today AS date)) + interval '1 month'
)
SELECT date_trunc('month', day)::date AS month, FUND_OF AS fund, count(*) FILTER (WHERE settled) AS settled_sessions,
       count(*) FILTER (WHERE NOT settled) AS unsettled_sessions
FROM held GROUP BY 1, 2 ORDER BY 1 DESC, 2
""".replace("FUND_OF", fund_scopes.fund_of("held"))


def _months(session: Session, today: date, names: dict[str, str]) -> list[MonthToRun]:
    """The last months with sessions held, settled or not: what a run of each fund could be made for."""
    rows = session.execute(text(_MONTHS), {"since": month_after(first_of(today), -3), "today": today})
    return [MonthToRun(**row._mapping, fund_name=names[row.fund]) for row in rows]


def _outdated(session: Session, run: Run) -> bool:
    """True when what a price depends on, or a waiver, was written by a transaction the draft could not see."""
    unseen = text(
        """
        SELECT EXISTS (SELECT 1 FROM settled_session WHERE day < :until
                       AND NOT pg_visible_in_snapshot(changed_in::text::xid8, CAST(:seen AS pg_snapshot)))
            OR EXISTS (SELECT 1 FROM tariff WHERE valid_from < :until
                       AND NOT pg_visible_in_snapshot(changed_in::text::xid8, CAST(:seen AS pg_snapshot)))
            OR EXISTS (SELECT 1 FROM allowance WHERE since < :until
                       AND NOT pg_visible_in_snapshot(changed_in::text::xid8, CAST(:seen AS pg_snapshot)))
            OR EXISTS (SELECT 1 FROM waived_day
                       WHERE NOT pg_visible_in_snapshot(changed_in::text::xid8, CAST(:seen AS pg_snapshot)))
        """
    )
    return bool(session.scalar(unseen, {"until": month_after(run.month), "seen": run.snapshot}))


def _activities(session: Session, run: Run) -> list[ActivityTotal]:
    if run.state is RunState.PUBLISHED:
        name = InvoiceLine.activity_name
        statement = (
            select(name, func.sum(InvoiceLine.quantity), func.sum(InvoiceLine.amount_cents))
            .join(Invoice, Invoice.invoice_id == InvoiceLine.invoice_id)
            .where(Invoice.run_id == run.run_id)
            .group_by(name)
            .order_by(name)
        )
    else:
        name = Activity.activity_name
        statement = (
            select(
                name, func.sum(DraftCharge.quantity), func.sum(DraftCharge.quantity * DraftCharge.unit_cents)
            )
            .join(DraftCharge, DraftCharge.activity_code == Activity.activity_code)
            .where(DraftCharge.run_id == run.run_id)
            .group_by(name)
            .order_by(name)
        )
    rows = session.execute(statement)
    return [
        ActivityTotal(activity_name=word, quantity=int(count), cents=int(cents))
        for word, count, cents in rows
    ]


def _left_out(session: Session, run_id: UUID) -> tuple[list[LeftOut], int]:
    """By session and reason, so that an agent knows whom to call about which sheet."""
    rows = session.execute(
        select(
            LeftOutDay.reason,
            func.coalesce(Activity.activity_name, LeftOutDay.activity_code),
            func.coalesce(Place.place_name, LeftOutDay.place_code),
            LeftOutDay.day,
            LeftOutDay.slot,
            func.count(),
            func.count().over(),
        )
        .outerjoin(Activity, Activity.activity_code == LeftOutDay.activity_code)
        .outerjoin(Place, Place.place_code == LeftOutDay.place_code)
        .where(LeftOutDay.run_id == run_id)
        .group_by(
            LeftOutDay.reason,
            Activity.activity_name,
            LeftOutDay.activity_code,
            Place.place_name,
            LeftOutDay.place_code,
            LeftOutDay.day,
            LeftOutDay.slot,
        )
        .order_by(LeftOutDay.reason, LeftOutDay.day, LeftOutDay.place_code)
        .limit(_MOST_ROWS)
    ).all()
    found = [
        LeftOut(
            reason=LeftOutReason(reason),
            activity_name=activity,
            place_name=place,
            day=day,
            slot=slot,
            children=children,
        )
        for reason, activity, place, day, slot, children, _ in rows
    ]
    return found, rows[0][6] if rows else 0


def _families(session: Session, run_id: UUID, family: str, page: int) -> tuple[list[RunInvoice], int]:
    conditions = [RunFamily.run_id == run_id]
    if family.strip():
        like = f"%{_escaped(family.strip())}%"
        conditions.append(or_(Family.label.ilike(like), Family.number.ilike(like)))
    statement = (
        select(RunFamily, Family.label, Family.number, Invoice.invoice_id, Invoice.number)
        .join(Family, Family.family_id == RunFamily.family_id)
        .outerjoin(Invoice, (Invoice.run_id == RunFamily.run_id) & (Invoice.family_id == RunFamily.family_id))
        .where(*conditions)
    )
    rows = session.execute(
        statement.order_by(Family.label, Family.number).limit(PAGE).offset((page - 1) * PAGE)
    )
    found = [
        RunInvoice(
            family_id=kept.family_id,
            family_label=label,
            family_number=number,
            children=kept.children,
            cents=kept.cents,
            carried=kept.outcome == "carried",
            invoice_id=invoice_id,
            number=invoice_number,
        )
        for kept, label, number, invoice_id, invoice_number in rows
    ]
    return found, _count(session, select(func.count()).select_from(statement.subquery()))


def _count(session: Session, statement: Select[*tuple[Any, ...]]) -> int:
    return int(session.scalar(statement) or 0)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
