"""The demonstration's schools, activities and sessions; then a life: enrolments, bookings, roll-calls.

Everything goes through enrolment's own commands, each under an idempotency key made from what it is, so that loading
twice changes nothing. The UAI codes are invented; the rules are such as towns have.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller
from contracts.enrolment.attendance import (
    AttendanceDesk,
    FindChildren,
    FoundChildView,
    MarkedChild,
    RollCall,
    SettleAttendance,
)
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage, MonthView
from contracts.enrolment.deadlines import DaysBefore, PreviousMonthDay, WeekdayBefore
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.enrolment.home import Overview
from contracts.enrolment.kitchens import DefineKitchen
from contracts.enrolment.offer import (
    ActivityKind,
    ActivityTerms,
    DefineActivity,
    DefinePlace,
    OfferActivity,
    OpenSessions,
    PlaceKind,
    Season,
    Where,
)
from contracts.enrolment.refusals import AlreadyEnrolled, PlaceDoesNotFit
from contracts.enrolment.terms import (
    Eligibility,
    Group,
    Opening,
    SlotHours,
    UsualDays,
    Waiting,
    WaitingOrder,
    Window,
)
from contracts.enrolment.weeks import ApplyPlan, Plan, UsualDay, UsualWeek
from contracts.errors import DomainError
from contracts.events.attendance import Mark
from contracts.messages import Question

A = TypeVar("A")
CITY = "Romans-sur-Isère"
WEEKEND = frozenset({6, 7})
SCHOOL_DAYS = frozenset({1, 2, 4, 5})

PLACES = [
    ("0261001A", "École Saint-Nicolas", PlaceKind.SCHOOL),
    ("0261002B", "École des Ors", PlaceKind.SCHOOL),
    ("0261003C", "École de la Martinette", PlaceKind.SCHOOL),
    ("0261004D", "École Rondelle", PlaceKind.SCHOOL),
    ("0261005E", "École Pouchelon", PlaceKind.SCHOOL),
    ("0261006F", "École Saint-Just", PlaceKind.SCHOOL),
    ("loisirs-balmes", "Accueil de loisirs des Balmes", PlaceKind.LEISURE),
    ("loisirs-ors", "Accueil de loisirs des Ors", PlaceKind.LEISURE),
]

KITCHENS = [
    ("cuisine-centrale", "Cuisine centrale", ["0261001A", "0261002B", "0261003C", "0261004D"]),
    ("cuisine-pouchelon", "Cuisine Pouchelon", ["0261005E", "0261006F"]),
]

_TWO_WORKING_DAYS = DaysBefore(days=2, at=time(9), skip_weekdays=WEEKEND, skip_holidays=True)

ACTIVITIES = [
    ActivityTerms(
        code="inscription-scolaire",
        name="Inscription scolaire",
        kind=ActivityKind.SCHOOL,
        unit="inscription",
        description="Première entrée à l’école, ou changement d’école après un déménagement.",
        at_once=False,
        documents=("justificatif_domicile",),
        where=Where.ANY_OFFERED,
        season=Season.NONE,
    ),
    ActivityTerms(
        code="cantine",
        name="Restauration scolaire",
        kind=ActivityKind.CANTEEN,
        unit="repas",
        description="Le déjeuner à l’école, les lundis, mardis, jeudis et vendredis.",
        at_once=True,
        season=Season.TERM,
        weekdays=SCHOOL_DAYS,
        adding=_TWO_WORKING_DAYS,
        cancelling=_TWO_WORKING_DAYS,
        capacity=120,
        waiting=Waiting(hours=24),
        meal_slots=frozenset({""}),
        usual_days=(UsualDays(weekdays=SCHOOL_DAYS),),
    ),
    ActivityTerms(
        code="mercredi",
        name="Activités du mercredi",
        kind=ActivityKind.WEDNESDAY,
        unit="demi-journée",
        description="Jeux, sport et ateliers à l’accueil de loisirs, le matin ou l’après-midi.",
        child_care=True,
        at_once=True,
        documents=("assurance",),
        where=Where.ANY_OFFERED,
        season=Season.TERM,
        weekdays=frozenset({3}),
        slots=("matin", "après-midi"),
        hours=(
            SlotHours(slot="matin", begins=time(8), ends=time(12)),
            SlotHours(slot="après-midi", begins=time(13, 30), ends=time(18)),
        ),
        eligibility=Eligibility(youngest=3, oldest=11),
        adding=WeekdayBefore(weekday=4, at=time(12), skip_holidays=True),
        cancelling=WeekdayBefore(weekday=4, at=time(12), skip_holidays=True),
        capacity=48,
        waiting=Waiting(hours=48),
        usual_days=(UsualDays(slot="matin", weekdays=frozenset({3})),),
    ),
    ActivityTerms(
        code="heures-educatives",
        name="Heures éducatives",
        kind=ActivityKind.EVENING,
        unit="heure",
        description="Après la classe, un atelier ou l’aide aux leçons, jusqu’à 17\u00a0h\u00a045.",
        child_care=True,
        at_once=True,
        season=Season.TERM,
        weekdays=SCHOOL_DAYS,
        adding=DaysBefore(days=1, at=time(12), skip_weekdays=WEEKEND, skip_holidays=True),
        cancelling=DaysBefore(days=1, at=time(12), skip_weekdays=WEEKEND, skip_holidays=True),
        capacity=60,
        hours=(SlotHours(begins=time(16, 30), ends=time(17, 45)),),
    ),
    ActivityTerms(
        code="pass-vacances",
        name="Pass’Vacances",
        kind=ActivityKind.HOLIDAYS,
        unit="journée",
        description="Une journée de loisirs pendant les vacances, repas compris.",
        child_care=True,
        at_once=False,
        documents=("assurance", "certificat_medical"),
        where=Where.ANY_OFFERED,
        season=Season.HOLIDAYS,
        weekdays=frozenset({1, 2, 3, 4, 5}),
        adding=PreviousMonthDay(day=20, at=time(18)),
        cancelling=PreviousMonthDay(day=20, at=time(18)),
        capacity=64,
        meal_slots=frozenset({""}),
        hours=(SlotHours(begins=time(8), ends=time(18)),),
        eligibility=Eligibility(youngest=3, oldest=11),
        groups=(
            Group(code="3-5", label="3-5 ans", youngest=3, oldest=5, capacity=24),
            Group(code="6-11", label="6-11 ans", youngest=6, oldest=11, capacity=40),
        ),
        waiting=Waiting(order=WaitingOrder.RESIDENTS_FIRST, hours=48),
    ),
]

HOLIDAYS = [
    # (first month, last month): the month before, its days are booked, residents a day before the others
    (10, 11), (12, 1), (2, 3), (4, 5), (7, 8),
]  # fmt: skip

LIVED = ("0261001A", "0261002B")
"""The schools whose past month is lived: enrolled, booked and checked."""


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, today: date) -> None:
    """Places, activities, what each place offers, and the sessions of the school year of `today`."""
    for code, name, kind in PLACES:
        services.ask(
            DefinePlace(command_id=_key("place", code, name), code=code, name=name, kind=kind, city=CITY),
            SYSTEM,
        )
    for code, name, places in KITCHENS:
        services.ask(
            DefineKitchen(
                command_id=_key("kitchen", code, name, *places), code=code, name=name, place_codes=places
            ),
            SYSTEM,
        )
    year = today.year if today.month >= 9 else today.year - 1
    for each in ACTIVITIES:
        is_of_holidays = each.season is Season.HOLIDAYS
        terms = each.model_copy(update={"openings": _openings(year)}) if is_of_holidays else each
        services.ask(
            DefineActivity(command_id=_key("activity", terms.model_dump_json()), terms=terms), SYSTEM
        )
        for code, _, kind in PLACES:
            if _offers(terms, kind):
                offer = OfferActivity(
                    command_id=_key("offer", terms.code, code), activity_code=terms.code, place_code=code
                )
                services.ask(offer, SYSTEM)
        if terms.season is not Season.NONE:
            opened = OpenSessions(
                command_id=_key("sessions", terms.code, year),
                activity_code=terms.code,
                first=date(year, 9, 1),
                last=date(year + 1, 8, 31),
            )
            services.ask(opened, SYSTEM)


def load_life(services: Services, today: date, parents: Iterable[Caller] = ()) -> None:
    """Enrols the children of the two demonstration schools, books last month and the next weeks, checks what is past.

    `parents`: citizens whose families exist; what is still in time they do themselves, under their name.
    """
    past = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    for place_code in LIVED:
        children = services.ask(FindChildren(place_code=place_code, limit=1000), SYSTEM)
        for child in children:
            if child.family_ids:
                _live(services, child, place_code, past, today)
    for parent in parents:
        _book_as(services, parent, today)
        _keep_usual_weeks(services, parent, today)
    _check(services, past, today)


def _openings(year: int) -> tuple[Opening, ...]:
    """When the holidays of a school year are booked: from the month before, on the 2nd at 8, residents on the 1st."""

    def first_of(month: int) -> date:
        return date(year if month >= 9 else year + 1, month, 1)

    def at_eight(day: date) -> datetime:
        return datetime.combine(day, time(8), tzinfo=PARIS)

    found = []
    for begins, ends in HOLIDAYS:
        first = first_of(begins)
        before = (first - timedelta(days=1)).replace(day=1)
        window = Window(opens_at=at_eight(before.replace(day=2)), residents_from=at_eight(before))
        last = (first_of(ends) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found.append(Opening(first=first, last=last, window=window))
    return tuple(found)


def _offers(terms: ActivityTerms, kind: PlaceKind) -> bool:
    in_schools = terms.kind in (ActivityKind.SCHOOL, ActivityKind.CANTEEN, ActivityKind.EVENING)
    return in_schools == (kind is PlaceKind.SCHOOL)


def _live(services: Services, child: FoundChildView, place_code: str, past: date, today: date) -> None:
    """A child's enrolments and days, by the town: canteen for four in five, evenings and Wednesdays for some."""
    chance = random.Random(child.child_id.int)  # each child has its habits, whatever order they come in
    habits = [
        ("cantine", place_code, 0.8),
        ("heures-educatives", place_code, 0.25),
        ("mercredi", "loisirs-balmes", 0.3),
    ]
    family_id = child.family_ids[0]
    chosen = [(activity, place) for activity, place, share in habits if chance.random() < share]
    weekdays = {
        activity: frozenset(chance.sample((1, 2, 4, 5), chance.randint(2, 4))) for activity, _ in chosen
    }
    weekdays["mercredi"] = frozenset({3})
    for activity, place in chosen:
        ask = RequestEnrolment(
            command_id=_key("enrol", child.child_id, activity),
            child_id=child.child_id,
            activity_code=activity,
            place_code=place,
            family_id=family_id,
        )
        _try(services, ask, SYSTEM)
    if not chosen:
        return
    ends = today + timedelta(days=21)
    for month in _months(past, ends):
        view = _month(services, child.child_id, family_id, month)
        wanted = _usual(view, weekdays, until=ends)
        if wanted:
            ask = ChangeBookings(
                command_id=_key("book", child.child_id, month),
                child_id=child.child_id,
                additions=wanted,
                family_id=family_id,
                late=True,
            )
            _try(services, ask, SYSTEM)


