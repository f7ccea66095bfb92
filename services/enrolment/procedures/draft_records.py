"""The drafts of an account, for its owner to take away."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.records import Records
from enrolment.procedures import unfinished
from enrolment.procedures.asking import shown
from enrolment.procedures.models import RequestDraft
from enrolment.procedures.versions import form_of
from enrolment.requests.answered import text_of


def records(session: Session, account_id: UUID) -> Records:
    """`request_drafts`: a statement, and one for each form that is being filled."""
    own = session.scalars(
        select(RequestDraft)
        .where(RequestDraft.account_id == account_id)
        .order_by(RequestDraft.updated_at.desc())
    )
    return {"request_drafts": [_record(session, draft) for draft in own.all()]}


def _record(session: Session, draft: RequestDraft) -> Records:
    form = form_of(session, draft.procedure_code, draft.number)
    return {
        "procedure": form.title,
        "updated_at": draft.updated_at.isoformat(),
        "replies": [
            {"question": field.label, "reply": text_of(field, draft.answers[field.name])}
            for fields in shown(form, draft.answers).values()
            for field in fields
            if field.name in draft.answers
        ],
        "unfinished_replies": [
            {"question": field.label, "reply": unfinished.text_of(draft.typed[field.name])}
            for field in form.fields()
            if field.name in draft.typed
        ],
    }
