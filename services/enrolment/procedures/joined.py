"""Documents joined to drafts: taken back one by one before sending, or all of them with the draft.

`documents` hears of it and forgets their shares: what belongs to no request is nobody's of the town to open.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chassis.outbox import tell, tell_all
from contracts.enrolment.procedure_forms import Answers
from contracts.events.requests import DraftReleased
from enrolment.requests.models import RequestDocument


def without(answers: Answers, document_ids: Collection[UUID]) -> Answers:
    """The answers that name none of these documents; a question whose last one went has none."""
    gone = {str(each) for each in document_ids}
    kept = {
        name: [each for each in answer if each not in gone] if isinstance(answer, list) else answer
        for name, answer in answers.items()
    }
    return {name: answer for name, answer in kept.items() if answer != []}


def release(session: Session, draft_id: UUID, document_ids: Sequence[UUID], now: datetime) -> None:
    """Takes documents back from a draft, whose row the caller has locked: it is not filed."""
    session.execute(
        delete(RequestDocument).where(
            RequestDocument.request_id == draft_id, RequestDocument.document_id.in_(document_ids)
        )
    )
    fact = DraftReleased(draft_id=draft_id, document_ids=list(document_ids))
    tell(session, fact, subject=draft_id, at=now)


def release_all(session: Session, draft_ids: Sequence[UUID], now: datetime) -> None:
    """The drafts are gone, and with them all that was joined."""
    if not draft_ids:
        return
    session.execute(delete(RequestDocument).where(RequestDocument.request_id.in_(draft_ids)))
    tell_all(session, [(DraftReleased(draft_id=each), each, 1) for each in draft_ids], at=now)