def _book_as(services: Services, parent: Caller, today: date) -> None:
    """A parent takes one more day for each child, so that a first proof bears their name."""
    for child in services.ask(Overview(), parent).children:
        for month in _months(today, today + timedelta(days=31)):
            view = services.ask(MonthPage(child_id=child.child_id, month=month), parent)
            free = [
                cell.session_id for day in view.days for cell in day.cells if cell.state is CellState.OPEN
            ]
            if free:
                ask = ChangeBookings(
                    command_id=_key("own", child.child_id, month, parent.account_id),
                    child_id=child.child_id,
                    additions=free[:: max(1, len(free) // 3)][:3],
                )
                _try(services, ask, parent)


def _keep_usual_weeks(services: Services, parent: Caller, today: date) -> None:
    """A parent keeps a usual week for each child, two lunches and two evenings, and books the coming month by it."""
    for child in services.ask(Overview(), parent).children:
        view = services.ask(UsualWeek(child_id=child.child_id), parent)
        if view.is_kept:
            continue
        days = [
            UsualDay(activity_code=activity.activity_code, slot=activity.slots[0], weekday=weekday)
            for activity in view.activities
            for weekday in activity.weekdays[::2]
        ]
        if days:
            plan = Plan(child_id=child.child_id, days=days, first=view.first, last=today + timedelta(days=28))
            ask = ApplyPlan(command_id=_key("plan", child.child_id, parent.account_id), plan=plan)
            _try(services, ask, parent)


def _check(services: Services, past: date, today: date) -> None:
    """Every sheet of the demonstration schools and centres before this month, and this month's up to last week."""
    done_until = today - timedelta(days=7)
    for place_code in (*LIVED, "loisirs-balmes"):
        desk = services.ask(AttendanceDesk(day=done_until, place_code=place_code, limit=500), SYSTEM)
        for missing in desk.missing:
            if missing.day < past:
                continue
            sheet = services.ask(
                RollCall(
                    place_code=place_code,
                    activity_code=missing.activity_code,
                    day=missing.day,
                    slot=missing.slot,
                ),
                SYSTEM,
            )
            chance = random.Random(f"{missing.session_id}")
            marks = [MarkedChild(child_id=line.child_id, mark=_mark(chance)) for line in sheet.lines]
            if sheet.session_id is not None and marks:
                ask = SettleAttendance(
                    command_id=uuid4(), session_id=sheet.session_id, version=sheet.version, lines=marks
                )
                _try(services, ask, SYSTEM)


def _mark(chance: random.Random) -> Mark:
    drawn = chance.random()
    if drawn < 0.93:
        return Mark.PRESENT
    return Mark.ABSENT_UNJUSTIFIED if drawn < 0.97 else Mark.ABSENT_JUSTIFIED


def _month(services: Services, child_id: UUID, family_id: UUID, month: date) -> MonthView:
    return services.ask(MonthPage(child_id=child_id, month=month, family_id=family_id), SYSTEM)


def _usual(view: MonthView, weekdays: dict[str, frozenset[int]], until: date) -> list[UUID]:
    """The sessions of the child's usual week that are not booked yet."""
    free = (CellState.OPEN, CellState.LOCKED)
    return [
        cell.session_id
        for day in view.days
        if day.day <= until
        for cell in day.cells
        if cell.state in free
        and day.day.isoweekday() in weekdays.get(cell.activity_code, ())
        and cell.slot != "après-midi"
    ]


def _months(first: date, last: date) -> Sequence[date]:
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _try(services: Services, ask: Question[Any], caller: Caller) -> None:
    """Loads what can be: what is there already, or does not fit, is left as it is."""
    try:
        services.ask(ask, caller)
    except (AlreadyEnrolled, PlaceDoesNotFit):
        return
    except DomainError as refusal:
        if refusal.code != "conflict":
            raise


def _key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/" + "/".join(str(part) for part in parts))
