"""What a child's days have left behind, for who judges what was billed; never why a child was away."""

from datetime import date
from uuid import uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.enrolment.objections import ObjectionState
from contracts.enrolment.traces import DayTraceView, TraceDays
from contracts.errors import NotAllowed, NotFound
from contracts.events.attendance import AbsenceState, Mark
from enrolment.absences import traces
from tests.mothers import enrolment
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.test_absences import Story
from tests.services.enrolment.test_objections import MONDAY, TUESDAY, contest

OFFICE = enrolment.agent(Role.BILLING)


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town, MONDAY, TUESDAY)


def trace(story: Story, *days: date, caller: Caller = OFFICE, **fields: object) -> list[DayTraceView]:
    given: dict[str, object] = {"child_id": story.child_id, "family_id": story.family_id} | fields
    ask = TraceDays(session_ids=[story.town.session_on(day).session_id for day in days], **given)  # type: ignore[arg-type]
    with story.town.begin() as session:
        return traces.trace(session, ask, caller, NOW)


def test_sheets_reports_and_proofs_of_each_day(story: Story) -> None:
    story.report(MONDAY)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    story.settle(MONDAY, Mark.PRESENT, 1)
    monday, tuesday = trace(story, TUESDAY, MONDAY)
    assert (monday.day, monday.booked, monday.absence) == (MONDAY, True, AbsenceState.REPORTED)
    assert [each.mark for each in monday.sheets] == [Mark.PRESENT, Mark.ABSENT_UNJUSTIFIED]
    assert monday.sheets[0].settled_by == "Agente Barbier"
    assert [proof.made for proof in monday.proofs] == [True]
    assert (tuesday.mark, tuesday.sheets, tuesday.absence) == (None, [], None)


def test_why_a_child_was_away_is_not_in_it(story: Story) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    contest(story, words="Une varicelle, le médecin l’a vue.")
    [monday] = trace(story, MONDAY)
    assert monday.claims[0].state is ObjectionState.OPEN
    assert "varicelle" not in monday.model_dump_json()
    assert "illness" not in monday.model_dump_json()


def test_only_the_office_asks_and_only_of_the_family_s_own_days(story: Story) -> None:
    with pytest.raises(NotAllowed):
        trace(story, MONDAY, caller=enrolment.agent(Role.ATTENDANCE))
    with pytest.raises(NotFound):
        trace(story, MONDAY, family_id=uuid4())
    with pytest.raises(NotFound):
        trace(story, MONDAY, child_id=uuid4())
    trace(story, MONDAY)
    assert story.town.told().count("child.consulted") == 1


def test_as_many_statements_for_two_days_as_for_one(story: Story, statements: Statements) -> None:
    story.settle(MONDAY, Mark.PRESENT)
    days = [story.town.session_on(day).session_id for day in (MONDAY, TUESDAY)]
    counts = []
    for wanted in (days[:1], days):
        ask = TraceDays(child_id=story.child_id, family_id=story.family_id, session_ids=wanted)
        statements.run.clear()
        with statements, story.town.begin() as session:
            traces.trace(session, ask, OFFICE, NOW)
        counts.append(len(statements.run))
    assert counts[0] == counts[1]
