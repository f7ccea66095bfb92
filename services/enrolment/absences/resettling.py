"""A sheet already settled, settled again: an absence was reported or decided, an objection made or answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.errors import NotFound
from contracts.events.attendance import AttendanceLine
from enrolment.absences.reported import judge
from enrolment.attending import settled
from enrolment.attending.settled import Settling
from enrolment.models import Child, DaySession


def lock_child(session: Session, child_id: UUID) -> Child:
    """The child, its row kept: before any session's, as everywhere. Raises NotFound."""
    child = session.scalar(select(Child).where(Child.child_id == child_id).with_for_update(key_share=True))
    if child is None:
        raise NotFound
    return child


def resettle(
    session: Session,
    day_session: DaySession,
    now: datetime,
    by: Settling | None = None,
    replaced: dict[UUID, AttendanceLine | None] | None = None,
) -> bool:
    """Settles a locked session again when its lines say something else by now; False when there is nothing to say.

    `replaced`: child → its corrected line; None takes it off the sheet. Without `by`, a parent's act made the
    difference: the sheet stays its agent's, and its time too.
    """
    session.flush()
    sheet = settled.last_sheet(session, day_session.session_id)
    if sheet is None:
        return False
    before = settled.lines_of(sheet)
    replaced = replaced or {}
    kept = [replaced.get(line.child_id, line) for line in before]
    kept += [
        line for child_id, line in replaced.items() if child_id not in {each.child_id for each in before}
    ]
    after = judge(session, day_session.session_id, [line for line in kept if line is not None])
    if after == before:
        return False
    settling = by or Settling(sheet.settled_at, sheet.settled_by, sheet.settled_by_name)
    settled.write(session, day_session, sheet.version + 1, after, settling, now)
    return True
