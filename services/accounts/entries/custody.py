"""Custody calendars: the school years they are made of."""

from sqlalchemy.orm import Session

from accounts import school_years
from accounts.entries.desk import Desk
from chassis.inbox import newer
from chassis.service import subscribes
from contracts.envelope import Envelope
from contracts.events.enrolment import SchoolYearUpdated


class CustodyDesk(Desk):
    """Custody calendars."""

    @subscribes(SchoolYearUpdated)
    def keep_school_year(self, session: Session, fact: SchoolYearUpdated, envelope: Envelope) -> None:
        if newer(session, "school_year", fact.label, envelope.aggregateversion):
            school_years.keep(session, fact)
