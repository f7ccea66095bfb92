"""Made-up answers of enrolment, for the tests of pages."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.clock import PARIS
from contracts.enrolment.attendance import ExpectedView, RollCallView
from contracts.enrolment.bookings import (
    BookingAnswer,
    CellState,
    CellView,
    ChangedDay,
    DayView,
    MonthActivityView,
    MonthView,
    Refusal,
    RefusedDay,
)
from contracts.enrolment.enrolments import ChildView, ChoicesView, ChoiceView, EnrolmentView
from contracts.enrolment.home import OverviewView
from contracts.enrolment.offer import ActivityTerms, ActivityView, PlaceKind, PlaceView
from contracts.events.enrolments import EnrolmentState
from tests.mothers.enrolment import SCHOOL, canteen

LEA = UUID("00000000-0000-4000-8000-0000000001ea")
SENTENCE = "jusqu’à 2 jours ouvrés avant, 9 h"


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


def child(child_id: UUID = LEA, first_name: str = "Léa") -> ChildView:
    return ChildView(
        child_id=child_id,
        first_name=first_name,
        last_name="Fontanel",
        place_code=SCHOOL,
        place_name="École Saint-Nicolas",
        class_name="CE2 A",
    )


def cell(
    state: CellState, day: date, session_id: UUID | None = None, activity_code: str = "cantine"
) -> CellView:
    return CellView(
        session_id=session_id or uuid4(),
        activity_code=activity_code,
        state=state,
        closes_at=at(day - timedelta(days=2)),
    )


def december(cells: dict[int, CellView], closed: dict[int, str] | None = None, **differing: Any) -> MonthView:
    """December 2026, with these cells and these closed days by number; the other days have nothing."""
    closed = closed or {}
    days = [
        DayView(
            day=date(2026, 12, n),
            closed_because="" if n in cells else closed.get(n, "Pas d’activité ce jour"),
            cells=[cells[n]] if n in cells else [],
        )
        for n in range(1, 32)
    ]
    known: dict[str, Any] = {
        "child": child(),
        "children": [child()],
        "month": date(2026, 12, 1),
        "activities": [
            MonthActivityView(
                activity_code="cantine",
                name="Restauration scolaire",
                unit="repas",
                place_name="École Saint-Nicolas",
                slots=[""],
                adding_sentence=SENTENCE,
                cancelling_sentence=SENTENCE,
            )
        ],
        "days": days,
        "first_month": date(2026, 9, 1),
        "last_month": date(2027, 7, 1),
    }
    return MonthView(**(known | differing))


def saved(changed: list[tuple[int, bool]], refused: list[tuple[int, Refusal]] | None = None) -> BookingAnswer:
    return BookingAnswer(
        child_id=LEA,
        child_name="Léa",
        at=at(date(2026, 11, 23), 10),
        changed=[
            ChangedDay(
                session_id=uuid4(),
                activity_code="cantine",
                activity_name="Restauration scolaire",
                day=date(2026, 12, n),
                made=made,
                rule_sentence=SENTENCE,
                closes_at=at(date(2026, 11, 27)),
            )
            for n, made in changed
        ],
        refused=[
            RefusedDay(
                session_id=uuid4(),
                wanted=True,
                why=why,
                activity_code="cantine",
                activity_name="Restauration scolaire",
                day=date(2026, 12, n),
                rule_sentence=SENTENCE,
                closes_at=at(date(2026, 11, 27)),
            )
            for n, why in refused or []
        ],
    )


def activity(terms: ActivityTerms | None = None) -> ActivityView:
    return ActivityView(terms=terms or canteen(), adding_sentence=SENTENCE, cancelling_sentence=SENTENCE)


def enrolment(state: EnrolmentState = EnrolmentState.ACCEPTED, **differing: Any) -> EnrolmentView:
    known: dict[str, Any] = {
        "enrolment_id": uuid4(),
        "child_id": LEA,
        "child_name": "Léa Fontanel",
        "family_id": uuid4(),
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "place_code": SCHOOL,
        "place_name": "École Saint-Nicolas",
        "school_year": "2026-2027",
        "state": state,
        "requested_at": at(date(2026, 11, 23)),
        "requested_by": "Claire Fontanel",
    }
    return EnrolmentView(**(known | differing))


def choices(*terms: ActivityTerms, **differing: Any) -> ChoicesView:
    place = PlaceView(code=SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans-sur-Isère")
    return ChoicesView(
        child=child(),
        school_year="2026-2027",
        choices=[ChoiceView(activity=activity(each), places=[place], **differing) for each in terms],
    )


def overview(**differing: Any) -> OverviewView:
    known: dict[str, Any] = {"children": [child()], "enrolments": [], "upcoming": [], "deadlines": []}
    return OverviewView(**(known | differing))


def expected(first_name: str, child_id: UUID | None = None, **differing: Any) -> ExpectedView:
    known: dict[str, Any] = {
        "child_id": child_id or uuid4(),
        "first_name": first_name,
        "last_name": "Fontanel",
        "class_name": "CE2 A",
        "booked": True,
    }
    return ExpectedView(**(known | differing))


def sheet(*lines: ExpectedView, **differing: Any) -> RollCallView:
    known: dict[str, Any] = {
        "session_id": uuid4(),
        "place_code": SCHOOL,
        "place_name": "École Saint-Nicolas",
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "day": date(2026, 11, 23),
        "slots": [""],
        "lines": list(lines),
    }
    return RollCallView(**(known | differing))
