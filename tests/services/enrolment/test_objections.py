"""What parents read of the roll-calls, what they say against it, and what the answer does to the sheet."""

import threading
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.clock import PARIS
from contracts.caller import Caller, Role
from contracts.enrolment.absences import AbsenceView
from contracts.enrolment.attendance import MarkedChild, SettleAttendance
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.objections import (
    AnswerObjection,
    CheckedDays,
    CheckedLineView,
    Claim,
    ContestLine,
    ObjectionQueue,
    ObjectionState,
    ObjectionView,
    ShowCheckedLine,
)
from contracts.enrolment.refusals import CannotContest, SheetChanged
from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.events.attendance import AbsenceState, Held, Mark
from enrolment.absences import checked, objection_views, objections
from enrolment.attending import settled, sheets
from enrolment.household.families import keep_family
from tests.mothers import absences as mother
from tests.mothers import enrolment
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.test_absences import Story

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
AGENT, OTHER_AGENT = enrolment.agent(Role.REQUESTS), enrolment.agent(Role.REQUESTS, name="Agent Sorel")
SCHOOL = enrolment.agent(Role.ATTENDANCE)


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town, MONDAY, TUESDAY)


def lines(story: Story, caller: Caller | None = None, now: datetime = NOW) -> list[CheckedLineView]:
    with story.town.begin() as session:
        return checked.days(session, CheckedDays(), caller or story.parent, now).lines


def contest(story: Story, now: datetime = NOW, caller: Caller | None = None, **said: Any) -> ObjectionView:
    ask = mother.contest(story.town.session_on(MONDAY).session_id, story.child_id, **said)
    return sent(story.town, ask, caller or story.parent, now)


def sent(town: Town, ask: ContestLine, caller: Caller, now: datetime = NOW) -> ObjectionView:
    with town.begin() as session:
        objections.contest(session, ask, caller, now)
        line = ShowCheckedLine(session_id=ask.session_id, child_id=ask.child_id)
        view = checked.show(session, line, caller, now)
    assert view.objection is not None
    return view.objection


def answer(story: Story, ask: AnswerObjection, agent: Caller = AGENT) -> ObjectionView:
    with story.town.begin() as session:
        objections.answer(session, ask, agent, NOW)
        return objection_views.show(session, ask.objection_id, agent).objection


def why_not(story: Story, now: datetime = NOW, **said: Any) -> object:
    with pytest.raises(CannotContest) as refusal:
        contest(story, now, **said)
    return refusal.value.details["why"]


