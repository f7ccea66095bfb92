"""Objections against lines of invoices, written to the guardians they concern.

The receipt goes to who contested, the answer to all the guardians of the billed family. What a family wrote is in no
mail: it may say something of health.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.mailing.notices import guardians_of, reference
from accounts.models import Account
from contracts.events.billing import InvoiceLineAnswered, InvoiceLineContested


def contested(session: Session, site: Site, fact: InvoiceLineContested, at: datetime, now: datetime) -> None:
    """The receipt, with until when the town answers and what stays due (CRPA L112-11 and R112-5)."""
    account = session.get(Account, fact.account_id) if fact.account_id else None
    accounts = [account] if account is not None and account.closed_at is None else []
    mail.write_all(
        session, site, "invoice_line_contested", accounts, now, fact=fact, at=at,
        reference=reference(fact.objection_id),
    )  # fmt: skip


def answered(session: Session, site: Site, fact: InvoiceLineAnswered, at: datetime, now: datetime) -> None:
    """What the town decided, why, and what the family gets back."""
    accounts = guardians_of(session, fact.family_id)
    mail.write_all(session, site, "invoice_line_answered", accounts, now, fact=fact, at=at)
