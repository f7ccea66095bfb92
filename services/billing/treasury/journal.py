"""The journal: every movement of a fund in a period, as the accountant keeps it. Read in parts, in one order for ever.

A transaction's number is that of its first entry: it never changes, and what is over reads the same whenever it is
read. A fund's transactions are those of its invoices, of its slips (« bordereaux ») and of the disputes about them.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.models import Activity
from billing.treasury import chart
from billing.treasury.models import FundChart
from billing.wording import METHODS, month_name
from chassis.clock import PARIS
from contracts.billing.invoices import InvoiceKind
from contracts.billing.treasury import (
    AccountTotal,
    Chart,
    ChartLine,
    JournalEntry,
    JournalMark,
    JournalPart,
    JournalSlice,
    JournalView,
    OpenJournal,
    SetChart,
)
from contracts.errors import NotFound

PART = 1000
"""Transactions read at once: what bounds the memory of an export."""

# The lateral look-ups name rows by their keys; `reference` holds an id for the kinds that are cast only.
_TRANSACTIONS = """
SELECT t.transaction_id, t.kind, t.reference, t.occurred_at, min(e.entry_id) AS number
FROM ledger_transaction t
JOIN ledger_entry e USING (transaction_id)
LEFT JOIN invoice i ON i.invoice_id = e.invoice_id
LEFT JOIN deposit d ON d.deposit_id = CASE WHEN t.kind = 'deposit' THEN t.reference::uuid END
LEFT JOIN dispute x ON t.kind LIKE 'dispute%' AND x.reference = t.reference
LEFT JOIN payment p ON p.payment_id = x.payment_id
LEFT JOIN invoice xi ON xi.invoice_id = p.invoice_id
WHERE t.occurred_at >= greatest(:since, :after_at) AND t.occurred_at < :until
GROUP BY t.transaction_id
HAVING coalesce(max(i.fund), max(d.fund), max(xi.fund)) = :fund
"""

_PART = f"""
WITH part AS (
    {_TRANSACTIONS} AND (t.occurred_at, min(e.entry_id)) > (:after_at, :after_number)
    ORDER BY t.occurred_at, min(e.entry_id) LIMIT :size
)
SELECT part.number, part.occurred_at, part.kind, e.account, e.amount_cents,
       i.number AS invoice_number, i.month, i.kind AS invoice_kind, i.family_number,
       p.receipt_number, p.method, d.number AS deposit_number
FROM part
JOIN ledger_entry e USING (transaction_id)
LEFT JOIN invoice i ON i.invoice_id = e.invoice_id
LEFT JOIN payment p ON p.payment_id = CASE WHEN part.kind = 'payment' THEN part.reference::uuid END
LEFT JOIN deposit d ON d.deposit_id = CASE WHEN part.kind = 'deposit' THEN part.reference::uuid END
ORDER BY part.occurred_at, part.number, e.entry_id
"""  # noqa: S608 -- both are constants

_TOTALS = f"""
WITH part AS ({_TRANSACTIONS})
SELECT e.account, coalesce(sum(e.amount_cents) FILTER (WHERE e.amount_cents > 0), 0) AS debit,
       coalesce(-sum(e.amount_cents) FILTER (WHERE e.amount_cents < 0), 0) AS credit, count(*) AS entries
