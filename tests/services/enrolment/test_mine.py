"""What enrolment gives of an account, and what it drops of a closed one."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import MarkedChild, SettleAttendance
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.feeds import MakeFeed
from contracts.enrolment.objections import Claim
from contracts.enrolment.taps import Seen
from contracts.enrolment.terms import Waiting
from contracts.enrolment.weeks import ApplyPlan, Plan, UsualDay
from contracts.errors import NotFound
from contracts.events.attendance import Mark
from contracts.records import Records
from enrolment import mine
from enrolment.absences import objections
from enrolment.attending import sheets, tablets
from enrolment.booking import plans
from enrolment.household import families, feeds
from gateway.papers.records_words import LABELS
from tests.mothers import absences
from tests.mothers import enrolment as mother
from tests.mothers.taps import Tablet
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.test_absences import MONDAY, Story

DAY = date(2026, 11, 27)


def present(given: Records) -> Records:
    """The lists that have something."""
    return {name: rows for name, rows in given.items() if rows}


def records(town: Town, parent: Caller) -> Records:
    with town.begin() as session:
        return mine.records(session, parent.citizen(), NOW.date())


@pytest.fixture
def two_homes(town: Town) -> tuple[UUID, Caller, Caller]:
    """A child of two households, enrolled by the second, booked by the first and seen at the roll-call."""
    child = mother.child()
    _, [first] = town.family(child)
    _, [second] = town.family(child)
    town.enrol(child.child_id, second)
    town.book(child.child_id, first, DAY)
    ask = SettleAttendance(
        command_id=uuid4(),
        session_id=town.session_on(DAY).session_id,
        version=0,
        lines=[MarkedChild(child_id=child.child_id, mark=Mark.PRESENT)],
    )
    with town.begin() as session:
        sheets.settle(session, ask, mother.agent(Role.ATTENDANCE), NOW.replace(day=27))
    return child.child_id, first, second


def test_everything_of_my_household_and_nothing_of_the_other(
    town: Town, two_homes: tuple[UUID, Caller, Caller]
) -> None:
    _, first, second = two_homes
    given = records(town, first)
    assert [(each["day"], each["made_by_me"]) for each in given["bookings"]] == [("2026-11-27", True)]
    assert [each["mark"] for each in given["attendance"]] == ["present"]
    assert [each["made"] for each in given["proofs"]] == [True]
    assert [each["requested_by"] for each in given["enrolments"]] == [""], "the other home has no name here"
    other = records(town, second)
    assert (other["bookings"], other["attendance"], other["proofs"]) == ([], [], [])
    assert len(other["enrolments"]) == 1


def wait_and_repeat(town: Town, child_id: UUID, parent: Caller) -> None:
    """The parent waits for a full day, keeps a usual week, makes a calendar's address."""
    friday = date(2026, 12, 4)
    town.run(mother.canteen(capacity=1, waiting=Waiting()), friday, friday)
    other, others = town.pupil()
    town.book(other, others, friday)
    session_id = town.session_on(friday).session_id
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=[session_id], waits=[session_id])
    assert town.change(ask, parent).refused[0].place_in_line == 1
    plan = Plan(
        child_id=child_id, days=[UsualDay(activity_code="cantine", weekday=1)], first=friday, last=friday
    )
    with town.begin() as session:
        plans.apply_plan(session, ApplyPlan(command_id=uuid4(), plan=plan), parent, NOW)
        [family_id] = families.families_of(session, parent.account_id)  # type: ignore[arg-type]
        feeds.make(session, MakeFeed(command_id=uuid4(), family_id=family_id), parent, NOW)


def test_what_is_waited_for_repeated_and_subscribed_to_is_given(
    town: Town, two_homes: tuple[UUID, Caller, Caller]
) -> None:
    child_id, parent = town.pupil()
    wait_and_repeat(town, child_id, parent)
    given = records(town, parent)
    assert [(each["day"], each["state"]) for each in given["waiting"]] == [("2026-12-04", "waiting")]
    assert [(each["activity_name"], each["weekday"]) for each in given["usual_weeks"]] == [
        ("Restauration scolaire", "lundi")
    ]
    assert len(given["calendars"]) == 1
    assert records(town, two_homes[1])["waiting"] == []


def test_the_taps_of_my_household_s_days_and_not_of_the_other_s(
    town: Town, two_homes: tuple[UUID, Caller, Caller]
) -> None:
    child_id, first, second = two_homes
    tablet = Tablet(town.session_on(DAY).session_id)
    on_the_day = NOW.replace(day=27)
    tablet.press(child_id, Seen.HERE, on_the_day)
    with town.begin() as session:
        tablets.record(session, tablet.sending(on_the_day), mother.agent(Role.ATTENDANCE), on_the_day)
    assert [(each["seen"], each["by"]) for each in records(town, first)["taps"]] == [
        ("here", "Agente Barbier")
    ]
    assert records(town, second)["taps"] == []


def test_every_key_has_its_word_on_paper(town: Town, two_homes: tuple[UUID, Caller, Caller]) -> None:
    story = Story(town, MONDAY)
    story.report(MONDAY)
    story.settle(MONDAY, Mark.PRESENT)
    ask = absences.contest(town.session_on(MONDAY).session_id, story.child_id, Mark.PRESENT, Claim.WAS_ABSENT)
    with town.begin() as session:
        objections.contest(session, ask, story.parent, NOW)
    wait_and_repeat(town, story.child_id, story.parent)
    given = {**records(town, two_homes[1]), **dict(present(records(town, story.parent)))}
    with town.begin() as session:
        tablet = Tablet(town.session_on(MONDAY).session_id)
        tablet.press(story.child_id, Seen.HERE, NOW)
        tablets.record(session, tablet.sending(NOW), mother.agent(Role.ATTENDANCE), NOW)
    given |= present(records(town, story.parent))
    assert {"absences", "objections", "taps"} <= given.keys()
    rows = [row for rows in given.values() for row in rows]
    rows += [day for row in rows for day in row.get("days", [])]
    keys = set(given) | {key for row in rows for key in row}
    assert sorted(key for key in keys if key not in LABELS and not key.endswith("_id")) == []


def test_somebody_without_a_family_gets_empty_lists(town: Town) -> None:
    assert records(town, mother.parent()) == {
        "enrolments": [], "given_documents": [], "bookings": [], "attendance": [], "taps": [], "proofs": [],
        "absences": [], "objections": [], "waiting": [], "usual_weeks": [], "calendars": [], "requests": [], "request_drafts": [],
    }  # fmt: skip


def test_a_closed_account_acts_for_nobody_and_the_bookings_stay(
    town: Town, two_homes: tuple[UUID, Caller, Caller]
) -> None:
    child_id, first, _ = two_homes
    with town.begin() as session:
        families.drop_account(session, first.citizen())
    with town.begin() as session, pytest.raises(NotFound):
        families.act_for(session, first, child_id)
    assert (town.count("SELECT count(*) FROM booking"), town.count("SELECT count(*) FROM proof")) == (1, 1)
