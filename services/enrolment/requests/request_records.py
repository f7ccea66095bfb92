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
from enrolment.procedures.asking import shown
from enrolment.procedures.versions import form_of
from enrolment.requests.answered import text_of
from enrolment.requests.models import Request, RequestDocument, RequestStep


def records(session: Session, account_id: UUID) -> Records:
    """`requests`: three statements and one for each form that was filled, however many there are."""
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
                "procedure": each.title,
                "state": each.state,
                "email": each.email,
                "submitted_at": each.submitted_at.isoformat(),
                "answer_by": each.due_on.isoformat(),
                "closed_at": each.closed_at.isoformat() if each.closed_at else None,
                "replies": _answers(session, each),
                "letter": each.letter,
                "decided_by": each.decided_by,
                "internal_notes": sum(step.kind == StepKind.NOTED for step in history[each.request_id]),
                "history": [
                    {
                        "at": step.at.isoformat(),
                        "step": step.kind,
                        "side": step.side,
                        "by": step.by_name,
                        "said": step.words,
                    }
                    for step in history[each.request_id]
                    if step.kind not in INTERNAL
                ],
                "given_documents": [
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


def _answers(session: Session, request: Request) -> list[Records]:
    """Question and answer, as they were asked and given."""
    form = form_of(session, request.procedure_code, request.form_number)
    return [
        {"question": field.label, "reply": text_of(field, request.answers[field.name])}
        for fields in shown(form, request.answers).values()
        for field in fields
        if field.name in request.answers
    ]
