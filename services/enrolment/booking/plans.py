"""Many days at once: a usual week over a period, a sibling's days. Looked at first, saved like any other change."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, CellState, CellView, ChangeBookings
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.weeks import (
    TO_BOOK,
    ApplyCopy,
    ApplyPlan,
    Copy,
    Plan,
    PlannedDay,
    PlanView,
    PreviewCopy,
    PreviewPlan,
    UsualActivityView,
    UsualDay,
    UsualWeek,
    UsualWeekView,
)
from enrolment.booking import bookings
from enrolment.booking.booking_rules import Known
from enrolment.booking.cells import Reader, look_up, view_cells
from enrolment.booking.known import known_of_enrolled
from enrolment.booking.usual_week_models import UsualWeekKept
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling.enrolment_views import view_child
from enrolment.household.families import Acting, act_for
from enrolment.models import Activity, Enrolment, Place
from enrolment.schedule import calendar

_Day = tuple[Known, CellView, ActivityTerms]
GIVEN_BACK = (CellState.BOOKED,)
BOOKED = (CellState.BOOKED, CellState.BOOKED_LOCKED)


def usual_week(session: Session, ask: UsualWeek, caller: Caller, now: datetime) -> UsualWeekView:
    """What was kept last, else what the child's activities propose."""
    acting = act_for(session, caller, ask.child_id)
    today = calendar.local_day(now)
    year = calendar.school_year_of(today)
    rows = session.execute(
        select(Activity, Place.name)
        .join(Enrolment, Enrolment.activity_code == Activity.code)
        .join(Place, Place.code == Enrolment.place_code)
        .where(
            Enrolment.child_id == ask.child_id,
            Enrolment.state == "accepted",
            Enrolment.school_year == year.label,
        )
        .order_by(Activity.name)
    )
    offered = [(terms_of(activity), place_name) for activity, place_name in rows]
    running = [(terms, place_name) for terms, place_name in offered if terms.season != "none"]
    kept = session.get(UsualWeekKept, (ask.child_id, acting.family_id))
    proposed = [
        UsualDay(activity_code=terms.code, slot=usual.slot, weekday=weekday)
        for terms, _ in running
        for usual in terms.usual_days
        for weekday in sorted(usual.weekdays & terms.weekdays)
    ]
    codes = {terms.code for terms, _ in running}
    days = [UsualDay.model_validate(day) for day in kept.days] if kept else proposed
    return UsualWeekView(
        child=view_child(acting.child, acting.school_name),
        activities=[
            UsualActivityView(
                activity_code=terms.code,
                name=terms.name,
                place_name=place_name,
                slots=list(terms.slots),
                weekdays=sorted(terms.weekdays),
            )
            for terms, place_name in running
        ],
        days=[day for day in days if day.activity_code in codes],
        is_kept=kept is not None,
        first=today + timedelta(days=1),
        last=year.last,
    )


def preview_plan(session: Session, ask: PreviewPlan, caller: Caller, now: datetime) -> PlanView:
    """What the usual week would change, as things stand."""
    acting = act_for(session, caller, ask.plan.child_id)
    return _look(acting, _days_of(session, acting, ask.plan.first, ask.plan.last, now), *_wishes(ask.plan))


def apply_plan(session: Session, ask: ApplyPlan, caller: Caller, now: datetime) -> BookingAnswer:
    """Keeps the usual week and makes the period so, as far as can be."""
    plan = ask.plan
    acting = act_for(session, caller, plan.child_id, lock=True)
    found = _days_of(session, acting, plan.first, plan.last, now)
    answer = _save(session, ask.command_id, acting, _look(acting, found, *_wishes(plan)), now)
    kept = [day.model_dump(mode="json") for day in plan.days]
    statement = insert(UsualWeekKept).values(
        child_id=plan.child_id, family_id=acting.family_id, days=kept, kept_at=now
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[UsualWeekKept.child_id, UsualWeekKept.family_id],
            set_={"days": kept, "kept_at": now},
        )
    )
    return answer