def test_a_family_reads_what_was_booked_and_what_was_seen(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    [monday] = lines(story)
    assert (monday.day, monday.booked, monday.mark) == (MONDAY, True, Mark.ABSENT_UNJUSTIFIED)
    assert monday.claims == [Claim.WAS_PRESENT, Claim.HAD_REPORTED]
    assert monday.contest_until == date(2026, 12, 8)
    tuesday, _ = lines(story, now=NOW + timedelta(days=1))
    assert (tuesday.day, tuesday.mark, tuesday.claims) == (TUESDAY, None, [])
    assert lines(story, enrolment.parent()) == []


def test_until_it_is_answered_the_line_is_held_and_nobody_is_bothered_twice(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    before = story.line()
    objection = contest(story)
    version, line = story.line()
    assert (version, line.held, line.mark) == (before[0] + 1, Held.OBJECTION, Mark.ABSENT_UNJUSTIFIED)
    assert (objection.state, objection.made_by) == (ObjectionState.OPEN, "Parent1 Fontanel")
    assert why_not(story) == "open"
    with story.town.begin() as session:
        sheet = settled.last_sheet(session, objection.session_id)
    assert sheet is not None
    assert sheet.settled_by_name == "Agente Barbier"  # the sheet stays its agent's
    assert story.town.told().count("attendance.contested") == 1


def test_a_correction_is_a_new_sheet_and_frees_the_line(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    objection = answer(story, mother.correct(contest(story), Mark.PRESENT))
    version, line = story.line()
    assert (version, line.mark, line.held) == (3, Mark.PRESENT, None)
    assert line.booking_id == story.booking(MONDAY)
    assert (objection.state, objection.corrected_to) == (ObjectionState.CORRECTED, Mark.PRESENT)
    [told] = story.facts("attendance.objection_answered")
    assert (told["corrected"], told["corrected_to"]) == (True, "present")
    [now] = lines(story)
    assert now.claims == [Claim.WAS_ABSENT]  # the new mark may be contested in its turn


def test_a_line_that_is_maintained_is_billed_and_not_contested_again(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    objection = contest(story)
    with pytest.raises(Invalid) as refusal:
        answer(story, mother.maintain(objection, answer=" "))
    assert refusal.value.details == {"problems": {"answer": "answer_missing"}}
    answer(story, mother.maintain(objection))
    version, line = story.line()
    assert (version, line.mark, line.held) == (3, Mark.ABSENT_UNJUSTIFIED, None)
    assert why_not(story) == "answered"
    assert lines(story)[0].claims == []


def test_a_line_is_contested_in_time_by_the_family_it_costs(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    last = datetime(2026, 12, 8, 23, 59, tzinfo=PARIS)
    assert why_not(story, last + timedelta(minutes=1)) == "too_late"
    assert why_not(story, claim=Claim.WAS_ABSENT) == "claim"
    with pytest.raises(NotFound):
        contest(story, caller=enrolment.parent())
    with pytest.raises(SheetChanged):
        contest(story, mark=Mark.PRESENT, claim=Claim.WAS_ABSENT)
    contest(story, last)


def test_the_other_home_neither_reads_nor_contests_what_it_does_not_pay(story: Story, town: Town) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    other = enrolment.parent()
    assert other.account_id is not None
    with town.begin() as session:
        keep_family(session, enrolment.family([story.child_id], [other.account_id]))
    assert lines(story, other) == []
    with pytest.raises(NotFound):
        contest(story, caller=other)


def test_a_child_there_without_a_booking_is_taken_off_the_sheet(town: Town) -> None:
    story = Story(town, TUESDAY)
    story.settle(MONDAY, Mark.PRESENT_WITHOUT_BOOKING)
    [line] = lines(story)
    assert (line.booked, line.claims) == (False, [Claim.WAS_ABSENT, Claim.HAD_BOOKED])
    objection = contest(story, mark=Mark.PRESENT_WITHOUT_BOOKING, claim=Claim.WAS_ABSENT)
    answer(story, mother.correct(objection, None))
    with town.begin() as session:
        sheet = settled.last_sheet(session, objection.session_id)
    assert settled.lines_of(sheet) == []
    assert lines(story) == []


def test_a_booking_made_good_makes_the_child_an_expected_one(town: Town) -> None:
    story = Story(town, TUESDAY)
    story.settle(MONDAY, Mark.PRESENT_WITHOUT_BOOKING)
    objection = contest(story, mark=Mark.PRESENT_WITHOUT_BOOKING, claim=Claim.HAD_BOOKED)
    with pytest.raises(Invalid):
        answer(story, mother.correct(objection, Mark.PRESENT))
    booked = ChangeBookings(
        command_id=uuid4(),
        child_id=story.child_id,
        additions=[objection.session_id],
        family_id=story.family_id,
        late=True,
    )
    town.change(booked, AGENT)
    with town.begin() as session:
        file = objection_views.show(session, objection.objection_id, AGENT)
    assert (file.booked, file.may_be_removed, len(file.proofs)) == (True, False, 1)
    answer(story, mother.correct(objection, Mark.PRESENT))
    assert (story.line()[1].mark, story.line()[1].booking_id) == (Mark.PRESENT, story.booking(MONDAY))


def test_a_child_taken_off_meanwhile_is_put_back_where_it_belongs(town: Town) -> None:
    story = Story(town, TUESDAY)
    story.settle(MONDAY, Mark.PRESENT_WITHOUT_BOOKING)
    objection = contest(story, mark=Mark.PRESENT_WITHOUT_BOOKING, claim=Claim.HAD_BOOKED)
    empty = SettleAttendance(command_id=uuid4(), session_id=objection.session_id, version=2, lines=[])
    with town.begin() as session:
        sheets.settle(session, empty, SCHOOL, NOW)
    booked = ChangeBookings(
        command_id=uuid4(),
        child_id=story.child_id,
        additions=[objection.session_id],
        family_id=story.family_id,
        late=True,
    )
    town.change(booked, AGENT)
    answer(story, mother.correct(objection, Mark.PRESENT))
    assert (story.line()[1].mark, story.line()[1].held) == (Mark.PRESENT, None)


def test_an_absence_found_justified_stays_so_at_the_next_sheet(story: Story) -> None:
    view: AbsenceView = story.report(MONDAY)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    assert why_not(story, claim=Claim.HAD_REPORTED) == "claim"  # it is being studied already
    story.decide(view, answer="Pas de certificat.")
    objection = contest(story, claim=Claim.HAD_REPORTED)
    answer(story, mother.correct(objection, Mark.ABSENT_JUSTIFIED))
    version, line = story.line()
    assert (line.mark, line.absence) == (Mark.ABSENT_JUSTIFIED, AbsenceState.JUSTIFIED)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED, version)
    assert story.line()[1].mark is Mark.ABSENT_JUSTIFIED


def test_a_sheet_saved_while_an_objection_is_open_keeps_the_line_held(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    objection = contest(story)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED, 2, now=NOW + timedelta(hours=1))
    assert story.line()[1].held is Held.OBJECTION
    with story.town.begin() as session:
        file = objection_views.show(session, objection.objection_id, AGENT)
    assert [(each.version, each.mark) for each in file.sheets] == [
        (3, Mark.ABSENT_UNJUSTIFIED),
        (1, Mark.ABSENT_UNJUSTIFIED),
    ]  # the second was the objection's own
    assert file.choices == [Mark.PRESENT, Mark.ABSENT_JUSTIFIED]


def test_two_agents_do_not_answer_the_same_objection(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    objection = contest(story)
    outcomes = together(
        lambda: answer(story, mother.correct(objection, Mark.PRESENT)),
        lambda: answer(story, mother.maintain(objection), OTHER_AGENT),
    )
    assert sorted(outcomes) == ["ObjectionChanged", "done"]
    assert story.town.told().count("attendance.objection_answered") == 1


def test_an_objection_and_the_agent_who_saves_the_sheet_follow_each_other(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    ask = SettleAttendance(
        command_id=uuid4(),
        session_id=story.town.session_on(MONDAY).session_id,
        version=1,
        lines=[MarkedChild(child_id=story.child_id, mark=Mark.PRESENT)],
    )

    def save() -> None:
        with story.town.begin() as session:
            sheets.settle(session, ask, SCHOOL, NOW)

    outcomes = together(lambda: contest(story), save)
    assert sorted(outcomes) == ["SheetChanged", "done"]  # whoever came second saw another sheet
    version, line = story.line()
    assert (version, line.held) in [(2, None), (2, Held.OBJECTION)]


def together(*acts: Any) -> list[str]:
    """Does them at the same time; what became of each: « done », or the class of its refusal."""
    gate = threading.Barrier(len(acts))
    outcomes: list[str] = []

    def run(act: Any) -> None:
        gate.wait()
        try:
            act()
        except Exception as refusal:
            outcomes.append(type(refusal).__name__)
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


def test_agents_of_requests_answer_and_nobody_else(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    objection = contest(story)
    with story.town.begin() as session:
        [listed] = objection_views.queue(session, ObjectionQueue(), AGENT).objections
        assert listed.objection_id == objection.objection_id
        for act in (
            lambda: objection_views.queue(session, ObjectionQueue(), SCHOOL),
            lambda: objection_views.show(session, objection.objection_id, SCHOOL),
            lambda: objections.answer(session, mother.maintain(objection), SCHOOL, NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
    answer(story, mother.maintain(objection))
    with story.town.begin() as session:
        assert objection_views.queue(session, ObjectionQueue(), AGENT).total == 0
        assert objection_views.queue(session, ObjectionQueue(is_open=False), AGENT).total == 1


def test_the_weeks_cost_a_bounded_number_of_statements(story: Story, statements: Statements) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    contest(story)
    with statements:
        lines(story)
    assert len(statements.run) <= 9
