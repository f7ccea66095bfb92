"""Many days at once: a usual week over a period, a sibling's days. Looked at first, saved like any other change."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, CellState, CellView, ChangeBookings
from contracts.enrolment.offer import ActivityTerms, Season
from contracts.enrolment.weeks import (
    TO_BOOK,
    ApplyCopy,
    ApplyPlan,
    Copy,
    Plan,
    PlannedDay,
    PlannedGap,
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
    plan = ask.plan
    acting = act_for(session, caller, plan.child_id)
    found = _days_of(session, acting, plan.first, plan.last, now)
    view = _look(acting, found, *_wishes(plan))
    return view.model_copy(update={"gaps": _gaps(session, plan, found, now)})


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
    acting: Acting, found: Sequence[_Day], is_wanted: Callable[[Known], bool], exactly: bool
) -> PlanView:
    booked, cancelled, impossible = [], [], []
    kept = 0
    other_home = 0
    # Where a week is booked whole, one of its days is wanted or none is; its first day stands for it.
    wanted_weeks = {cell.week_of for known, cell, _ in found if cell.week_of and is_wanted(known)}
    theirs = {
        cell.week_of or cell.session_id
        for known, cell, _ in found
        if known.home is not None and known.home not in acting.family_ids
    }
    weeks: set[UUID] = set()
    for known, cell, terms in found:
        if cell.week_of is not None:
            if cell.week_of in weeks:
                continue
            weeks.add(cell.week_of)
        wanted = cell.week_of in wanted_weeks if cell.week_of else is_wanted(known)
        if (cell.week_of or cell.session_id) in theirs:
            other_home += wanted
            continue
        day = PlannedDay(
            session_id=known.session_id,
            activity_code=terms.code,
            activity_name=terms.name,
            day=known.day,
            slot=known.slot,
            cell=cell,
        )
        if wanted:
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
        other_home=other_home,
    )


def _gaps(session: Session, plan: Plan, found: Sequence[_Day], now: datetime) -> list[PlannedGap]:
    """The holidays that interrupt the usual week: wanted days of school-time activities that have no session."""
    codes = {day.activity_code for day in plan.days}
    in_term = {
        activity.code
        for activity in session.scalars(select(Activity).where(Activity.code.in_(codes)))
        if terms_of(activity).season is Season.TERM
    }
    weekdays = {day.weekday for day in plan.days if day.activity_code in in_term}
    has_session = {known.day for known, _, _ in found if known.activity_code in in_term}
    gaps: list[PlannedGap] = []
    follows = False
    day = max(plan.first, calendar.local_day(now))
    while day <= plan.last:
        if day.isoweekday() in weekdays:
            because = "" if day in has_session else _why_nothing(day)
            if because and follows and gaps[-1].because == because:
                gaps[-1] = gaps[-1].model_copy(update={"last": day, "days": gaps[-1].days + 1})
            elif because:
                gaps.append(PlannedGap(because=because, first=day, last=day, days=1))
            follows = bool(because)
        day += calendar.ONE_DAY
    return gaps


def _why_nothing(day: date) -> str:
    """The holidays whole, Christmas Day with them; empty on a day of school."""
    return calendar.school_holiday(day) or calendar.closed_because(day)


def _save(session: Session, command_id: UUID, acting: Acting, view: PlanView, now: datetime) -> BookingAnswer:
    """As any change is saved. What cannot be is asked for too: the answer refuses it, day by day, with its reason."""
    # Bounded by the plan's period, not by what one form may hold.
    ask = ChangeBookings.model_construct(
        command_id=command_id,
        child_id=acting.child.child_id,
        additions=[each.session_id for each in (*view.booked, *view.impossible)],
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
