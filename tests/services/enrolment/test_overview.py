"""What the parent's home says: booked days, deadlines of the week, and at what cost."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from chassis.clock import PARIS
from contracts.caller import Caller
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.home import OverviewView
from contracts.enrolment.offer import Season
from contracts.enrolment.terms import Opening, Window
from enrolment import overview
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town


def enrolled(town: Town, number: int = 1) -> tuple[list[UUID], Caller]:
    children = [mother.child(first_name=f"Enfant{n}") for n in range(number)]
    _, [parent] = town.family(*children)
    for child in children:
        town.enrol(child.child_id, parent)
    return [child.child_id for child in children], parent


def look(town: Town, parent: Caller, now: datetime = NOW) -> OverviewView:
    with town.begin() as session:
        return overview.overview(session, parent, now)


def test_a_week_of_which_nothing_is_booked_is_a_deadline(town: Town) -> None:
    [child], parent = enrolled(town)
    [near] = look(town, parent).deadlines
    assert near.closes_at == datetime(2026, 11, 24, 9, tzinfo=PARIS)  # for Thursday 26
    assert (near.first, near.booked) == (date(2026, 11, 26), 0)
    town.book(child, parent, date(2026, 11, 27))
    view = look(town, parent)
    assert view.deadlines == []  # who has booked has decided
    assert [each.day for each in view.upcoming] == [date(2026, 11, 27)]


def test_two_parts_of_a_day_are_one_day_to_book(town: Town) -> None:
    day = date(2026, 12, 2)
    town.run(mother.wednesday(at_once=True), day, day)
    _, parent = town.pupil("mercredi")
    near = next(each for each in look(town, parent).deadlines if each.first == day)
    assert (near.first, near.last, near.bookable) == (day, day, 1)


def test_the_end_of_a_window_presses_however_far_its_days_are(town: Town) -> None:
    far = {"first": date(2027, 2, 15), "last": date(2027, 2, 26)}
    ends, opens = (datetime(2026, 11, 26, 18, tzinfo=PARIS), datetime(2026, 11, 24, 8, tzinfo=PARIS))
    terms = mother.canteen(
        code="hiver", season=Season.HOLIDAYS, openings=(Opening(**far, window=Window(closes_at=ends)),)
    )
    town.run(terms, *far.values())
    _, parent = town.pupil("hiver")
    [near] = look(town, parent).deadlines
    assert (near.closes_at, near.first, near.last) == (ends, date(2027, 2, 15), date(2027, 2, 26))
    later = Window(opens_at=opens, closes_at=ends)
    town.run(terms.model_copy(update={"openings": (Opening(**far, window=later),)}), *far.values())
    assert look(town, parent).deadlines == []  # nobody can book before it opens
    assert look(town, parent, opens).deadlines


def test_a_day_given_back_is_not_announced(town: Town) -> None:
    [child], parent = enrolled(town)
    town.book(child, parent, date(2026, 11, 27))
    removal = town.session_on(date(2026, 11, 27)).session_id
    town.change(ChangeBookings(command_id=uuid4(), child_id=child, removals=[removal]), parent)
    assert look(town, parent).upcoming == []


def test_the_home_brings_the_enrolments_that_wait_for_the_parent_and_no_others(town: Town) -> None:
    town.run(
        mother.canteen(code="mercredi-midi", documents=("assurance",)), date(2026, 12, 2), date(2026, 12, 2)
    )
    [child], parent = enrolled(town)
    assert look(town, parent).enrolments == []
    waiting = town.enrol(child, parent, "mercredi-midi")
    [asked] = look(town, parent).enrolments
    assert (asked.enrolment_id, asked.missing_documents) == (waiting, ["assurance"])


def test_booked_days_come_by_day_then_child_then_part_of_the_day(town: Town) -> None:
    day = date(2026, 12, 2)
    town.run(mother.wednesday(at_once=True), day, day)
    zoe, ana = (mother.child(first_name=name) for name in ("Zoé", "Ana"))
    _, [parent] = town.family(zoe, ana)
    for child in (zoe, ana):
        town.enrol(child.child_id, parent, "mercredi")
        sessions = [town.session_on(day, "mercredi", slot).session_id for slot in ("après-midi", "matin")]
        town.change(ChangeBookings(command_id=uuid4(), child_id=child.child_id, additions=sessions), parent)
    upcoming = look(town, parent, datetime(2026, 11, 30, 8, tzinfo=PARIS)).upcoming
    assert [(each.child_name, each.slot) for each in upcoming] == [
        ("Ana", "matin"),
        ("Ana", "après-midi"),
        ("Zoé", "matin"),
        ("Zoé", "après-midi"),
    ]


def test_in_the_holidays_nothing_is_pressing(town: Town) -> None:
    _, parent = enrolled(town)
    assert look(town, parent, NOW + timedelta(days=30)).deadlines == []


def test_four_children_cost_what_one_does(town: Town, statements: Statements) -> None:
    _, one = enrolled(town)
    _, four = enrolled(town, 4)
    costs = []
    for parent in (one, four):
        statements.run.clear()
        with statements:
            look(town, parent)
        costs.append(len(statements.run))
    assert costs == [2, 2]
