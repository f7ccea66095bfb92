"""Facts of the other services, written to the guardians they concern, in plain French.

Receipts (CRPA L112-11) go to who asked; what concerns the whole household goes to every guardian with an account.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import mail
from accounts.mail import Site
from accounts.models import Account, Guardian
from contracts.events.billing import InvoicePublished, PaymentReceived
from contracts.events.enrolment import EnrolmentAccepted, EnrolmentRefused, EnrolmentRequested


def enrolment_requested(
    session: Session, site: Site, fact: EnrolmentRequested, at: datetime, now: datetime
) -> None:
    """The receipt of a request, with its number and date, to who made it."""
    _write(
        session, site, "enrolment_requested", fact.family_id, now, only=fact.account_id, fact=fact, at=at,
        reference=reference(fact.enrolment_id),
    )  # fmt: skip


def enrolment_accepted(
    session: Session, site: Site, fact: EnrolmentAccepted, at: datetime, now: datetime
) -> None:
    """The child may come, to the whole household."""
    _write(session, site, "enrolment_accepted", fact.family_id, now, fact=fact, at=at)


def enrolment_refused(
    session: Session, site: Site, fact: EnrolmentRefused, at: datetime, now: datetime
) -> None:
    """The refusal, its reason and what can be done, to the whole household."""
    _write(session, site, "enrolment_refused", fact.family_id, now, fact=fact, at=at)


def invoice_published(session: Session, site: Site, fact: InvoicePublished, now: datetime) -> None:
    """An invoice to read and pay, to the whole household."""
    _write(session, site, "invoice_published", fact.family_id, now, fact=fact)


def payment_received(
    session: Session, site: Site, fact: PaymentReceived, at: datetime, now: datetime
) -> None:
    """The receipt of a payment, with its number and date, to who paid; to all when an agent took it."""
    _write(
        session, site, "payment_received", fact.family_id, now, only=fact.account_id, fact=fact, at=at,
        reference=reference(fact.payment_id),
    )  # fmt: skip


def reference(identity: UUID) -> str:
    """The number of a receipt: short enough to be read out on the telephone."""
    return identity.hex[:10].upper()


def _write(
    session: Session,
    site: Site,
    kind: str,
    family_id: UUID,
    now: datetime,
    *,
    only: UUID | None = None,
    **values: Any,
) -> None:
    wanted = select(Account).distinct().order_by(Account.account_id)
    if only is not None:
        wanted = wanted.where(Account.account_id == only)
    else:
        wanted = wanted.join(Guardian, Guardian.account_id == Account.account_id).where(
            Guardian.family_id == family_id
        )
    for account in session.scalars(wanted):
        mail.write(session, site, kind, account.email, now, first_name=account.first_name, **values)
