"""Documents attached under a request's id, and the agents' openings of them: what `documents` tells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.enrolment.requests import Side, StepKind
from enrolment.requests import steps
from enrolment.requests.models import Request, RequestDocument


def keep(
    session: Session,
    share_id: UUID,
    request_id: UUID,
    document_id: UUID,
    document_type: str,
    account_id: UUID | None,
    at: datetime,
) -> bool:
    """Writes the attachment down. False when it is not of whoever filed the request: it is none of it then.

    Before filing there is no request yet: whose the draft is, filing judges.
    """
    request = session.get(Request, request_id)
    if request is not None and account_id is not None and request.account_id != account_id:
        return False
    statement = insert(RequestDocument).values(
        share_id=share_id,
        request_id=request_id,
        document_id=document_id,
        document_type=document_type,
        account_id=account_id,
        received_at=at,
    )
    kept = session.execute(statement.on_conflict_do_nothing().returning(RequestDocument.share_id)).first()
    if kept is not None and request is not None:
        steps.note(session, request_id, StepKind.ATTACHED, Side.REQUESTER, "", at, document_type)
    return True


def note_opening(
    session: Session, request_id: UUID, agent_name: str, document_type: str, at: datetime
) -> None:
    """An agent opened a document: whoever filed the request reads it there."""
    if session.get(Request, request_id) is not None:
        steps.note(session, request_id, StepKind.OPENED, Side.TOWN, agent_name, at, document_type)
