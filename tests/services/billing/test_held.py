"""What may not be billed yet: a line that is contested, an absence that nobody has decided."""

import threading
from datetime import date
from uuid import UUID, uuid4

import pytest

from billing.facts import consumption
from billing.invoicing import runs
from contracts.billing.refusals import RunContested
from contracts.billing.runs import LeftOutReason, PublishRun
from contracts.billing.tariffs import FixedRule
from contracts.events.attendance import AttendanceLine, AttendanceSettled, Held, Mark
from tests.mothers.billing import OCTOBER, SCHOOL
from tests.services.billing.conftest import Town

DAY = date(2026, 10, 6)


def told(
    town: Town,
    session_id: UUID,
    child: UUID,
    family: UUID,
    held: Held | None,
    mark: Mark = Mark.ABSENT_UNJUSTIFIED,
    day: date = DAY,
) -> None:
    """The newest roll-call of a session, of one child."""
    line = AttendanceLine(child_id=child, family_id=family, mark=mark, held=held)
    fact = AttendanceSettled(
        session_id=session_id, activity_code="cantine", place_code=SCHOOL, day=day, lines=[line]
    )
    with town.sessions.begin() as session:
        consumption.settle_session(session, fact, town.version(session_id))


@pytest.mark.parametrize(
    ("held", "reason"),
    [(Held.OBJECTION, LeftOutReason.CONTESTED), (Held.ABSENCE, LeftOutReason.ABSENCE_UNDECIDED)],
)
def test_a_held_line_is_left_out_and_said_until_it_is_freed(
    town: Town, held: Held, reason: LeftOutReason
) -> None:
    town.offer()
    family, child, session_id = town.family(), town.child(), uuid4()
    town.meals(child, family, 5)
    told(town, session_id, child, family, held)
    view = town.run()
    assert view.summary.total_cents == 5 * 320
    assert [(each.reason, each.day, each.children) for each in view.left_out] == [(reason, DAY, 1)]
    told(town, session_id, child, family, None)
    assert town.draft().summary.carried_cents == 320  # the next run bills it


def test_what_was_billed_before_it_was_contested_stays_until_the_answer(town: Town) -> None:
    town.offer()
    family, child, session_id = town.family(), town.child(), uuid4()
    town.meals(child, family, 5)
    told(town, session_id, child, family, None)
    assert town.run().summary.total_cents == 6 * 320
    told(town, session_id, child, family, Held.OBJECTION)
    again = town.draft()
    assert (again.summary.total_cents, again.summary.carried_cents) == (0, 0)
    assert [each.reason for each in again.left_out] == [LeftOutReason.CONTESTED]
    told(town, session_id, child, family, None, Mark.ABSENT_JUSTIFIED)
    assert town.run().summary.total_cents == -320


def test_a_line_contested_since_the_draft_is_not_published(town: Town) -> None:
    town.offer()
    family, child, session_id = town.family(), town.child(), uuid4()
    town.meals(child, family, 5)
    told(town, session_id, child, family, None)
    drafted = town.draft()
    told(town, session_id, child, family, Held.OBJECTION)
    with pytest.raises(RunContested) as refusal:
        town.publish(drafted.summary.run_id)
    assert refusal.value.details == {"children": 1}
    assert town.count("SELECT count(*) FROM invoice") == 0
    assert town.run().summary.total_cents == 5 * 320


def test_an_objection_that_comes_while_the_run_is_drafted_and_published_is_never_billed_unseen(
    town: Town,
) -> None:
    """Whatever the order of the two, the line is billed only by a run that was published before it was contested."""
    town.offer(FixedRule(cents=2000))  # enough for an invoice, each time
    family, child = town.family(), town.child()
    for attempt in range(6):
        session_id, day = uuid4(), date(2026, 10, 12 + attempt)
        told(town, session_id, child, family, None, day=day)
        gate = threading.Barrier(2)
        outcome: list[str] = []

        def bill(gate: threading.Barrier = gate, outcome: list[str] = outcome) -> None:
            gate.wait()
            with town.sessions.begin() as session:
                run_id = runs.draft(session, OCTOBER, None, town.clock.now()).run_id
            with town.sessions.begin() as session:
                runs.check(session, run_id, None, town.clock.now())
            try:
                with town.sessions.begin() as session:
                    ask = PublishRun(command_id=uuid4(), run_id=run_id)
                    runs.publish(session, ask, None, town.clock.now())
            except RunContested:
                outcome.append("refused")
            else:
                outcome.append("published")

        def object_to(gate: threading.Barrier = gate, session_id: UUID = session_id, day: date = day) -> None:
            gate.wait()
            told(town, session_id, child, family, Held.OBJECTION, day=day)

        threads = [threading.Thread(target=bill), threading.Thread(target=object_to)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert outcome[0] in ("published", "refused")
        before = billed(town, session_id)
        if outcome == ["refused"]:
            assert before == 0
        town.run()
        assert billed(town, session_id) == before  # held: neither billed nor given back
        told(town, session_id, child, family, None, Mark.ABSENT_JUSTIFIED, day=day)
        town.run()
        assert billed(town, session_id) == 0


def billed(town: Town, session_id: UUID) -> int:
    """Units invoiced of a session, corrections taken off."""
    return town.count(
        "SELECT coalesce(sum(quantity), 0) FROM charge WHERE session_id = :session", session=session_id
    )
