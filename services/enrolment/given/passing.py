"""What was given before, given again with something else: told to documents, which passes the town's key on or not."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.enrolment.enrolments import GivenView
from contracts.events.given import GivenBefore, GivenReused
from enrolment.given.models import GivenDocument


def before(row: GivenDocument) -> GivenBefore:
    """What documents is asked to pass on, under the id of a share that is to be made."""
    return GivenBefore(
        share_id=uuid4(),
        given_with=row.share_id,
        document_id=row.document_id,
        document_type=row.document_type,
        account_id=row.account_id,
    )


def ask(
    session: Session, subject_kind: str, subject_id: UUID, given: Iterable[GivenBefore], now: datetime
) -> None:
    """Tells documents, where there is something to pass on."""
    asked = list(given)
    if asked:
        fact = GivenReused(subject_kind=subject_kind, subject_id=subject_id, given_before=asked)
        tell(session, fact, subject=subject_id, at=now)


def view(row: GivenDocument) -> GivenView:
    """As the parent reads it."""
    return GivenView(
        document_type=row.document_type,
        given_at=row.given_at,
        valid_until=row.valid_until,
        given_with=row.given_with,
    )


def counts(given_at: datetime | None, valid_until: date | None, today: date) -> bool:
    """Whether a document that was joined answers what is asked for, this day.

    One that serves again is asked for once it has expired; what was chosen for this very matter is for the agent to
    judge.
    """
    return given_at is None or valid_until is None or valid_until >= today