FROM part JOIN ledger_entry e USING (transaction_id) GROUP BY e.account
"""  # noqa: S608 -- both are constants

_KINDS = {
    "offset": "Avoir déduit",
    "refund": "Remboursement",
    "refund_failed": "Remboursement non arrivé",
    "bounce": "Chèque rejeté par la banque",
    "dispute_open": "Paiement contesté auprès de la banque",
    "dispute_won": "Contestation rejetée par la banque",
    "dispute": "Paiement repris par la banque",
    "debit_rejected": "Prélèvement rejeté par la banque",
    "deposit": "Remise au comptable",
}

_NAMES = {
    "receivable": "Redevables",
    "card": "Cartes bancaires à l’encaissement",
    "payfip": "PayFiP, compte au Trésor",
    "sepa": "Prélèvements, compte au Trésor",
    "cash": "Espèces en caisse",
    "cheque": "Chèques à l’encaissement",
    "cesu": "CESU à l’encaissement",
    "voucher": "Titres à l’encaissement",
    "treasury": "Compte au Trésor",
    "disputed": "Paiements contestés",
}

_BEGINNING = JournalMark(at=datetime(2000, 1, 1, tzinfo=PARIS), number=0)


def part(session: Session, ask: JournalPart) -> JournalSlice:
    """The next transactions of the period, whole. Raises NotFound for a fund that is not."""
    after = ask.after or _BEGINNING
    numbers, names = chart_of(session, ask.fund), _revenue_names(session)
    entries: list[JournalEntry] = []
    read: set[int] = set()
    last = after
    where = _period(ask.fund, ask) | {"after_at": after.at, "after_number": after.number, "size": PART}
    for row in session.execute(text(_PART), where):
        read.add(row.number)
        last = JournalMark(at=row.occurred_at, number=row.number)
        entries.append(
            JournalEntry(
                on=paris_day(row.occurred_at),
                number=row.number,
                account=chart.number_of(row.account, numbers),
                account_name=_name_of(row.account, names),
                debit_cents=max(0, row.amount_cents),
                credit_cents=max(0, -row.amount_cents),
                text=_words(row),
                piece=row.receipt_number or row.deposit_number or row.invoice_number or "",
                family_number=row.family_number or "",
            )
        )
    return JournalSlice(entries=entries, after=last if len(read) == PART else None)


def opening(session: Session, ask: OpenJournal, today: date) -> JournalView:
    """The totals of the period by account of the chart: what the file adds up to. Raises NotFound."""
    funds = _funds(session)
    fund = ask.fund or next(iter(funds))
    numbers, names = chart_of(session, fund), _revenue_names(session)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    entries = 0
    for row in session.execute(text(_TOTALS), _period(fund, ask) | {"after_at": _BEGINNING.at}):
        key = (chart.number_of(row.account, numbers), _name_of(row.account, names))
        sums[key][0] += row.debit
        sums[key][1] += row.credit
        entries += row.entries
    return JournalView(
        funds=funds,
        fund=fund,
        since=ask.since,
        until=ask.until,
        over=ask.until < today,
        entries=entries,
        accounts=[
            AccountTotal(number=number, name=name, debit_cents=debit, credit_cents=credit)
            for (number, name), (debit, credit) in sorted(sums.items())
        ],
    )


def open_chart(session: Session, fund: str) -> Chart:
    """Every account that a fund's journal may hold, with its number. Raises NotFound."""
    numbers, names = chart_of(session, fund), _revenue_names(session)
    accounts = [*_NAMES, *sorted(names)]
    return Chart(
        fund=fund,
        fund_name=_funds(session)[fund],
        lines=[
            ChartLine(
                account=account, name=_name_of(account, names), number=chart.number_of(account, numbers)
            )
            for account in accounts
        ],
    )


def set_chart(session: Session, ask: SetChart, by: str) -> Chart:
    """The numbers as from now, for every period: the journal is written anew each time. Raises NotFound."""
    if session.get(Fund, ask.fund, with_for_update=True) is None:
        raise NotFound(code=ask.fund)
    known = [line.account for line in open_chart(session, ask.fund).lines]
    row = session.get(FundChart, ask.fund)
    if row is None:
        row = FundChart(fund=ask.fund)
        session.add(row)
    row.numbers, row.changed_by_name = chart.kept(ask.numbers, known), by
    session.flush()
    return open_chart(session, ask.fund)


def chart_of(session: Session, fund: str) -> dict[str, str]:
    """The fund's own numbers. Raises NotFound for a fund that is not."""
    if session.get(Fund, fund) is None:
        raise NotFound(code=fund)
    row = session.get(FundChart, fund)
    return dict(row.numbers) if row else {}


def _period(fund: str, ask: JournalPart | OpenJournal) -> dict[str, Any]:
    return {"fund": fund, "since": _midnight(ask.since), "until": _midnight(ask.until + timedelta(days=1))}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _funds(session: Session) -> dict[str, str]:
    return {row.code: row.name for row in session.scalars(select(Fund).order_by(Fund.code))}


def _revenue_names(session: Session) -> dict[str, str]:
    return {
        f"{chart.REVENUE}{row.activity_code}": row.activity_name for row in session.scalars(select(Activity))
    }


def _name_of(account: str, revenue: dict[str, str]) -> str:
    return _NAMES.get(account) or revenue.get(account) or account.removeprefix(chart.REVENUE)


def _words(row: Any) -> str:
    if row.kind == "invoice":
        what = "Avoir" if row.invoice_kind == InvoiceKind.CREDIT_NOTE else "Facture"
        return f"{what} {month_name(row.month)}" if row.month else what
    if row.kind == "payment":
        return METHODS.get(row.method, "Paiement")
    return _KINDS.get(row.kind, str(row.kind))
