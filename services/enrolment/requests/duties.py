"""What is told of a delay by a timer: it ends soon, or it is over."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contracts.events.requests import RequestDue, RequestState
from enrolment.requests import departments, states, steps
from enrolment.requests.delays import SOON_DAYS, Notice, notice, to_tell
from enrolment.requests.models import Request
from enrolment.schedule import calendar

PER_TICK = 200


def to_warn_of(session: Session, now: datetime) -> list[UUID]:
    """Requests whose delay ends soon or is over, and of which that was not told yet."""
    today = calendar.local_day(now)
    return list(
        session.scalars(
            select(Request.request_id)
            .where(
                Request.state.in_(["received", "in_progress", "information_asked"]),
                Request.paused_on.is_(None),
                or_(
                    (Request.due_on < today) & (Request.warned != Notice.LATE),
                    (Request.due_on <= today + timedelta(days=SOON_DAYS)) & (Request.warned == Notice.NONE),
                ),
            )
            .order_by(Request.due_on)
            .limit(PER_TICK)
        )
    )


def warn(session: Session, request_id: UUID, now: datetime) -> bool:
    """Tells of one, under its lock; False when there is nothing to tell any more."""
    request = session.get_one(Request, request_id, with_for_update=True, populate_existing=True)
    found = notice(request.due_on, calendar.local_day(now))
    if not states.is_open(RequestState(request.state)) or request.paused_on is not None:
        return False
    if not to_tell(Notice(request.warned), found):
        return False
    request.warned = found
    department = departments.get(session, request.department_code)
    steps.announce(
        session,
        request,
        RequestDue,
        now,
        due_on=request.due_on,
        late=found is Notice.LATE,
        department_email=department.email,
    )
    return True
