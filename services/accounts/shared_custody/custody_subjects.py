"""The calendar of a child as something of the family's file that is changed: after an agent's look."""

from uuid import UUID

from pydantic import JsonValue, ValidationError
from sqlalchemy import select

from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_subjects import At, Present, Subject, Values, child_of, name_of, register
from accounts.shared_custody.custody_agreements import check_draft, draft_of, open_agreement, replace
from accounts.shared_custody.custody_homes import homes_of
from contracts.accounts.changes import ChangeState, SubjectKind
from contracts.accounts.custody import CustodyDraft
from contracts.errors import Invalid

FIELD = "calendar"


@register
class CustodySubject(Subject):
    """The subject is the child; the value a CustodyDraft, its sides in the order of the families' ids."""

    kind = SubjectKind.CUSTODY
    shared = True
    own_command = True  # the other home is told of it

    def read(self, at: At) -> Present:
        child = child_of(at)
        held = open_agreement(at.session, at.subject_id)
        value: JsonValue = draft_of(held).model_dump(mode="json") if held else None
        return Present(name_of(child), {FIELD: value}, child_id=at.subject_id)

    def check(self, at: At, values: Values) -> Values:
        homes_of(at.session, at.subject_id)
        try:
            draft = CustodyDraft.model_validate(values[FIELD])
        except ValidationError:
            raise Invalid(problems={FIELD: "custody_unreadable"}) from None
        check_draft(at.session, at.subject_id, draft, at.today)
        return {FIELD: draft.model_dump(mode="json")}

    def write(self, at: At, values: Values) -> None:
        draft = CustodyDraft.model_validate(values[FIELD])
        replace(at.session, at.subject_id, draft, _accepted(at, values[FIELD]), at.now)


def _accepted(at: At, value: JsonValue) -> UUID | None:
    """The request that an agent has just accepted; None when the town states the calendar by itself."""
    return at.session.scalar(
        select(ChangeRequest.change_id)
        .where(
            ChangeRequest.subject_kind == SubjectKind.CUSTODY.value,
            ChangeRequest.subject_id == at.subject_id,
            ChangeRequest.state == ChangeState.ACCEPTED.value,
            ChangeRequest.ended_at == at.now,
            ChangeRequest.new == value,
        )
        .limit(1)
    )
