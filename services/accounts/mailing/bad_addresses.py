"""Addresses that mail comes back from. The second permanent failure makes one failing: its owner and agents see it."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from accounts.mailing.mail_models import BadAddress
from contracts.accounts.mail import Why

FAILING_FROM = 2


def note(session: Session, email: str, why: Why, now: datetime) -> None:
    """One more permanent failure."""
    statement = insert(BadAddress).values(email=email, failures=1, why=why.value, last_at=now)
    failures = BadAddress.failures + 1
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[BadAddress.email],
            set_={
                "failures": failures,
                "why": statement.excluded.why,
                "last_at": now,
                "failing_since": case(
                    (failures >= FAILING_FROM, func.coalesce(BadAddress.failing_since, now)),
                    else_=BadAddress.failing_since,
                ),
            },
        )
    )


def fails(email: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether mail to it comes back again and again, as a column of another statement."""
    return exists().where(BadAddress.email == email, BadAddress.failing_since.is_not(None))


def failing(session: Session, email: str) -> BadAddress | None:
    """The address, when mail to it comes back again and again."""
    return session.scalar(
        select(BadAddress).where(BadAddress.email == email, BadAddress.failing_since.is_not(None))
    )
