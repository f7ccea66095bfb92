"""« Déjà fourni »: what the town has been given and is still valid is not asked again.

What was given with an enrolment, a démarche that was filed, the family's file, a health sheet or an absence is
remembered for the household or for whoever gave it. Whether it answers what something else asks for is one pure rule
(`contracts.serving`). It serves as long as it is valid, the town can read it and its owner keeps it in the vault; who
is no guardian of the household any more gave nothing to it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts import serving
from contracts.events.documents import DocumentDeleted, DocumentShared
from contracts.records import Records
from contracts.serving import Reach, Whose
from enrolment.given.models import GivenDocument
from enrolment.household.families import families_of
from enrolment.models import FamilyChild, FamilyGuardian


@dataclass(frozen=True)
class Gift:
    """A document that was given. `valid_until` None: its kind knows no end."""

    share_id: UUID
    document_id: UUID
    document_type: str
    reach: Reach
    valid_until: date | None
    readable_until: date
    given_at: datetime
    given_with: str


def gift_of(
    fact: DocumentShared, at: datetime, first_given: datetime | None = None, first_with: str = ""
) -> Gift | None:
    """What documents tells of. What serves again was given when, and with what, it was given first."""
    if fact.readable_until is None:
        return None
    return Gift(
        share_id=fact.share_id,
        document_id=fact.document_id,
        document_type=fact.document_type,
        reach=fact.serves or (Reach.HOUSEHOLD if fact.serves_household else Reach.CHILD),
        valid_until=fact.valid_until,
        readable_until=fact.readable_until,
        given_at=first_given or at,
        given_with=first_with or fact.subject_kind,
    )


def keep(session: Session, gift: Gift | None, whose: Whose, absent_until: date | None = None) -> None:
    """Remembers what somebody gave, for their household (of which they are a guardian) or for themselves.

    What can serve nothing is not kept. `absent_until`: the last day of the absence that it was given for.
    """
    if gift is None or whose.account_id is None or gift.reach is Reach.NOTHING:
        return
    family_id = None if gift.reach is Reach.PERSON else whose.family_id
    if family_id is None and gift.reach in (Reach.CHILD, Reach.MATTER):
        return
    if family_id is not None and family_id not in families_of(session, whose.account_id):
        return
    row = insert(GivenDocument).values(
        share_id=gift.share_id,
        document_id=gift.document_id,
        document_type=gift.document_type,
        account_id=whose.account_id,
        family_id=family_id,
        child_id=whose.child_id,
        given_with=gift.given_with,
        serves=gift.reach,
        given_at=gift.given_at,
        valid_until=gift.valid_until,
        serves_until=serving.serves_until(gift.reach, gift.valid_until, gift.readable_until, absent_until),
    )
    session.execute(row.on_conflict_do_nothing())


def find(
    session: Session, asked_by: str, whose: Whose, document_types: Collection[str], today: date
) -> dict[str, GivenDocument]:
    """Kind → what answers it: of several, what serves longest. `asked_by`: a subject kind. One statement."""
    if not document_types:
        return {}
    own = and_(GivenDocument.family_id.is_(None), GivenDocument.account_id == whose.account_id)
    of_household = and_(
        GivenDocument.family_id == whose.family_id,
        exists().where(
            FamilyGuardian.family_id == GivenDocument.family_id,
            FamilyGuardian.account_id == GivenDocument.account_id,
        ),
    )
    rows = session.scalars(
        select(GivenDocument)
        .where(
            or_(own, of_household) if whose.family_id is not None else own,
            GivenDocument.document_type.in_(document_types),
            GivenDocument.serves_until >= today,
        )
        .order_by(GivenDocument.document_type, GivenDocument.serves_until, GivenDocument.given_at)
    )
    return {row.document_type: row for row in rows if _answers(row, asked_by, whose)}


def household_of(session: Session, account_id: UUID, child_id: UUID | None) -> Whose:
    """An account's démarche, about this child or no child: of which household it is."""
    of_child = None
    if child_id is not None:
        homes = select(FamilyChild.family_id).where(FamilyChild.child_id == child_id)
        of_child = frozenset(session.scalars(homes))
    family_id = serving.household_of(frozenset(families_of(session, account_id)), of_child)
    return Whose(account_id, family_id, child_id)


def forget_document(session: Session, fact: DocumentDeleted) -> None:
    """Its owner took it out: it serves for nothing new."""
    session.execute(delete(GivenDocument).where(GivenDocument.document_id == fact.document_id))


def forget_shares(session: Session, share_ids: Collection[UUID]) -> None:
    """What they were given with is gone, or was taken back."""
    session.execute(delete(GivenDocument).where(GivenDocument.share_id.in_(share_ids)))


def forget_account(session: Session, account_id: UUID) -> None:
    """Whoever gave it has closed the account."""
    session.execute(delete(GivenDocument).where(GivenDocument.account_id == account_id))


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


def _answers(row: GivenDocument, asked_by: str, whose: Whose) -> bool:
    reach = Reach(row.serves)
    given = Whose(row.account_id, row.family_id, row.child_id)
    may = serving.passes(row.document_type, reach, row.given_with, asked_by)
    return may and serving.speaks_of(reach, given, whose)
