"""The line of full sessions, read under their locks: what they have left, who comes first, which place each has."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from chassis.database import PREPARED
from contracts.enrolment.offer import ActivityTerms
from contracts.events.waiting import WaitingState
from enrolment.booking import places
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.catalogue.terms import terms_of
from enrolment.models import Activity, DaySession, SessionGroup

BATCH = 50
"""Rows of a line read at once: few are served, and a line may be long."""


@dataclass(frozen=True)
class Line:
    """Sessions that are locked, what they have left, and the activities they are of."""

    sessions: dict[UUID, DaySession]
    free: dict[UUID, int]
    group_free: dict[tuple[UUID, str | None], int]
    terms: dict[str, ActivityTerms]

    def is_full(self, session_ids: Collection[UUID]) -> bool:
        """Nothing is left on any of them."""
        return all(self._left(session_id) < 1 for session_id in session_ids)

    def has_room(self, row: WaitingPlace) -> bool:
        """A place is free on every session that goes together, for that age."""
        return all(
            self._left(session_id) > 0
            and (row.group_code is None or self.group_free.get((session_id, row.group_code), 0) > 0)
            for session_id in row.session_ids
        )

    def take(self, row: WaitingPlace) -> None:
        """They have one place less."""
        for session_id in row.session_ids:
            self.free[session_id] -= 1
            if row.group_code is not None:
                self.group_free[session_id, row.group_code] -= 1

    def terms_for(self, row: WaitingPlace) -> ActivityTerms:
        """Those of its activity."""
        return self.terms[self.sessions[row.anchor_id].activity_code]

    def _left(self, session_id: UUID) -> int:
        found = self.sessions.get(session_id)
        return 0 if found is None or found.closed_because else self.free[session_id]


def lock(session: Session, session_ids: Collection[UUID]) -> None:
    """Keeps these sessions, and all of their activity's there in their weeks, until the end of the transaction.

    For whoever will free places of sessions that may go together (a week, a lunch and its half-day): serving their
    line takes the others too, and all must be taken in one order.
    """
    of = aliased(DaySession)
    monday = func.date_trunc("week", of.day)
    together = session.scalars(
        select(DaySession.session_id)
        .join(
            of,
            and_(
                DaySession.place_code == of.place_code,
                DaySession.activity_code == of.activity_code,
                DaySession.day.between(monday, monday + timedelta(days=6)),
            ),
        )
        .where(of.session_id.in_(session_ids))
    )
    places.lock(session, set(together))


def load(session: Session, session_ids: Collection[UUID]) -> Line:
    """These sessions, locked. Three statements."""
    sessions = {each.session_id: each for each in places.lock(session, session_ids)}
    groups = session.execute(
        select(
            SessionGroup.session_id, SessionGroup.group_code, SessionGroup.capacity - SessionGroup.taken
        ).where(SessionGroup.session_id.in_(session_ids))
    )
    activities = session.scalars(
        select(Activity).where(Activity.code.in_({each.activity_code for each in sessions.values()}))
    )
    return Line(
        sessions=sessions,
        free={each.session_id: each.capacity - each.taken for each in sessions.values()},
        group_free={(session_id, code): free for session_id, code, free in groups},
        terms={activity.code: terms_of(activity) for activity in activities},
    )


def waiting_for(session: Session, session_ids: Collection[UUID]) -> Iterator[list[WaitingPlace]]:
    """Who waits for one of these sessions, in order, a batch at a time. Ends once there is nobody."""
    behind: dict[str, object] = {}
    while True:
        values = {"freed": list(session_ids), **behind}
        rows = list(session.scalars(_BEHIND if behind else _FIRST, values))
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        behind = {"last_first": rows[-1].comes_first, "last_number": rows[-1].number}


# Written once: every place given back asks whether somebody waits, and hardly ever does anybody.
_FIRST = (
    select(WaitingPlace)
    .where(
        WaitingPlace.session_ids.overlap(bindparam("freed", type_=ARRAY(Uuid))),
        WaitingPlace.state == WaitingState.WAITING,
    )
    .order_by(WaitingPlace.comes_first.desc(), WaitingPlace.number)
    .limit(BATCH)
    .execution_options(populate_existing=True, **PREPARED)
)
_LAST_FIRST = bindparam("last_first", type_=Boolean)
_BEHIND = _FIRST.where(
    or_(
        and_(
            WaitingPlace.comes_first == _LAST_FIRST,
            WaitingPlace.number > bindparam("last_number", type_=BigInteger),
        ),
        and_(_LAST_FIRST, WaitingPlace.comes_first.is_(False)),
    )
)


def rank(session: Session, waiting_ids: Collection[UUID]) -> dict[UUID, int]:
    """The place of each in its line, 1 first: one more than those of its age who are served before it.

    One statement. Those who want other sessions with it (matin et repas) stand in the same line.
    """
    if not waiting_ids:
        return {}
    before = aliased(WaitingPlace)
    ahead = (
        select(func.count())
        .where(
            before.state == WaitingState.WAITING,
            before.session_ids.overlap(WaitingPlace.session_ids),
            before.group_code.is_not_distinct_from(WaitingPlace.group_code),
            or_(
                before.comes_first > WaitingPlace.comes_first,
                and_(
                    before.comes_first == WaitingPlace.comes_first,
                    before.number < WaitingPlace.number,
                ),
            ),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(WaitingPlace.waiting_id, ahead + 1).where(
            WaitingPlace.waiting_id.in_(waiting_ids), WaitingPlace.state == WaitingState.WAITING
        )
    )
    return dict(rows.all())
