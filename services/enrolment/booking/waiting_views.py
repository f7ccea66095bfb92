"""The lines of full sessions, as parents and agents see them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts.caller import Caller, Role
from contracts.enrolment.waiting import EndedView, LinesView, LineView, ShowLine, WaitingLists, WaitingView
from contracts.errors import NotFound
from contracts.events.waiting import WaitingState
from enrolment.booking.known import WAITS
from enrolment.booking.line import rank
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.catalogue.terms import order_sentence, terms_of
from enrolment.household.families import OWN_CHILDREN, full_name
from enrolment.models import Activity, Child, DaySession, Place
from enrolment.wording import listed

MOST_LINES = 500
_Row = Row[WaitingPlace, Child, DaySession, Activity, Place]


def of_account(session: Session, account_id: UUID, now: datetime) -> list[WaitingView]:
    """What the account's children wait for and are offered, offers first, then by day. Three statements."""
    return _views(session, session.execute(_STANDING, {"account_id": account_id, "now": now}).all())


def offers_of(session: Session, account_id: UUID, now: datetime) -> list[WaitingView]:
    """The places that are held for the account's children, the first to end first. One statement when there is none."""
    return _views(session, session.execute(OFFERED, {"account_id": account_id, "now": now}).all())


def lists(session: Session, ask: WaitingLists, caller: Caller, today: date) -> LinesView:
    """The lines of sessions to come, by day, each in its order."""
    caller.staff(Role.REQUESTS)
    to_come: list[ColumnElement[bool]] = [WaitingPlace.state.in_(WAITS), DaySession.day >= today]
    wanted = list(to_come)
    if ask.activity_code:
        wanted.append(DaySession.activity_code == ask.activity_code)
    if ask.place_code:
        wanted.append(DaySession.place_code == ask.place_code)
    names = session.execute(
        _rows()
        .with_only_columns(Activity.code, Activity.name, Place.code, Place.name)
        .where(*to_come)
        .distinct()
    ).all()
    return LinesView(
        lines=_lines(session, wanted),
        activities=dict(sorted(((row[0], row[1]) for row in names), key=lambda each: each[1])),
        places=dict(sorted(((row[2], row[3]) for row in names), key=lambda each: each[1])),
    )


def show(session: Session, ask: ShowLine, caller: Caller) -> LineView:
    """One line, and those who were in it."""
    caller.staff(Role.REQUESTS)
    row = session.execute(
        select(DaySession, Activity, Place)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(DaySession.session_id == ask.session_id)
    ).first()
    if row is None:
        raise NotFound
    here = WaitingPlace.anchor_id == ask.session_id
    found = _lines(session, [here, WaitingPlace.state.in_(WAITS)]) or [_empty_line(*row)]
    ended = session.execute(
        select(WaitingPlace, Child)
        .join(Child, Child.child_id == WaitingPlace.child_id)
        .where(here, WaitingPlace.state.not_in(WAITS))
        .order_by(WaitingPlace.ended_at.desc(), WaitingPlace.number.desc())
        .limit(MOST_LINES)
    )
    history = [
        EndedView(
            child_name=full_name(child),
            state=WaitingState(each.state),
            asked_at=each.asked_at,
            ended_at=each.ended_at,
        )
        for each, child in ended
    ]
    return found[0].model_copy(update={"ended": history})


def _lines(session: Session, wanted: Sequence[ColumnElement[bool]]) -> list[LineView]:
    rows = session.execute(
        _rows()
        .where(*wanted)
        .order_by(
            DaySession.day,
            Activity.name,
            Place.name,
            WaitingPlace.anchor_id,
            WaitingPlace.offer_ends_at.nulls_last(),
            WaitingPlace.comes_first.desc(),
            WaitingPlace.number,
        )
        .limit(MOST_LINES)
    ).all()
    lines: dict[UUID, LineView] = {}
    for view, row in zip(_views(session, rows), rows, strict=True):
        _, _, day_session, activity, place = row
        line = lines.get(day_session.session_id)
        if line is None:
            line = lines[day_session.session_id] = _empty_line(day_session, activity, place)
        line.waiting.append(view)
    return list(lines.values())


def _empty_line(day_session: DaySession, activity: Activity, place: Place) -> LineView:
    return LineView(
        session_id=day_session.session_id,
        activity_name=activity.name,
        place_name=place.name,
        day=day_session.day,
        slot=day_session.slot,
        capacity=day_session.capacity,
        taken=day_session.taken,
        order_sentence=order_sentence(terms_of(activity).waiting),
        waiting=[],
    )


def _rows() -> Select[WaitingPlace, Child, DaySession, Activity, Place]:
    return (
        select(WaitingPlace, Child, DaySession, Activity, Place)
        .join(Child, Child.child_id == WaitingPlace.child_id)
        .join(DaySession, DaySession.session_id == WaitingPlace.anchor_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
    )


def _of_account(stands: ColumnElement[bool]) -> Select[WaitingPlace, Child, DaySession, Activity, Place]:
    return (
        _rows()
        .where(WaitingPlace.child_id.in_(OWN_CHILDREN), stands)
        .order_by(WaitingPlace.offer_ends_at.nulls_last(), DaySession.day, WaitingPlace.number)
        .execution_options(**PREPARED)
    )


# Written once: offers are part of every home.
_IS_OFFERED = and_(WaitingPlace.state == WaitingState.OFFERED, WaitingPlace.offer_ends_at > bindparam("now"))
OFFERED = _of_account(_IS_OFFERED)
_STANDING = _of_account(or_(WaitingPlace.state == WaitingState.WAITING, _IS_OFFERED))


def _views(session: Session, rows: Sequence[_Row]) -> list[WaitingView]:
    ranks = rank(session, {row[0].waiting_id for row in rows})
    longer = {each for row in rows if len(row[0].session_ids) > 1 for each in row[0].session_ids}
    known = {row[2].session_id: row[2] for row in rows}
    if longer:
        found = session.scalars(select(DaySession).where(DaySession.session_id.in_(longer)))
        known |= {each.session_id: each for each in found}
    return [
        WaitingView(
            waiting_id=row.waiting_id,
            session_id=row.anchor_id,
            session_ids=row.session_ids,
            child_id=child.child_id,
            child_name=full_name(child),
            activity_code=activity.code,
            activity_name=activity.name,
            place_name=place.name,
            days=sorted({known[each].day for each in row.session_ids}),
            slot=listed(sorted({known[each].slot for each in row.session_ids})),
            state=WaitingState(row.state),
            place_in_line=ranks.get(row.waiting_id),
            order_sentence=order_sentence(terms_of(activity).waiting),
            offer_ends_at=row.offer_ends_at if row.state == WaitingState.OFFERED else None,
            asked_at=row.asked_at,
        )
        for row, child, _, activity, place in rows
    ]
