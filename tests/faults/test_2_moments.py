"""Processes killed at the worst moment there is: after the effect, before the word of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.enrolment.bookings import BookingAnswer, CellState, ChangeBookings, MonthPage
from contracts.errors import ServiceUnavailable
from tests.faults.acts import insist
from tests.faults.conftest import PARIS, Life
from tests.faults.moments import await_alone, await_stuck, held, stopped
from tests.faults.people import Parent
from tests.waiting import eventually

MARCH = date(2027, 3, 1)
"""Nobody has booked there yet, whatever ran before."""


@pytest.fixture(scope="module", autouse=True)
def january(life: Life) -> None:
    life.be_at(datetime(2027, 1, 4, 10, 0, tzinfo=PARIS))
    life.town.supervisor.await_ready()


@pytest.fixture
def parent(life: Life) -> Parent:
    return life.parents[1]


@pytest.fixture
def command(life: Life, parent: Parent) -> ChangeBookings:
    """Two days of canteen that are free."""
    month = insist(life.services, MonthPage(child_id=parent.children[0], month=MARCH), parent.caller)
    free = [cell.session_id for day in month.days for cell in day.cells if cell.state is CellState.OPEN]
    return ChangeBookings(command_id=uuid4(), child_id=parent.children[0], additions=free[:2])


def booked(life: Life, command: ChangeBookings) -> list[UUID]:
    rows = life.books.rows(
        "enrolment",
        "SELECT session_id FROM booking WHERE child_id = :child AND session_id = ANY(:sessions)",
        child=command.child_id,
        sessions=command.additions,
    )
    return sorted(session_id for (session_id,) in rows)


def told(life: Life, command: ChangeBookings) -> int:
    """How many facts say that these days were booked."""
    return int(
        life.books.value(
            "enrolment",
            "SELECT count(*) FROM outbox WHERE name = 'booking.made'"
            " AND (body::jsonb -> 'data' ->> 'session_id')::uuid = ANY(:sessions)"
            " AND (body::jsonb -> 'data' ->> 'child_id')::uuid = :child",
            sessions=command.additions,
            child=command.child_id,
        )
    )


def copied(life: Life, command: ChangeBookings) -> int:
    """How many of these days billing knows of."""
    return int(
        life.books.value(
            "billing",
            "SELECT count(*) FROM booking WHERE child_id = :child AND session_id = ANY(:sessions)",
            child=command.child_id,
            sessions=command.additions,
        )
    )


def ask_meanwhile(life: Life, parent: Parent, command: ChangeBookings) -> Callable[[], BookingAnswer]:
    """Asks in a thread of its own; gives what waits for the answer."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(insist, life.services, command, parent.caller)
    pool.shutdown(wait=False)
    return lambda: future.result(timeout=90)


def test_killed_before_the_commit_nothing_was_done_and_the_repeat_does_it(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    with held(life.books, "enrolment", "proof"):
        answer = ask_meanwhile(life, parent, command)
        await_stuck(life.books, "enrolment", "proof")
        life.town.supervisor.kill("enrolment")
    life.town.supervisor.await_ready("enrolment")

    assert len(answer().changed) == 2
    assert answer().refused == []
    assert booked(life, command) == sorted(command.additions)
    assert told(life, command) == 2


def test_killed_between_the_commit_and_the_answer_the_repeat_gets_the_first_answer(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    with held(life.books, "enrolment", "proof"):
        answer = ask_meanwhile(life, parent, command)
        await_stuck(life.books, "enrolment", "proof")
        broker = stopped(life.town, "rabbitmq")
        broker.__enter__()
    try:
        eventually(lambda: len(booked(life, command)) == 2)
        life.town.supervisor.kill("enrolment")
    finally:
        broker.__exit__(None, None, None)
    life.town.supervisor.await_ready("enrolment", timeout=90)

    assert len(answer().changed) == 2, "not « already booked »: the first answer"
    assert answer().refused == []
    assert booked(life, command) == sorted(command.additions)
    assert told(life, command) == 2


def test_a_relay_killed_between_confirm_and_mark_tells_twice_and_is_heard_once(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    life.books.await_quiet()
    relay = stopped(life.town, "enrolment-relay")
    relay.__enter__()
    answer = insist(life.services, command, parent.caller)
    assert len(answer.changed) == 2
    # SHARE lets the relay read and lock rows, and stops it at the mark.
    with held(life.books, "enrolment", "outbox", mode="SHARE"):
        relay.__exit__(None, None, None)
        await_stuck(life.books, "enrolment", "outbox")
        eventually(lambda: copied(life, command) == 2)
        life.town.supervisor.kill("enrolment-relay")
    await_alone(life.town, "enrolment")
    assert life.books.untold() == {"enrolment": 2}
    life.town.supervisor.await_ready("enrolment-relay")
    life.books.await_quiet()

    assert copied(life, command) == 2
    life.books.await_drained()
    assert life.books.parked() == {}


def test_a_listener_killed_between_the_commit_and_the_acknowledgement_applies_it_once(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    life.books.await_quiet()
    repeated = "SELECT count(*) FROM inbox"
    before = life.books.value("billing", repeated)
    with held(life.books, "billing", "booking"):
        insist(life.services, command, parent.caller)
        await_stuck(life.books, "billing", "booking")
        broker = stopped(life.town, "rabbitmq")
        broker.__enter__()
    try:
        # One message at a time: the first of the two is committed, and cannot be acknowledged.
        eventually(lambda: copied(life, command) == 1)
        life.town.supervisor.kill("billing")
    finally:
        broker.__exit__(None, None, None)
    life.town.supervisor.await_ready("billing", timeout=90)
    life.books.await_quiet()

    assert copied(life, command) == 2
    assert life.books.value("billing", repeated) == before + 2
    life.books.await_drained()


def test_a_slow_database_is_no_reason_to_do_it_twice(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    """The caller gives up; the service goes on; the form sent again finds it done."""
    with held(life.books, "enrolment", "proof"):
        with pytest.raises(ServiceUnavailable):
            life.services.ask(command, parent.caller, timeout=1)
        await_stuck(life.books, "enrolment", "proof")
    eventually(lambda: len(booked(life, command)) == 2)

    assert len(insist(life.services, command, parent.caller).changed) == 2
    assert told(life, command) == 2


def test_two_sends_of_one_form_at_once_are_one(life: Life, parent: Parent, command: ChangeBookings) -> None:
    with held(life.books, "enrolment", "proof"):
        answers = [ask_meanwhile(life, parent, command) for _ in range(3)]
        await_stuck(life.books, "enrolment", "proof")

    assert {answer().model_dump_json() for answer in answers} == {answers[0]().model_dump_json()}
    assert len(answers[0]().changed) == 2
    assert told(life, command) == 2


def test_the_database_killed_in_the_middle_of_a_save_leaves_it_whole(
    life: Life, parent: Parent, command: ChangeBookings
) -> None:
    with life.books.engines["enrolment"].connect() as connection:
        connection.execute(text("LOCK TABLE proof IN ACCESS EXCLUSIVE MODE"))
        answer = ask_meanwhile(life, parent, command)
        await_stuck(life.books, "enrolment", "proof")
        life.town.strike("postgres")
        connection.invalidate()
    with pytest.raises(Exception, match="OperationalError"):
        answer()
    life.town.supervisor.await_ready(timeout=90)

    assert booked(life, command) == []
    assert len(insist(life.services, command, parent.caller).changed) == 2
    assert booked(life, command) == sorted(command.additions)
    life.books.await_quiet()
    assert copied(life, command) == 2