def preview_copy(session: Session, ask: PreviewCopy, caller: Caller, now: datetime) -> PlanView:
    """What the copy would book, and what the sibling is not enrolled in."""
    return _copied(session, ask.copy_of, caller, now, lock=False)[1]


def apply_copy(session: Session, ask: ApplyCopy, caller: Caller, now: datetime) -> BookingAnswer:
    """Books for the sibling what can be."""
    acting, view = _copied(session, ask.copy_of, caller, now, lock=True)
    return _save(session, ask.command_id, acting, view, now)


def _copied(
    session: Session, copy: Copy, caller: Caller, now: datetime, *, lock: bool
) -> tuple[Acting, PlanView]:
    source = act_for(session, caller, copy.from_child_id)
    acting = act_for(session, caller, copy.child_id, lock=lock)
    model = [
        (known, terms)
        for known, cell, terms in _days_of(session, source, copy.first, copy.last, now)
        if cell.state in BOOKED
    ]
    wanted = {(known.activity_code, known.day, known.slot) for known, _ in model}
    found = _days_of(session, acting, copy.first, copy.last, now)
    has = {known.activity_code for known, _, _ in found}
    missing = {terms.name for known, terms in model if known.activity_code not in has}
    view = _look(acting, found, lambda known: (known.activity_code, known.day, known.slot) in wanted, False)
    return acting, view.model_copy(update={"not_enrolled": sorted(missing)})


def _wishes(plan: Plan) -> tuple[Callable[[Known], bool], bool]:
    wanted = {(day.activity_code, day.slot, day.weekday) for day in plan.days}
    return lambda known: (known.activity_code, known.slot, known.day.isoweekday()) in wanted, plan.exactly


def _look(
    acting: Acting, found: Iterable[_Day], is_wanted: Callable[[Known], bool], exactly: bool
) -> PlanView:
    booked, cancelled, impossible = [], [], []
    kept = 0
    found = list(found)
    # Where a week is booked whole, one of its days is wanted or none is; its first day stands for it.
    wanted_weeks = {cell.week_of for known, cell, _ in found if cell.week_of and is_wanted(known)}
    weeks: set[UUID] = set()
    for known, cell, terms in found:
        if cell.week_of is not None:
            if cell.week_of in weeks:
                continue
            weeks.add(cell.week_of)
        day = PlannedDay(
            session_id=known.session_id,
            activity_code=terms.code,
            activity_name=terms.name,
            day=known.day,
            slot=known.slot,
            cell=cell,
        )
        if cell.week_of in wanted_weeks if cell.week_of else is_wanted(known):
            if cell.state in BOOKED:
                kept += 1
            elif cell.state in TO_BOOK:
                booked.append(day)
            else:
                impossible.append(day)
        elif exactly and cell.state in GIVEN_BACK:
            cancelled.append(day)
    return PlanView(
        child=view_child(acting.child, acting.school_name),
        booked=booked,
        cancelled=cancelled,
        kept=kept,
        impossible=impossible,
    )


def _save(session: Session, command_id: UUID, acting: Acting, view: PlanView, now: datetime) -> BookingAnswer:
    ask = ChangeBookings(
        command_id=command_id,
        child_id=acting.child.child_id,
        additions=[each.session_id for each in view.booked],
        removals=[each.session_id for each in view.cancelled],
    )
    return bookings.save(session, ask, acting, now)


def _days_of(session: Session, acting: Acting, first: date, last: date, now: datetime) -> list[_Day]:
    """The child's days to come of a period, as its parent has them. Two statements, and two for groups and lines."""
    child = acting.child
    first = max(first, calendar.local_day(now))
    found = [Known(*row[:-1]) for row in session.execute(known_of_enrolled([child.child_id], first, last))]
    activities = session.scalars(
        select(Activity).where(Activity.code.in_({known.activity_code for known in found}))
    )
    terms = {activity.code: terms_of(activity) for activity in activities}
    reader = Reader(child.birth_date, acting.family_ids, acting.is_resident, now)
    cells = view_cells(found, terms, reader, look_up(session, found, terms))
    return [(known, cell, terms[known.activity_code]) for known, cell in zip(found, cells, strict=True)]
