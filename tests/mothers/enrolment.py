"""Made-up activities, families and children, and the commands that make them known to enrolment."""

from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from contracts.caller import Caller, Kind, Role
from contracts.enrolment.deadlines import DaysBefore, PreviousMonthDay, WeekdayBefore
from contracts.enrolment.offer import (
    ActivityKind,
    ActivityTerms,
    DefineActivity,
    DefinePlace,
    OfferActivity,
    OpenSessions,
    Season,
    Where,
)
from contracts.events.accounts import ChildUpdated, FamilyUpdated, GuardianFact

SCHOOL = "0261001A"
WEEKEND = frozenset({6, 7})
TWO_WORKING_DAYS = DaysBefore(days=2, at=time(9), skip_weekdays=WEEKEND, skip_holidays=True)
THURSDAY_BEFORE = WeekdayBefore(weekday=4, at=time(12))
TWENTIETH = PreviousMonthDay(day=20, at=time(18))


def canteen(**differing: Any) -> ActivityTerms:
    """A canteen: Mon, Tue, Thu, Fri of term, accepted at once."""
    terms: dict[str, Any] = {
        "code": "cantine",
        "name": "Restauration scolaire",
        "kind": ActivityKind.CANTEEN,
        "unit": "repas",
        "at_once": True,
        "season": Season.TERM,
        "weekdays": frozenset({1, 2, 4, 5}),
        "adding": TWO_WORKING_DAYS,
        "cancelling": TWO_WORKING_DAYS,
        "capacity": 30,
    }
    return ActivityTerms(**(terms | differing))


def wednesday(**differing: Any) -> ActivityTerms:
    """Wednesdays, two slots, on an agent's decision, anywhere it is offered."""
    terms: dict[str, Any] = {
        "code": "mercredi",
        "name": "Activités du mercredi",
        "kind": ActivityKind.WEDNESDAY,
        "unit": "demi-journée",
        "child_care": True,
        "at_once": False,
        "season": Season.TERM,
        "weekdays": frozenset({3}),
        "slots": ("matin", "après-midi"),
        "where": Where.ANY_OFFERED,
        "adding": THURSDAY_BEFORE,
        "cancelling": THURSDAY_BEFORE,
        "capacity": 20,
    }
    return ActivityTerms(**(terms | differing))


def define_school(code: str = SCHOOL, name: str = "École Saint-Nicolas") -> DefinePlace:
    return DefinePlace(command_id=uuid4(), code=code, name=name, city="Romans-sur-Isère")


def define(terms: ActivityTerms) -> DefineActivity:
    return DefineActivity(command_id=uuid4(), terms=terms)


def offer(
    activity_code: str = "cantine", place_code: str = SCHOOL, capacity: int | None = None
) -> OfferActivity:
    return OfferActivity(
        command_id=uuid4(), activity_code=activity_code, place_code=place_code, capacity=capacity
    )


def open_sessions(
    activity_code: str = "cantine", first: date = date(2026, 11, 1), last: date = date(2026, 12, 31)
) -> OpenSessions:
    return OpenSessions(command_id=uuid4(), activity_code=activity_code, first=first, last=last)


def child(
    child_id: UUID | None = None, family_ids: list[UUID] | None = None, **differing: Any
) -> ChildUpdated:
    known: dict[str, Any] = {
        "child_id": child_id or uuid4(),
        "first_name": "Léa",
        "last_name": "Fontanel",
        "birth_date": date(2018, 5, 4),
        "place_code": SCHOOL,
        "class_name": "CE2 A",
        "family_ids": family_ids or [],
    }
    return ChildUpdated(**(known | differing))


def family(child_ids: list[UUID], account_ids: list[UUID], family_id: UUID | None = None) -> FamilyUpdated:
    guardians = [
        GuardianFact(
            guardian_id=uuid4(), account_id=account_id, first_name=f"Parent{n}", last_name="Fontanel"
        )
        for n, account_id in enumerate(account_ids, 1)
    ]
    return FamilyUpdated(
        family_id=family_id or uuid4(),
        number="F000001",
        label="Fontanel",
        resident=True,
        guardians=guardians,
        child_ids=child_ids,
    )


def parent(account_id: UUID | None = None, name: str = "Parent1 Fontanel") -> Caller:
    return Caller(kind=Kind.CITIZEN, account_id=account_id or uuid4(), name=name)


def agent(*roles: Role, name: str = "Agente Barbier") -> Caller:
    return Caller(kind=Kind.AGENT, account_id=uuid4(), name=name, roles=frozenset(roles))
