"""Where a roll-call begins: the day's sessions, the sheets not done, the child who is there without being expected."""

from collections import defaultdict
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
)
from contracts.enrolment.offer import PlaceKind
from contracts.errors import NotFound
from enrolment.enrolling.enrolment_views import view_child
from enrolment.models import Activity, Child, DaySession, FamilyChild, Place, Sheet


def desk(session: Session, ask: AttendanceDesk, caller: Caller) -> AttendanceDeskView:
    """What runs on `day`, and the earlier sessions with bookings that nobody checked. Three statements."""
    caller.staff(Role.ATTENDANCE)
    is_done = select(Sheet.session_id).where(Sheet.session_id == DaySession.session_id).exists()
    wanted = [DaySession.taken > 0]
    if ask.place_code:
        wanted.append(DaySession.place_code == ask.place_code)
    rows = (
        select(DaySession, Place.name, Activity.name, is_done)
        .join(Place, Place.code == DaySession.place_code)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(*wanted)
        .order_by(DaySession.day, Place.name, Activity.name, DaySession.slot)
    )
    today = session.execute(rows.where(DaySession.day == ask.day)).all()
    missing = session.execute(rows.where(DaySession.day < ask.day, ~is_done).limit(ask.limit)).all()
    total = session.scalar(
        select(func.count()).select_from(DaySession).where(*wanted, DaySession.day < ask.day, ~is_done)
    )
    return AttendanceDeskView(
        day=ask.day,
        today=[_view(day_session, place, activity) for day_session, place, activity, _ in today],
        done=[day_session.session_id for day_session, _, _, done in today if done],
        missing=[_view(day_session, place, activity) for day_session, place, activity, _ in missing],
        missing_total=total or 0,
    )


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
