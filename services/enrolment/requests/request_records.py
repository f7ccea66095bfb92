"""The requests of an account, for its owner to take away.

Internal notes are not among them. While nothing is decided they prepare a decision and are not given out (CRPA L311-2);
afterwards they are, to whom they concern and on demand (CRPA L311-6, RGPD art. 15), once somebody has taken other
people's data out: the export says how many there are.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.enrolment.requests import INTERNAL, StepKind
from contracts.records import Records
from enrolment.requests.models import Request, RequestDocument, RequestStep


def records(session: Session, account_id: UUID) -> Records:
    """`requests`: three statements, however many there are."""
    own = session.scalars(
        select(Request).where(Request.account_id == account_id).order_by(Request.submitted_at.desc())
    ).all()
    ids = [each.request_id for each in own]
    history: dict[UUID, list[RequestStep]] = {each: [] for each in ids}
    for step in session.scalars(
        select(RequestStep).where(RequestStep.request_id.in_(ids)).order_by(RequestStep.step_id)
    ):
        history[step.request_id].append(step)
    documents: dict[UUID, list[RequestDocument]] = {each: [] for each in ids}
    for document in session.scalars(
        select(RequestDocument)
        .where(RequestDocument.request_id.in_(ids))
        .order_by(RequestDocument.received_at)
    ):
        documents[document.request_id].append(document)
    return {
        "requests": [
            {
                "number": each.number,
                "title": each.title,
                "state": each.state,
                "email": each.email,
                "submitted_at": each.submitted_at.isoformat(),
                "due_on": each.due_on.isoformat(),
                "closed_at": each.closed_at.isoformat() if each.closed_at else None,
                "answers": each.answers,
                "letter": each.letter,
                "decided_by": each.decided_by,
                "internal_notes": sum(step.kind == StepKind.NOTED for step in history[each.request_id]),
                "steps": [
                    {
                        "at": step.at.isoformat(),
                        "kind": step.kind,
                        "side": step.side,
                        "by": step.by_name,
                        "words": step.words,
                    }
                    for step in history[each.request_id]
                    if step.kind not in INTERNAL
                ],
                "documents": [
                    {
                        "document_id": str(document.document_id),
                        "type": document.document_type,
                        "received_at": document.received_at.isoformat(),
                    }
                    for document in documents[each.request_id]
                ],
            }
            for each in own
        ]
    }
