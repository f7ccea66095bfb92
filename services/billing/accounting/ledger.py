"""Double entry, append only: every movement is a balanced transaction, every balance a sum.

    receivable (family, invoice)   what a family owes, per invoice; negative is owed to it
    revenue:<activity>             what the town earned
    card                           what the card provider owes the town
    payfip                         what came to the Treasury's account of the fund through PayFiP
    sepa                           what came to the fund's account by direct debit
    cash, cheque, cesu, voucher    what the till holds, until a slip hands it on to the accountant
    disputed                       what a payer's bank has taken back until it is decided
    treasury                       what the town's accountant holds: deposits of the till, less transfers to families

The database refuses a statement whose entries do not balance, and any change of what is written. `kind` and
`reference` are unique together, so that nothing can be posted twice.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from billing.invoicing.models import Invoice, LedgerEntry, LedgerTransaction

RECEIVABLE = "receivable"
CARD = "card"
PAYFIP = "payfip"
SEPA = "sepa"
TREASURY = "treasury"
DISPUTED = "disputed"
COUNTER = "counter"
"""The provider's name of what agents take over the counter; the till has an account for each kind of money."""

Entry = tuple[str, UUID | None, UUID | None, int]
"""`(account, family, invoice, cents)`: a debit is positive."""

_INVOICES = """
WITH posted AS (
    INSERT INTO ledger_transaction (transaction_id, kind, reference, occurred_at)
    SELECT gen_random_uuid(), 'invoice', invoice_id::text, published_at FROM invoice WHERE run_id = :run_id
    RETURNING transaction_id, reference::uuid AS invoice_id
)
INSERT INTO ledger_entry (transaction_id, account, family_id, invoice_id, amount_cents)
SELECT transaction_id, 'receivable', i.family_id, i.invoice_id, i.total_cents
FROM posted JOIN invoice i USING (invoice_id)
UNION ALL
SELECT transaction_id, 'revenue:' || activity_code, NULL, invoice_id, -sum(amount_cents)
FROM posted JOIN invoice_line USING (invoice_id)
GROUP BY transaction_id, activity_code, invoice_id HAVING sum(amount_cents) <> 0
"""

# What a family has to its credit with a fund pays its oldest debts there: two running sums, laid one over the other.
_OFFSETS = """
WITH open_items AS (
    SELECT e.family_id, i.fund, e.invoice_id, sum(e.amount_cents) AS cents, i.due_on, i.number
    FROM ledger_entry e JOIN invoice i USING (invoice_id)
    WHERE e.account = 'receivable' AND e.family_id = ANY(:families)
    GROUP BY e.family_id, i.fund, e.invoice_id, i.due_on, i.number HAVING sum(e.amount_cents) <> 0
), debts AS (
    SELECT *, sum(cents) OVER w AS upto, sum(cents) OVER w - cents AS since FROM open_items WHERE cents > 0
    WINDOW w AS (PARTITION BY family_id, fund ORDER BY due_on, number)
), credits AS (
    SELECT *, sum(-cents) OVER w AS upto, sum(-cents) OVER w + cents AS since FROM open_items WHERE cents < 0
    WINDOW w AS (PARTITION BY family_id, fund ORDER BY due_on, number)
), pairs AS (
    SELECT gen_random_uuid() AS transaction_id, family_id, d.invoice_id AS debt, c.invoice_id AS credit,
           least(d.upto, c.upto) - greatest(d.since, c.since) AS cents
    FROM debts d JOIN credits c USING (family_id, fund)
    WHERE least(d.upto, c.upto) > greatest(d.since, c.since)
), posted AS (
    INSERT INTO ledger_transaction (transaction_id, kind, reference, occurred_at)
    SELECT transaction_id, 'offset', debt || ':' || transaction_id, :now FROM pairs
    RETURNING transaction_id
)
INSERT INTO ledger_entry (transaction_id, account, family_id, invoice_id, amount_cents)
SELECT transaction_id, 'receivable', family_id, debt, -cents FROM pairs JOIN posted USING (transaction_id)
UNION ALL
SELECT transaction_id, 'receivable', family_id, credit, cents FROM pairs JOIN posted USING (transaction_id)
"""

_REVERSALS = """
WITH posted AS (
    INSERT INTO ledger_transaction (transaction_id, kind, reference, occurred_at)
    SELECT gen_random_uuid(), :as_kind, reference, :now FROM ledger_transaction
    WHERE kind = :kind AND reference = ANY(:references)
    RETURNING transaction_id, reference
)
INSERT INTO ledger_entry (transaction_id, account, family_id, invoice_id, amount_cents)
SELECT posted.transaction_id, e.account, e.family_id, e.invoice_id, -e.amount_cents
FROM posted JOIN ledger_transaction t ON t.kind = :kind AND t.reference = posted.reference
JOIN ledger_entry e ON e.transaction_id = t.transaction_id
ORDER BY e.entry_id
"""


