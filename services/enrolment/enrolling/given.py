"""« Déjà fourni »: what the town has been given and is still valid is not asked again.

A document serves for the household that gave it: for the same child, or for all its children where its kind says
something of the household (the quotient familial). What another household of the child gave serves there and not
here. It serves until its own date or its kind's, and as long as the town can read it; one that its owner takes out of
the vault serves no more, and stays with what it was given with.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events.documents import DocumentDeleted, DocumentShared, DocumentWithheld
from contracts.events.enrolment import GivenBefore
from contracts.records import Records
from enrolment.enrolling.given_models import GivenDocument
from enrolment.household.families import Acting
from enrolment.models import Attachment, Enrolment, FamilyGuardian

ENROLMENT, FAMILY = "enrolment", "family"


def keep(session: Session, fact: DocumentShared, at: datetime) -> None:
    """Remembers what a guardian gave for an enrolment of their household, or for its file; of all else, nothing."""
    found = _given_for(session, fact)
    if found is None or fact.readable_until is None:
        return
    family_id, child_id = found
    guardian = select(FamilyGuardian.account_id).where(
        FamilyGuardian.family_id == family_id, FamilyGuardian.account_id == fact.account_id
    )
    if session.scalar(guardian) is None:
        return
    given_at = at
    if fact.carried_from is not None:
        # What serves again was given when it was given first.
        joined = session.get(Attachment, fact.share_id)
        given_at = (joined.given_at if joined is not None else None) or at
    row = insert(GivenDocument).values(
        share_id=fact.share_id,
        document_id=fact.document_id,
        document_type=fact.document_type,
        account_id=fact.account_id,
        family_id=family_id,
        child_id=child_id,
        serves_household=fact.serves_household,
        given_at=given_at,
        valid_until=fact.valid_until,
        serves_until=min(fact.valid_until or fact.readable_until, fact.readable_until),
    )
    session.execute(row.on_conflict_do_nothing())


def find(
    session: Session, acting: Acting, document_types: Collection[str], today: date
) -> dict[str, GivenDocument]:
    """kind → what serves for this child of this household: of several, what serves longest. One statement."""
    if not document_types:
        return {}
    rows = session.scalars(
        select(GivenDocument)
        .join(
            FamilyGuardian,
            (FamilyGuardian.family_id == GivenDocument.family_id)
            & (FamilyGuardian.account_id == GivenDocument.account_id),
        )
        .where(
            GivenDocument.family_id == acting.family_id,
            GivenDocument.document_type.in_(document_types),
            GivenDocument.serves_until >= today,
            or_(GivenDocument.child_id == acting.child.child_id, GivenDocument.serves_household),
        )
        .order_by(GivenDocument.document_type, GivenDocument.serves_until, GivenDocument.given_at)
    )
    return {row.document_type: row for row in rows}


def reuse(
    session: Session, enrolment: Enrolment, given: Collection[GivenDocument], now: datetime
) -> list[GivenBefore]:
    """Joins them to the enrolment, as coming: they count once documents has passed them on. For the fact."""
    asked = []
    for each in given:
        before = GivenBefore(
            share_id=uuid4(),
            given_with=each.share_id,
            document_id=each.document_id,
            document_type=each.document_type,
            account_id=each.account_id,
        )
        session.add(
            Attachment(
                share_id=before.share_id,
                enrolment_id=enrolment.enrolment_id,
                document_id=before.document_id,
                document_type=before.document_type,
                account_id=before.account_id,
                received_at=now,
                given_at=each.given_at,
                valid_until=each.valid_until,
                is_coming=True,
            )
        )
        asked.append(before)
    session.flush()
    return asked


def withhold(session: Session, fact: DocumentWithheld) -> None:
    """It could not be passed on: the enrolment asks for one."""
    session.execute(
        delete(Attachment).where(
            Attachment.share_id == fact.share_id,
            Attachment.enrolment_id == fact.subject_id,
            Attachment.is_coming,
        )
    )


def forget_document(session: Session, fact: DocumentDeleted) -> None:
    """Its owner took it out: it serves for nothing new."""
    session.execute(delete(GivenDocument).where(GivenDocument.document_id == fact.document_id))


def purge(session: Session, today: date) -> None:
    """What serves no more is not kept."""
    session.execute(delete(GivenDocument).where(GivenDocument.serves_until < today))


def records(session: Session, account_id: UUID) -> list[Records]:
    """What an account gave that may serve again, for its owner to take away."""
    rows = session.scalars(
        select(GivenDocument).where(GivenDocument.account_id == account_id).order_by(GivenDocument.given_at)
    )
    return [
        {
            "document_type": row.document_type,
            "given_at": row.given_at.isoformat(),
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        }
        for row in rows
    ]


def counts(given_at: datetime | None, valid_until: date | None, today: date) -> bool:
    """Whether a document that was joined answers what the enrolment asks for, this day.

    One that serves again is asked for once it has expired; what was chosen for this very enrolment is for the agent
    to judge.
    """
    return given_at is None or valid_until is None or valid_until >= today


def _given_for(session: Session, fact: DocumentShared) -> tuple[UUID, UUID | None] | None:
    """(household, child) that it was given for."""
    if fact.subject_kind == FAMILY:
        return fact.subject_id, None
    if fact.subject_kind != ENROLMENT:
        return None
    enrolment = session.get(Enrolment, fact.subject_id)
    return (enrolment.family_id, enrolment.child_id) if enrolment is not None else None
