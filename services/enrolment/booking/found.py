"""What a save finds: the sessions it names, the child on them, and who acts for it, whose save it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from chassis import commands
from chassis.one_trip import OneTrip
from contracts.caller import Caller, Kind
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.offer import ActivityTerms
from enrolment.booking.booking_rules import Known
from enrolment.booking.known import known_for
from enrolment.catalogue.terms import terms_from
from enrolment.household.families import LOCK, Acting, ActingRow, acting_rows, chosen, who_acts
from enrolment.models import Activity, DaySession, Enrolment, Place
from enrolment.schedule import calendar


@dataclass(frozen=True)
class Found:
    """A session, the child on it, its activity. `is_enrolled`: the child is, there, in that day's school year."""

    known: Known
    terms: ActivityTerms
    place_name: str
    is_enrolled: bool


Sessions = dict[UUID, Found]


@dataclass(frozen=True)
class Look:
    """All that a save needs. `kept`: what is kept of its command, if it was done before."""

    acting: Acting
    sessions: Sessions
    kept: commands.Kept | None


@dataclass(frozen=True)
class _Row(Known):
    terms: str = ""
    place_name: str = ""
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rows:
    sessions: list[_Row]


@dataclass(frozen=True)
class _Everything(_Rows):
    acting: list[ActingRow]
    kept: list[commands.Kept]


def look(session: Session, ask: ChangeBookings, caller: Caller) -> Look:
    """Keeps the child's row until the end of the transaction, then looks. One trip. Raises NotFound."""
    seen = _LOOK[caller.kind is not Kind.CITIZEN].read(
        session,
        child_id=ask.child_id,
        session_ids=[*ask.additions, *ask.removals],
        kept_id=ask.command_id,
        **who_acts(caller, ask.family_id),
    )
    acting = chosen(seen.acting, caller, ask.family_id)
    return Look(acting, _by_id(seen.sessions), next(iter(seen.kept), None))


def load(session: Session, child_id: UUID, session_ids: Collection[UUID]) -> Sessions:
    """The sessions by their ids. One statement, no lock."""
    return _by_id(_BY_ID.read(session, child_id=child_id, session_ids=list(session_ids)).sessions)


def load_where(session: Session, child_id: UUID, wanted: ColumnElement[bool]) -> Sessions:
    """The sessions that are so. One statement, no lock."""
    rows = session.execute(_ALL.where(wanted), {"child_id": child_id})
    return _by_id(_Row(*row) for row in rows)


def _by_id(rows: Iterable[_Row]) -> Sessions:
    return {
        row.session_id: Found(
            row, terms_from(row.terms), row.place_name, calendar.school_year_of(row.day).label in row.years
        )
        for row in rows
    }


# Written once: making these statements costs more than running them.
_SESSION, _ACTIVITY, _PLACE, _ENROLMENT = (
    each.__table__ for each in (DaySession, Activity, Place, Enrolment)
)
_YEARS = (
    select(_ENROLMENT.c.school_year)
    .where(
        _ENROLMENT.c.child_id == bindparam("child_id"),
        _ENROLMENT.c.activity_code == _SESSION.c.activity_code,
        _ENROLMENT.c.place_code == _SESSION.c.place_code,
        text("enrolment.state = 'accepted'"),
    )
    .correlate(_SESSION)
    .scalar_subquery()
)
_ALL = (
    known_for(bindparam("child_id", type_=Uuid))
    .add_columns(
        cast(_ACTIVITY.c.terms, Text).label("terms"),
        _PLACE.c.name.label("place_name"),
        func.array(_YEARS, type_=ARRAY(String)).label("years"),
    )
    .join(_ACTIVITY, _ACTIVITY.c.code == _SESSION.c.activity_code)
    .join(_PLACE, _PLACE.c.code == _SESSION.c.place_code)
)
_NAMED = _ALL.where(_SESSION.c.session_id == any_(bindparam("session_ids", type_=ARRAY(Uuid))))
_BY_ID = OneTrip(_Rows, sessions=_NAMED)
_LOOK = {
    is_staff: OneTrip(
        _Everything, ahead=LOCK, sessions=_NAMED, acting=acting_rows(is_staff=is_staff), kept=commands.KEPT
    )
    for is_staff in (False, True)
}