def post(
    session: Session,
    kind: str,
    reference: str,
    entries: list[Entry],
    now: datetime,
) -> None:
    """One transaction. Raises ValueError when unbalanced."""
    if sum(cents for *_, cents in entries):
        raise ValueError("entries do not balance")
    identifier = uuid4()
    session.execute(
        insert(LedgerTransaction).values(
            transaction_id=identifier, kind=kind, reference=reference, occurred_at=now
        )
    )
    rows = [
        {
            "transaction_id": identifier,
            "account": account,
            "family_id": family_id,
            "invoice_id": invoice_id,
            "amount_cents": cents,
        }
        for account, family_id, invoice_id, cents in entries
    ]
    session.execute(insert(LedgerEntry).values(rows))


def post_payment(
    session: Session,
    payment_id: UUID,
    family_id: UUID,
    parts: Mapping[UUID, int],
    now: datetime,
    account: str = CARD,
) -> None:
    """Money arrived: who holds it (`account`) owes it to the town, the family owes that much less on each invoice."""
    entries: list[Entry] = [
        (account, None, None, sum(parts.values())),
        *((RECEIVABLE, family_id, invoice_id, -cents) for invoice_id, cents in parts.items()),
    ]
    post(session, "payment", str(payment_id), entries, now)


def reverse(session: Session, kind: str, reference: str, as_kind: str, now: datetime) -> None:
    """Books a transaction back: the same entries, the other way round, under another kind."""
    reverse_all(session, kind, [reference], as_kind, now)


def reverse_all(
    session: Session, kind: str, references: Collection[str], as_kind: str, now: datetime
) -> None:
    """Books transactions of a kind back, in one statement."""
    if references:
        given = {"kind": kind, "references": list(references), "as_kind": as_kind, "now": now}
        session.execute(text(_REVERSALS), given)


def holder_of(provider: str, method: str) -> str:
    """The account of who holds the money of a payment: the till by kind of money, or the payment provider."""
    if provider == COUNTER:
        return method
    return provider if provider in (PAYFIP, SEPA) else CARD


def post_invoices(session: Session, run_id: UUID) -> None:
    """All invoices and credit notes of a run: receivable against revenue by activity."""
    session.execute(text(_INVOICES), {"run_id": run_id})


def offset_credits(session: Session, families: Collection[UUID], now: datetime) -> None:
    """Lets what these families have to their credit with a fund pay their oldest debts to it.

    The caller holds what keeps two of these apart for a family (the run's lock on the fund, an invoice's lock).
    """
    if families:
        session.execute(text(_OFFSETS), {"families": list(families), "now": now})


def left_of(session: Session, invoices: Collection[UUID]) -> dict[UUID, int]:
    """What is still owed on each invoice, in cents; negative is to the family's credit."""
    rows = session.execute(
        select(LedgerEntry.invoice_id, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.account == RECEIVABLE, LedgerEntry.invoice_id.in_(invoices))
        .group_by(LedgerEntry.invoice_id)
    )
    return {invoice_id: int(cents) for invoice_id, cents in rows if invoice_id is not None}


def balance_of(session: Session, families: Collection[UUID]) -> int:
    """What these families owe together."""
    total = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
            LedgerEntry.account == RECEIVABLE, LedgerEntry.family_id.in_(families)
        )
    )
    return int(total or 0)


def balances_by_family(session: Session, families: Collection[UUID]) -> dict[UUID, int]:
    """What each of these families owes; one without an entry is not there."""
    rows = session.execute(
        select(LedgerEntry.family_id, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.account == RECEIVABLE, LedgerEntry.family_id.in_(families))
        .group_by(LedgerEntry.family_id)
    )
    return {family_id: int(cents) for family_id, cents in rows if family_id is not None}


def balances_by_fund(session: Session, families: Collection[UUID]) -> dict[str, int]:
    """What these families owe each fund; negative is to their credit with it."""
    rows = session.execute(
        select(Invoice.fund, func.sum(LedgerEntry.amount_cents))
        .join(Invoice, Invoice.invoice_id == LedgerEntry.invoice_id)
        .where(LedgerEntry.account == RECEIVABLE, LedgerEntry.family_id.in_(families))
        .group_by(Invoice.fund)
    )
    return {fund: int(cents) for fund, cents in rows}


def totals(session: Session) -> dict[str, int]:
    """The balance of each account of the town: for the office's page and for checks."""
    rows = session.execute(
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_cents)).group_by(LedgerEntry.account)
    )
    return {account: int(cents) for account, cents in rows}
