"""One save, however often it is sent and by how many at once: what it leaves is left once, and one answer is given."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, Refusal
from contracts.errors import Conflict, NotFound
from tests.services.enrolment.conftest import Town

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)
LEFT = "SELECT (SELECT count(*) FROM {}) + (SELECT count(*) FROM command) * 100"


def sent_at_once(town: Town, sends: list[tuple[ChangeBookings, Caller]]) -> list[BookingAnswer | type]:
    """Each in a thread of its own, let go together: its answer, or the class of its refusal."""
    gate = Barrier(len(sends))

    def send(ask: ChangeBookings, caller: Caller) -> BookingAnswer | type:
        gate.wait()
        try:
            return town.change(ask, caller)
        except Conflict as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(sends)) as pool:
        return [future.result() for future in [pool.submit(send, *each) for each in sends]]


@pytest.mark.parametrize("full", [False, True], ids=["all of it is done", "a day of it is full"])
def test_a_save_sent_eight_times_at_once_is_done_once(town: Town, full: bool) -> None:
    child_id, parent = town.pupil()
    if full:
        with town.begin() as session:
            session.execute(text("UPDATE session SET taken = capacity WHERE day = :day"), {"day": MONDAY})
    days = [town.session_on(day).session_id for day in (FRIDAY, MONDAY)]
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=days)
    first, *others = sent_at_once(town, [(ask, parent)] * 8)
    assert isinstance(first, BookingAnswer)
    assert [each.why for each in first.refused] == ([Refusal.FULL] if full else [])
    assert others == [first] * 7
    for table in ("booking", "proof", "outbox WHERE name = 'booking.made'"):
        assert town.count(LEFT.format(table)) == 100 + len(first.changed)


def test_an_id_given_to_the_saves_of_two_children_at_once_does_one_of_them(town: Town) -> None:
    for _ in range(5):
        command_id, day = uuid4(), town.session_on(FRIDAY).session_id
        sends = [
            (ChangeBookings(command_id=command_id, child_id=child_id, additions=[day]), parent)
            for child_id, parent in (town.pupil(), town.pupil())
        ]
        before = town.session_on(FRIDAY).taken
        answers = sent_at_once(town, sends)
        assert answers.count(Conflict) == 1
        assert town.session_on(FRIDAY).taken == before + 1
        done = next(send for send, answer in zip(sends, answers, strict=True) if answer is not Conflict)
        assert town.change(*done) in answers


def test_an_id_of_another_save_is_refused_also_where_nothing_was_to_be_done(town: Town) -> None:
    child_id, parent = town.pupil()
    unknown = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=[uuid4()])
    first = town.change(unknown, parent)
    assert [each.why for each in first.refused] == [Refusal.UNKNOWN]
    assert town.change(unknown, parent) == first
    other = unknown.model_copy(update={"additions": [town.session_on(FRIDAY).session_id]})
    with pytest.raises(Conflict):
        town.change(other, parent)
    assert town.count("SELECT count(*) FROM booking") == 0


def test_whoever_may_not_act_for_the_child_learns_nothing_of_a_save(town: Town) -> None:
    child_id, parent = town.pupil()
    _, stranger = town.pupil()
    ask = ChangeBookings(
        command_id=uuid4(), child_id=child_id, additions=[town.session_on(FRIDAY).session_id]
    )
    town.change(ask, parent)
    for command_id in (ask.command_id, uuid4()):
        with pytest.raises(NotFound):
            town.change(ask.model_copy(update={"command_id": command_id}), stranger)


def test_a_place_given_back_where_there_was_room_disturbs_no_line(town: Town) -> None:
    """The line is looked for when a full session has a place again; who waits behind it is served."""
    (lea, hers), (tom, his), (zoe, theirs) = town.pupil(), town.pupil(), town.pupil()
    session_id = town.session_on(FRIDAY).session_id

    def save(child_id: UUID, caller: Caller, **what: list[UUID]) -> BookingAnswer:
        return town.change(ChangeBookings(command_id=uuid4(), child_id=child_id, **what), caller)  # type: ignore[arg-type]

    with town.begin() as session:
        session.execute(
            text(
                "UPDATE activity SET terms = jsonb_set(terms, '{waiting}', '{\"hours\": 24}') WHERE code = 'cantine'"
            )
        )
        session.execute(text("UPDATE session SET capacity = 2 WHERE day = :day"), {"day": FRIDAY})
    save(lea, hers, additions=[session_id])
    save(lea, hers, removals=[session_id])
    for child_id, caller in ((lea, hers), (tom, his), (zoe, theirs)):
        save(child_id, caller, additions=[session_id], waits=[session_id])
    assert town.count("SELECT count(*) FROM waiting_place WHERE state = 'waiting'") == 1
    save(tom, his, removals=[session_id])
    assert town.count("SELECT count(*) FROM waiting_place WHERE state = 'offered'") == 1
    assert town.session_on(FRIDAY).taken == 2
