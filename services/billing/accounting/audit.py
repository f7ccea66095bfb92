"""The nightly check of the books: what is written twice, in a paper and in the ledger, must agree to the cent.

The database already refuses entries that do not balance and any change of what is written; this looks for what such
guards cannot see (a fault of ours, a hand in the database, a backup badly restored). Each check is one statement, so
that it sees the books at one moment, however busy they are.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.paying.differences import note_difference

_UNBALANCED = """
SELECT t.transaction_id::text AS subject, 0 AS expected, coalesce(sum(e.amount_cents), 0) AS seen,
       t.kind || ' ' || t.reference AS detail
FROM ledger_transaction t LEFT JOIN ledger_entry e USING (transaction_id)
GROUP BY t.transaction_id HAVING count(e.entry_id) = 0 OR sum(e.amount_cents) <> 0
"""

_INVOICES = """
WITH posted AS (
    SELECT t.reference, coalesce(sum(e.amount_cents) FILTER (WHERE e.account = 'receivable'), 0) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind = 'invoice' GROUP BY t.reference
)
SELECT coalesce(i.invoice_id::text, p.reference) AS subject, i.total_cents AS expected, p.cents AS seen,
       coalesce(i.number, '') AS detail
FROM invoice i FULL JOIN posted p ON p.reference = i.invoice_id::text
WHERE i.total_cents IS DISTINCT FROM p.cents
"""

_REVENUE = """
WITH earned AS (
    SELECT t.reference, e.account, -sum(e.amount_cents) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind = 'invoice' AND e.account LIKE 'revenue:%' GROUP BY t.reference, e.account
), printed AS (
    SELECT invoice_id::text AS reference, 'revenue:' || activity_code AS account, sum(amount_cents) AS cents
    FROM invoice_line GROUP BY invoice_id, activity_code HAVING sum(amount_cents) <> 0
)
SELECT reference || ':' || account AS subject, p.cents AS expected, e.cents AS seen, account AS detail
FROM printed p FULL JOIN earned e USING (reference, account)
WHERE p.cents IS DISTINCT FROM e.cents
"""

_PAYMENTS = """
WITH posted AS (
    SELECT t.reference, e.invoice_id::text AS invoice, -sum(e.amount_cents) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind = 'payment' AND e.account = 'receivable' GROUP BY t.reference, e.invoice_id
), received AS (
    SELECT payment_id::text AS reference, p.invoice_id::text AS invoice, p.amount_cents AS cents, receipt_number
    FROM payment JOIN payment_part p USING (payment_id) WHERE receipt_number IS NOT NULL
)
SELECT reference || ':' || invoice AS subject, r.cents AS expected, p.cents AS seen,
       coalesce(r.receipt_number, '') AS detail
FROM received r FULL JOIN posted p USING (reference, invoice)
WHERE r.cents IS DISTINCT FROM p.cents
UNION ALL
SELECT payment_id::text, payment.amount_cents, coalesce(sum(p.amount_cents), 0), coalesce(max(receipt_number), '')
FROM payment LEFT JOIN payment_part p USING (payment_id)
GROUP BY payment_id HAVING payment.amount_cents IS DISTINCT FROM sum(p.amount_cents)
"""

_NUMBERS = """
WITH used AS (
    SELECT fund, year, 'invoice' AS series, count(*) AS papers FROM invoice GROUP BY fund, year
    UNION ALL
    SELECT fund, year, 'receipt', count(payment_id)
    FROM numbering n LEFT JOIN payment p ON p.receipt_number LIKE n.fund || '-Q-' || n.year || '-%'
    WHERE n.series = 'receipt' GROUP BY fund, year
    UNION ALL
    SELECT fund, year, 'deposit', count(*) FROM deposit GROUP BY fund, year
    UNION ALL
    SELECT fund, year, series, count(*) FROM claim_export GROUP BY fund, year, series
)
SELECT fund || ':' || year || ':' || series AS subject, coalesce(n.last, 0) AS expected, u.papers AS seen,
       series || ' ' || fund || ' ' || year AS detail
