"""Where a roll-call begins: the day's sessions, the sheets not done, the child who is there without being expected."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    FindChildren,
    FoundChildView,
    MissingSheetView,
    PlaceSheetsView,
    SheetsWaitingView,
)
from contracts.enrolment.offer import PlaceKind
from contracts.enrolment.taps import Seen
from contracts.errors import NotFound
from enrolment.attending import tablets
from enrolment.attending.taps import holding
from enrolment.enrolling.enrolment_views import view_child
from enrolment.models import Activity, Child, DaySession, FamilyChild, Place, Sheet

_IS_DONE = select(Sheet.session_id).where(Sheet.session_id == DaySession.session_id).exists()


def desk(session: Session, ask: AttendanceDesk, caller: Caller) -> AttendanceDeskView:
    """What runs on `day`, the earlier sessions with bookings that nobody checked, and the closed sheets that late taps
    contradict. At most eight statements."""
    caller.staff(Role.ATTENDANCE)
    of_place = [DaySession.place_code == ask.place_code] if ask.place_code else []
    rows = (
        select(DaySession, Place.name, Activity.name, _IS_DONE)
        .join(Place, Place.code == DaySession.place_code)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(*of_place)
        .order_by(DaySession.day, Place.name, Activity.name, DaySession.slot)
    )
    missed = [DaySession.taken > 0, DaySession.day < ask.day, ~_IS_DONE]
    today = session.execute(rows.where(DaySession.taken > 0, DaySession.day == ask.day)).all()
    missing = session.execute(rows.where(*missed).limit(ask.limit)).all()
    places = session.execute(
        select(Place.code, Place.name, func.count(), func.min(DaySession.day))
        .select_from(DaySession)
        .join(Place, Place.code == DaySession.place_code)
        .where(*of_place, *missed)
        .group_by(Place.code, Place.name)
        .order_by(func.min(DaySession.day), Place.name)
    ).all()
    to_review = tablets.sheets_to_review(session)
    review = session.execute(rows.where(DaySession.session_id.in_(to_review))).all() if to_review else []
    begun = tablets.taps_of(
        session, [day_session.session_id for day_session, _, _, done in today if not done]
    )
    return AttendanceDeskView(
        day=ask.day,
        today=[_view(day_session, place, activity) for day_session, place, activity, _ in today],
        done=[day_session.session_id for day_session, _, _, done in today if done],
        tapped={
            session_id: sum(tap.seen is not Seen.UNDONE for tap in holding(taps).values())
            for session_id, taps in begun.items()
            if taps
        },
        review=[_view(day_session, place, activity) for day_session, place, activity, _ in review],
        places=[
            PlaceSheetsView(place_code=code, place_name=name, missing=number, since=since)
            for code, name, number, since in places
        ],
        missing=[_view(day_session, place, activity) for day_session, place, activity, _ in missing],
        missing_total=sum(number for _, _, number, _ in places),
    )


def waiting(session: Session, caller: Caller, today: date) -> SheetsWaitingView:
    """How many past sheets nobody closed, since when, and how many are to be looked at again."""
    caller.staff(Role.ATTENDANCE)
    missing, since = session.execute(
        select(func.count(), func.min(DaySession.day))
        .select_from(DaySession)
        .where(DaySession.taken > 0, DaySession.day < today, ~_IS_DONE)
    ).one()
    return SheetsWaitingView(missing=missing, since=since, review=len(tablets.sheets_to_review(session)))


def find_children(session: Session, ask: FindChildren, caller: Caller) -> list[FoundChildView]:
    """Children whose first or last name contains each word of the text."""
    caller.staff(Role.ATTENDANCE)
    place = session.get(Place, ask.place_code)
    if place is None:
        raise NotFound
    rows = session.execute(named_like(place, ask.text).limit(ask.limit))
    found = [(child, name or "") for child, name in rows]
    families: dict[UUID, list[UUID]] = defaultdict(list)
    of = select(FamilyChild.child_id, FamilyChild.family_id).where(
        FamilyChild.child_id.in_([child.child_id for child, _ in found])
    )
    for child_id, family_id in session.execute(of.order_by(FamilyChild.family_id)):
        families[child_id].append(family_id)
    return [
        FoundChildView(**dict(view_child(child, name)), family_ids=families[child.child_id])
        for child, name in found
    ]


def named_like(place: Place, words: str) -> Select[Child, str]:
    """The children of a place (a school's own, of any school elsewhere) whose name contains each of the words."""
    wanted = select(Child, Place.name).outerjoin(Place, Place.code == Child.place_code)
    if place.kind == PlaceKind.SCHOOL:
        wanted = wanted.where(Child.place_code == place.code)
    for word in words.split():
        wanted = wanted.where(
            or_(
                Child.first_name.icontains(word, autoescape=True),
                Child.last_name.icontains(word, autoescape=True),
            )
        )
    return wanted.order_by(Child.last_name, Child.first_name, Child.child_id)


def _view(day_session: DaySession, place_name: str, activity_name: str) -> MissingSheetView:
    return MissingSheetView(
        session_id=day_session.session_id,
        place_code=day_session.place_code,
        place_name=place_name,
        activity_code=day_session.activity_code,
        activity_name=activity_name,
        day=day_session.day,
        slot=day_session.slot,
        expected=day_session.taken,
    )
