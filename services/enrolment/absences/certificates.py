"""Certificates of reported absences: given for one, or for an earlier one of the same child that covers these days too.

Whether it does is the parent's word, which the agent judges as they read it: `contracts.serving` says for how long one
may be named. It serves absences and nothing else, since it says something of an illness.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.serving import ABSENCE, Whose
from enrolment.absences.models import Absence, AbsenceAttachment, AbsenceDay
from enrolment.given import memory, passing
from enrolment.given.models import GivenDocument
from enrolment.models import DaySession
from enrolment.schedule import calendar

CERTIFICATE = "certificat_medical"


def earlier(session: Session, whose: Whose, today: date) -> GivenDocument | None:
    """The certificate that may cover another absence of this child of this household. One statement."""
    return memory.find(session, ABSENCE, whose, [CERTIFICATE], today).get(CERTIFICATE)


def reuse(session: Session, absence: Absence, account_id: UUID | None, now: datetime) -> None:
    """Gives the earlier one with this report: it is there once documents has passed it on, and asked for if not."""
    whose = Whose(account_id, absence.family_id, absence.child_id)
    row = earlier(session, whose, calendar.local_day(now))
    if row is None:
        return
    before = passing.before(row)
    session.add(
        AbsenceAttachment(
            share_id=before.share_id,
            absence_id=absence.absence_id,
            document_type=before.document_type,
            account_id=before.account_id,
            received_at=now,
            given_at=row.given_at,
            is_coming=True,
        )
    )
    session.flush()
    passing.ask(session, ABSENCE, absence.absence_id, [before], now)


def keep(session: Session, absence: Absence, fact: DocumentShared, now: datetime) -> None:
    """One was given for this report, or passed on; one that was given may cover another absence soon after."""
    row = insert(AbsenceAttachment).values(
        share_id=fact.share_id,
        absence_id=absence.absence_id,
        document_type=fact.document_type,
        account_id=fact.account_id,
        received_at=now,
    )
    session.execute(row.on_conflict_do_update(index_elements=["share_id"], set_={"is_coming": False}))
    if fact.carried_from is None and fact.document_type == CERTIFICATE:
        whose = Whose(fact.account_id, absence.family_id, absence.child_id)
        memory.keep(session, memory.gift_of(fact, now), whose, absent_until=_last_day(session, absence))


def withhold(session: Session, fact: DocumentWithheld) -> None:
    """It could not be passed on: the report waits for one, as if none was named."""
    gone = session.execute(
        delete(AbsenceAttachment)
        .where(
            AbsenceAttachment.share_id == fact.share_id,
            AbsenceAttachment.absence_id == fact.subject_id,
            AbsenceAttachment.is_coming,
        )
        .returning(AbsenceAttachment.absence_id)
    )
    if gone.first() is not None:
        # An agent about to decide with it must look again.
        changed = update(Absence).where(Absence.absence_id == fact.subject_id)
        session.execute(changed.values(version=Absence.version + 1))


def _last_day(session: Session, absence: Absence) -> date | None:
    return session.scalar(
        select(func.max(DaySession.day))
        .join(AbsenceDay, AbsenceDay.session_id == DaySession.session_id)
        .where(AbsenceDay.absence_id == absence.absence_id)
    )