FROM used u LEFT JOIN numbering n USING (fund, year, series)
WHERE n.last IS DISTINCT FROM u.papers
"""

_REFUNDS = """
WITH posted AS (
    SELECT t.reference, sum(e.amount_cents) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind IN ('refund', 'refund_failed', 'bounce') AND e.account = 'receivable' GROUP BY t.reference
), given AS (
    SELECT refund_id::text AS reference, CASE state WHEN 'done' THEN amount_cents ELSE 0 END AS cents, payment_id
    FROM refund
)
SELECT reference AS subject, coalesce(g.cents, 0) AS expected, coalesce(p.cents, 0) AS seen,
       coalesce(g.payment_id::text, '') AS detail
FROM given g FULL JOIN posted p USING (reference)
WHERE coalesce(g.cents, 0) <> coalesce(p.cents, 0)
"""

_DISPUTES = """
WITH posted AS (
    SELECT t.reference, sum(e.amount_cents) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind IN ('dispute_open', 'dispute_won', 'dispute') AND e.account = 'disputed' GROUP BY t.reference
), contested AS (
    SELECT reference, CASE state WHEN 'open' THEN amount_cents ELSE 0 END AS cents, payment_id FROM dispute
)
SELECT reference AS subject, coalesce(d.cents, 0) AS expected, coalesce(p.cents, 0) AS seen,
       coalesce(d.payment_id::text, '') AS detail
FROM contested d FULL JOIN posted p USING (reference)
WHERE coalesce(d.cents, 0) <> coalesce(p.cents, 0)
"""

_DEBITS = """
WITH posted AS (
    SELECT t.reference, sum(e.amount_cents) AS cents
    FROM ledger_transaction t JOIN ledger_entry e USING (transaction_id)
    WHERE t.kind = 'debit_rejected' AND e.account = 'receivable' GROUP BY t.reference
), sent_back AS (
    SELECT payment_id::text AS reference, amount_cents AS cents, receipt_number FROM payment WHERE state = 'rejected'
)
SELECT reference AS subject, coalesce(s.cents, 0) AS expected, coalesce(p.cents, 0) AS seen,
       coalesce(s.receipt_number, '') AS detail
FROM sent_back s FULL JOIN posted p USING (reference)
WHERE s.cents IS DISTINCT FROM p.cents
"""

_TILL = """
WITH held AS (
    SELECT means, sum(held_cents) AS cents FROM taken WHERE deposit_id IS NULL AND NOT given_back GROUP BY means
), booked AS (
    SELECT account AS means, sum(amount_cents) AS cents FROM ledger_entry
    WHERE account IN ('cash', 'cheque', 'cesu', 'voucher') GROUP BY account
)
SELECT means AS subject, coalesce(h.cents, 0) AS expected, coalesce(b.cents, 0) AS seen, means AS detail
FROM held h FULL JOIN booked b USING (means)
WHERE coalesce(h.cents, 0) <> coalesce(b.cents, 0)
UNION ALL
SELECT d.number, d.total_cents, coalesce(sum(t.held_cents), 0), d.number
FROM deposit d LEFT JOIN taken t USING (deposit_id)
GROUP BY d.deposit_id HAVING d.total_cents IS DISTINCT FROM sum(t.held_cents)
"""

CHECKS = {
    "books_unbalanced": _UNBALANCED,
    "books_invoice": _INVOICES,
    "books_revenue": _REVENUE,
    "books_payment": _PAYMENTS,
    "books_refund": _REFUNDS,
    "books_dispute": _DISPUTES,
    "books_debit": _DEBITS,
    "books_till": _TILL,
    "books_numbers": _NUMBERS,
}
"""What is checked: kind of the row an agent sees → rows of (subject, expected, seen, detail) that do not agree."""


def check(session: Session, now: datetime) -> int:
    """Looks at all the books; each difference becomes a row for an agent, once. Returns how many there are now."""
    found = 0
    for kind, query in CHECKS.items():
        for row in session.execute(text(query)).all():
            found += 1
            note_difference(
                session,
                now,
                kind,
                row.subject,
                expected_cents=row.expected,
                seen_cents=row.seen,
                detail=row.detail,
            )
    return found
