"""What the town offers: places, activities, and the sessions the calendar gives them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.offer import (
    ActivityPreview,
    ActivityTerms,
    ActivityView,
    DefineActivity,
    DefinePlace,
    ExampleDay,
    OfferingView,
    OfferView,
    OpenSessions,
    PlaceKind,
    PlaceView,
)
from contracts.enrolment.refusals import ActivityChanged, PlaceChanged
from contracts.errors import Invalid, NotFound
from contracts.events.offer import ActivityUpdated, PlaceUpdated
from enrolment.booking import deadlines
from enrolment.booking.booking_rules import adding_closes_at
from enrolment.catalogue import capacities, eligibility, windows
from enrolment.catalogue.notes import notes
from enrolment.catalogue.terms import order_sentence, terms_of
from enrolment.models import Activity, DaySession, Offering, Place
from enrolment.schedule import calendar, closures, school_years

LONGEST_PERIOD = timedelta(days=731)
EXAMPLES, EXAMPLES_FROM, EXAMPLES_UNTIL = 3, timedelta(days=14), timedelta(days=240)


def school_names(session: Session, terms: ActivityTerms) -> dict[str, str]:
    """code → name of the schools that the activity is kept for; no statement where it is open to all."""
    if not terms.eligibility.schools:
        return {}
    rows = session.execute(select(Place.code, Place.name).where(Place.code.in_(terms.eligibility.schools)))
    return dict(rows.all())


def view_activity(terms: ActivityTerms, names: Mapping[str, str], today: date) -> ActivityView:
    """An activity with the sentences of its rules. `names`: code → name of schools."""
    return ActivityView(
        terms=terms,
        adding_sentence=deadlines.sentence(terms.adding),
        cancelling_sentence=deadlines.sentence(terms.cancelling),
        who_sentence=eligibility.sentence(terms.eligibility, names),
        enrolling_sentence=windows.sentence(terms.enrolling),
        order_sentence=order_sentence(terms.waiting),
        notes=notes(terms, today),
    )


def view_place(place: Place) -> PlaceView:
    """A place."""
    return PlaceView(
        code=place.code,
        name=place.name,
        kind=PlaceKind(place.kind),
        city=place.city,
        version=place.version,
    )


def view_offering(
    offering: Offering, sessions: int | None = None, first: date | None = None, last: date | None = None
) -> OfferingView:
    """What a place offers. `sessions`: how many are open, from `first` to `last`."""
    return OfferingView(
        place_code=offering.place_code,
        activity_code=offering.activity_code,
        capacity=offering.capacity,
        group_capacity=offering.group_capacity,
        sessions=sessions or 0,
        first=first,
        last=last,
    )


def show_offer(session: Session, today: date, label: str = "") -> OfferView:
    """The whole offer, in three statements; `label` of the school year whose sessions are counted."""
    known = {fact.label: fact for fact in school_years.known(today)}
    year = known.get(label) if label else calendar.school_year_of(today)
    if year is None:
        raise NotFound
    counted = (
        select(
            DaySession.place_code,
            DaySession.activity_code,
            func.count().label("sessions"),
            func.min(DaySession.day).label("first"),
            func.max(DaySession.day).label("last"),
        )
        .where(DaySession.day.between(year.first, year.last))
        .group_by(DaySession.place_code, DaySession.activity_code)
        .subquery()
    )
    offerings = session.execute(
        select(Offering, counted.c.sessions, counted.c.first, counted.c.last)
        .outerjoin(
            counted,
            (counted.c.place_code == Offering.place_code)
            & (counted.c.activity_code == Offering.activity_code),
        )
        .order_by(Offering.activity_code, Offering.place_code)
    )
    places = session.scalars(select(Place).order_by(Place.kind.desc(), Place.name)).all()
    names = {place.code: place.name for place in places}
    return OfferView(
        activities=[
            view_activity(terms_of(activity), names, today).model_copy(update={"version": activity.version})
            for activity in session.scalars(select(Activity).order_by(Activity.name))
        ],
        places=[view_place(place) for place in places],
        offerings=[
            view_offering(offering, sessions, first, last) for offering, sessions, first, last in offerings
        ],
        school_year=year.label,
        school_year_first=year.first,
        school_year_last=year.last,
        school_years=list(known),
    )


def define_place(session: Session, ask: DefinePlace, caller: Caller, at: datetime) -> PlaceView:
    """Makes or changes a place, and tells of it when something is new."""
    caller.staff(Role.ADMINISTRATION)
    if ask.version is not None:
        found = session.get(Place, ask.code, with_for_update=True)
        if (found.version if found else 0) != ask.version:
            raise PlaceChanged
    values = ask.model_dump(include={"name", "kind", "city"})
    statement = insert(Place).values(code=ask.code, version=1, **values)
    version = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Place.code],
            set_={**values, "version": Place.version + 1},
            where=or_(*(getattr(Place, name) != value for name, value in values.items())),
        ).returning(Place.version)
    ).scalar()
    if version is not None:
        fact = PlaceUpdated(place_code=ask.code, place_name=ask.name, kind=ask.kind, city=ask.city)
        tell(session, fact, subject=ask.code, version=version, at=at)
    return PlaceView(
        code=ask.code, name=ask.name, kind=ask.kind, city=ask.city, version=version or ask.version or 0
    )


def preview_activity(session: Session, terms: ActivityTerms, today: date) -> ActivityPreview:
    """The words of these terms, and when their next days would close."""
    span = calendar.days_of(terms.season, terms.weekdays, today + EXAMPLES_FROM, today + EXAMPLES_UNTIL)
    return ActivityPreview(
        activity=view_activity(terms, school_names(session, terms), today),
        examples=[
            ExampleDay(
                day=day,
                adding_closes_at=adding_closes_at(terms, day, calendar.public_holiday),
                cancelling_closes_at=deadlines.closing_instant(
                    terms.cancelling, day, calendar.public_holiday
                ),
            )
            for day in span[:EXAMPLES]
        ],
    )


def define_activity(session: Session, ask: DefineActivity, caller: Caller, at: datetime) -> ActivityView:
    """Makes or changes an activity, and tells of it when something is new. Its rules hold at once."""
    caller.staff(Role.ADMINISTRATION)
    terms = ask.terms
    if ask.version is not None:
        found = session.get(Activity, terms.code, with_for_update=True)
        if (found.version if found else 0) != ask.version:
            raise ActivityChanged
    values = {"name": terms.name, "terms": terms.model_dump(mode="json")}
    statement = insert(Activity).values(code=terms.code, version=1, **values)
    version = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Activity.code],
            set_={**values, "version": Activity.version + 1},
            where=Activity.terms != statement.excluded.terms,
        ).returning(Activity.version)
    ).scalar()
    if version is not None:
        capacities.follow(session, terms, at)
        fact = ActivityUpdated(
            activity_code=terms.code,
            activity_name=terms.name,
            unit=terms.unit,
            child_care=terms.child_care,
            retired=terms.retired,
        )
        tell(session, fact, subject=terms.code, version=version, at=at)
    return view_activity(terms, school_names(session, terms), calendar.local_day(at))


def open_sessions(session: Session, ask: OpenSessions, caller: Caller) -> int:
    """Creates the sessions that the calendar gives a period; those that exist are left as they are."""
    caller.staff(Role.ADMINISTRATION)
    if ask.last < ask.first or ask.last - ask.first > LONGEST_PERIOD:
        raise Invalid(problems={"last": "period_too_long" if ask.last > ask.first else "before_first"})
    if not (calendar.is_covered(ask.first) and calendar.is_covered(ask.last)):
        raise Invalid(problems={"last": "calendar_unknown"})
    activity = session.get(Activity, ask.activity_code)
    wanted = select(Offering).where(Offering.activity_code == ask.activity_code)
    if ask.place_code is not None:
        wanted = wanted.where(Offering.place_code == ask.place_code)
    offerings = session.scalars(wanted).all()
    if activity is None or not offerings:
        raise NotFound
    terms = terms_of(activity)
    rows = [
        {
            "session_id": uuid4(),
            "activity_code": terms.code,
            "place_code": offering.place_code,
            "day": day,
            "slot": slot,
            "capacity": offering.capacity,
            "taken": 0,
            "closed_because": "",
        }
        for offering in offerings
        for day in calendar.days_of(terms.season, terms.weekdays, ask.first, ask.last)
        for slot in terms.slots
    ]
    if not rows:
        return 0
    closures.take_turn(session)
    table = DaySession.metadata.tables[DaySession.__tablename__]
    opened = session.scalars(insert(table).on_conflict_do_nothing().returning(table.c.session_id), rows).all()
    capacities.open_groups(session, terms, opened)
    closures.apply(session, opened)
    return len(opened)
