"""What may be taken from an account: what is left of an invoice, less what the family contests of it.

A contested line stays due; it is not debited before the town has answered.
"""

from collections.abc import Collection as Several
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.contesting.contested import contested_cents


def collectable(
    session: Session, families: Several[UUID], invoices: Several[UUID]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """(cents that may be taken of each invoice, cents of what is left of it that wait for an answer)."""
    contested = contested_cents(session, families)
    may, waits = {}, {}
    for invoice_id, left in ledger.left_of(session, invoices).items():
        waits[invoice_id] = max(0, min(left, contested.get(invoice_id, 0)))
        may[invoice_id] = max(0, left - waits[invoice_id])
    return may, waits
