"""The documents given with an enrolment: those given for it, and those that serve again."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.events.given import GivenBefore
from contracts.serving import ENROLMENT, Whose
from enrolment.given import memory, passing
from enrolment.given.models import GivenDocument
from enrolment.models import Attachment, Enrolment


def keep(session: Session, enrolment: Enrolment, fact: DocumentShared, now: datetime) -> None:
    """One was given, or passed on: what serves again is there already, as coming."""
    row = insert(Attachment).values(
        share_id=fact.share_id,
        enrolment_id=enrolment.enrolment_id,
        document_id=fact.document_id,
        document_type=fact.document_type,
        account_id=fact.account_id,
        received_at=now,
        valid_until=fact.valid_until,
    )
    session.execute(row.on_conflict_do_update(index_elements=["share_id"], set_={"is_coming": False}))


def remember(session: Session, enrolment: Enrolment, fact: DocumentShared, now: datetime) -> None:
    """It may serve again, for the household that the enrolment is of."""
    joined = session.get_one(Attachment, fact.share_id, populate_existing=True)
    whose = Whose(fact.account_id, enrolment.family_id, enrolment.child_id)
    memory.keep(session, memory.gift_of(fact, now, joined.given_at, joined.given_with), whose)


def find(
    session: Session,
    enrolment: Enrolment,
    account_id: UUID | None,
    document_types: Collection[str],
    today: date,
) -> dict[str, GivenDocument]:
    """Kind → what the enrolment need not be given anew, by this guardian of its household."""
    whose = Whose(account_id, enrolment.family_id, enrolment.child_id)
    return memory.find(session, ENROLMENT, whose, document_types, today)


def here(session: Session, enrolment: Enrolment, today: date, *, coming: bool = False) -> set[str]:
    """The kinds that are there and count this day; what is coming is not there yet, unless one says so."""
    statement = select(Attachment.document_type, Attachment.given_at, Attachment.valid_until).where(
        Attachment.enrolment_id == enrolment.enrolment_id
    )
    rows = session.execute(statement if coming else statement.where(~Attachment.is_coming))
    return {each.document_type for each in rows if passing.counts(each.given_at, each.valid_until, today)}


def reuse(
    session: Session, enrolment: Enrolment, given: Collection[GivenDocument], now: datetime
) -> list[GivenBefore]:
    """Joins them to the enrolment, as coming: they count once documents has passed them on. For the fact."""
    asked = []
    for each in given:
        before = passing.before(each)
        session.add(
            Attachment(
                share_id=before.share_id,
                enrolment_id=enrolment.enrolment_id,
                document_id=before.document_id,
                document_type=before.document_type,
                account_id=before.account_id,
                received_at=now,
                given_at=each.given_at,
                given_with=each.given_with,
                valid_until=each.valid_until,
                is_coming=True,
            )
        )
        asked.append(before)
    session.flush()
    return asked


def withhold(session: Session, fact: DocumentWithheld) -> bool:
    """It could not be passed on, and is not joined any more. False where it was not."""
    gone = delete(Attachment).where(
        Attachment.share_id == fact.share_id,
        Attachment.enrolment_id == fact.subject_id,
        Attachment.is_coming,
    )
    return session.execute(gone.returning(Attachment.share_id)).first() is not None
