"""Documents attached under a request's id, and the agents' openings of them: what `documents` tells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.enrolment.requests import Side, StepKind
from enrolment.given.memory import Gift
from enrolment.requests import reused, steps
from enrolment.requests.models import Request, RequestDocument


def keep(
    session: Session,
    share_id: UUID,
    request_id: UUID,
    document_id: UUID,
    document_type: str,
    account_id: UUID | None,
    at: datetime,
    gift: Gift | None = None,
) -> bool:
    """Writes the attachment down. False when it is not of whoever filed the request: it is none of it then.

    Before filing there is no request yet: whose the draft is, filing judges. `gift`: for whom it may serve again.
    """
    request = session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if gift is not None and _is_passed_on(session, gift):
        if request is not None:
            reused.remember(session, request, [session.get_one(RequestDocument, share_id)])
        return True
    if request is not None and account_id is not None and request.account_id != account_id:
        return False
    statement = insert(RequestDocument).values(
        share_id=share_id,
        request_id=request_id,
        document_id=document_id,
        document_type=document_type,
        account_id=account_id,
        received_at=at,
        serves=gift.reach if gift else None,
        valid_until=gift.valid_until if gift else None,
        readable_until=gift.readable_until if gift else None,
    )
    kept = session.execute(statement.on_conflict_do_nothing().returning(RequestDocument.share_id)).first()
    if kept is not None and request is not None:
        steps.note(session, request_id, StepKind.ATTACHED, Side.REQUESTER, "", at, document_type)
        reused.fill(session, request, document_type, at)
        reused.remember(session, request, [session.get_one(RequestDocument, share_id)])
    return True


def _is_passed_on(session: Session, gift: Gift) -> bool:
    """It serves again, and was coming."""
    known = {"serves": gift.reach, "readable_until": gift.readable_until, "is_coming": False}
    coming = (RequestDocument.share_id == gift.share_id) & RequestDocument.is_coming
    there = session.execute(
        update(RequestDocument).where(coming).values(known).returning(RequestDocument.share_id)
    )
    return there.first() is not None


def note_opening(
    session: Session, request_id: UUID, agent_name: str, document_type: str, at: datetime
) -> None:
    """An agent opened a document: whoever filed the request reads it there."""
    if session.get(Request, request_id) is not None:
        steps.note(session, request_id, StepKind.OPENED, Side.TOWN, agent_name, at, document_type)
