"""With which of its families a child is: a copy of the calendars that accounts tells of."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from contracts.events.accounts import CustodyUpdated
from enrolment.models import CustodySpan


def keep(session: Session, fact: CustodyUpdated) -> None:
    """Replaces what was known of a child's calendar: the fact says all of it."""
    session.execute(delete(CustodySpan).where(CustodySpan.child_id == fact.child_id))
    if fact.spans:
        rows = [{"child_id": fact.child_id, **span.model_dump()} for span in fact.spans]
        session.execute(insert(CustodySpan), rows)


def family_on(session: Session, child_id: UUID, day: date) -> UUID | None:
    """The family a child is with on a day; None when no calendar says."""
    return session.scalar(
        select(CustodySpan.family_id).where(
            CustodySpan.child_id == child_id, CustodySpan.first <= day, CustodySpan.last >= day
        )
    )
